"""Who looks: once whoever presses, a deputy while the lead is away, what is due soonest first; and what is promised."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from makegood.adapters.files import FileStore
from makegood.cases.models import Case, Commitment
from makegood.cases.queries import case_for
from makegood.conversation import actions
from makegood.conversation.models import Mailbox, Message
from makegood.conversation.queries import Offer, offers_in, to_look_at
from makegood.customers.queries import customer_for
from makegood.notices.models import Notice
from makegood.promises.models import Promise
from tests.factories import NOW, Cast, make_absence
from tests.rooms.casework import HOUR, MINUTE, Hand, cast, mara
from tests.rooms.test_conversation import box, come_in, files, mail, send_all
from tests.rooms.test_looks import case, on, refused, write

pytestmark = pytest.mark.django_db
__all__ = ["box", "case", "cast", "files", "mara", "on"]
DATED = "I own this. I will ring you by 17:00 today."
HOME = ZoneInfo("UTC")


def offers(case: Case, hand: Hand) -> tuple[Offer, ...]:
    found = case_for(hand.scope, case.pk)
    return offers_in(found, customer_for(hand.scope, found.customer_id), home=HOME, now=NOW)


def promise_all(case: Case, hand: Hand) -> None:
    found = offers(case, hand)
    assert found
    for one in found:
        taken = actions.take_at_word(case.pk, entry=one.entry, start=one.start, home=HOME, **hand.at(NOW))
        assert taken.waits


def commitments(case: Case) -> int:
    return Commitment.objects.filter(case=case, purpose="commitment", undone_at=None).count()


def test_what_it_promises_is_promised_when_it_leaves(on: None, cast: Cast, mara: Hand, case: Case) -> None:
    written = write(case, mara, words=DATED)
    promise_all(case, mara)
    assert (commitments(case), offers(case, mara)) == (0, ())
    actions.release_message(written.id, **Hand(cast.lena).at(NOW + MINUTE))
    made = Promise.objects.get(pk=Commitment.objects.get(case=case, purpose="commitment").promise_id)
    assert made.due_at == NOW.replace(hour=17, minute=0)
    assert Message.objects.get(pk=written.id).text == DATED


def test_what_is_sent_back_promises_nothing(on: None, cast: Cast, mara: Hand, case: Case) -> None:
    written = write(case, mara, words=DATED)
    promise_all(case, mara)
    actions.send_back_message(written.id, words="Not by five.", **Hand(cast.lena).at(NOW))
    assert commitments(case) == 0


def test_a_deputy_of_the_lead_looks_while_they_are_away(on: None, cast: Cast, mara: Hand, case: Case) -> None:
    deputy = Hand(cast.stranger)
    make_absence(cast.lena, deputy=cast.stranger)
    written = write(case, mara)
    # Nobody looks at others' words while their own wait.
    assert refused(lambda: actions.release_message(written.id, **deputy.at(NOW))) == "case.unknown"
    assert Notice.objects.get(topic="message.to_look").staff_id != cast.stranger.pk


def test_a_deputy_who_writes_alone_looks_though_the_case_is_not_theirs(
    on: None, cast: Cast, mara: Hand, case: Case
) -> None:
    actions.trust([cast.stranger.pk])
    make_absence(cast.lena, deputy=cast.stranger)
    deputy, written = Hand(cast.stranger), write(case, mara)
    notice = Notice.objects.get(topic="message.to_look")
    assert (notice.staff_id, notice.link) == (cast.stranger.pk, f"/messages/looks/#look-{written.id}")
    assert [one.message.id for one in to_look_at(deputy.scope, now=NOW)] == [written.id]
    actions.release_message(written.id, **deputy.at(NOW))
    assert len(send_all(NOW + MINUTE)) == 1


def test_a_lead_who_leaves_after_being_asked_is_stood_in_for(on: None, cast: Cast, mara: Hand, case: Case) -> None:
    actions.trust([cast.stranger.pk])
    written, deputy = write(case, mara), Hand(cast.stranger)
    assert refused(lambda: actions.release_message(written.id, **deputy.at(NOW))) == "case.unknown"
    make_absence(cast.lena, deputy=cast.stranger)
    actions.release_message(written.id, **deputy.at(NOW))


def test_whoever_stands_in_does_not_look_at_their_own(on: None, cast: Cast, mara: Hand, case: Case) -> None:
    make_absence(cast.lena, deputy=cast.mara)
    written = write(case, mara)
    assert refused(lambda: actions.release_message(written.id, **mara.at(NOW))) == "message.may_not_look"


def test_what_is_due_soonest_stands_first(
    on: None, cast: Cast, mara: Hand, case: Case, files: FileStore, box: Mailbox
) -> None:
    come_in(files, box, mail("It is broken.", sender="Ruth Abara <ruth@home.example>", subject="Broken"))
    other = Case.objects.exclude(pk=case.pk).get()
    first, second = write(case, mara), write(other, mara)
    for one, hours in ((case, 5), (other, 1)):
        Promise.objects.filter(pk__in=Commitment.objects.filter(case=one).values("promise_id")).update(
            due_at=NOW + hours * HOUR, breaks_at=NOW + hours * HOUR + timedelta(minutes=5)
        )
    waits = to_look_at(Hand(cast.lena).scope, now=NOW)
    assert [one.message.id for one in waits] == [second.id, first.id]
    assert waits[0].due_at == NOW + HOUR


def test_taken_back_it_is_no_news_for_whoever_was_asked(on: None, cast: Cast, mara: Hand, case: Case) -> None:
    written = write(case, mara)
    actions.withdraw_message(written.id, **mara.at(NOW))
    assert Notice.objects.get(topic="message.to_look").read_at is not None
