"""Giving remedies, at once within one's own authority."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from django.db import transaction

from makegood.cases.actions.committing import promise_in
from makegood.cases.actions.holding import hold, person, tell
from makegood.cases.models import Case
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, forbidden
from makegood.people.rules import Scope
from makegood.remedies.actions.weighing import Weighed, hold_budget, weigh
from makegood.remedies.models import Grant
from makegood.remedies.queries.grants import unknown_grant
from makegood.remedies.rules.granting import Choice, GrantState, part


@transaction.atomic
def grant(
    number: int,
    choices: Sequence[Choice],
    *,
    currency: str = "",
    reason: str = "",
    scope: Scope,
    by: Actor,
    now: datetime,
) -> list[int]:
    """Give remedies in a case on one's own authority; each becomes a commitment with a date. Returns their ids.

    `currency` is the organisation's unless said. Raises Refusal "authority.over" when it is more than whoever
    acts may give alone: ask somebody who may (`ask_approval`); "authority.own_case" for the customer's own
    hand; and what `weigh` raises.
    """
    weighed = weigh(number, choices, currency=currency, reason=reason, scope=scope, now=now)
    me = person(by)
    hold_budget(me)
    check_not_own(weighed, me)
    ruling = weighed.ruling_for(me, now)
    if not ruling.fits:
        raise over_authority([obstacle.sentence for obstacle in ruling.obstacles], weighed, me, now)
    rows = [new_row(weighed, choice, reason, me, now) for choice in choices]
    for row in rows:
        give(row, weighed.case, decided_by=me, by=by, now=now)
    return [row.pk for row in rows]


def held_grant(grant_id: int, scope: Scope, *, closed: bool | None = False) -> tuple[Grant, Case]:
    """A grant and its case, held; `closed` as for `hold`.

    Raises Refusal "grant.unknown" also for one that may not be seen, and what `hold` raises.
    """
    number = Grant.objects.filter(pk=grant_id).values_list("case_id", flat=True).first()
    if number is None:
        raise unknown_grant()
    try:
        case = hold(number, scope=scope, closed=closed)
    except Refusal as refusal:
        raise unknown_grant() if refusal.code == "case.unknown" else refusal from None
    return Grant.objects.select_related("promise").get(pk=grant_id), case


def check_not_own(weighed: Weighed, staff_id: int) -> None:
    """Nobody gives to themselves. Raises Refusal "authority.own_case"."""
    if weighed.is_barred(staff_id):
        raise forbidden("authority.own_case", "You are the customer of this case. A colleague has to decide.")


def over_authority(sentences: Sequence[str], weighed: Weighed, asker_id: int, now: datetime) -> Refusal:
    """The refusal of what is too much, with the name of who may decide."""
    who = weighed.approver(asker_id, now)
    ask = f"Ask {who.name} to approve." if who else "Nobody who is there may give it alone either. Give less."
    return Refusal("authority.over", " ".join([*sentences, ask]), status=403)


def new_row(weighed: Weighed, choice: Choice, reason: str, by_id: int, now: datetime) -> Grant:
    """A grant that is not stored yet, with its sums."""
    sums = part(choice)
    return Grant(
        case=weighed.case, remedy=choice.remedy, title=choice.title.strip()[:300], words=choice.words.strip(),
        playbook=choice.playbook, rule=choice.rule, option=choice.option, entitled=sums.entitled,
        correction=sums.correction, goodwill=sums.goodwill, currency=weighed.currency,
        share=_storable(weighed.of_loss), reason=reason.strip()[:500],
        explanation=None if choice.entitlement is None else msgspec.to_builtins(choice.entitlement),
        by_id=by_id, made_at=now, due_at=choice.due_at,
    )  # fmt: skip


def give(row: Grant, case: Case, *, decided_by: int, by: Actor, now: datetime) -> None:
    """Make a grant real: its commitment, its place in a budget, its record. The case must be held."""
    row.promise_id = promise_in(case, title=row.title, due_at=row.due_at, by=by, now=now)
    row.state, row.decided_by_id, row.given_at = GrantState.GIVEN, decided_by, now
    row.save()
    tell("granted", case, by=by, at=now, data=told(row))


def told(row: Grant) -> dict[str, Any]:
    """What the journal keeps of a remedy."""
    sums = {name: str(getattr(row, name)) for name in ("entitled", "correction", "goodwill") if getattr(row, name)}
    return {
        "grant": row.pk, "remedy": row.remedy, "title": row.title, "currency": row.currency, **sums,
        "due_at": row.due_at.isoformat(), "promise": row.promise_id, "reason": row.reason,
        **({"offer": row.offer_id} if row.offer_id else {}),
    }  # fmt: skip


def _storable(of_loss: Decimal | None) -> Decimal | None:
    return None if of_loss is None else min(of_loss, Decimal(999_999)).quantize(Decimal("0.001"))
