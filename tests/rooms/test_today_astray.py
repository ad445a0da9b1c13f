"""Today shows its owner a case of which a message went astray, until something was done about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from makegood.cases import actions as cases
from makegood.cases.models import Case
from makegood.cases.queries import desk_rows
from makegood.conversation import actions
from makegood.conversation.actions.sending import note_bounced
from makegood.conversation.models import Mailbox, Message
from makegood.people.rules import Scope
from makegood.promises.models import Kind
from tests.factories import NOW, Cast, make_customer, make_staff
from tests.rooms.casework import HOUR, MINUTE, Hand, callback, cast, mara, watch

__all__ = ["cast", "mara"]

pytestmark = pytest.mark.django_db

ASTRAY = "A message did not reach them"
LATER = NOW + 2 * HOUR


@pytest.fixture
def case(mara: Hand) -> Case:
    """A case of hers whose customer can be written to."""
    kind = Kind.objects.get(slug="delivery")
    Mailbox.objects.create(
        name="Care", address="care@desk.example", kind=kind, made_at=NOW, smtp_host="mail.example"
    )  # fmt: skip
    callback(mara, customer=make_customer("Dana Okafor", email="dana@home.example").pk)
    watch(NOW + 31 * MINUTE)
    found = Case.objects.get()
    cases.take(found.pk, **mara.at(NOW + HOUR))
    return found


def carry(now: datetime) -> actions.Carried:
    (one,) = actions.take_messages(channels=["email"], now=now)
    return one


def refused(now: datetime) -> None:
    actions.mark_refused(carry(now), "550 no such user", for_good=True, now=now)


def unsure(now: datetime) -> None:
    assert actions.note_handing(carry(now), now=now)
    assert actions.settle_doubts(now=now + HOUR) == 1


def bounced(now: datetime) -> None:
    one = carry(now)
    actions.mark_sent(one, now=now)
    note_bounced(Message.objects.get(pk=one.id), Case.objects.get(), "550 no such user", now=now)


def write(case: Case, mara: Hand, now: datetime = LATER) -> int:
    return actions.write_message(case.pk, channel="email", words="I own this.", **mara.at(now)).id


def waits(scope: Scope) -> list[tuple[int, str]]:
    waiting = desk_rows(scope, who="me").groups[2]
    return [(row.case.number, row.why) for row in waiting.rows if row.case]


@pytest.mark.parametrize("fate", [refused, unsure, bounced])
def test_what_went_astray_waits_for_the_owner_alone(
    case: Case, mara: Hand, cast: Cast, fate: Callable[[datetime], None]
) -> None:
    write(case, mara)
    assert waits(mara.scope) == []
    fate(LATER + MINUTE)
    assert waits(mara.scope) == [(case.pk, ASTRAY)]
    stranger = Hand(make_staff("Stig", team=None))
    assert waits(Hand(cast.tomas).scope) == waits(stranger.scope) == []


def test_a_message_that_is_tried_again_later_has_not_gone_astray(case: Case, mara: Hand) -> None:
    write(case, mara)
    actions.mark_refused(carry(LATER + MINUTE), "450 come later", for_good=False, now=LATER + MINUTE)
    assert waits(mara.scope) == []


def test_sent_again_it_waits_no_more_unless_it_goes_astray_again(case: Case, mara: Hand) -> None:
    number = write(case, mara)
    refused(LATER + MINUTE)
    actions.send_again(number, **mara.at(LATER + HOUR))
    assert waits(mara.scope) == []
    refused(LATER + 2 * HOUR)
    assert waits(mara.scope) == [(case.pk, ASTRAY)]


def test_taken_back_it_waits_no_more(case: Case, mara: Hand) -> None:
    number = write(case, mara)
    refused(LATER + MINUTE)
    actions.send_again(number, **mara.at(LATER + HOUR))
    actions.withdraw_message(number, **mara.at(LATER + HOUR))
    assert waits(mara.scope) == []


def test_another_message_counts_once_it_left(case: Case, mara: Hand) -> None:
    write(case, mara)
    refused(LATER + MINUTE)
    write(case, mara, LATER + HOUR)
    assert waits(mara.scope) == [(case.pk, ASTRAY)], "it may go astray as the first did"
    actions.mark_sent(carry(LATER + 2 * HOUR), now=LATER + 2 * HOUR)
    assert waits(mara.scope) == []


def test_a_customer_who_was_rung_up_instead_waits_no_more(case: Case, mara: Hand) -> None:
    write(case, mara)
    refused(LATER + MINUTE)
    cases.record_step(case.pk, step="own", words="Rang her: it is mine", channel="phone", **mara.at(LATER + HOUR))
    assert waits(mara.scope) == []


def test_what_goes_another_way_by_itself_asks_nobody_until_that_fails_too(case: Case, mara: Hand) -> None:
    case.customer.contacts.create(channel="email", value="d@work.example", normal="d@work.example")
    write(case, mara)
    refused(LATER + MINUTE)
    assert Message.objects.filter(address="d@work.example", state="waiting").exists()
    assert waits(mara.scope) == []
    refused(LATER + HOUR)
    assert waits(mara.scope) == [(case.pk, ASTRAY)]


def test_a_closed_case_waits_for_nobody(case: Case, mara: Hand) -> None:
    write(case, mara)
    refused(LATER + MINUTE)
    Case.objects.update(closed_at=LATER + HOUR, outcome="satisfied")
    assert waits(mara.scope) == []


def test_what_a_person_found_to_have_arrived_waits_no_more(case: Case, mara: Hand) -> None:
    number = write(case, mara)
    unsure(LATER + MINUTE)
    assert waits(mara.scope) == [(case.pk, ASTRAY)]
    actions.note_arrived(number, **mara.at(LATER + 2 * HOUR))
    assert waits(mara.scope) == []
