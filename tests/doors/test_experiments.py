"""Experiments at the desk, by the API and by the command: registered, started, shown in a case, ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.cases.models import Case
from makegood.measurement.models import Assigned, Experiment, Heeded
from tests.doors.api_client import Api
from tests.doors.casework import a_delivery
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, make_cast
from tests.rooms.casework import Hand
from tests.rooms.trying import begun, design

pytestmark = pytest.mark.django_db
HOME = "/experiments/"
LAST = (datetime.now(UTC) + timedelta(days=200)).date().isoformat()
TYPED = {
    "name": "A voucher", "why": "It may keep more of them", "measured": "stayed", "horizon_days": "30",
    "expected": "80", "effect": "10", "reading": "at_end", "until": LAST, "failure": "", "kind": "delivery",
    "severity_from": "1", "severity_to": "4", "usual": "As usual", "arm-1-name": "Voucher",
    "arm-1-words-en": "£20, on us", "arm-1-goodwill": "20", "arm-1-remedy": "credit",
}  # fmt: skip


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def _runs(cast: Cast) -> int:
    now = datetime.now(UTC) - timedelta(days=1)
    return begun(Hand(cast.anil), design(until=now + timedelta(days=200)), now)


def _in_arm(cast: Cast, place: int) -> Case:
    """A case in the arm of that place, shown to Mara."""
    while True:
        case = a_delivery(cast)
        AtDesk(cast.mara).get(f"/cases/SR-{case.pk}/plan/")
        if Assigned.objects.select_related("arm").get(case=case).arm.position == place:
            return case


def test_an_analyst_registers_starts_and_ends_one(cast: Cast) -> None:
    anil = AtDesk(cast.anil)
    assert "Nothing is tried out" in text(anil.get(HOME))
    assert "On top of what is owed (GBP)" in text(anil.get(f"{HOME}new/"))
    assert "Line of the plan" in text(anil.get(f"{HOME}new/", varies="words"))
    assert "Come back after so many days" in text(anil.get(f"{HOME}new/", varies="follow_up"))
    page = anil.post(f"{HOME}new/", **TYPED)["Location"]
    assert "Not started: nobody is in it" in text(anil.get(page))
    assert "“£20, on us”: £20 on top of all that is owed" in text(anil.get(page))
    assert anil.post(f"{page}start/")["Location"] == page
    shown = text(anil.get(page))
    assert "Not enough data: about" in shown
    assert "sealed" in shown
    assert "Running" in text(anil.get(HOME))
    assert "Say why it ends" in text(anil.post(f"{page}stop/", reason=""))
    anil.post(f"{page}stop/", reason="The vouchers are used up")
    assert "Cannot tell: it was ended by hand" in text(anil.get(page))
    lines = anil.get(f"{page[:-1]}.csv").content.decode().splitlines()
    assert lines[0].startswith("arm,assigned,horizon_passed")
    assert len(lines) == 3


def test_what_is_wrong_comes_back(cast: Cast) -> None:
    anil = AtDesk(cast.anil)
    below = anil.post(f"{HOME}new/", **TYPED | {"arm-1-goodwill": "-5"})
    assert below.status_code == 422
    assert "No arm gives less than what is owed" in text(below)
    assert "Give an amount" in text(anil.post(f"{HOME}new/", **TYPED | {"arm-1-goodwill": "much"}))
    assert "Give its last day" in text(anil.post(f"{HOME}new/", **TYPED | {"until": "soon"}))
    assert "1 to 99 per cent" in text(anil.post(f"{HOME}new/", **TYPED | {"expected": ""}))
    assert not Experiment.objects.exists()


def test_who_holds_out_an_arm_does_not_read_the_result(cast: Cast) -> None:
    number = _runs(cast)
    for who in (cast.mara, cast.lena, cast.stranger):
        assert AtDesk(who).get(HOME).status_code == 403
        assert AtDesk(who).get(f"{HOME}{number}/").status_code == 403
        assert AtDesk(who).post(f"{HOME}{number}/stop/", reason="x")["Location"] == "/today/"
    greta = AtDesk(cast.greta)
    assert greta.get(f"{HOME}{number}/").status_code == 200
    assert "End it by hand" not in text(greta.get(f"{HOME}{number}/"))
    assert greta.post(f"{HOME}{number}/stop/", reason="x").status_code == 403
    assert Experiment.objects.get().ended_at is None


def test_a_case_shows_its_arm_in_its_plan(cast: Cast) -> None:
    number = _runs(cast)
    case, mara = _in_arm(cast, 1), AtDesk(cast.mara)
    plan = f"/cases/SR-{case.pk}/plan/"
    assert "Tried out by lot: A voucher Here: “A voucher of £20, on us”: £20 on top of all" in text(mara.get(plan))
    assert AtDesk(cast.stranger).get(plan).status_code == 404
    deed = f"/cases/SR-{case.pk}/experiments/{number}/"
    assert "Say why it is done otherwise" in text(mara.post(deed))
    assert AtDesk(cast.stranger).post(deed, reason="x")["Location"] == "/today/"
    assert not Heeded.objects.exists()
    mara.post(deed, reason="She asked for no money")
    assert "Mara Silva did otherwise: She asked for no money" in text(mara.get(plan))
    assert "did not do as the experiment: A voucher" in text(mara.get(f"/cases/SR-{case.pk}/"))
    usual = _in_arm(cast, 0)
    assert "This case is handled as usual" in text(mara.get(f"/cases/SR-{usual.pk}/plan/"))


def test_what_is_more_than_one_may_give_is_refused_in_place(cast: Cast) -> None:
    number = _runs(cast)
    case = _in_arm(cast, 1)
    said = AtDesk(cast.mara).post(f"/cases/SR-{case.pk}/experiments/{number}/", done="1")
    assert said.status_code == 409
    assert "somebody else decides" in text(said)[text(said).find("Tried out by lot") :]
    assert not Heeded.objects.exists()


def test_without_an_experiment_a_plan_costs_one_question_more(cast: Cast) -> None:
    case, mara = a_delivery(cast), AtDesk(cast.mara)
    plan = f"/cases/SR-{case.pk}/plan/"
    mara.get(plan)
    with CaptureQueriesContext(connection) as without:
        mara.get(plan)
    tried = [one["sql"] for one in without if "measurement_" in one["sql"]]
    assert len(tried) <= 2
    _runs(cast)
    mara.get(plan)
    with CaptureQueriesContext(connection) as asked:
        mara.get(plan)
    assert len(asked) <= len(without) + 1, "one more for what a case is of"


def test_pages_ask_the_same_however_many_there_are(cast: Cast) -> None:
    anil, counts = AtDesk(cast.anil), []
    for many in (1, 5):
        for _ in range(many):
            page = anil.post(f"{HOME}new/", **TYPED)["Location"]
        anil.get(HOME)
        for address in (HOME, page):
            with CaptureQueriesContext(connection) as asked:
                assert anil.get(address).status_code == 200
            counts.append(len(asked))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 10


def test_the_api_does_all_of_it(cast: Cast) -> None:
    ada, mara = Api(staff=cast.ada), Api(staff=cast.mara)
    asked = {
        "name": "Named", "why": "Owning it may be enough", "varies": "words", "measured": "satisfied",
        "horizon_days": 14, "expected": 70, "effect": 10, "until": f"{LAST}T00:00:00+00:00", "reading": "any_time",
        "arms": [{"name": "As usual"}, {"name": "Named", "words": "This is ours.", "line": "own"}],
    }  # fmt: skip
    made = ada.post("/experiments", asked)
    assert (made.status, made.body["state"], made.body["needed"]) == (201, "registered", 677)
    path = f"/experiments/{made.body['number']}"
    assert mara.post(f"{path}/start").code == "people.not_allowed"
    assert ada.post(f"{path}/start").body["state"] == "running"
    assert ada.post(f"{path}/drop").code == "experiment.not_now"
    assert mara.get("/experiments").code == "people.not_allowed"
    assert [one["name"] for one in ada.get("/experiments").body["items"]] == ["Named"]
    case = a_delivery(cast)
    Case.objects.filter(pk=case.pk).update(opened_at=datetime.now(UTC))
    (one,) = mara.post(f"/cases/SR-{case.pk}/experiments").body["items"]
    assert mara.post(f"/cases/SR-{case.pk}/experiments").body["items"] == [one]
    assert Api(staff=cast.stranger).post(f"/cases/SR-{case.pk}/experiments").code == "case.unknown"
    heed = f"/cases/SR-{case.pk}/experiments/{one['experiment']}"
    assert mara.post(heed, {"done": False}).code == "experiment.no_reason"
    (said,) = mara.post(heed, {"done": True}).body["items"]
    assert (said["done"], said["by"]) == (True, cast.mara.name)
    assert mara.post(heed, {"done": True}).code == "experiment.heeded"
    read = ada.get(path).body
    assert sum(arm["assigned"] for arm in read["arms"]) == 1
    assert ada.post(f"{path}/stop", {"reason": "Enough"}).body["arms"][1]["said"] == "cannot tell"
    low = {**asked, "varies": "goodwill", "arms": [{"name": "A"}, {"name": "B", "words": "On us", "goodwill": "-1"}]}
    assert ada.post("/experiments", low).code == "experiment.below_owed"
    assert ada.get("/experiments/999").code == "experiment.unknown"
