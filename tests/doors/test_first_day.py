"""The first day: half an hour in six parts, told by what happened, that ends in a real case with its plan."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.cases import actions as cases
from makegood.cases.models import Case
from makegood.journal.models import Entry
from makegood.people.rules import Role
from makegood.practice.models import FirstDay, Run
from tests.doors.api_client import Api
from tests.doors.casework import a_delivery
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, make_cast, make_staff
from tests.rooms.casework import Hand

pytestmark = pytest.mark.django_db
HOME = "/practice/first-day/"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def played(cast: Cast, scene: str, end: str = "content") -> None:
    """A try of Mara's that ended so."""
    now = datetime.now(UTC)
    Run.objects.create(
        staff=cast.mara, scene=scene, text="", role="agent", began_at=now, ended_at=now, end=end,
        trust=70, anger=10, effort=10,
    )  # fmt: skip


def parts(cast: Cast) -> dict[str, bool]:
    """Which parts are done, as the API tells."""
    return {one["part"]: one["done"] for one in Api(staff=cast.mara).get("/practice/first-day").body["parts"]}


def test_it_is_told_by_what_happened(cast: Cast) -> None:
    desk = AtDesk(cast.mara)
    told = Api(staff=cast.mara).get("/practice/first-day").body
    assert (told["minutes"], told["left"], told["next"], told["away"]) == (30, 30, "why", False)
    assert "What we do here, and why" in text(desk.get(HOME))
    assert desk.post(f"{HOME}do/why/").headers["Location"] == f"{HOME}#next"
    desk.post(f"{HOME}do/watch/")
    assert parts(cast) == {"why": True, "watch": True, "play": False, "marks": False, "again": False, "case": False}
    played(cast, "late-unit")
    played(cast, "blue-trousers", "lost")
    assert not parts(cast)["play"], "the scene that was watched counts for nothing, nor does one that was lost"
    played(cast, "locked-keys")
    played(cast, "locked-keys", "delighted")
    assert (parts(cast)["play"], parts(cast)["again"]) == (True, False)
    played(cast, "silent-alarm")
    desk.post(f"{HOME}do/marks/")
    told = Api(staff=cast.mara).get("/practice/first-day").body
    assert (told["next"], told["left"]) == ("case", 5)
    assert "5 minutes to go" in text(desk.get(HOME))


def test_it_ends_in_a_real_case_with_its_plan(cast: Cast) -> None:
    made, desk = a_delivery(cast), AtDesk(cast.mara)
    Case.objects.update(severity=2, owner=cast.tomas)
    offered = text(desk.get(f"{HOME}case/"))
    assert f"Take SR-{made.pk}" in offered
    assert "Nobody has taken it up yet." in offered
    sent = desk.post(f"{HOME}do/case/", case=str(made.pk))
    assert sent.headers["Location"] == f"/cases/SR-{made.pk}/plan/?first"
    opened = text(desk.get(sent.headers["Location"]))
    assert "Plan before contact" in opened
    assert "Your first case" in opened
    case = Case.objects.get()
    assert (case.owner, case.taken_at is None) == (cast.mara, False)
    assert parts(cast)["case"]
    assert f"SR-{made.pk}" in text(desk.get(HOME))
    # It stays done when somebody else goes on with it.
    Case.objects.update(owner=cast.tomas)
    assert parts(cast)["case"]


def test_a_case_that_was_taken_at_the_desk_counts(cast: Cast) -> None:
    made, mara = a_delivery(cast), Hand(cast.mara)
    cases.take(made.pk, **mara.at(datetime.now(UTC)))
    assert parts(cast)["case"]
    assert "is yours" in text(AtDesk(cast.mara).get(f"{HOME}case/"))


@pytest.mark.parametrize(
    "grave",
    [
        {"severity": 3},
        {"ordinal": 2},
        {"light": True},
        {"taken_at": datetime(2026, 11, 1, tzinfo=UTC), "owner": "lena"},
    ],
)
def test_what_is_no_first_case_is_not_offered(cast: Cast, grave: dict[str, object]) -> None:
    a_delivery(cast)
    owner = {"owner": cast.lena} if grave.pop("owner", "") else {"owner": cast.tomas}
    Case.objects.update(**{"severity": 1} | owner | grave)
    assert "No case suits a beginner just now" in text(AtDesk(cast.mara).get(f"{HOME}case/"))


def test_nobody_is_offered_the_case_of_another_team_and_none_that_was_spoken_about(cast: Cast) -> None:
    made = a_delivery(cast)
    Case.objects.update(severity=1, owner=cast.tomas)
    assert "No case suits" in text(AtDesk(cast.stranger).get(f"{HOME}case/"))
    assert AtDesk(cast.stranger).post(f"{HOME}do/case/", case=str(made.pk)).status_code == 404
    Case.objects.get().steps_done.create(step="own", at=datetime.now(UTC))
    assert "No case suits" in text(AtDesk(cast.mara).get(f"{HOME}case/"))


