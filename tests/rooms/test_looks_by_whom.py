"""Who looks: once whoever presses, a deputy while the lead is away, what is due soonest first; and what is promised."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from makegood.adapters.files import FileStore
from makegood.cases.models import Case, Commitment
from makegood.cases.queries import case_for
from makegood.conversation import actions
from makegood.conversation.models import Attachment, Look, Mailbox, Message
from makegood.conversation.queries import Offer, attachment_for, message_for, offers_in, to_look_at
from makegood.customers.queries import customer_for
from makegood.notices.models import Notice
from makegood.promises.models import Promise
from tests.factories import NOW, Cast, make_absence
from tests.rooms.casework import HOUR, MINUTE, Hand, cast, mara
from tests.rooms.test_conversation import box, come_in, files, mail, send_all
from tests.rooms.test_looks import case, on, pass_scene, refused, write

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
    assert actions.ask_who_is_there(now=NOW) == 0
    make_absence(cast.lena, deputy=cast.stranger)
    assert (actions.ask_who_is_there(now=NOW), actions.ask_who_is_there(now=NOW)) == (1, 0)
    told = Notice.objects.filter(topic="message.to_look").values_list("staff_id", "read_at")
    assert dict(told) == {cast.lena.pk: NOW, cast.stranger.pk: None}, "the one is told, the other is asked no more"
    actions.release_message(written.id, **deputy.at(NOW))
    # Whoever presses a second after somebody else learns that it is done.
    assert refused(lambda: actions.release_message(written.id, **deputy.at(NOW))) == "message.looked"


def test_where_nobody_was_there_the_first_who_is_gets_asked(on: None, cast: Cast, mara: Hand, case: Case) -> None:
    away = [make_absence(one) for one in (cast.lena, cast.otto, cast.greta)]
    written = write(case, mara)
    assert Look.objects.get(message=written.id).asked_of_id is None
    assert actions.ask_who_is_there(now=NOW) == 0
    away[0].delete()
    assert actions.ask_who_is_there(now=NOW) == 1
    assert Notice.objects.get(topic="message.to_look", staff_id=cast.lena.pk).read_at is None


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


@pytest.mark.parametrize(
    ("words", "later", "meant"),
    [
        ("I own this. I will ring you by 17:00 today.", timedelta(hours=1), True),
        ("I own this. I will ring you by 17:00.", timedelta(hours=20), False),
        ("I own this. I will ring you tomorrow at 10:00.", timedelta(hours=24), False),
        ("I own this. I will ring you within 30 minutes.", timedelta(hours=3), True),
    ],
)  # fmt: skip
def test_what_means_another_time_by_now_is_not_let_go(
    on: None, cast: Cast, mara: Hand, case: Case, words: str, later: timedelta, meant: bool
) -> None:
    """By five is not tomorrow's five because nobody looked; within the hour counts from when it is read."""
    written = write(case, mara, words=words)
    promise_all(case, mara)
    lena, now = Hand(cast.lena), NOW + later
    (waits,) = to_look_at(lena.scope, now=now)
    assert [one.means_another_time for one in waits.promises] == [not meant]
    if meant:
        actions.release_message(written.id, **lena.at(now))
        assert commitments(case) == 1
    else:
        assert refused(lambda: actions.release_message(written.id, **lena.at(now))) == "message.another_time"
        assert Message.objects.get(pk=written.id).state == "held"
        actions.send_back_message(written.id, words="That time is over.", **lena.at(now))
        assert commitments(case) == 0


def test_a_deputy_sees_what_they_look_at_with_its_files_and_nothing_else(
    on: None, cast: Cast, mara: Hand, case: Case
) -> None:
    """Before and after, though the case is not theirs to see."""
    written = write(case, mara)
    mine = Attachment.objects.create(
        message_id=written.id, name="plan.pdf", content_type="application/pdf", size=3, digest="0" * 64
    )
    deputy = Hand(cast.stranger)
    pass_scene(cast.stranger)
    assert refused(lambda: message_for(deputy.scope, written.id)) == "message.unknown"
    make_absence(cast.lena, deputy=cast.stranger)
    actions.ask_who_is_there(now=NOW)
    assert message_for(deputy.scope, written.id).text == "I own this."
    assert attachment_for(deputy.scope, mine.pk).name == "plan.pdf"
    (waits,) = to_look_at(deputy.scope, now=NOW)
    assert (waits.sees, waits.customer, waits.title) == (False, case.customer.name, case.title)
    actions.release_message(written.id, **deputy.at(NOW))
    assert message_for(deputy.scope, written.id).looked_by == cast.stranger.name


def test_only_its_writer_takes_back_what_waits(on: None, cast: Cast, mara: Hand, case: Case) -> None:
    written = write(case, mara)
    assert refused(lambda: actions.withdraw_message(written.id, **Hand(cast.lena).at(NOW))) == "message.not_writer"
    actions.withdraw_message(written.id, **mara.at(NOW))
