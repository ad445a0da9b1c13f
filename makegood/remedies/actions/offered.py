"""An offer of which the customer chooses: opened once somebody has the authority for it, and ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from makegood.cases.actions.committing import promise_in
from makegood.cases.actions.holding import tell
from makegood.cases.models import Case
from makegood.journal.actors import Actor
from makegood.kernel.texts import first_name
from makegood.promises import actions as promises
from makegood.remedies.models import Grant, Offer
from makegood.remedies.rules.granting import GrantState, by_choice, moved_on
from makegood.remedies.rules.offering import IN_TOUCH_WITHIN, OfferState, Silence
from makegood.remedies.rules.playbooks import joined


def open_offer(offer: Offer, case: Case, *, decided_by: int, by: Actor, now: datetime) -> None:
    """Let the customer choose from now on, on somebody's authority; what it waited for a decision is added to its
    times. Both the case and the budget must be held."""
    rows = list(offer.options.all())
    for row in rows:
        row.state, row.due_at = GrantState.OFFERED, moved_on(row.due_at, asked_at=offer.made_at, now=now)
    Grant.objects.bulk_update(rows, ["state", "due_at"])
    options = by_choice(rows)
    offer.until = moved_on(offer.until, asked_at=offer.made_at, now=now)
    offer.state, offer.decided_by_id, offer.opened_at = OfferState.OPEN, decided_by, now
    if offer.silence == Silence.IN_TOUCH:
        first = first_name(case.customer.name)
        offer.promise_id = promise_in(
            case, title=f"Get in touch with {first}, who has chosen nothing", due_at=offer.until + IN_TOUCH_WITHIN,
            by=by, now=now,
        )  # fmt: skip
    offer.save()
    tell(
        "choice_offered", case, by=by, at=now,
        data={
            "offer": offer.pk, "titles": [joined(row.title for row in option) for option in options],
            "until": offer.until.isoformat(), "currency": rows[0].currency, "dearest": str(max(map(_sum, options))),
            "words": "", "note": offer.words,
        },
    )  # fmt: skip


def _sum(option: Sequence[Grant]) -> Decimal:
    return sum((row.correction + row.goodwill for row in option), Decimal(0))


def end_offer(offer: Offer, state: OfferState, *, reason: str, by: Actor, now: datetime) -> None:
    """Nothing more can be chosen of it; nobody waits to get in touch about it, unless that is what comes next."""
    offer.state, offer.ended_at = state, now
    offer.save(update_fields=["state", "ended_at"])
    if reason:
        no_need_to_get_in_touch(offer, reason=reason, by=by, now=now)


def no_need_to_get_in_touch(offer: Offer, *, reason: str, by: Actor, now: datetime) -> None:
    """The customer has been heard: the promise to get in touch about the choice ends."""
    if offer.promise_id is not None:
        promises.let_go([offer.promise_id], reason=reason, by=by, now=now)