def test_a_case_that_somebody_else_took_meanwhile_is_refused_with_the_next(cast: Cast) -> None:
    made = a_delivery(cast)
    Case.objects.update(owner=cast.tomas, taken_at=datetime.now(UTC))
    sent = AtDesk(cast.mara).post(f"{HOME}do/case/", case=str(made.pk))
    assert sent.status_code == 409
    assert "is at work on it" in text(sent)
    assert not FirstDay.objects.filter(case__isnull=False).exists()


def test_today_offers_it_until_it_is_done_or_put_away(cast: Cast) -> None:
    desk = AtDesk(cast.mara)
    assert "30 minutes, from what we do here to your first case" in text(desk.get("/today/"))
    desk.post(f"{HOME}do/why/")
    assert "1 of 6 done, 27 minutes to go. Next: Watch one conversation, twice" in text(desk.get("/today/"))
    assert desk.post(f"{HOME}do/away/").headers["Location"] == "/today/"
    assert "Your first day" not in text(desk.get("/today/"))
    assert "1 of 6 done" not in text(desk.get("/practice/"))
    desk.post(f"{HOME}do/back/")
    assert "1 of 6 done" in text(desk.get("/practice/"))
    for one in ("watch", "marks"):
        desk.post(f"{HOME}do/{one}/")
    played(cast, "locked-keys")
    played(cast, "silent-alarm")
    cases.take(a_delivery(cast).pk, **Hand(cast.mara).at(datetime.now(UTC)))
    assert "Your first day" not in text(desk.get("/today/"))
    assert "That was all of it." in text(desk.get(HOME))


def test_whoever_has_a_case_in_hand_or_works_in_no_team_is_not_new(cast: Cast) -> None:
    assert "Your first day" not in text(AtDesk(cast.greta).get("/today/"))
    assert "Your first day" not in text(AtDesk(cast.anil).get("/today/"))
    cases.take(a_delivery(cast).pk, **Hand(cast.mara).at(datetime.now(UTC)))
    assert "Your first day" not in text(AtDesk(cast.mara).get("/today/"))


def test_who_works_no_cases_takes_none(cast: Cast) -> None:
    told = Api(staff=cast.anil).get("/practice/first-day").body
    assert "case" not in [one["part"] for one in told["parts"]]
    assert told["minutes"] == 25
    assert "Take your first case" not in text(AtDesk(cast.anil).get(HOME))


def test_the_marks_are_in_ones_own_words_once_there_are_some(cast: Cast) -> None:
    desk = AtDesk(cast.mara)
    assert "The words you watched, without a system" in text(desk.get(f"{HOME}marks/"))
    run = desk.post("/practice/silent-alarm/", role="agent").headers["Location"].removesuffix("#f-text")
    desk.post(f"{run}say/", text="This was our mistake. Could you call back in an hour?", after="0")
    desk.post(f"{run}leave/", after="1")
    shown = text(desk.get(f"{HOME}marks/"))
    assert "Your words in" in shown
    assert "You gave the work to them" in shown
    assert "Go on with your first day" not in text(desk.get(run))
    desk.post(f"{HOME}do/why/")
    assert "Go on with your first day" in text(desk.get(run))


def test_reading_twice_is_recorded_once_and_nothing_else_is_a_part(cast: Cast) -> None:
    desk = AtDesk(cast.mara)
    for _each in range(2):
        desk.post(f"{HOME}do/why/")
    assert Entry.objects.filter(verb="practice.read").count() == 1
    assert desk.post(f"{HOME}do/castle/").status_code == 404
    assert desk.get(f"{HOME}play/").status_code == 404


def test_it_is_ones_own(cast: Cast) -> None:
    AtDesk(cast.mara).post(f"{HOME}do/why/")
    assert Api(staff=cast.lena).get("/practice/first-day").body["next"] == "why"
    assert Api().get("/practice/first-day").code == "token.no_staff"
    owner = make_staff("Bo", role=Role.PROCESS_OWNER)
    assert AtDesk(owner).get(HOME).status_code == 404


@pytest.mark.parametrize("path", ["", "why/", "watch/", "case/"])
def test_pages_ask_a_fixed_number_of_questions(cast: Cast, path: str) -> None:
    desk, asked = AtDesk(cast.mara), []
    played(cast, "locked-keys")
    for scene in ("silent-alarm", "blue-trousers"):
        with CaptureQueriesContext(connection) as seen:
            assert desk.get(f"{HOME}{path}").status_code == 200
        asked.append(len(seen))
        played(cast, scene)
    assert asked[0] == asked[1]
