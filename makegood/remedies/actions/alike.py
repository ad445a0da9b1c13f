"""Giving the same to many at once, and carrying it out: what one cause did to all is made good to each alike."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from makegood.cases.actions.holding import entry
from makegood.cases.actions.storing import NewCommitment, insert_commitments
from makegood.cases.rules import Purpose
from makegood.journal.actions import record_many
from makegood.journal.actors import Actor
from makegood.platform.among import Among
from makegood.promises.actions import NewPromise, keep_many, make_many
from makegood.promises.models import Promise
from makegood.promises.queries import kind_named
from makegood.promises.rules import UNKEPT
from makegood.remedies.actions.fulfilling import REFERENCE_LIMIT
from makegood.remedies.actions.granting import owed_row, soon_after, told
from makegood.remedies.models import Grant
from makegood.remedies.queries.failing import failures_in
from makegood.remedies.queries.owing import Failed, owing_to
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.granting import GrantState, Sums
from makegood.remedies.rules.owing import OwedState


class Receiver(NamedTuple):
    """A case that is given it, and what it is called in the language of its customer."""

    case_id: int
    customer_id: int
    owner_id: int
    title: str


class Alike(NamedTuple):
    """What each is given, by `due_at`, with its names by language: `by_id` wanted it, `decided_by` gave it on their own
    authority."""

    remedy: RemedyKind
    sums: Sums
    currency: str
    due_at: datetime
    reason: str
    by_id: int
    decided_by: int
    titles: Mapping[str, str]


@transaction.atomic
def give_alike(receivers: Sequence[Receiver], what: Alike, *, by: Actor, now: datetime) -> list[int]:
    """Give the same in many cases; each gets its commitment with a date. Returns the grants, in the same order.

    The cases must be held, then the budget of whoever decided (`hold_budget`), and it must have been seen to be within
    their authority: this asks nothing more.
    """
    rows = [_row(one, what, now) for one in receivers]
    _give_all(rows, receivers, decided_by=what.decided_by, by=by, now=now)
    return [row.pk for row in rows]


class Creditor(NamedTuple):
    """Somebody whom policies owe something: `id` is for whoever asks, as of `Failed`."""

    id: int
    case_id: int
    customer_id: int
    owner_id: int
    promise_ids: Sequence[int]


@transaction.atomic
def give_owed_alike(
    creditors: Sequence[Creditor], *, reason: str, by_id: int, by: Actor, now: datetime
) -> list[tuple[int, int]]:
    """Give each of these all that policies owe them and that is known, as `grant_owed` gives it in one case: the sums
    are the policies', no authority is asked. Returns pairs of a creditor's id and a grant.

    The cases must be held, then the events (`hold_events`); `by_id` must be no customer of theirs. What something must
    be asked about first is not given; an event that several of them share is paid to the first.
    """
    owing = owing_to([Failed(one.id, one.case_id, one.customer_id, one.promise_ids) for one in creditors], now=now)
    soon = soon_after(now)
    rows, receivers, whose, paid = list[Grant](), list[Receiver](), list[int](), set[str]()
    for one in creditors:
        for owed in owing.get(one.id, ()):
            row = owed_row(one.case_id, owed, by_id=by_id, soon=soon, now=now)
            if owed.state is not OwedState.OPEN or row is None or row.once_key in paid:
                continue
            paid |= {row.once_key} - {""}
            row.reason = reason[:500]
            rows.append(row)
            receivers.append(Receiver(one.case_id, one.customer_id, one.owner_id, row.title))
            whose.append(one.id)
    _give_all(rows, receivers, decided_by=by_id, by=by, now=now)
    return [(number, row.pk) for number, row in zip(whose, rows, strict=True)]


def _give_all(
    rows: Sequence[Grant], receivers: Sequence[Receiver], *, decided_by: int, by: Actor, now: datetime
) -> None:  # fmt: skip
    """Make these grants real, as `give` does one: the commitment of each, its place in a budget, its record."""
    if not rows:
        return
    wanted = [
        NewPromise(customer_id=one.customer_id, title=row.title, due_at=row.due_at, owner_id=one.owner_id)
        for row, one in zip(rows, receivers, strict=True)
    ]
    made = make_many(wanted, kind=kind_named("commitment"), by=by, now=now)
    insert_commitments(
        [
            NewCommitment(case_id=one.case_id, promise_id=promise.pk, purpose=Purpose.COMMITMENT)
            for one, promise in zip(receivers, made, strict=True)
        ]
    )
    judged = failures_in({one.case_id for one in receivers})
    for row, promise in zip(rows, made, strict=True):
        row.failure, row.promise_id = judged[row.case_id].kind, promise.pk
        row.state, row.decided_by_id, row.given_at = GrantState.GIVEN, decided_by, now
    Grant.objects.bulk_create(rows, batch_size=1_000)
    record_many(
        entry("granted", row.case_id, one.customer_id, by=by, at=now, data=told(row))
        for row, one in zip(rows, receivers, strict=True)
    )


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


def _row(one: Receiver, what: Alike, now: datetime) -> Grant:
    sums = what.sums
    return Grant(
        case_id=one.case_id, remedy=what.remedy, title=one.title, titles=dict(what.titles), correction=sums.correction,
        goodwill=sums.goodwill, currency=what.currency, reason=what.reason, by_id=what.by_id, made_at=now,
        due_at=what.due_at,
    )  # fmt: skip
