"""Taking dated words at their word: what was said becomes a promise, or the failure that it was none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from makegood.cases import actions as cases
from makegood.cases.actions.holding import hold
from makegood.cases.actions.wording import check_words
from makegood.cases.queries import case_for
from makegood.cases.rules import DetectedBy
from makegood.conversation.models import Look, Message
from makegood.conversation.queries.dated import Offer, offers_in, told_words
from makegood.customers.queries import customer_for
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, missing
from makegood.people.rules import Scope
from makegood.platform.installation import organisation

_NAMELESS = "What we said"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of dated words: a promise in the ledger, or (`promise` None) a failure of the case `number`, or what
    is promised once the message leaves that says it (`waits`)."""

    offer: Offer
    promise: int | None
    number: int
    waits: bool = False


@transaction.atomic
def take_at_word(
    number: int,
    *,
    entry: int,
    start: int,
    title: str = "",
    home: ZoneInfo,
    scope: Scope,
    by: Actor,
    now: datetime,
) -> Taken:
    """Promise what was said in an entry of the case's story, or record what the customer was promised.

    What is still to come becomes a promise of the case, called `title` or by its own words, due when it was said to be.
    What a customer was promised and did not get, on a day that no promise on record names, was a promise that nobody
    kept: it is recorded as a failure, as if they had reported it. What a message says that
    waits for a look is promised when it leaves. `home` is the zone of customers whose own is not
    known. Raises Refusal "dated.gone", "case.closed", and what `commit` and `report_failure` raise.
    """
    hold(number, scope=scope)
    case = case_for(scope, number)
    offered = offers_in(case, customer_for(scope, case.customer_id), home=home, now=now)
    offer = next((one for one in offered if (one.entry, one.start) == (entry, start)), None)
    if offer is None:
        raise missing("dated.gone", "Those words are promised already, were taken back, or their time has come.")
    if offer.ahead and offer.held:
        _keep_for_later(offer, title, scope=scope, number=number)
        return Taken(offer, None, number, waits=True)
    if offer.ahead and offer.when:
        promise = cases.commit(
            number, title=title.strip() or offer.what or _NAMELESS, due_at=offer.when.due_at,
            due_on=offer.when.due_on, said_in=entry, scope=scope, by=by, now=now,
        )  # fmt: skip
        return Taken(offer, promise, number)
    reported = cases.report_failure(
        customer_id=case.customer_id, kind=case.kind, what=told_words(offer), detected_by=DetectedBy.CUSTOMER,
        scope=scope, by=by, now=now,
    )  # fmt: skip
    return Taken(offer, None, reported.number)


def _keep_for_later(offer: Offer, title: str, *, scope: Scope, number: int) -> None:
    called = title.strip() or offer.what or _NAMELESS
    check_words(number, [called], field="title", scope=scope)
    look = Look.objects.select_for_update().get(message__id=offer.message or 0)
    look.promises = [*look.promises, [offer.start, called]]
    look.save(update_fields=["promises"])


def promise_what_it_says(
    row: Message, number: int, promises: Sequence[tuple[int, str]], *, scope: Scope, by: Actor, now: datetime
) -> list[str]:
    """A message leaves that waited: promise what was to be promised by its words, in the name of whoever wrote them.
    Returns what could not be promised any more, such as what was to be done by a time that has come."""
    return [
        title for start, title in promises if not _promised(row.pk, number, start, title, scope=scope, by=by, now=now)
    ]


def _promised(message: int, number: int, start: int, title: str, *, scope: Scope, by: Actor, now: datetime) -> bool:
    home = organisation().zone
    try:
        with transaction.atomic():
            case = case_for(scope, number)
            offers = offers_in(case, customer_for(scope, case.customer_id), home=home, now=now)
            said = [one.entry for one in offers if (one.message, one.start) == (message, start) and one.ahead]
            if said:
                take_at_word(
                    number, entry=said[-1], start=start, title=title, home=home, scope=scope, by=by, now=now
                )  # fmt: skip
            return bool(said)
    except Refusal:
        return False
