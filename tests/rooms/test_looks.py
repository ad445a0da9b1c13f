"""From practice to work: what somebody writes who has not passed the basic scenes waits for a lead's look."""

from __future__ import annotations

from typing import Any

import pytest

from makegood.adapters.files import FileStore
from makegood.cases.models import Case, StepDone
from makegood.conversation import actions
from makegood.conversation.models import Draft, Mailbox, Message
from makegood.conversation.queries import message_for, to_look_at
from makegood.conversation.rules.messages import State
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.notices.models import Notice
from makegood.people.models import Staff
from makegood.practice import actions as practice
from makegood.practice.queries import basics
from makegood.promises.models import Promise
from tests.factories import NOW, Cast, make_absence, make_contact
from tests.rooms.casework import HOUR, MINUTE, Hand, cast, mara, watch
from tests.rooms.test_conversation import box, come_in, files, mail, send_all

pytestmark = pytest.mark.django_db
__all__ = ["box", "cast", "files", "mara"]
FIRST = "I am sorry, Dana. We failed you. I will see this through myself. What do you need it for today?"
LAST = (
    "I understand how frustrating this is. I will load it with you by 10:30. Is that right for you, or is there "
    "something more?"
)


@pytest.fixture
def case(files: FileStore, box: Mailbox, mara: Hand) -> Case:
    come_in(files, box, mail())
    return Case.objects.get()


@pytest.fixture
def on(cast: Cast) -> None:
    turn(cast, on=True)


def turn(cast: Cast, *, on: bool, scenes: tuple[str, ...] = ("late-unit",)) -> None:
    practice.set_basics(on=on, scenes=scenes, by=Hand(cast.ada).by, now=NOW)


def pass_scene(one: Staff) -> None:
    hand = Hand(one).at(NOW)
    run = practice.start("late-unit", **hand)
    practice.say(run, FIRST, **hand)
    practice.say(run, LAST, give="larger", **hand)


def write(case: Case, hand: Hand, **given: Any) -> actions.Written:
    asked = {"channel": "email", "words": "I own this.", "covers": ["own"]} | given
    return actions.write_message(case.pk, **asked, **hand.at(NOW))


def refused(act: Any) -> str:
    with pytest.raises(Refusal) as no:
        act()
    return no.value.code


def test_it_is_off_until_somebody_turns_it_on(cast: Cast, mara: Hand, case: Case) -> None:
    assert not basics().on
    assert not write(case, mara).held
    assert len(send_all(NOW + MINUTE)) == 1
    assert refused(lambda: practice.set_basics(on=True, scenes=["late-unit"], by=mara.by, now=NOW)) == (
        "people.not_allowed"
    )
    assert refused(lambda: turn(cast, on=True, scenes=())) == "practice.nothing"
    assert refused(lambda: turn(cast, on=True, scenes=("castle",))) == "practice.no_scene"


def test_it_waits_and_the_lead_is_told_and_lets_it_leave(on: None, cast: Cast, mara: Hand, case: Case) -> None:
    written = write(case, mara)
    assert written.held
    assert send_all(NOW + HOUR) == []
    notice = Notice.objects.get(topic="message.to_look")
    assert (notice.staff_id, notice.urgent) == (cast.lena.pk, True)
    lena = Hand(cast.lena)
    assert [one.message.id for one in to_look_at(lena.scope, now=NOW)] == [written.id]
    actions.release_message(written.id, **lena.at(NOW + HOUR))
    assert send_all(NOW + HOUR) == []
    assert len(send_all(NOW + HOUR + MINUTE)) == 1
    assert message_for(mara.scope, written.id).looked_by == "Lena Brandt"
    assert StepDone.objects.get(case=case).step == "own"
    assert Notice.objects.get(topic="message.looked").staff_id == mara.id
    assert Entry.objects.filter(verb="case.message_released", actor_id=cast.lena.pk).exists()
    assert to_look_at(lena.scope, now=NOW) == ()
    assert refused(lambda: actions.release_message(written.id, **lena.at(NOW + HOUR))) == "message.looked"


