"""Cost at the desk and by the API."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from makegood.cases import actions as cases
from tests.doors.api_client import Api
from tests.doors.casework import a_delivery
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, make_cast
from tests.rooms.casework import Hand

pytestmark = pytest.mark.django_db
HOME = "/insights/cost/"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_what_is_not_entered_says_so(cast: Cast) -> None:
    a_delivery(cast)
    anil = AtDesk(cast.anil)
    page = text(anil.get(HOME))
    assert "Nothing was given in this time" in page
    assert "Staff time on calls not entered" in page
    assert "What an hour of staff costs is not entered" in page
    assert "Customers at risk 1" in page
    assert "Say where the figure comes from" in text(anil.post(f"{HOME}rate/", amount="42"))
    assert "Give an amount" in text(anil.post(f"{HOME}rate/", amount="much", source="Payroll"))
    anil.post(f"{HOME}rate/", amount="42", source="Payroll 2026")
    assert "Staff time is reckoned at £42 an hour: Payroll 2026, entered by Anil Rao" in text(anil.get(HOME))
    assert anil.get("/insights/cost.csv").content.decode().startswith("kind,currency,owed")
    assert anil.get("/insights/cost/rows.csv").content.decode().startswith("what,number,day")


def test_who_sees_one_team_does_not_see_it(cast: Cast) -> None:
    for who in (cast.mara, cast.lena):
        for address in (HOME, "/insights/cost.csv", "/insights/cost/rows.csv"):
            assert AtDesk(who).get(address).status_code == 403
    greta = AtDesk(cast.greta)
    assert "Where it comes from" not in text(greta.get(HOME))
    assert greta.post(f"{HOME}rate/", amount="42", source="x").status_code == 422
    assert "not entered" in text(greta.get(HOME))


def test_the_api_tells_and_takes_it(cast: Cast) -> None:
    ada, mara = Api(staff=cast.ada), Api(staff=cast.mara)
    case = a_delivery(cast)
    cases.record_cause(case.pk, cause="wrong-item", **Hand(cast.mara).at(datetime.now(UTC)))
    found = ada.get("/report/cost?by=kind").body
    assert (found["given"], found["rate"], found["staff_cost"], found["at_risk"]) == ([], None, None, 1)
    assert found["people"] == [{"name": "Delivery", "failed": 1, "kept": 0, "lost": 0, "early": 1}]
    assert mara.get("/report/cost").code == "people.not_allowed"
    assert mara.post("/report/cost/rate", {"amount": "42", "source": "x"}).code == "people.not_allowed"
    assert ada.post("/report/cost/rate", {"amount": "42", "source": "Payroll"}).body["amount"] == "42.00"
    assert ada.get("/report/cost").body["staff_cost"] == "0.00"
    asked = {"cause": "wrong-item", "change": "Labels", "owner": cast.ada.email, "due_at": "2198-01-01T00:00:00+00:00"}
    number = ada.post("/improvements", asked).body["number"]
    spent = {"amount": "300", "words": "Labels", "spent_on": "2026-01-01"}
    assert ada.post(f"/improvements/{number}/costs", spent).body["prevented"] == [
        {"currency": "GBP", "amount": "300.00", "changes": 1}
    ]
    assert ada.post("/improvements/999/costs", spent).code == "improvement.unknown"
    assert ada.get("/report/cost?of=x").code == "query.unknown"
