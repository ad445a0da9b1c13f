"""Messages by the API: written, read, taken back, sent again, sorted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from makegood.cases.models import Case
from makegood.conversation import actions
from makegood.conversation.actions import require_clean
from makegood.conversation.models import Message, Thread
from makegood.customers.models import ContactPoint
from makegood.journal.models import Entry
from makegood.promises.models import Promise
from makegood.promises.rules import LIVE
from tests.doors.api_client import Api
from tests.doors.casework import DANA, a_delivery_by_mail
from tests.doors.desk_client import AtDesk
from tests.factories import NOW, Cast, actor, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    return a_delivery_by_mail(cast)


def came_in(case: Case | None, words: str) -> Thread:
    thread = Thread.objects.create(
        channel="email", subject="Re", begun_at=NOW, latest_at=NOW, case=case, customer=case.customer if case else None
    )
    Message.objects.create(
        thread=thread, inward=True, channel="email", state="received", address=DANA, name="Dana", text=words, at=NOW
    )
    return thread


def test_a_message_is_written_read_and_taken_back(case: Case, cast: Cast) -> None:
    api = Api(staff=cast.mara)
    made = api.post(f"/cases/SR-{case.pk}/messages", {"channel": "email", "words": "It is mine.", "covers": ["own"]})
    assert made.status == 201
    assert (made.body["state"], made.body["address"]) == ("waiting", DANA)
    assert "withdraw" in made.body["moves"]
    (read,) = api.get(f"/cases/SR-{case.pk}/messages").body["items"]
    assert (read["id"], read["text"], read["by"]) == (made.body["id"], "It is mine.", cast.mara.name)
    back = api.post(f"/messages/{made.body['id']}/withdraw", {})
    assert back.body["state"] == "withdrawn"
    assert api.post(f"/messages/{made.body['id']}/withdraw", {}).code == "message.left"
    assert api.post(f"/messages/{made.body['id']}/again", {}).code == "message.illegal_move"


def test_a_letter_is_recorded_and_its_pdf_printed(case: Case, cast: Cast) -> None:
    ContactPoint.objects.create(customer=case.customer, channel="post", value="Dana Okafor, 12 Mill Lane, Łódź")
    words = {"channel": "post", "words": "Grüße aus Łódź, Ελλάδα."}
    made = Api(staff=cast.mara).post(f"/cases/{case.pk}/messages", words)
    assert (made.status, made.body["state"]) == (201, "sent")
    page = AtDesk(cast.mara).get(f"/cases/SR-{case.pk}/letters/{made.body['id']}.pdf")
    assert page["Content-Type"] == "application/pdf"
    assert page.content.startswith(b"%PDF-")
    assert AtDesk(cast.stranger).get(f"/cases/SR-{case.pk}/letters/{made.body['id']}.pdf").status_code == 404


def test_a_stranger_reads_and_writes_nothing(case: Case, cast: Cast) -> None:
    made = Api(staff=cast.mara).post(f"/cases/{case.pk}/messages", {"channel": "page", "words": "For you."})
    other = Api(staff=cast.stranger)
    assert other.get(f"/cases/{case.pk}/messages").code == "case.unknown"
    assert other.post(f"/cases/{case.pk}/messages", {"channel": "page", "words": "Hi"}).code == "case.unknown"
    assert other.post(f"/messages/{made.body['id']}/withdraw", {}).code in ("case.unknown", "message.unknown")


def test_what_belongs_to_nobody_is_sorted(case: Case, cast: Cast) -> None:
    thread = came_in(None, "Where is it?")
    api = Api(staff=cast.mara)
    (waiting,) = api.get("/messages/unsorted").body["items"]
    assert (waiting["id"], waiting["messages"][0]["text"]) == (thread.pk, "Where is it?")
    where = f"/messages/unsorted/{thread.pk}/sort"
    assert api.post(where, {}).code == "thread.no_choice"
    assert api.post(where, {"case": f"SR-{case.pk}"}).body == {"case": case.pk}
    assert api.post(where, {"case": f"SR-{case.pk}"}).code == "thread.unknown"
    assert api.get("/messages/unsorted").body["items"] == []


def test_thanks_ok_from_a_customer_ends_no_promise(case: Case, cast: Cast) -> None:
    now = datetime.now(UTC)
    before = set(Promise.objects.filter(state__in=LIVE).values_list("pk", flat=True))
    assert before
    thread = came_in(None, "Thanks, OK")
    Api(staff=cast.mara).post(f"/messages/unsorted/{thread.pk}/sort", {"case": f"SR-{case.pk}"})
    assert not actions.take_messages(channels=["email"], now=now + timedelta(minutes=1))
    assert set(Promise.objects.filter(state__in=LIVE).values_list("pk", flat=True)) == before
    case.refresh_from_db()
    assert case.closed_at is None


def test_it_leaves_in_their_hours(case: Case, cast: Cast) -> None:
    # Wherever it is night just now.
    zone = next(
        name for name in ("Asia/Tokyo", "Europe/London", "America/Los_Angeles")
        if not 8 <= datetime.now(ZoneInfo(name)).hour < 20
    )  # fmt: skip
    type(case.customer).objects.filter(pk=case.customer_id).update(time_zone=zone)
    api, path = Api(staff=cast.mara), f"/cases/{case.pk}/messages"
    words = {"channel": "email", "words": "It is mine.", "their_hours": True}
    made = api.post(path, words).body
    leaves = datetime.fromisoformat(made["leave_at"]).astimezone(ZoneInfo(zone))
    assert (leaves.hour, leaves.minute) == (8, 0)
    assert api.post(path, words | {"leave_at": datetime.now(UTC).isoformat()}).code == "case.bad_value"


def test_what_must_be_clean_leaves_with_a_reason(case: Case, cast: Cast) -> None:
    require_clean("email", from_severity=1, by=actor(cast.ada), now=NOW)
    api, path = Api(staff=cast.mara), f"/cases/{case.pk}/messages"
    words = {"channel": "email", "words": "The carrier failed to deliver."}
    assert api.post(path, words).code == "message.coach"
    assert api.post(path, words | {"despite": "Dana asked who it was"}).status == 201
    told = Entry.objects.get(verb="case.coach_overridden").data
    assert told["reason"] == "Dana asked who it was"


def test_an_answer_by_mail_is_offered_and_not_taken(case: Case, cast: Cast) -> None:
    api, path = Api(staff=cast.mara), f"/cases/{case.pk}"
    assert api.get(f"{path}/messages").body["answer_heard"] is None
    assert api.post(f"{path}/ask", {"channel": "email"}).status == 200
    thread = came_in(case, "Yes, all good. Thank you!")
    Message.objects.filter(thread=thread).update(at=datetime.now(UTC))
    assert api.get(f"{path}/messages").body["answer_heard"] == {"answer": "satisfied", "words": "all good"}
    assert api.get(path).body["checks"][-1]["answer"] in ("", None)
