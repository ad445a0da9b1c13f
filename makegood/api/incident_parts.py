"""What incidents are made of at the JSON door."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from ninja import Schema

from makegood.api.forms import Named, named
from makegood.incidents.queries import IncidentFacts, IncidentLine, MemberLine, Tally
from makegood.incidents.queries.reading import AskedFacts, Counts
from makegood.incidents.rules.standing import Deed, IncidentState
from makegood.promises.rules import State
from makegood.remedies.rules.fit import RemedyKind


class CountsOut(Schema):
    """How many customers stand how; `left_out` by reason. `more` want something more."""

    members: int
    waiting: int
    told: int
    light: int
    answered: int
    satisfied: int
    more: int
    handed: int
    sent: int
    to_send: int
    red: int
    by_hand: int
    left_out: dict[str, int]


class IncidentLineOut(Schema):
    """An incident in a list."""

    number: int
    title: str
    owner: str
    opened_at: datetime
    state: IncidentState
    counts: CountsOut


class IncidentsOut(Schema):
    """The newest first."""

    items: list[IncidentLineOut]
    next: None


class NarrowOut(Schema):
    """The filter that is kept."""

    states: list[State]
    kind: str
    attributes: dict[str, str]
    due_from: datetime | None
    due_before: datetime | None
    forecast_from: datetime | None
    forecast_before: datetime | None
    words: str
    references: list[str]
    source: str


class GiftOut(Schema):
    """What everybody is given."""

    remedy: RemedyKind
    titles: dict[str, str]
    amount: Decimal
    currency: str
    within: int


class BarOut(Schema):
    """From where on somebody gets a person as well."""

    severity: int | None
    criticality: int | None
    value: Decimal | None
    failed_before: bool
    owed: bool


class AskedOut(Schema):
    """The latest question to somebody who may give more."""

    asked_by: str
    asked_of: Named
    asked_at: datetime
    note: str
    each: Decimal
    total: Decimal
    currency: str
    approved: bool | None
    decided_by: str
    decided_at: datetime | None
    reason: str


class GiftsOut(Schema):
    """What everybody was given, or of what rules owed was given along: how many are not handed over yet, and how many
    of these are late or could not be."""

    given: int
    undone: int
    late: int


class OwedSumOut(Schema):
    """What one policy owes altogether: `amount` to `many` customers, `open` of it to `still` of them neither given nor
    renounced. Of `unknown` more something must be asked first; it can come to `at_stake`."""

    policy: str
    title: str
    currency: str
    many: int
    amount: Decimal
    still: int
    open: Decimal
    unknown: int
    at_stake: Decimal


class IncidentOut(Schema):
    """An incident, whole. `words` are what people wrote by language and line; ours stand for the others. `allowed` is
    what the caller may do now, `giver` on whose authority the gift of a release is given. `owed` is what policies
    owe to everybody it hits, as of `reckoned_at`; the gift comes on top of it. With `gives_owed` it is given along with
    the message, and `owed_gifts` says what became of that."""

    number: int
    title: str
    happened: str
    cause: str
    owner: Named
    opened_at: datetime
    state: IncidentState
    allowed: list[Deed]
    filter: NarrowOut
    words: dict[str, dict[str, str]]
    gift: GiftOut | None
    gives_owed: bool
    bar: BarOut
    collected_at: datetime | None
    released_at: datetime | None
    batch_size: int
    every: int
    their_hours: bool
    batches: int
    next_batch_at: datetime | None
    stopped_at: datetime | None
    stopped_why: str
    ended_at: datetime | None
    giver: str
    asked: AskedOut | None
    counts: CountsOut
    owed: list[OwedSumOut]
    reckoned_at: datetime | None
    gifts: GiftsOut
    owed_gifts: GiftsOut


class CommonOut(Schema):
    """A value that many of the promises found share."""

    name: str
    value: str
    many: int


class FoundOut(Schema):
    """What a filter finds now, and what it has in common."""

    many: int
    common: list[CommonOut]


class SuggestionOut(Schema):
    """What promises to `many` customers share that broke within the hour, due from `first` to `last`; `kind` is "" when
    they differ."""

    name: str
    value: str
    many: int
    kind: str
    first: datetime
    last: datetime


class SuggestionsOut(Schema):
    """What may be one incident, the strongest first."""

    items: list[SuggestionOut]
    next: None


class DismissedOut(Schema):
    """By which a dismissal is taken back."""

    id: int


class GivenNowOut(Schema):
    """To how many customers it was given, and how many it is still to be given to."""

    given: int
    left: int


class CollectedOut(Schema):
    """How many promises joined, and how many customers left because theirs turned out fine."""

    joined: int
    left: int


class TallyOut(Schema):
    """What a release would do now. What policies owe to those told (`owed`) comes on top of the gift; with `gives_owed`
    what of it is `open` is given along."""

    told: int
    light: int
    full: int
    joins: int
    left_out: dict[str, int]
    languages: dict[str, int]
    channels: dict[str, int]
    apologised_lately: int
    goodwill: Decimal
    correction: Decimal
    currency: str
    owed: list[OwedSumOut]
    gives_owed: bool


class DueOut(Schema):
    """What a policy owes one customer and nobody has given yet."""

    policy: str
    open: Decimal
    currency: str


class MemberOut(Schema):
    """A customer: what they would be told or were, or why they are left out (`left_out`). `case` is theirs, or the one
    they would join; `answer` what they said to it. `owed` is what policies owe them, in a dry run. `gift_state` is how
    the promise of what everybody is given stands with them, "" when they were given nothing."""

    member: int
    customer: Named
    promise: str
    case: str | None
    owner: str
    light: bool | None
    left_out: str
    language: str
    channel: str
    address: str
    message: str
    sends: str
    stands: str
    problem: str
    told_at: datetime | None
    batch: int | None
    answer: str
    owed: list[DueOut]
    gift_state: str
    gift_due_at: datetime | None
    gift_problem: str


class MembersOut(Schema):
    """A page of them."""

    items: list[MemberOut]
    next: str | None


class LetterOut(Schema):
    """A message to be carried out. `link` opens the customer's page: it is told this once."""

    member: int
    case: str
    customer: str
    channel: str
    address: str
    language: str
    link: str
    message: str


