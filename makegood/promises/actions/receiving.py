"""Taking in facts from outside: idempotent, in any order, a thousand at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from django.db import transaction
from msgspec.structs import replace

from makegood.customers.actions import known_already, resolve_many
from makegood.customers.rules import CustomerFact, read_fact
from makegood.journal.actions import NewEntry, record_many
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal
from makegood.people.queries import Proof
from makegood.promises.actions import holding
from makegood.promises.actions.ledger import FEW, VERBS, NewRow, batch_ground, insert_rows, moment_of, moved_from
from makegood.promises.actions.stored import Stored, load, update_rows
from makegood.promises.facts import ATTRIBUTE, FIELDS, Due, Fact, Known, known_from, merge
from makegood.promises.rules import Clocks, Events, Moved, Policy, State, fix_clocks, stand

REFERENCE_LIMIT, SOURCE_LIMIT, TITLE_LIMIT = 200, 80, 300
# Clocks of other systems run a little ahead of ours; what they say happened in that margin is believed.
TOLERATED_AHEAD = timedelta(minutes=5)
_AMOUNT_LIMIT = 10**12

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class FactReject:
    """A fact that was not taken: its place in the batch, a stable code, and what to do."""

    index: int
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of a batch. `held` of the accepted wait for the rest of their promise to be told."""

    accepted: int
    unchanged: int
    held: int
    made: int
    rejected: tuple[FactReject, ...]
    moved: tuple[Moved, ...]


@dataclass(slots=True)
class _Batch:
    """What a batch is worked with: read once, passed along."""

    by: Actor
    now: datetime
    zone: tzinfo
    policies: Mapping[str, Policy]
    slugs: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Heard:
    """Facts, each looked at by itself: the good ones, and those that cannot be taken."""

    batch: _Batch
    good: Sequence[Fact]
    rejected: Sequence[FactReject]
    customers: _Customers
    holds: bool
    heard_at: datetime

    @property
    def keys(self) -> set[Key]:
        """The promises that are spoken of."""
        return {(fact.source, fact.reference) for fact in self.good}


def receive(facts: Sequence[Fact], *, by: Actor, now: datetime, as_of: datetime | None = None) -> Receipt:
    """Take in facts and settle the promises they speak of, in one transaction; see `hear` and `settle`."""
    return settle(hear(facts, by=by, now=now, as_of=as_of))


def hear(
    facts: Sequence[Fact], *, proof: Proof | None = None, by: Actor, now: datetime, as_of: datetime | None = None
) -> Heard:
    """Look at facts before they are taken in.

    A fact that cannot be true or names an unknown kind is rejected with its index; the others go in.
    `as_of` judges the ledger as it stood at an earlier instant: what happened later is not read.
    Raises Refusal "token.unknown" when the token of the `proof` does not stand.
    """
    ground = batch_ground(proof)
    slugs = {policy.kind_id: slug for slug, policy in ground.policies.items()}
    batch = _Batch(by, as_of or now, ground.zone, ground.policies, slugs)
    customers = _Customers()
    horizon = now + TOLERATED_AHEAD
    read = [_checked(index, fact, batch, horizon, customers) for index, fact in enumerate(facts)]
    good = [one for one in read if isinstance(one, Fact)]
    rejected = [one for one in read if isinstance(one, FactReject)]
    return Heard(batch, good, rejected, customers, ground.holds, now)


def settle_first_words(heard: Heard) -> Receipt | None:
    """Take in a few facts that are the first words on promises which are open then: one statement writes them all.

    None, and nothing is done, for any others. Raises IntegrityError as `settle` does.
    """
    if not 0 < len(heard.good) <= FEW or heard.holds or load(heard.keys, slugs=heard.batch.slugs):
        return None
    after, changed = _fold(heard.good, {}, heard.batch.zone)
    customers = known_already(heard.customers.needed(after.values()))
    if customers is None or not all(map(_is_complete, after.values())):
        return None
    rows = [_row(key, after[key], customers, heard.batch) for key in _in_order(after)]
    if any(row.standing.state is not State.OPEN for row in rows):
        return None
    insert_rows(rows, many=len(rows), by=heard.batch.by)
    return Receipt(
        accepted=changed, unchanged=len(heard.good) - changed, held=0, made=len(rows), rejected=tuple(heard.rejected),
        moved=(),
    )  # fmt: skip


