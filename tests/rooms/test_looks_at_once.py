"""Two who lead look at the same message at the same instant."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from makegood.cases.models import Case
from makegood.conversation import actions
from makegood.conversation.models import Mailbox
from makegood.kernel.refusals import Refusal
from makegood.people.models import Staff
from makegood.promises.models import Kind
from tests.factories import NOW, make_cast, make_contact
from tests.rooms.casework import HOUR, MINUTE, Hand
from tests.rooms.test_conversation import send_all
from tests.rooms.test_ending import reported
from tests.rooms.test_follow_ups_pulled import TABLES
from tests.rooms.test_looks import turn, write

DATED = "I own this. I will ring you by 17:00 today."


def test_two_who_look_at_once_let_it_leave_once(committed: list[str]) -> None:
    committed += [
        "practice_basics", "conversation_look", "conversation_lookrule", "conversation_arrival",
        "conversation_message", "conversation_thread", "conversation_mailbox", *TABLES,
    ]  # fmt: skip
    made = make_cast()
    turn(made, on=True)
    Mailbox.objects.create(
        name="Care", address="care@desk.example", kind=Kind.objects.get(slug="delivery"), made_at=NOW,
        smtp_host="mail.example",
    )  # fmt: skip
    number = reported(Hand(made.mara))
    make_contact(Case.objects.get(pk=number).customer, "email", "dana@home.example", "dana@home.example")
    written = write(Case.objects.get(pk=number), Hand(made.mara), words=DATED)

    def look(staff: Staff) -> str:
        try:
            actions.release_message(written.id, **Hand(staff).at(NOW))
        except Refusal as no:
            return no.code
        finally:
            connection.close()
        return "leaves"

    with ThreadPoolExecutor(2) as people:
        assert sorted(people.map(look, [made.lena, made.greta])) == ["leaves", "message.looked"]
    assert [one.text for one in send_all(NOW + MINUTE)] == [DATED]
    assert send_all(NOW + HOUR) == []
