"""Setting the ladder at the desk and by the API."""

from __future__ import annotations

import pytest

from makegood.cases.queries import ladders
from makegood.people.ladder import USUAL, Rung
from makegood.people.rules import Role
from makegood.promises.models import Calendar
from tests.doors.api_client import Api
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
HOME = "/settings/ladder/"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def office() -> Calendar:
    return Calendar.objects.create(name="Office", time_zone="Europe/London", week={"mon": ["09:00-17:00"]})


def rung(number: int, who: str, **more: str) -> dict[str, str]:
    typed = {"who": who, "wait": "", "contact": "", "calendar": "", "severity": ""} | more
    return {f"{number}-{name}": value for name, value in typed.items()}


def test_everybody_reads_who_is_drawn_in(cast: Cast) -> None:
    shown = text(AtDesk(cast.mara).get(HOME))
    assert "A lead, of the owner’s team first" in shown
    assert "Takes it in charge within 30 m, then speaks to the customer within 2 h" in shown
    assert "Care As all teams." in shown
    assert "Give it its own" not in shown


def test_a_team_is_given_its_own_and_loses_it_again(cast: Cast, office: Calendar) -> None:
    greta = AtDesk(cast.greta)
    where = f"{HOME}{cast.care.pk}/"
    assert 'value="role:lead" selected' in greta.get(where).content.decode(), "it begins with that of all teams"
    typed = rung(1, f"person:{cast.otto.pk}", wait="15 min", contact="1 h", calendar=str(office.pk))
    typed |= rung(2, "") | rung(3, "role:manager", severity="4", again="on")
    assert greta.post(where, **typed)["Location"] == HOME
    assert ladders().of(cast.care.pk) == (
        Rung(person_id=cast.otto.pk, wait_minutes=15, contact_minutes=60, calendar_id=office.pk),
        Rung(role=Role.MANAGER, from_severity=4, second_failure=True),
    )
    shown = text(greta.get(HOME))
    assert "Otto Falk Takes it in charge within 15 m (Office), then speaks to the customer within 1 h (Office)" in shown
    assert "Begins here: severity 4 or more and a second failure" in shown
    greta.post(f"{where}drop/")
    assert ladders().of(cast.care.pk) == USUAL


def test_what_is_wrong_comes_back_with_what_was_typed(cast: Cast) -> None:
    typed = rung(1, "role:lead") | rung(2, "role:manager", wait="soon")
    refused = AtDesk(cast.ada).post(f"{HOME}0/", **typed)
    assert refused.status_code == 422
    assert 'value="soon"' in refused.content.decode()
    assert "Write a length of time" in text(refused)
    typed = rung(1, f"person:{cast.anil.pk}")
    assert "Name somebody who is active" in text(AtDesk(cast.ada).post(f"{HOME}0/", **typed))
    assert ladders().set == {}


def test_those_who_may_not_set_it_cannot(cast: Cast) -> None:
    for person in (cast.mara, cast.lena, cast.stranger, cast.anil):
        assert AtDesk(person).get(f"{HOME}0/").status_code == 403
        AtDesk(person).post(f"{HOME}0/", **rung(1, "role:manager"))
        AtDesk(person).post(f"{HOME}0/drop/")
    assert AtDesk(cast.ada).get(f"{HOME}99999/").status_code == 404
    assert ladders().set == {}


def test_the_api_reads_and_sets_it(cast: Cast, office: Calendar) -> None:
    greta = Api(staff=cast.greta)
    usual = greta.get("/ladder").body["items"]
    assert [one["team"] for one in usual] == [None]
    assert [one["role"] for one in usual[0]["rungs"]] == ["lead", "manager"]
    body = {
        "team": cast.care.pk,
        "rungs": [
            {"person": cast.otto.email, "wait_minutes": 20, "calendar": "Office"},
            {"role": "manager", "from_severity": 4},
        ],
    }
    own = greta.post("/ladder", body).body["items"][1]
    assert (own["team"]["name"], own["rungs"][0]["person"]["name"]) == ("Care", "Otto Falk")
    assert (own["rungs"][0]["calendar"], own["rungs"][1]["from_severity"]) == ("Office", 4)
    assert Api(staff=cast.mara).post("/ladder", body).code == "people.not_allowed"
    assert greta.post("/ladder", {"rungs": [{"role": "agent"}]}).code == "ladder.bad_value"
    wrong = greta.post("/ladder", {"rungs": [{"role": "lead", "calendar": "Moon"}]})
    assert (wrong.code, wrong.body["field"]) == ("ladder.bad_value", "rungs.0.calendar")
    assert len(greta.post("/ladder", {"team": cast.care.pk, "rungs": []}).body["items"]) == 1


def test_what_one_person_must_do_is_not_done_by_the_api_for_them(cast: Cast) -> None:
    """The promises of whoever was drawn in go through no other address either."""
    orders = Api()
    made = orders.post("/cases", {
        "customer": {"name": "Dana"}, "kind": "delivery", "what": "Not here", "staff": cast.mara.email,
    }).body  # fmt: skip
    case = orders.post("/cases", {
        "customer": made["customer"]["id"], "kind": "delivery", "what": "Again", "staff": cast.mara.email,
    }).body  # fmt: skip
    charge = next(one["promise"]["id"] for one in case["commitments"] if one["purpose"] == "take_in_charge")
    for move, body in (("keep", {}), ("withdraw", {"reason": "x"}), ("replace", {"when": "in 2 hours"})):
        answer = orders.post(f"/promises/{charge}/{move}", body | {"staff": cast.lena.email})
        assert answer.code == "case.charge_is_personal"
