"""A message of which nobody knows whether it left: what is known is said, and a person says which it was."""

from __future__ import annotations

from datetime import timedelta

import pytest

from makegood.adapters.sending import Refused
from makegood.cases.models import Case, StepDone
from makegood.conversation import actions
from makegood.conversation.models import Message
from makegood.conversation.rules.messages import State
from makegood.kernel.refusals import Refusal
from tests.doors.api_client import Api
from tests.doors.desk_client import AtDesk, text
from tests.doors.test_texts import Service, _store, comes_in, leaves, line  # noqa: F401 - fixtures
from tests.factories import NOW
from tests.rooms.casework import Cast, Hand, cast, mara  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


@pytest.fixture
def unsure(line, mara: Hand, monkeypatch) -> Message:  # noqa: F811
    """A text message that was handed over, and no answer was heard."""
    comes_in(line, "Where is my parcel?")
    case = Case.objects.get()
    actions.write_message(case.pk, channel="sms", words="It comes tomorrow.", covers=["apologise"], **mara.at(NOW))
    leaves(Service(Refused("It did not answer.", temporary=True, perhaps_sent=True)), monkeypatch)
    return Message.objects.get(inward=False)


def taken(case: Case) -> list[str]:
    return list(StepDone.objects.filter(case=case, undone_at=None).values_list("step", flat=True))


def test_the_page_says_what_is_known_and_offers_both(cast: Cast, unsure: Message) -> None:  # noqa: F811
    page = text(AtDesk(cast.mara).get(f"/cases/SR-{unsure.thread.case_id}/"))
    for words in ("Handed over", "by Texts", "it may have arrived", "It arrived", "It did not: send it again"):
        assert words in page


def test_it_arrived_counts_as_sent_and_is_not_sent_again(cast: Cast, unsure: Message, monkeypatch) -> None:  # noqa: F811
    desk, case = AtDesk(cast.mara), Case.objects.get()
    assert "apologise" not in taken(case)
    desk.post(f"/messages/{unsure.pk}/arrived/")
    unsure.refresh_from_db()
    assert (unsure.state, unsure.sent_at, unsure.problem) == (State.SENT, unsure.handed_at, "")
    assert "apologise" in taken(case)
    page = text(desk.get(f"/cases/SR-{case.pk}/"))
    assert ("found out that it arrived" in page, "It did not: send it again" in page) == (True, False)
    service = Service()
    leaves(service, monkeypatch, after=timedelta(hours=1))
    assert service.taken == []


def test_by_api_too_and_only_once(cast: Cast, unsure: Message) -> None:  # noqa: F811
    api = Api(staff=cast.mara)
    assert "arrive" in api.get(f"/cases/SR-{unsure.thread.case_id}/messages").body["items"][-1]["moves"]
    assert api.post(f"/messages/{unsure.pk}/arrived", {}).body["state"] == "sent"
    assert api.post(f"/messages/{unsure.pk}/arrived", {}).code == "message.illegal_move"


def test_a_stranger_says_nothing(cast: Cast, unsure: Message) -> None:  # noqa: F811
    AtDesk(cast.stranger).post(f"/messages/{unsure.pk}/arrived/")
    unsure.refresh_from_db()
    assert unsure.state == State.UNSURE
    assert Api(staff=cast.stranger).post(f"/messages/{unsure.pk}/arrived", {}).status in (403, 404)


def test_what_failed_did_not_arrive(cast: Cast, line, mara: Hand, monkeypatch) -> None:  # noqa: F811
    comes_in(line, "Where is my parcel?")
    actions.write_message(Case.objects.get().pk, channel="sms", words="Tomorrow.", **mara.at(NOW))
    leaves(Service(Refused("no such number", temporary=False)), monkeypatch)
    row = Message.objects.get(inward=False)
    with pytest.raises(Refusal) as no:
        actions.note_arrived(row.pk, **mara.at(NOW + timedelta(minutes=2)))
    assert no.value.code == "message.illegal_move"
