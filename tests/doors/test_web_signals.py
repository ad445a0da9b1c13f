"""Signals at the desk and by the API: looked for once a day, told once, dismissed, searched, or made an improvement."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.cases.models import Case, Failure
from makegood.learning import actions
from makegood.learning.models import Candidate, Improvement
from makegood.notices.models import Notice
from makegood.promises.models import Promise
from tests.doors.api_client import Api
from tests.doors.desk_client import AtDesk, text
from tests.doors.test_signals import cast
from tests.factories import Cast

__all__ = ["cast"]
pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def found(cast: Cast) -> Candidate:
    assert actions.look_through(now=datetime.now(UTC))
    return Candidate.objects.get()


def test_it_is_looked_for_once_a_day_and_told_once(cast: Cast, found: Candidate) -> None:
    now = datetime.now(UTC)
    assert not actions.look_through(now=now)
    assert (found.what, found.value, found.failed) == ("carrier", "Slow & Sons", 100)
    assert set(Notice.objects.filter(topic="signal.found").values_list("staff_id", flat=True)) == {
        cast.greta.pk, cast.ada.pk
    }  # fmt: skip
    assert actions.look_through(now=now + DAY)
    assert Notice.objects.filter(topic="signal.found").count() == 2
    Promise.objects.filter(attributes__carrier="Slow & Sons").update(state="kept")
    assert actions.look_through(now=now + 2 * DAY)
    assert not Candidate.objects.get().standing
    assert "Nothing fails beyond chance" in text(AtDesk(cast.greta).get("/signals/"))


def test_what_is_dismissed_rests_for_ninety_days(cast: Cast, found: Candidate) -> None:
    greta, anil = AtDesk(cast.greta), AtDesk(cast.anil)
    assert "Carrier: Slow & Sons" in text(greta.get("/signals/"))
    page = f"/signals/{found.pk}/"
    assert "Bring it" in text(anil.get(page))
    assert "What becomes of it" not in text(anil.get(page))
    assert AtDesk(cast.mara).get("/signals/").status_code == 403
    assert "Say why it needs nothing" in text(greta.post(f"{page}dismiss/", reason=" "))
    assert greta.post(f"{page}dismiss/", reason="Their depot was rebuilt")["Location"] == "/signals/"
    assert "Carrier: Slow & Sons" not in text(greta.get("/signals/"))
    assert "Their depot was rebuilt" in text(greta.get("/signals/", state="dismissed"))
    Candidate.objects.update(dismissed_at=datetime.now(UTC) - 91 * DAY)
    actions.look_through(now=datetime.now(UTC) + DAY)
    assert "Carrier: Slow & Sons" in text(greta.get("/signals/"))


def test_it_becomes_an_improvement_before_any_case_has_the_cause(cast: Cast, found: Candidate) -> None:
    greta = AtDesk(cast.greta)
    assert f'name="signal" value="{found.pk}"' in greta.get(f"/improvements/new/?signal={found.pk}").content.decode()
    said = {"cause": "weather", "change": "Another carrier", "when": "in 3 d", "less_by": "50", "exposure": "200"}
    said |= {"owner": str(cast.stranger.pk), "kind": "delivery", "signal": str(found.pk)}
    assert greta.post("/improvements/new/", **said).status_code == 303
    assert Candidate.objects.get().improvement == Improvement.objects.get()
    assert "being changed" in text(greta.get("/signals/"))


def test_its_cause_is_searched_in_a_case_of_it(cast: Cast, found: Candidate) -> None:
    greta, api = AtDesk(cast.greta), Api(staff=cast.greta)
    due = (datetime.now(UTC) + DAY).isoformat()
    asked = {"person": cast.mara.email, "due_at": due}
    assert api.post(f"/signals/{found.pk}/search", asked).code == "signal.no_case"
    promise = Promise.objects.filter(attributes__carrier="Slow & Sons", state="kept_late").latest("due_at")
    case = Case.objects.create(
        customer=promise.customer, kind=promise.kind, title="Late", severity=2, detected_by="watch", owner=cast.mara,
        opened_at=promise.due_at,
    )  # fmt: skip
    Failure.objects.create(
        case=case, promise=promise, what="Late", failure_class="outcome", severity=2, detected_by="watch",
        at=promise.due_at,
    )  # fmt: skip
    assert "Choose somebody" in text(greta.post(f"/signals/{found.pk}/search/", finder="", when="in 2 d"))
    assert greta.post(f"/signals/{found.pk}/search/", finder=str(cast.mara.pk), when="in 2 d").status_code == 303
    assert Case.objects.get().cause_finder == cast.mara
    listed = api.get("/signals").body["items"]
    assert [(one["value"], one["case"]) for one in listed] == [("Slow & Sons", f"SR-{case.pk}")]
    assert Api(staff=cast.mara).get("/signals").code == "people.not_allowed"
    assert api.post("/signals/99999/dismiss", {"reason": "No"}).code == "signal.unknown"
    assert Api(staff=cast.lena).post(f"/signals/{found.pk}/dismiss", {"reason": "No"}).code == "signal.may_not"
    assert api.post(f"/signals/{found.pk}/dismiss", {"reason": "Rebuilt"}).body["reason"] == "Rebuilt"
    assert api.post(f"/signals/{found.pk}/dismiss", {"reason": "Again"}).code == "signal.dismissed"


def test_the_page_reads_what_is_stored(cast: Cast, found: Candidate) -> None:
    greta = AtDesk(cast.greta)
    greta.get("/signals/")
    with CaptureQueriesContext(connection) as asked:
        assert greta.get("/signals/").status_code == 200
    assert len(asked) <= 12
    assert not any("regexp_split_to_table" in one["sql"] for one in asked.captured_queries)