def test_it_comes_back_with_words_as_a_draft(on: None, cast: Cast, mara: Hand, case: Case) -> None:
    written, lena = write(case, mara), Hand(cast.lena)
    assert refused(lambda: actions.send_back_message(written.id, words=" ", **lena.at(NOW))) == "case.no_words"
    actions.send_back_message(written.id, words="Say by when.", **lena.at(NOW))
    assert send_all(NOW + HOUR) == []
    assert Draft.objects.get(staff_id=mara.id).text == "I own this."
    assert message_for(mara.scope, written.id).look_words == "Say by when."
    assert Entry.objects.get(verb="case.message_sent_back").data["words"] == "Say by when."
    again = write(case, mara, words="I own this. It comes by five.")
    actions.release_message(again.id, **lena.at(NOW))
    assert len(send_all(NOW + MINUTE)) == 1


def test_its_writer_takes_it_back_and_looks_at_nothing(on: None, cast: Cast, mara: Hand, case: Case) -> None:
    written = write(case, mara)
    assert refused(lambda: actions.release_message(written.id, **mara.at(NOW))) == "message.may_not_look"
    assert refused(lambda: to_look_at(mara.scope, now=NOW)) == "people.not_allowed"
    otto = Hand(cast.otto)
    assert refused(lambda: actions.release_message(written.id, **otto.at(NOW))) == "case.unknown"
    actions.withdraw_message(written.id, **mara.at(NOW))
    assert Message.objects.get(pk=written.id).state == State.WITHDRAWN
    assert refused(lambda: actions.release_message(written.id, **Hand(cast.lena).at(NOW))) == "message.looked"


def test_whoever_passed_writes_alone_and_so_do_leads(on: None, cast: Cast, mara: Hand, case: Case) -> None:
    assert not write(case, Hand(cast.lena)).held
    pass_scene(cast.mara)
    assert not write(case, mara).held
    turn(cast, on=True, scenes=("late-unit", "parcel"))
    assert write(case, mara).held
    turn(cast, on=False)
    assert not write(case, mara).held


def test_passing_before_it_was_turned_on_counts(cast: Cast, mara: Hand, case: Case) -> None:
    pass_scene(cast.mara)
    turn(cast, on=True)
    assert not write(case, mara).held


def test_a_letter_waits_too_and_is_printed_and_said_once_it_was_looked_at(
    on: None, cast: Cast, mara: Hand, case: Case
) -> None:
    make_contact(case.customer, "post", "4 Mill Lane", "4 mill lane")
    written = actions.log_letter(case.pk, words="I own this.", covers=["own"], **mara.at(NOW))
    assert written.held
    assert not StepDone.objects.filter(case=case).exists()
    lena = Hand(cast.lena)
    assert [one.message.id for one in to_look_at(lena.scope, now=NOW)] == [written.id]
    actions.release_message(written.id, **lena.at(NOW + HOUR))
    letter = message_for(mara.scope, written.id)
    assert (letter.state, letter.sent_at, letter.text) == (State.SENT, NOW + HOUR, "I own this.")
    assert StepDone.objects.get(case=case).by_id == mara.id


def test_a_letter_that_is_sent_back_is_a_draft_again(on: None, cast: Cast, mara: Hand, case: Case) -> None:
    make_contact(case.customer, "post", "4 Mill Lane", "4 mill lane")
    written = actions.log_letter(case.pk, words="I own this.", **mara.at(NOW))
    actions.send_back_message(written.id, words="Say by when.", **Hand(cast.lena).at(NOW))
    assert (Draft.objects.get().mode, Draft.objects.get().text) == ("post", "I own this.")
    assert message_for(mara.scope, written.id).sent_at is None


def test_when_the_lead_is_away_somebody_else_is_told(on: None, cast: Cast, mara: Hand, case: Case) -> None:
    for one in (cast.lena, cast.otto):
        make_absence(one)
    write(case, mara)
    assert Notice.objects.get(topic="message.to_look").staff_id == cast.greta.pk


def test_the_promise_to_speak_warns_and_breaks_while_it_waits(on: None, mara: Hand, case: Case) -> None:
    write(case, mara)
    promise = Promise.objects.get(title__startswith="Speak to")
    watch(promise.due_at + HOUR)
    promise.refresh_from_db()
    assert promise.state == "broken"