@transaction.atomic(savepoint=False)
def settle(heard: Heard) -> Receipt:
    """Settle the promises that facts speak of, in one transaction.

    Raises IntegrityError when another batch wrote one of the new references first: asked again, it is an old one.
    """
    batch, good, keys, now = heard.batch, heard.good, heard.keys, heard.heard_at
    stored = load(keys, slugs=batch.slugs)
    # Hardly anything is ever held.
    waiting = holding.load(keys - stored.keys()) if heard.holds else {}
    before = {key: row.known for key, row in stored.items()} | waiting
    after, changed = _fold(good, before, batch.zone)
    fresh = {key: known for key, known in after.items() if key not in stored and known != waiting.get(key)}
    whole = {key: known for key, known in fresh.items() if _is_complete(known)}
    needed = heard.customers.needed([*whole.values(), *(after[key] for key in stored)])
    customers = resolve_many(needed, now=now)
    made = _insert(whole, customers, batch)
    moved = _update([(key, row, after[key]) for key, row in stored.items()], customers, batch)
    partial = {key: known for key, known in fresh.items() if key not in whole}
    holding.keep(partial, now=now)
    holding.drop(whole.keys() & waiting.keys())
    return Receipt(
        accepted=changed,
        unchanged=len(good) - changed,
        held=sum((fact.source, fact.reference) in partial for fact in good) if partial else 0,
        made=len(whole),
        rejected=tuple(heard.rejected),
        moved=(*made, *moved),
    )


class _Customers:
    """What a batch says of customers, each saying checked once however many promises repeat it."""

    def __init__(self) -> None:
        self._read: dict[CustomerFact, CustomerFact] = {}

    def cleaned(self, said: CustomerFact) -> CustomerFact:
        """What is said, written in the one way in which customers are known. Raises Refusal as `read_fact` does."""
        clean = self._read.get(said)
        if clean is None:
            clean = self._read[said] = read_fact(said)
        return clean

    def needed(self, known: Iterable[Known]) -> list[CustomerFact]:
        """All that was said, and the bare key of those customers of whom nothing was."""
        told = {fact.key for fact in self._read.values()}
        bare = {str(one.get("customer")) for one in known} - told
        return [*self._read.values(), *(CustomerFact(key=key) for key in sorted(bare))]


def _checked(index: int, fact: Fact, batch: _Batch, horizon: datetime, customers: _Customers) -> Fact | FactReject:
    """The fact as it is taken, or why it cannot be. What happened lies before the `horizon`."""
    if (wrong := _wrong(fact, horizon)) is not None:
        return FactReject(index, *wrong)
    if fact.kind and fact.kind not in batch.policies:
        known = ", ".join(sorted(batch.policies))
        return FactReject(
            index, "fact.unknown_kind", f"There is no kind of promise called {fact.kind!r}. Known: {known}."
        )
    if (said := fact.customer) is None:
        return fact
    try:
        clean = customers.cleaned(said)
    except Refusal as refusal:
        return FactReject(index, refusal.code, refusal.message)
    # Of the customer a promise keeps nothing but the key.
    return fact if clean.key == said.key else replace(fact, customer=clean)


def _wrong(fact: Fact, horizon: datetime) -> tuple[str, str] | None:
    """What is wrong with a fact by itself: a code, and what to do."""
    if not 0 < len(fact.source) <= SOURCE_LIMIT:
        return _BAD_SOURCE
    if not 0 < len(fact.reference) <= REFERENCE_LIMIT:
        return _BAD_REFERENCE
    if len(fact.title) > TITLE_LIMIT:
        return _LONG_TITLE
    if fact.kept_at is not None and fact.kept_at > horizon:
        return _KEPT_IN_FUTURE
    if fact.withdrawn_at is not None and fact.withdrawn_at > horizon:
        return _WITHDRAWN_IN_FUTURE
    if fact.amount is not None and not (fact.amount.is_finite() and -_AMOUNT_LIMIT < fact.amount < _AMOUNT_LIMIT):
        return _BAD_AMOUNT
    return None


_BAD_SOURCE = (
    "fact.bad_source",
    f"Give the source: the name of the system that says it, up to {SOURCE_LIMIT} characters.",
)
_BAD_REFERENCE = (
    "fact.bad_reference",
    f"Give the reference: the promise's own number there, up to {REFERENCE_LIMIT} characters.",
)
_LONG_TITLE = ("fact.long_title", f"A title has up to {TITLE_LIMIT} characters.")
_KEPT_IN_FUTURE = (
    "fact.kept_in_future",
    "kept_at lies in the future. If it is an estimate, send it as forecast_at.",
)
_WITHDRAWN_IN_FUTURE = (
    "fact.withdrawn_in_future",
    "withdrawn_at lies in the future: send it when it has happened.",
)
_BAD_AMOUNT = ("fact.bad_amount", "amount must be a number below a million million.")


def _fold(facts: Iterable[Fact], before: Mapping[Key, Known], zone: tzinfo) -> tuple[dict[Key, Known], int]:
    """What is known of each promise after all facts, and how many facts added something."""
    known = dict(before)
    changed = 0
    for fact in facts:
        key = (fact.source, fact.reference)
        news = known_from(fact, zone=zone)
        held = known.get(key)
        known[key] = news if held is None else merge(held, news)
        changed += known[key] != held
    return known, changed


def _is_complete(known: Known) -> bool:
    """Whether enough is known for a promise to stand: to whom, of which kind, by when."""
    values = known.values
    return "customer" in values and "kind" in values and "due" in values


