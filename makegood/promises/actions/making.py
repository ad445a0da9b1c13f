"""Making promises by hand: one at a desk, or many inside cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction
from msgspec.structs import replace

from makegood.customers.queries import Living
from makegood.journal.actors import Actor
from makegood.kernel.better import check_not_better
from makegood.kernel.refusals import Refusal, invalid, missing
from makegood.people.queries import Proof
from makegood.platform.installation import organisation
from makegood.promises.actions.ledger import (
    AsRead,
    NewRow,
    insert_if,
    insert_rows,
    policy_said,
    read_kind,
    slugs_in_use,
)
from makegood.promises.queries.kinds import KindFacts
from makegood.promises.queries.reading import PromiseFacts, moves_by_hand
from makegood.promises.rules import Events, Policy, day_ends, fix_clocks, stand

TITLE_LIMIT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPromise:
    """A promise to be made as one of many of a kind; `due_at` is aware UTC."""

    customer_id: int
    title: str
    due_at: datetime
    owner_id: int | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A promise that was made just now, as its row says."""

    pk: int
    row: NewRow

    @property
    def title(self) -> str:
        """What is promised."""
        return self.row.title

    @property
    def due_at(self) -> datetime:
        """By when (aware UTC)."""
        return self.row.clocks.due_at

    @property
    def warn_at(self) -> datetime:
        """From when on it is in danger without news (aware UTC)."""
        return self.row.clocks.warn_at

    @property
    def due_on(self) -> date | None:
        """The day all through which it may be kept, when it was promised for a day."""
        return self.row.due_on

    def facts(self, customer: Living, *, owner_name: str) -> PromiseFacts:
        """What reading it again would give, with what stands in other rooms."""
        row, policy = self.row, self.row.policy
        clocks, events, standing = row.clocks, row.events, row.standing
        return PromiseFacts(
            id=self.pk, source=row.source, reference=row.reference, customer_id=row.customer_id,
            customer_name=customer.name, customer_time_zone=customer.time_zone, kind=policy.slug,
            kind_name=policy.name, inside_case=policy.inside_case, severity=policy.severity, title=row.title,
            owner_id=row.owner_id, owner_name=owner_name, team_id=policy.team_id, made_by=row.made_by,
            made_at=row.made_at, due_at=clocks.due_at, due_on=row.due_on, warn_at=clocks.warn_at,
            breaks_at=clocks.breaks_at, forecast_at=events.forecast_at, kept_at=events.kept_at,
            withdrawn_at=events.withdrawn_at, replaced_at=events.replaced_at, replaces_id=row.replaces_id,
            state=standing.state, next_check_at=standing.next_check_at, settled_at=standing.settled_at,
            amount=row.amount, currency=row.currency, attributes=row.attributes, working=row.working,
            moves=moves_by_hand(standing.state),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class MadeTo(Made):
    """The same with the customer, whom making it read."""

    customer: Living


def make(
    *,
    customer_id: int,
    kind: str,
    title: str,
    due_at: datetime | None = None,
    due_on: date | None = None,
    made_at: datetime | None = None,
    owner_id: int | None = None,
    amount: Decimal | None = None,
    currency: str = "",
    attributes: Mapping[str, Any] | None = None,
    working: Any = None,
    replaces_id: int | None = None,
    proof: Proof | None = None,
    by: Actor,
    now: datetime,
) -> MadeTo:
    """Make one promise, due at an instant or all through a day (`due_on`, in the organisation's zone).

    It is made to the living customer that the id means. With the `proof` of a token it is made only while that token
    stands. Raises Refusal "promise.unknown_kind", "customer.unknown" (also for a token that stands no more),
    "promise.no_title", "promise.no_due", "promise.due_past"; "promise.no_improvement" for a title outside of a case,
    where no improvement is known.
    """
    title = title.strip()
    if not title:
        raise invalid("promise.no_title", "Say what is promised, such as: ring back with the plan.", field="title")
    due = _due(due_at, due_on).astimezone(UTC)
    if due <= now:
        raise invalid("promise.due_past", "A promise lies ahead: choose a time that is still to come.", field="due_at")
    made = min(made_at or now, now).astimezone(UTC)

    def row(policy: Policy) -> NewRow:
        if not policy.inside_case:
            check_not_better([title], field="title")
        clocks = fix_clocks(made_at=made, due_at=due, warning=policy.warning, grace=policy.grace)
        events = Events()
        return NewRow(
            customer_id=customer_id, policy=policy, title=title[:TITLE_LIMIT], owner_id=owner_id, made_by=by.name,
            made_at=made, due_on=due_on, clocks=clocks, events=events, standing=stand(clocks, events, now=now),
            replaces_id=replaces_id, amount=_in_hundredths(amount), currency=currency, attributes=attributes or {},
            working=working,
        )  # fmt: skip

    return _insert_by_kind(row, kind, proof, by)


# What each kind said when a promise of it was last made here. Nothing rests on it: the statement that writes a promise
# writes none when the kind says otherwise by now. Reading the kind first was a third of the ways to the server.
_last_read: dict[str, AsRead] = {}


def _insert_by_kind(row: Callable[[Policy], NewRow], slug: str, proof: Proof | None, by: Actor) -> MadeTo:
    """Write the promise that follows from what its kind says. Raises Refusal as `make` does."""
    before, kind = None, _last_read.get(slug) or _read_kind(slug)
    while kind != before:
        wanted = row(kind.policy)
        written = insert_if(wanted, kind.row, proof=proof, by=by)
        if written is not None:
            number, customer = written
            return MadeTo(number, replace(wanted, customer_id=customer.id), customer)
        before, kind = kind, _read_kind(slug)
    raise missing("customer.unknown", "There is no such customer.")


def _read_kind(slug: str) -> AsRead:
    found = read_kind(slug)
    if found is None:
        raise _unknown_kind(slug)
    _last_read[slug] = found
    return found


@transaction.atomic(savepoint=False)
def make_many(promises: Sequence[NewPromise], *, kind: KindFacts, by: Actor, now: datetime) -> list[Made]:
    """Make many promises of a kind in one go; they come back in the order given."""
    policy = policy_said(kind)
    rows = [_new_row(one, policy, by, now) for one in promises]
    return list(map(Made, insert_rows(rows, many=len(rows), by=by), rows))


def _new_row(promise: NewPromise, policy: Policy, by: Actor, now: datetime) -> NewRow:
    clocks = fix_clocks(made_at=now, due_at=promise.due_at, warning=policy.warning, grace=policy.grace)
    return NewRow(
        customer_id=promise.customer_id,
        policy=policy,
        title=promise.title[:TITLE_LIMIT],
        owner_id=promise.owner_id,
        made_by=by.name,
        made_at=now,
        clocks=clocks,
        events=Events(),
        standing=stand(clocks, Events(), now=now),
    )


def _unknown_kind(slug: str) -> Refusal:
    known = ", ".join(slugs_in_use())
    return invalid(
        "promise.unknown_kind", f"There is no kind of promise called {slug!r}. Known: {known}.", field="kind"
    )


def _in_hundredths(amount: Decimal | None) -> Decimal | None:
    """An amount as the database keeps it."""
    return None if amount is None else amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _due(due_at: datetime | None, due_on: date | None) -> datetime:
    if due_at is not None:
        return due_at
    if due_on is None:
        raise invalid("promise.no_due", "Say by when: an instant (due_at) or a day (due_on).", field="due_at")
    return day_ends(due_on, organisation().zone)
