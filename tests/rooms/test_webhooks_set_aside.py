"""A remedy of which a system was never told: its owner hears of it, its case says so, and what is done is not asked for
again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from makegood.adapters.hooks import Heard
from makegood.cases.models import Case
from makegood.journal import queries
from makegood.journal.models import Entry
from makegood.notices.models import Notice
from makegood.remedies import actions as remedies
from makegood.remedies.models import Grant
from makegood.webhooks import actions
from makegood.webhooks.models import Delivery
from makegood.webhooks.queries import Word, sent_about
from makegood.webhooks.rules import TRIED_FOR
from tests.factories import NOW, Cast, actor
from tests.rooms.casework import HOUR, Hand
from tests.rooms.test_grants import back, case, cast
from tests.rooms.test_webhooks import BAD, WELL, add, refused, settled, take

__all__ = ["case", "cast", "settled"]

pytestmark = pytest.mark.django_db
LATER = NOW + TRIED_FOR


@pytest.fixture
def lost(cast: Cast, case: Case) -> Delivery:
    """Word of a remedy that Mara gave, tried for days and set aside."""
    add(cast, "case.granted")
    remedies.grant(case.pk, [back("105")], **Hand(cast.mara).at(NOW))
    answer(BAD, NOW)
    Delivery.objects.update(next_at=LATER)
    answer(BAD, LATER)
    return Delivery.objects.get()


def answer(heard: Heard, now: object) -> None:
    parcel = take(now)  # type: ignore[arg-type]
    mark = actions.mark_refused if heard.problem else actions.mark_sent
    mark(parcel, parcel.messages[0], heard, now=now)  # type: ignore[arg-type]
    actions.give_back(parcel)


def test_its_owner_is_told_and_its_case_says_so(cast: Cast, case: Case, lost: Delivery) -> None:
    assert (lost.failed_at, lost.next_at) == (LATER, None)
    (notice,) = Notice.objects.filter(topic="hook_failed")
    assert (notice.staff, notice.urgent, notice.link) == (cast.mara, True, f"/cases/SR-{case.pk}/remedies/")
    assert "Dana" not in notice.words
    ((sent,),) = sent_about("grant", [lost.about_id or 0]).values()
    assert (sent.word, sent.at) == (Word.SET_ASIDE, LATER)
    (entry,) = queries.history(case_id=case.pk)[-1:]
    assert (entry.verb, entry.data["name"]) == ("webhook.set_aside", "Payments")


def test_sent_again_it_is_accepted_and_written_down(cast: Cast, lost: Delivery) -> None:
    actions.send_again(lost.endpoint_id, lost.message_id, by=actor(cast.ada), now=LATER)
    answer(WELL, LATER)
    ((sent,),) = sent_about("grant", [lost.about_id or 0]).values()
    assert (sent.word, sent.at) == (Word.ACCEPTED, LATER)
    assert Entry.objects.get(verb="webhook.sent_again").actor_name == "Ada Osei"


def test_what_was_done_by_hand_meanwhile_is_not_asked_for_again(cast: Cast, lost: Delivery) -> None:
    grant = Grant.objects.get()
    remedies.fulfil_grant(grant.pk, **Hand(cast.mara).at(LATER + HOUR))
    then, by = LATER + 2 * HOUR, actor(cast.ada)
    refused("webhook.overtaken", lambda: actions.send_again(lost.endpoint_id, lost.message_id, by=by, now=then))
    assert actions.send_all_again(lost.endpoint_id, by=by, now=then) == 0
    assert actions.take_parcel(now=then + timedelta(days=1)) is None
