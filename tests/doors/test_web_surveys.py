"""Surveys at the desk and by API: who sets them, what came of them, and who may see that."""

from __future__ import annotations

import pytest

from makegood.measurement.models import Asking
from makegood.measurement.queries import asking
from tests.doors.api_client import Api
from tests.doors.desk_client import AtDesk, text
from tests.doors.survey_client import BySurvey, was_asked
from tests.factories import Cast, make_cast, make_customer

pytestmark = pytest.mark.django_db
TYPED = {
    "is_on": "on", "pulse_percent": "2,5", "pulse_scale": "nps", "window_days": "45", "wait_days": "4",
    "holds_days": "14", "remind_days": "5",
}  # fmt: skip


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_an_administrator_turns_it_on(cast: Cast) -> None:
    ada = AtDesk(cast.ada)
    assert "Nobody is asked" in ada.get("/settings/asking/").content.decode()
    assert ada.post("/settings/asking/", **TYPED).status_code == 303
    facts = asking()
    assert not facts.owners_read
    AtDesk(cast.ada).post("/settings/asking/", **TYPED, owners_read="on")
    assert asking().owners_read
    assert (facts.is_on, str(facts.pulse_percent), facts.pulse_scale, facts.window_days) == (True, "2.50", "nps", 45)


@pytest.mark.parametrize(("field", "typed"), [("pulse_percent", "many"), ("window_days", "3"), ("remind_days", "14")])
def test_what_cannot_be_is_said_at_its_field(cast: Cast, field: str, typed: str) -> None:
    answer = AtDesk(cast.ada).post("/settings/asking/", **TYPED | {field: typed})
    assert answer.status_code == 422
    assert f'id="asking-{field}-error"' in answer.content.decode()
    assert not Asking.objects.exists()


def test_others_read_how_it_is_set_and_change_nothing(cast: Cast) -> None:
    for person in (cast.mara, cast.greta, cast.anil):
        desk = AtDesk(person)
        assert "An administrator can turn it on" in text(desk.get("/settings/asking/"))
        desk.post("/settings/asking/", **TYPED)
    assert not Asking.objects.exists()


def test_rates_by_month_with_their_interval_as_table_and_file(cast: Cast) -> None:
    AtDesk(cast.ada).post("/settings/asking/", **TYPED)
    for n in range(4):
        survey = was_asked(make_customer(f"N{n} X"))
        if n == 0:
            BySurvey(survey).post("answer/", csat="5")
        if n == 1:
            BySurvey(survey).post("skip/")
    anil = AtDesk(cast.anil)
    page = text(anil.get("/insights/surveys/"))
    assert "25% of 4 who were reached answered" in page
    assert "5%–70%" in page
    lines = anil.get("/insights/surveys.csv").content.decode().splitlines()
    assert lines[1].split(",")[1:8] == ["pulse", "4", "1", "1", "0", "2", "0"]


def test_who_sees_one_team_sees_no_figures_of_all(cast: Cast) -> None:
    for person in (cast.mara, cast.stranger, cast.lena):
        assert AtDesk(person).get("/insights/surveys/").status_code == 403
        assert AtDesk(person).get("/insights/surveys.csv").status_code == 403
        span = {"since": "2026-01-01T00:00:00Z", "before": "2027-01-01T00:00:00Z"}
        assert Api(staff=person).get("/surveys/rates", **span).code == "people.not_allowed"


def test_by_api_an_administrator_sets_it_and_others_read_it(cast: Cast) -> None:
    body = {"is_on": True, "pulse_percent": 1.5, "window_days": 60}
    assert Api(staff=cast.mara).post("/surveys/settings", body).code == "people.not_allowed"
    told = Api(staff=cast.ada).post("/surveys/settings", body).body
    assert (told["is_on"], told["pulse_percent"], told["window_days"], told["wait_days"]) == (True, 1.5, 60, 3)
    assert Api("read").get("/surveys/settings").body == told
    assert Api(staff=cast.ada).post("/surveys/settings", body | {"window_days": 1}).code == "survey.bad_value"


def test_rates_by_api(cast: Cast) -> None:
    was_asked(make_customer("Dana Okafor"))
    span = {"since": "2020-01-01T00:00:00Z", "before": "2100-01-01T00:00:00Z"}
    (rate,) = Api("read").get("/surveys/rates", **span).body["items"]
    assert (rate["occasion"], rate["asked"], rate["silent"]) == ("pulse", 1, 1)
