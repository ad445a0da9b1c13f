"""Giving the same to many at once, and carrying it out: what one cause did to all is made good to each alike."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from makegood.cases.actions.holding import entry
from makegood.cases.actions.storing import NewCommitment, insert_commitments
from makegood.cases.rules import Purpose
from makegood.journal.actions import record_many
from makegood.journal.actors import Actor
from makegood.platform.among import Among
from makegood.promises.actions import Made, NewPromise, keep_many, make_many
from makegood.promises.models import Promise
from makegood.promises.queries import kind_named
from makegood.promises.rules import UNKEPT
from makegood.remedies.actions.fulfilling import REFERENCE_LIMIT
from makegood.remedies.actions.granting import told
from makegood.remedies.models import Grant
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.granting import GrantState, Sums


class Receiver(NamedTuple):
    """A case that is given it, and what it is called in the language of its customer."""

    case_id: int
    customer_id: int
    owner_id: int
    title: str


class Alike(NamedTuple):
    """What each is given, by `due_at`: `by_id` wanted it, `decided_by` gave it on their own authority."""

    remedy: RemedyKind
    sums: Sums
    currency: str
    due_at: datetime
    reason: str
    by_id: int
    decided_by: int


@transaction.atomic
def give_alike(receivers: Sequence[Receiver], what: Alike, *, by: Actor, now: datetime) -> list[int]:
    """Give the same in many cases; each gets its commitment with a date. Returns the grants, in the same order.

    The cases must be held, then the budget of whoever decided (`hold_budget`), and it must have been seen to be within
    their authority: this asks nothing more.
    """
    if not receivers:
        return []
    wanted = [
        NewPromise(customer_id=one.customer_id, title=one.title, due_at=what.due_at, owner_id=one.owner_id)
        for one in receivers
    ]
    made = make_many(wanted, kind=kind_named("commitment"), by=by, now=now)
    insert_commitments(
        [
            NewCommitment(case_id=one.case_id, promise_id=promise.pk, purpose=Purpose.COMMITMENT)
            for one, promise in zip(receivers, made, strict=True)
        ]
    )
    rows = [_row(one, promise, what, now) for one, promise in zip(receivers, made, strict=True)]
    Grant.objects.bulk_create(rows, batch_size=1_000)
    record_many(
        entry("granted", row.case_id, one.customer_id, by=by, at=now, data=told(row))
        for row, one in zip(rows, receivers, strict=True)
    )
    return [row.pk for row in rows]


@transaction.atomic
def fulfil_alike(grant_ids: Collection[int], *, reference: str = "", by: Actor, now: datetime) -> int:
    """What was given in many cases was carried out in all of them, under one `reference`: their promises are kept.

    What was carried out or taken back already stays so. Returns how many were carried out by this.
    """
    wanted = Grant.objects.filter(pk__in=Among(grant_ids), state=GrantState.GIVEN)
    moving = Promise.objects.select_for_update().filter(
        pk__in=wanted.order_by().values("promise_id"), state__in=UNKEPT
    )  # fmt: skip
    held = list(moving.order_by("pk").values_list("pk", flat=True))
    keep_many(held, by=by, now=now)
    name = reference.strip()[:REFERENCE_LIMIT]
    done = Grant.objects.filter(promise_id__in=Among(held), state=GrantState.GIVEN)
    done.update(reference=name, problem="", problem_at=None)
    rows = list(done.select_related("case").defer("case__search").order_by("pk"))
    record_many(
        entry(
            "grant_fulfilled", row.case_id, row.case.customer_id, by=by, at=now, data=told(row) | {"reference": name}
        )
        for row in rows
    )  # fmt: skip
    return len(rows)


def _row(one: Receiver, promise: Made, what: Alike, now: datetime) -> Grant:
    sums = what.sums
    return Grant(
        case_id=one.case_id, remedy=what.remedy, title=one.title, correction=sums.correction,
        goodwill=sums.goodwill, currency=what.currency, reason=what.reason, state=GrantState.GIVEN, by_id=what.by_id,
        made_at=now, due_at=what.due_at, decided_by_id=what.decided_by, given_at=now, promise_id=promise.pk,
    )  # fmt: skip
