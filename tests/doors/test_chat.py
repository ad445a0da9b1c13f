"""Chat: chosen in the box like any way where there is a line and the customer is known there, and answered once."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from makegood.cases.models import Case
from makegood.conversation import actions
from makegood.conversation.models import Line, Message, Thread
from makegood.conversation.rules.messages import Channel, Sort, State, addresses_for
from makegood.customers.actions import add
from makegood.customers.models import Customer
from makegood.journal.actors import SYSTEM
from makegood.platform.filing import file_store
from makegood.platform.sealing import unseal
from tests.arriving import all_sorted
from tests.doors.desk_client import AtDesk, text
from tests.doors.test_texts import Service, _store, leaves  # noqa: F401 - fixtures
from tests.factories import NOW, actor
from tests.rooms.casework import Cast, cast, mara  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(cast: Cast) -> Line:  # noqa: F811
    number = actions.add_line(
        name="Chat", channel="chat", how="apprise", secret="tgram://token/{to}", kind="delivery", by=actor(cast.ada),
        now=NOW,
    )  # fmt: skip
    return Line.objects.get(pk=number)


def comes_in(line: Line, words: str, *, sender: str, number: str = "1") -> None:
    told = {"id": number, "from": sender, "text": words}
    path = f"/hooks/text/{line.pk}/{unseal(line.hook_secret)}/"
    assert Client().post(path, json.dumps(told), content_type="application/json").status_code == 200
    all_sorted(file_store())


class TestComingIn:
    @pytest.mark.parametrize("sender", ["@Dana.O", "U024BE7LH", "dana@chat.example", "8834"])
    def test_somebody_new_is_known_by_what_the_chat_calls_them(self, line, mara, sender: str) -> None:  # noqa: F811
        for number in ("1", "1", "2"):
            comes_in(line, "Where is my parcel?", sender=sender, number=number)
        contacts = [(one.channel, one.value) for one in Customer.objects.get().contacts.all()]
        assert (contacts, Message.objects.count()) == ([("chat", sender)], 2)
        assert (Case.objects.count(), Thread.objects.count()) == (1, 1)
        assert set(Message.objects.values_list("sort", flat=True)) == {Sort.ORDINARY}

    def test_a_number_in_a_chat_is_known_by_phone(self, line, mara) -> None:  # noqa: F811
        dana = add("Dana Okafor", contacts=[("phone", "+44 7946 011899")], by=SYSTEM, now=NOW)
        comes_in(line, "Where is my parcel?", sender="+447946011899")
        assert Case.objects.get().customer_id == dana

    def test_a_name_in_a_chat_is_nobodys_mail_address(self, line, mara) -> None:  # noqa: F811
        dana = add("Dana Okafor", contacts=[("email", "dana@home.example")], by=SYSTEM, now=NOW)
        comes_in(line, "Where is my parcel?", sender="dana@home.example")
        assert Case.objects.get().customer_id != dana


class TestLeaving:
    @pytest.fixture
    def case(self, line, mara) -> Case:  # noqa: F811
        comes_in(line, "Where is my parcel?", sender="U024BE7LH")
        return Case.objects.get()

    def test_an_answer_is_offered_in_the_chat_and_goes_there_once(self, line, cast, case, monkeypatch) -> None:  # noqa: F811
        desk = AtDesk(cast.mara)
        page = desk.get(f"/cases/SR-{case.pk}/").content.decode()
        assert 'value="chat" checked' in page
        answer = desk.post(
            f"/cases/SR-{case.pk}/notes/", mode="chat", text="It comes tomorrow.", to_chat="U024BE7LH", heard="1"
        )  # fmt: skip
        assert answer.status_code == 303, text(answer)
        service = Service()
        Message.objects.filter(inward=False).update(leave_at=NOW)
        for _twice in range(2):
            leaves(service, monkeypatch)
        assert service.taken == [("U024BE7LH", "It comes tomorrow.")]
        assert Message.objects.get(inward=False).state == State.SENT

    def test_a_draft_for_the_chat_comes_back_with_its_address(self, line, cast, case) -> None:  # noqa: F811
        desk = AtDesk(cast.mara)
        desk.post(f"/cases/SR-{case.pk}/draft/", mode="chat", text="Half a", to_chat="U024BE7LH")
        page = desk.get(f"/cases/SR-{case.pk}/").content.decode()
        assert ("Half a" in page, 'value="chat" checked' in page) == (True, True)

    def test_without_a_line_or_an_address_there_it_is_not_offered(self, line, cast, case) -> None:  # noqa: F811
        offered = f"/cases/SR-{case.pk}/"
        Line.objects.update(paused_at=NOW)
        assert 'name="mode" value="chat"' not in AtDesk(cast.mara).get(offered).content.decode()
        Line.objects.update(paused_at=None)
        Customer.objects.get().contacts.all().delete()
        assert 'name="mode" value="chat"' not in AtDesk(cast.mara).get(offered).content.decode()


def test_the_chat_comes_before_numbers_and_is_no_number_for_texts() -> None:
    contacts = [("phone", "1234567"), ("email", "d@home.example"), ("chat", "@dana")]
    assert addresses_for(Channel.CHAT, contacts) == ["@dana", "1234567"]
    assert addresses_for(Channel.SMS, contacts) == ["1234567"]
