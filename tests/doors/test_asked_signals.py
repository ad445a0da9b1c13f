"""Signals of what a process owner answers for: on their page, by the API, in a letter, and without any customer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.cases.models import Case, Cause, Failure
from makegood.followups import actions as followups
from makegood.learning import actions
from makegood.learning.models import Candidate, Digest, Letter, Look
from makegood.learning.queries.candidates import touching
from makegood.notices.actions import tell
from makegood.notices.models import Notice
from makegood.people.models import Staff
from makegood.people.rules import Role
from makegood.promises.models import Promise
from tests.doors.api_client import Api
from tests.doors.desk_client import AtDesk, text
from tests.doors.test_signals import cast
from tests.factories import Cast, actor, make_staff

__all__ = ["cast"]
pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
BASE = "https://desk.example"


@pytest.fixture
def bo(cast: Cast) -> Staff:
    """Who answers for deliveries, and is at no desk of customers."""
    made = make_staff("Bo Varga", role=Role.PROCESS_OWNER)
    followups.set_process_owner(kind="delivery", staff_id=made.pk, by=actor(cast.ada), now=datetime.now(UTC))
    return made


@pytest.fixture
def found(bo: Staff) -> Candidate:
    assert actions.look_through(now=datetime.now(UTC))
    return Candidate.objects.get()


def test_they_read_it_on_their_page_and_by_the_api_and_no_customer(cast: Cast, bo: Staff, found: Candidate) -> None:
    desk, api = AtDesk(bo), Api(staff=bo)
    shown = text(desk.get("/asked/"))
    assert "Fails beyond chance in your work" in shown
    assert "Carrier: Slow & Sons Fails 5.0 times as often as its likes: 100 of 200 due, 20 expected." in shown
    assert "Dana" not in shown
    (listed,) = api.get("/signals").body["items"]
    assert (listed["value"], listed["failed"], listed["case"]) == ("Slow & Sons", 100, None)
    assert desk.get(f"/signals/{found.pk}/").status_code == 404
    assert api.post(f"/signals/{found.pk}/dismiss", {"reason": "No"}).code == "signal.may_not"
    other = make_staff("Cy Other", role=Role.PROCESS_OWNER)
    assert "Carrier" not in text(AtDesk(other).get("/asked/"))
    assert Api(staff=other).get("/signals").body["items"] == []
    assert Api(staff=cast.mara).get("/signals").code == "people.not_allowed"


def test_they_are_told_once_where_it_leads_somewhere(cast: Cast, bo: Staff, found: Candidate) -> None:
    notice = Notice.objects.get(topic="signal.found", staff=bo)
    assert "Carrier: Slow & Sons, 100 of 200 due" in notice.words
    led = AtDesk(bo).post(f"/notices/{notice.pk}/read/")["Location"]
    assert led == "/asked/#signals"
    assert 'id="signals"' in AtDesk(bo).get("/asked/").content.decode()
    Look.objects.update(next_look_at=datetime.now(UTC))
    assert actions.look_through(now=datetime.now(UTC))
    assert Notice.objects.filter(topic="signal.found", staff=bo).count() == 1


def test_the_letter_and_the_line_up_tell_of_it(cast: Cast, bo: Staff, found: Candidate) -> None:
    now = datetime.now(UTC)
    Digest.objects.update(next_at=now)
    assert actions.write_digest(base_url=BASE, now=now)
    letter = Letter.objects.get(staff=bo)
    assert letter.title == "Something fails beyond chance in your work"
    assert "- Carrier: Slow & Sons: 100 of 200 failed, 20 expected" in letter.text
    digest = Api(staff=bo).get("/line-up/digest").body
    assert (digest["title"], digest["asked"], digest["signals"][0]["number"]) == (letter.title, [], found.pk)
    assert digest["text"].splitlines()[:2] == letter.text.splitlines()[:2]
    Digest.objects.update(next_at=now + DAY)
    assert actions.write_digest(base_url=BASE, now=now + DAY)
    assert Letter.objects.filter(staff=bo).count() == 1, "it is news once, and a week on"
    Candidate.objects.update(first_at=now - DAY)
    (told,) = Api(staff=bo).get("/line-up").body["signals"]
    assert (told["value"], told["failed"], told["due"]) == ("Slow & Sons", 100, 200)
    assert "Fails beyond chance Carrier: Slow & Sons 100 of 200 due failed" in text(AtDesk(bo).get("/line-up/"))


def test_a_cause_touches_whoever_answers_for_it_or_for_the_nearest_above(cast: Cast) -> None:
    above = Cause.objects.filter(parent=None).exclude(children=None)[0]
    below, now = above.children.all()[0], datetime.now(UTC)
    bo, cy = (make_staff(name, role=Role.PROCESS_OWNER) for name in ("Bo Varga", "Cy Other"))
    for promise in Promise.objects.filter(attributes__carrier="Slow & Sons", state="kept_late")[:20]:
        case = Case.objects.create(
            customer=promise.customer, kind=promise.kind, title="Late", severity=2, detected_by="watch",
            owner=cast.mara, opened_at=promise.due_at, cause=below,
        )  # fmt: skip
        Failure.objects.create(
            case=case, promise=promise, what="Late", failure_class="outcome", severity=2, detected_by="watch",
            at=promise.due_at,
        )  # fmt: skip
    assert actions.look_through(now=now)
    assert Candidate.objects.get().causes == [below.slug]
    by = actor(cast.ada)
    followups.set_process_owner(cause=above.slug, staff_id=bo.pk, by=by, now=now)
    assert [len(touching(one.pk)) for one in (bo, cy)] == [1, 0]
    followups.set_process_owner(cause=below.slug, staff_id=cy.pk, by=by, now=now)
    assert [len(touching(one.pk)) for one in (bo, cy)] == [0, 1]


def test_no_notice_leads_a_process_owner_where_nothing_is(cast: Cast, bo: Staff) -> None:
    desk = AtDesk(bo)
    for link in ("/cases/SR-1/", "/closures/", "/people/1/", "/no/such/page/", "/asked/"):
        tell(bo.pk, about=("case", 1), topic=f"t{link}", words="It", link=link, by=actor(cast.ada),
             now=datetime.now(UTC))  # fmt: skip
    for notice in Notice.objects.filter(staff=bo):
        led = desk.post(f"/notices/{notice.pk}/read/")["Location"]
        assert desk.get(led).status_code == 200, notice.link


def test_the_page_asks_the_same_however_many_there_are(bo: Staff, found: Candidate) -> None:
    desk, counts = AtDesk(bo), []
    for many in (0, 6):
        for place in range(many):
            Candidate.objects.create(
                what="depot", value=str(place), due=40, failed=20, expected=5, share=0.01, first_at=found.first_at,
                last_at=found.last_at, kinds=["delivery"],
            )  # fmt: skip
        desk.get("/asked/")
        with CaptureQueriesContext(connection) as queries:
            assert desk.get("/asked/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 14
