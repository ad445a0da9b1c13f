"""Giving remedies, at once within one's own authority."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from django.db import transaction

from makegood.cases.actions.committing import promise_in
from makegood.cases.actions.holding import hold, person, tell
from makegood.cases.models import Case
from makegood.cases.queries import CaseFacts, case_for
from makegood.journal.actors import Actor
from makegood.kernel.money import format_money
from makegood.kernel.refusals import Refusal, forbidden
from makegood.kernel.when import after
from makegood.people.rules import Scope
from makegood.platform.installation import organisation
from makegood.remedies.actions.telling import one_owed
from makegood.remedies.actions.weighing import Weighed, hold_budget, hold_events, weigh
from makegood.remedies.models import Grant
from makegood.remedies.queries.authority import staff_of_customer
from makegood.remedies.queries.failing import failure_in
from makegood.remedies.queries.grants import unknown_grant
from makegood.remedies.queries.owing import Owed, owing
from makegood.remedies.queries.playbooks import titles_of
from makegood.remedies.rules.authority import Ruling
from makegood.remedies.rules.entitlements.words import last_moment
from makegood.remedies.rules.granting import SOON, Choice, GrantState, beside_owed, part
from makegood.remedies.rules.owing import OwedState

_HOW = {"cash": "Pay", "original_payment": "Pay back", "account_credit": "Credit"}


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
    """Give remedies in a case on one's own authority; each becomes a commitment with a date, also what comes together
    with another. Returns their ids.

    `currency` is the organisation's unless said. What is owed comes first where a choice says so, and is asked about
    by no authority. Raises Refusal "authority.over" when the rest is more than whoever acts may give alone: ask
    somebody who may (`ask_approval`); "authority.own_case" for the customer's own hand; and what `weigh` raises.
    """
    owed, choices = give_with(number, choices, scope=scope, by=by, now=now)
    if owed and not choices:
        return owed
    weighed = weigh(number, choices, currency=currency, reason=reason, scope=scope, now=now)
    me = person(by)
    hold_budget(me)
    check_not_own(weighed.hands.barred, me)
    ruling = weighed.ruling_for(me, now)
    if not ruling.fits:
        raise over_authority(ruling, weighed, me, now)
    rows = new_rows(weighed, choices, reason, me, now)
    for row in rows:
        give(row, weighed.case, decided_by=me, by=by, now=now)
    return [*owed, *(row.pk for row in rows)]


@transaction.atomic
def grant_owed(
    number: int, policy: str, *, promise_id: int | None = None, scope: Scope, by: Actor, now: datetime
) -> int:
    """Give what a policy owes in a case, for a promise that failed. Returns the grant's id.

    How much it is the policy says, of the facts as they stand: all that is owed less what was given of it. No
    authority, budget, playbook or cap is asked. Raises Refusal "entitlement.unknown", "entitlement.which",
    "entitlement.not_known", "entitlement.nothing_owed", "authority.own_case".
    """
    case = hold(number, scope=scope)
    facts = case_for(scope, number)
    return _give_owed(case, facts, one_owed(facts, policy, promise_id, now=now), by=by, now=now)


def give_with(
    number: int, choices: Sequence[Choice], *, scope: Scope, by: Actor, now: datetime
) -> tuple[list[int], list[Choice]]:
    """Give all that is owed in the case, if any of the choices says so; and what of them is to be given beside it."""
    if not any(one.with_owed for choice in choices for one in choice.parts):
        return [], list(choices)
    case = hold(number, scope=scope)
    facts = case_for(scope, number)
    waiting = [one for one in owing(facts, now=now) if one.state is OwedState.OPEN]
    given = [_give_owed(case, facts, one, by=by, now=now) for one in waiting]
    if not given:
        return given, list(choices)
    return given, [rest for rest in map(beside_owed, choices) if rest is not None]


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


def check_not_own(barred: Collection[int], staff_id: int) -> None:
    """Nobody gives to themselves; `barred` are the staff who are the customer. Raises Refusal "authority.own_case"."""
    if staff_id in barred:
        raise forbidden("authority.own_case", "You are the customer of this case. A colleague has to decide.")


def over_authority(ruling: Ruling, weighed: Weighed, asker_id: int, now: datetime) -> Refusal:
    """The refusal of what is too much, with the name of who may decide."""
    who = weighed.approver(asker_id, now)
    ask = f"Ask {who.name} to approve." if who else "Nobody who is there may give it alone either. Give less."
    return Refusal("authority.over", " ".join([*(one.sentence for one in ruling.obstacles), ask]), status=403)


def new_rows(weighed: Weighed, choices: Sequence[Choice], reason: str, by_id: int, now: datetime) -> list[Grant]:
    """Grants that are not stored yet, with their sums; the first of what is given together before the rest."""
    return [row for choice in choices for row in _rows_of(choice, weighed, reason, by_id, now)]


def _rows_of(choice: Choice, weighed: Weighed, reason: str, by_id: int, now: datetime) -> Iterator[Grant]:
    first = None
    for one in choice.parts:
        sums = part(one)
        title = one.title.strip()[:300]
        row = Grant(
            case=weighed.case, part_of=first, remedy=one.remedy, title=title,
            titles=titles_of(choice.playbook, choice.option, title) if choice.playbook else {}, words=one.words.strip(),
            playbook=choice.playbook, rule=choice.rule, option=choice.option, correction=sums.correction,
            goodwill=sums.goodwill, currency=weighed.currency, share=_storable(weighed.of_loss),
            reason=reason.strip()[:500], by_id=by_id, made_at=now, due_at=one.due_at,
        )  # fmt: skip
        first = first or row
        yield row


def put_aside(rows: Sequence[Grant]) -> None:
    """Store what is not given yet; what other rows are part of comes first."""
    for is_part in (False, True):
        Grant.objects.bulk_create([row for row in rows if (row.part_of is not None) is is_part])


def _give_owed(case: Case, facts: CaseFacts, owed: Owed, *, by: Actor, now: datetime) -> int:
    """Give all that is still owed of it; the whole arithmetic goes with the grant and stays."""
    me = person(by)
    check_not_own(staff_of_customer(case.customer_id), me)
    if owed.entitlement is not None and owed.entitlement.once_key:
        # Another case may be paying for the same event just now: what is left is known once that is done.
        hold_events([owed.entitlement.once_key])
        owed = one_owed(facts, *owed.key, now=now)
    row = owed_row(case.pk, owed, by_id=me, soon=soon_after(now), now=now)
    if row is None:
        raise _not_to_give(owed)
    give(row, case, decided_by=me, by=by, now=now)
    return row.pk


def soon_after(now: datetime) -> datetime:
    """By when what is owed without a date of its own is given."""
    return after(SOON, now=now, zone=organisation().zone, calendar=None).due_at


def owed_row(number: int, owed: Owed, *, by_id: int, soon: datetime, now: datetime) -> Grant | None:
    """The grant of all that is still owed of it in a case, not stored yet; None when nothing is to be given."""
    found = owed.entitlement
    if found is None or not owed.sums.to_grant:
        return None
    amount = format_money(owed.sums.to_grant, owed.currency)
    return Grant(
        case_id=number, remedy=owed.remedy, title=f"{_HOW[owed.means]} {amount}: {owed.title}"[:300],
        entitled=owed.sums.to_grant, currency=owed.currency, policy=owed.policy, about_id=owed.promise_id,
        once_key=found.once_key, explanation=msgspec.to_builtins(found), by_id=by_id, made_at=now,
        due_at=last_moment(found.pay_by, owed.zone) if found.pay_by and found.pay_by > now else soon,
    )  # fmt: skip


def _not_to_give(owed: Owed) -> Refusal:
    if owed.entitlement is None:
        asks = owed.trouble or " ".join(question.asks for question in owed.questions)
        return Refusal("entitlement.not_known", f"What {owed.title} owes is not known yet. {asks}")
    return Refusal("entitlement.nothing_owed", f"Nothing is left to give by {owed.title}.")


def give(row: Grant, case: Case, *, decided_by: int, by: Actor, now: datetime) -> None:
    """Make a grant real: its commitment, its place in a budget, its record. The case must be held."""
    row.failure = failure_in(case.pk).kind
    row.promise_id = promise_in(case, title=row.title, due_at=row.due_at, by=by, now=now)
    row.state, row.decided_by_id, row.given_at = GrantState.GIVEN, decided_by, now
    row.save()
    tell("granted", case, by=by, at=now, data=told(row))


def told(row: Grant) -> dict[str, Any]:
    """What the journal keeps of a remedy."""
    by_rule = {"policy": row.policy, "version": row.explanation["version"]} if row.explanation else {}
    sums = {name: str(getattr(row, name)) for name in ("entitled", "correction", "goodwill") if getattr(row, name)}
    return {
        "grant": row.pk, "remedy": row.remedy, "title": row.title, "currency": row.currency, **sums,
        **({"titles": row.titles} if row.titles else {}),
        "due_at": row.due_at.isoformat(), "promise": row.promise_id, "reason": row.reason, **by_rule,
        **({"offer": row.offer_id} if row.offer_id else {}), **({"part_of": row.part_of_id} if row.part_of_id else {}),
    }  # fmt: skip


def _storable(of_loss: Decimal | None) -> Decimal | None:
    return None if of_loss is None else min(of_loss, Decimal(999_999)).quantize(Decimal("0.001"))
