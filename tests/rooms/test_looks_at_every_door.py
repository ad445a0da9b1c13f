"""Every door by which words of a person go to a customer: they wait for a lead's look where their author has to have
one, and leave at once where not."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import pytest

from makegood.cases.models import Case
from makegood.conversation import actions
from makegood.conversation.models import Line, Look, Message
from makegood.conversation.queries import to_look_at
from makegood.conversation.rules.messages import Channel, State
from makegood.kernel.refusals import Refusal
from makegood.learning import actions as learning
from makegood.remedies import actions as remedies
from tests.factories import NOW, Cast, make_contact
from tests.house.test_architecture import SENDERS
from tests.rooms.casework import HOUR, MINUTE, Hand, cast, mara
from tests.rooms.test_conversation import box, files
from tests.rooms.test_looks import case, pass_scene, turn
from tests.rooms.test_telling_of_change import hurt, live

pytestmark = pytest.mark.django_db
__all__ = ["box", "case", "cast", "files", "mara"]

WORDS = "Dana, I own this and will see it through myself."
LATER = NOW + 2 * HOUR


@dataclass
class Place:
    """The case at which it is written, and who is there."""

    case: Case
    author: Hand
    lead: Hand
    manager: Hand


@pytest.fixture
def place(cast: Cast, mara: Hand, case: Case) -> Place:
    for channel, value in (("phone", "+447946000"), ("chat", "@dana"), ("post", "4 Mill Lane")):
        make_contact(case.customer, channel, value, value)
    Line.objects.create(name="Texts", how="twilio", made_at=NOW)
    Line.objects.create(name="Chat", channel="chat", how="apprise", made_at=NOW)
    return Place(case, mara, Hand(cast.lena), Hand(cast.greta))


Write = Callable[[Place], object]


def written(channel: Channel) -> Write:
    return lambda at: remedies.write_to_customer(at.case.pk, channel=channel, words=WORDS, **at.author.at(NOW))


def letter(at: Place) -> object:
    return remedies.post_letter(at.case.pk, words=WORDS, **at.author.at(NOW))


def again(at: Place) -> object:
    """What nobody had looked at did not leave, and is sent again."""
    made = actions.write_message(at.case.pk, channel="email", words=WORDS, **at.author.at(NOW))
    Message.objects.filter(pk=made.id).update(state=State.FAILED, ended_at=NOW)
    # As if it had been written before looks were asked for.
    Look.objects.all().delete()
    return actions.send_again(made.id, **at.author.at(NOW))


def changed(at: Place) -> object:
    """They own a change, and tell those whom its cause failed."""
    hurt(at.author, "Ruth Abara")
    number = live(at.author)
    learning.say_changed(number, language="en", changed="Each place holds one colour", **at.author.at(NOW + HOUR))
    with suppress(Refusal):
        learning.begin_telling(number, **at.author.at(NOW + HOUR))
    return number


DOORS: dict[str, Write] = {
    "mail": written(Channel.EMAIL), "a text message": written(Channel.SMS), "a chat": written(Channel.CHAT),
    "their page": written(Channel.PAGE), "a letter": letter, "sent again": again, "a change told": changed,
}  # fmt: skip
"""What lets a person write in words of their own. An incident is told by whoever leads, and the question whether it is
right and surveys are asked in words of the house (`SENDERS` names all that write)."""


def leave(now: datetime) -> list[str]:
    """All that leaves up to now, carried or printed."""
    while learning.tell_due(now=now):
        pass
    for one in actions.take_messages(channels=list(Channel), now=now):
        assert actions.note_handing(one, now=now)
        actions.mark_sent(one, now=now)
    return list(Message.objects.filter(inward=False, state=State.SENT).values_list("text", flat=True))


def release(at: Place, made: object) -> None:
    """Somebody who leads lets it leave."""
    if isinstance(made, int):
        learning.begin_telling(made, **at.manager.at(NOW + HOUR))
    for one in to_look_at(at.lead.scope, now=NOW):
        actions.release_message(one.message.id, **at.lead.at(NOW + HOUR))


@pytest.mark.parametrize("door", DOORS)
def test_it_waits_until_somebody_who_leads_has_looked(cast: Cast, place: Place, door: str) -> None:
    turn(cast, on=True)
    made = DOORS[door](place)
    assert leave(NOW + HOUR) == []
    release(place, made)
    (sent,) = leave(LATER)
    assert door == "a change told" or sent == WORDS


@pytest.mark.parametrize("door", DOORS)
def test_it_leaves_at_once_of_somebody_who_passed(cast: Cast, place: Place, door: str) -> None:
    turn(cast, on=True)
    pass_scene(cast.mara)
    DOORS[door](place)
    assert len(leave(NOW + HOUR + MINUTE)) == 1
    assert to_look_at(place.lead.scope, now=NOW) == ()


def test_there_is_no_other_door() -> None:
    assert SENDERS.keys() == {"write_message", "log_letter", "write_many", "write_apart"}
    asked_in_words_of_the_house = {"followups/actions/questions.py"}
    told_by_whoever_leads = {"incidents/actions/sending.py"}
    assert SENDERS["write_many"] - asked_in_words_of_the_house - told_by_whoever_leads == {
        "learning/actions/telling.py"
    }


def test_what_was_looked_at_once_is_sent_again_as_it_is(cast: Cast, place: Place) -> None:
    turn(cast, on=True)
    written(Channel.EMAIL)(place)
    release(place, None)
    Message.objects.filter(inward=False).update(state=State.FAILED, ended_at=LATER)
    number = Message.objects.get(inward=False).pk
    assert not actions.send_again(number, **place.author.at(LATER)).held


def test_words_are_not_changed_while_customers_are_being_told(cast: Cast, place: Place) -> None:
    turn(cast, on=True)
    number = changed(place)
    assert isinstance(number, int)
    learning.begin_telling(number, **place.manager.at(NOW + HOUR))
    with pytest.raises(Refusal) as no:
        learning.say_changed(number, language="en", changed="Something else", **place.author.at(NOW + HOUR))
    assert no.value.code == "telling.needs_look"
