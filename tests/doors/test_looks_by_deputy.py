"""Who stands in for a lead looks, at the desk and by the API, at a case that is not theirs to see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from makegood.cases.models import Case
from makegood.conversation import actions
from makegood.conversation.models import Message
from makegood.people.models import Absence, Staff
from makegood.platform.filing import file_store
from tests.doors.api_client import Api
from tests.doors.desk_client import AtDesk, text
from tests.factories import NOW, Cast, make_absence
from tests.rooms.casework import Hand
from tests.rooms.test_looks import box, case, cast, files, mara, on, write

pytestmark = pytest.mark.django_db
__all__ = ["box", "case", "cast", "files", "mara", "on"]


@pytest.fixture
def deputy(cast: Cast) -> Staff:
    """Of another team, and stands in for the lead, who is away."""
    actions.trust([cast.stranger.pk])
    away(cast.lena, cast.stranger)
    return cast.stranger


def away(person: Staff, deputy: Staff) -> None:
    """Around now, and around when the tests write."""
    now = datetime.now(UTC)
    starts_at, ends_at = min(now, NOW) - timedelta(days=1), max(now, NOW) + timedelta(days=1)
    make_absence(person, starts_at=starts_at, ends_at=ends_at, deputy=deputy)


def enclosing(case: Case, hand: Hand) -> Message:
    """A message of theirs that waits, with a file."""
    digest = file_store().put(b"the bill").sha256
    file = actions.Enclosed("bill.txt", "text/plain", 8, digest)
    return Message.objects.get(pk=write(case, hand, enclosed=[file]).id)


def test_a_deputy_reads_and_lets_leave_without_the_case(on: None, deputy: Staff, mara: Hand, case: Case) -> None:
    row = enclosing(case, mara)
    desk = AtDesk(deputy)
    page = desk.get("/messages/looks/")
    assert case.customer.name in text(page)
    html = page.content.decode()
    assert f"/cases/SR-{case.pk}/" not in html
    assert "Take back" not in text(page)
    file = f"/messages/files/{row.attachments.get().pk}/"
    assert file in html
    assert b"".join(desk.get(file).streaming_content) == b"the bill"
    assert desk.post(f"/messages/{row.pk}/release/?list").headers["Location"] == "/today/"
    row.refresh_from_db()
    assert row.state == "waiting"


def test_a_lead_sees_release_and_send_back_and_no_way_to_take_back(
    on: None, cast: Cast, mara: Hand, case: Case
) -> None:  # fmt: skip
    row = write(case, mara)
    for address in ("/messages/looks/", f"/cases/SR-{case.pk}/"):
        page = AtDesk(cast.lena).get(address).content.decode()
        assert f"/messages/{row.id}/release/" in page
        assert f"/messages/{row.id}/send-back/" in page
        assert f"/messages/{row.id}/withdraw/" not in page
    assert f"/messages/{row.id}/withdraw/" in AtDesk(cast.mara).get(f"/cases/SR-{case.pk}/").content.decode()


def test_a_deputy_of_the_same_team_looks_at_the_case_too(on: None, cast: Cast, mara: Hand, case: Case) -> None:
    Absence.objects.all().delete()
    actions.trust([cast.tomas.pk])
    row = write(case, mara)
    away(cast.lena, cast.tomas)
    actions.ask_who_is_there(now=datetime.now(UTC))
    assert f"/messages/{row.id}/release/" in AtDesk(cast.tomas).get(f"/cases/SR-{case.pk}/").content.decode()


def test_who_only_reads_is_offered_no_look(on: None, cast: Cast, mara: Hand, case: Case) -> None:
    row = write(case, mara)
    assert f"/messages/{row.id}/release/" not in AtDesk(cast.anil).get(f"/cases/SR-{case.pk}/").content.decode()


def test_a_colleague_who_stands_in_for_nobody_does_not(on: None, cast: Cast, mara: Hand, case: Case) -> None:
    Absence.objects.all().delete()
    actions.trust([cast.tomas.pk])
    row = write(case, mara)
    assert f"/messages/{row.id}/release/" not in AtDesk(cast.tomas).get(f"/cases/SR-{case.pk}/").content.decode()


def test_a_deputy_looks_by_the_api(on: None, deputy: Staff, mara: Hand, case: Case) -> None:
    first, second = enclosing(case, mara), write(case, mara)
    api = Api(staff=deputy)
    found = api.get("/messages/looks").body["items"]
    assert {one["id"] for one in found} == {first.pk, second.id}
    assert {(one["customer_name"], one["case"]) for one in found} == {(case.customer.name, case.pk)}
    file = api.client.get(f"/api/v1/messages/files/{first.attachments.get().pk}")
    assert b"".join(file.streaming_content) == b"the bill"  # type: ignore[attr-defined]
    assert api.get(f"/cases/SR-{case.pk}/messages").code == "case.unknown"
    assert api.post(f"/messages/{first.pk}/withdraw", {}).code == "case.unknown"
    assert api.post(f"/messages/{first.pk}/release", {}).body["state"] == "waiting"
    sent_back = api.post(f"/messages/{second.id}/send-back", {"words": "Say by when."}).body
    assert (sent_back["state"], sent_back["look_words"]) == ("withdrawn", "Say by when.")
    assert api.get("/messages/looks").code == "people.not_allowed"


def test_nobody_else_looks_by_the_api(on: None, cast: Cast, mara: Hand, case: Case) -> None:
    row = write(case, mara)
    assert Api(staff=cast.stranger).get("/messages/looks").code == "people.not_allowed"
    assert Api(staff=cast.stranger).post(f"/messages/{row.id}/release", {}).code == "case.unknown"
    assert Api(staff=cast.mara).post(f"/messages/{row.id}/release", {}).code == "message.may_not_look"
    assert Api(staff=cast.lena).post(f"/messages/{row.id}/withdraw", {}).code == "message.not_writer"