def _row(
    key: Key, known: Known, customers: Mapping[str, int], batch: _Batch, *, assumed: datetime | None = None
) -> NewRow:
    """The whole row that follows from what is known. `assumed` is when it was first heard of."""
    values = known.values
    get = values.get
    policy = batch.policies[values["kind"]]
    due: Due = values["due"]
    made_at = get("made_at")
    stamps = {name: at.isoformat() for name, at in known.seen.items()} if known.seen else {}
    title = get("title")
    # What nobody has said is guessed; the mark keeps the guess from outliving the first word on it.
    if title is None:
        title, stamps["title"] = policy.name, ""
    if made_at is None:
        made_at, stamps["made_at"] = min(assumed or batch.now, due.at), ""
    clocks = fix_clocks(made_at=made_at, due_at=due.at, warning=policy.warning, grace=policy.grace)
    events = Events(forecast_at=get("forecast_at"), kept_at=get("kept_at"), withdrawn_at=get("withdrawn_at"))
    source, reference = key
    return NewRow(
        source=source, reference=reference, customer_id=customers[values["customer"]], policy=policy,
        title=title, made_by=source, made_at=made_at, due_on=due.on, clocks=clocks,
        events=events, standing=stand(clocks, events, now=batch.now), amount=get("amount"),
        currency=get("currency") or "", stamps=stamps or None,
        attributes={name[len(ATTRIBUTE):]: values[name] for name in values.keys() - FIELDS},
    )  # fmt: skip


def _in_order(keys: Iterable[Key]) -> list[Key]:
    """The keys as their promises are written: two batches never cross."""
    return sorted(keys, key="\0".join)


def _insert(news: Mapping[Key, Known], customers: Mapping[str, int], batch: _Batch) -> list[Moved]:
    """Write promises heard of for the first time."""
    if not news:
        return []
    opening = State.OPEN
    elsewhere: list[tuple[int, NewRow]] = []

    def rows() -> Iterator[NewRow]:
        for place, key in enumerate(_in_order(news)):
            row = _row(key, news[key], customers, batch)
            if row.standing.state is not opening:
                elsewhere.append((place, row))
            yield row

    ids = insert_rows(rows(), many=len(news), by=batch.by)
    settled = [(ids[place], row) for place, row in elsewhere]
    record_many([_settled_entry(number, row, batch) for number, row in settled])
    return [moved_from(row, number, before=None) for number, row in settled]


def _settled_entry(number: int, row: NewRow, batch: _Batch) -> NewEntry:
    """The move of a promise that was past its opening when it was first heard of."""
    state = row.standing.state
    at = moment_of(state, row.clocks, row.standing, batch.now)
    return _entry(VERBS[state], number, row, batch.by, at, _told(State.OPEN, row))


def _entry(verb: str, number: int, row: NewRow, by: Actor, at: datetime, data: Mapping[str, object]) -> NewEntry:
    return NewEntry(
        verb=verb, by=by, at=at, subject=("promise", number), customer_id=row.customer_id, data=data
    )  # fmt: skip


def _told(before: State, row: NewRow) -> dict[str, object]:
    due_at = row.clocks.due_at.isoformat()
    return {"from": before, "to": row.standing.state, "due_at": due_at, "title": row.title}


def _update(touched: Sequence[tuple[Key, Stored, Known]], customers: Mapping[str, int], batch: _Batch) -> list[Moved]:
    """Settle promises that were known already, and tell what moved."""
    changes = []
    for key, old, known in touched:
        row = old.settle(_row(key, known, customers, batch, assumed=old.made_at), now=batch.now)
        if known != old.known or row.standing.state is not old.state:
            changes.append((old, row))
    update_rows(changes)
    record_many([_change_entry(old, row, batch) for old, row in changes])
    return [moved_from(row, old.id, before=old.state) for old, row in changes if _tells_news(old, row)]


def _tells_news(old: Stored, row: NewRow) -> bool:
    """Whether rooms downstream hear of a change: of every move, and of a promise that was only quiet until now and is
    known to come too late: it is at risk as before, and there is something to say to the customer."""
    if old.state is not row.standing.state:
        return True
    return row.standing.state is State.AT_RISK and _too_late(row.events, row.clocks) > _too_late(old.events, row.clocks)


def _too_late(events: Events, clocks: Clocks) -> bool:
    return events.forecast_at is not None and events.forecast_at > clocks.breaks_at


def _change_entry(old: Stored, row: NewRow, batch: _Batch) -> NewEntry:
    """One row per change: the move when the state changed, a forecast or a correction when it did not."""
    state = row.standing.state
    data = _told(old.state, row)
    if old.events.forecast_at != row.events.forecast_at and row.events.forecast_at is not None:
        data["forecast_at"] = row.events.forecast_at.isoformat()
    if state is old.state:
        verb = "promise.forecast" if "forecast_at" in data else "promise.corrected"
        return _entry(verb, old.id, row, batch.by, batch.now, data)
    if old.state not in {State.OPEN, State.AT_RISK}:
        # News about the past sets an earlier verdict right.
        data["corrects"] = old.state
    return _entry(VERBS[state], old.id, row, batch.by, moment_of(state, row.clocks, row.standing, batch.now), data)