class LettersOut(Schema):
    """The messages that were handed out now."""

    items: list[LetterOut]
    next: None


def counts_out(counts: Counts) -> dict[str, Any]:
    """Counts as `CountsOut`."""
    return {
        "members": counts.members, "waiting": counts.waiting, "told": counts.told, "light": counts.light,
        "answered": counts.answered, "satisfied": counts.satisfied, "more": counts.more, "handed": counts.handed,
        "sent": counts.sent, "to_send": counts.to_send, "red": counts.red, "by_hand": counts.by_hand,
        "left_out": dict(counts.left),
    }  # fmt: skip


def line_out(one: IncidentLine) -> dict[str, Any]:
    """An incident as `IncidentLineOut`."""
    return {
        "number": one.number, "title": one.title, "owner": one.owner_name, "opened_at": one.opened_at,
        "state": one.state, "counts": counts_out(one.counts),
    }  # fmt: skip


def incident_out(one: IncidentFacts) -> dict[str, Any]:
    """An incident as `IncidentOut`."""
    plan, narrow = one.plan, msgspec.structs.asdict(one.narrow)
    return {
        "number": one.number, "title": one.title, "happened": one.happened, "cause": one.cause,
        "owner": named(one.owner_id, one.owner_name), "opened_at": one.opened_at, "state": one.state,
        "allowed": list(one.deeds), "filter": narrow | {"attributes": dict(one.narrow.attributes)},
        "words": plan.words.lines, "gift": msgspec.structs.asdict(plan.gift) if plan.gift else None,
        "gives_owed": plan.gives_owed, "bar": msgspec.structs.asdict(plan.line),
        "collected_at": one.collected_at, "released_at": one.released_at, "batch_size": one.batch_size,
        "every": one.every, "their_hours": one.their_hours, "batches": one.batches, "next_batch_at": one.next_batch_at,
        "stopped_at": one.stopped_at, "stopped_why": one.stopped_why, "ended_at": one.ended_at, "giver": one.giver,
        "asked": _asked_out(one.asked) if one.asked else None, "counts": counts_out(one.counts),
        "owed": [msgspec.structs.asdict(due) for due in one.owed], "reckoned_at": one.reckoned_at,
        "gifts": asdict(one.gifts), "owed_gifts": asdict(one.owed_gifts),
    }  # fmt: skip


def _asked_out(asked: AskedFacts) -> dict[str, Any]:
    return {
        "asked_by": asked.asked_by, "asked_of": named(asked.asked_of_id, asked.asked_of), "asked_at": asked.asked_at,
        "note": asked.note, "each": asked.each, "total": asked.total, "currency": asked.currency,
        "approved": asked.approved, "decided_by": asked.decided_by, "decided_at": asked.decided_at,
        "reason": asked.reason,
    }  # fmt: skip


def member_out(one: MemberLine) -> dict[str, Any]:
    """A customer as `MemberOut`."""
    return {
        "member": one.member, "customer": named(one.customer_id, one.customer_name), "promise": one.promise,
        "case": one.ref or None, "owner": one.owner, "light": one.light, "left_out": one.left,
        "language": one.language, "channel": one.channel, "address": one.address, "message": one.message,
        "sends": one.sends, "stands": one.stands, "problem": one.problem,
        "told_at": one.told_at, "batch": one.batch, "answer": one.answer,
        "owed": [
            {"policy": due.policy, "open": due.sums.open, "currency": due.currency} for due in one.dues if due.sums.open
        ],
        "gift_state": one.gift_state, "gift_due_at": one.gift_due_at, "gift_problem": one.gift_problem,
    }  # fmt: skip


def tally_out(found: Tally) -> dict[str, Any]:
    """A tally as `TallyOut`."""
    return {
        "told": found.told, "light": found.weights.get("light", 0), "full": found.weights.get("full", 0),
        "joins": found.joins, "left_out": dict(found.left), "languages": dict(found.languages),
        "channels": dict(found.channels), "apologised_lately": found.apologised, "goodwill": found.sums.goodwill,
        "correction": found.sums.correction, "currency": found.currency,
        "owed": [msgspec.structs.asdict(one) for one in found.owed], "gives_owed": found.gives_owed,
    }  # fmt: skip
