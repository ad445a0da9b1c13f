"""What incidents are made of at the JSON door."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from ninja import Schema
from pydantic import Field

from makegood.api.case_parts import ObstacleOut, StaffIn
from makegood.api.forms import Currency, Form, Instant, Limit, Line, Named, Text, named
from makegood.incidents.queries import IncidentFacts, IncidentLine, MemberLine, Tally
from makegood.incidents.queries.reading import AskedFacts, Counts
from makegood.incidents.rules.giving import Gift
from makegood.incidents.rules.judging import Line as Bar
from makegood.incidents.rules.narrowing import Narrow
from makegood.incidents.rules.saying import Line as MessageLine
from makegood.incidents.rules.standing import Deed, IncidentState
from makegood.platform.installation import organisation
from makegood.promises.rules import State
from makegood.remedies.rules.fit import RemedyKind

Amount = Annotated[Decimal, Field(ge=0, lt=Decimal(10**9))]
Measure = Annotated[int, Field(ge=1, le=4)]


class NarrowIn(Form):
    """Which promises are hit. Bounded by when they were due, or by their references; spans are half open."""

    states: Annotated[list[State], Field(min_length=1, max_length=8)] = [State.AT_RISK, State.BROKEN]
    kind: Annotated[str, Field(max_length=40)] = ""
    attributes: Annotated[dict[str, str], Field(max_length=10)] = {}
    due_from: Instant | None = None
    due_before: Instant | None = None
    forecast_from: Instant | None = None
    forecast_before: Instant | None = None
    words: Annotated[str, Field(max_length=100)] = ""
    references: Annotated[list[str], Field(max_length=5_000)] = []
    source: Annotated[str, Field(max_length=80)] = ""

    def narrow(self) -> Narrow:
        """The filter of the room."""
        values = self.dict() | {
            "states": tuple(self.states), "attributes": tuple(self.attributes.items()),
            "references": tuple(self.references),
        }  # fmt: skip
        return Narrow(**values)


class IncidentIn(StaffIn):
    """What happened, in plain words among ourselves, and whom it hits."""

    title: Line
    happened: Text = ""
    cause: Annotated[str, Field(max_length=60)] = ""
    filter: NarrowIn


class ChangeIn(StaffIn):
    """The same put right; without a `filter` that stays."""

    title: Line
    happened: Text = ""
    cause: Annotated[str, Field(max_length=60)] = ""
    filter: NarrowIn | None = None


class WordsIn(StaffIn):
    """Words of one language by line; an empty text lets ours stand again."""

    language: Annotated[str, Field(max_length=2)]
    lines: dict[MessageLine, Annotated[str, Field(max_length=1_000)]]


class GiftIn(Form):
    """What everybody is given: `titles` by language, what one costs, done `within` days."""

    remedy: RemedyKind
    titles: Annotated[dict[str, str], Field(min_length=1, max_length=4)]
    amount: Amount = Decimal(0)
    currency: Currency = ""
    within: int = 7

    def gift(self) -> Gift:
        """The gift of the room."""
        return Gift(**(self.dict() | {"currency": self.currency or organisation().currency}))


class GivingIn(StaffIn):
    """What everybody is given; null is nothing."""

    gift: GiftIn | None


class BarIn(StaffIn):
    """From where on somebody gets a person as well; null does not draw the line."""

    severity: Measure | None = 4
    criticality: Measure | None = 3
    value: Amount | None = None
    failed_before: bool = True

    def bar(self) -> Bar:
        """The line of the room."""
        return Bar(severity=self.severity, criticality=self.criticality, value=self.value,
                   failed_before=self.failed_before)  # fmt: skip


class PaceIn(StaffIn):
    """How many at a time, and how many seconds between two batches."""

    batch_size: int = 100
    every: int = 60


class StopIn(StaffIn):
    """Why it is stopped."""

    reason: Annotated[str, Field(max_length=500)] = ""


class AskIn(StaffIn):
    """A word to whoever decides."""

    note: Annotated[str, Field(max_length=500)] = ""


class DecideIn(StaffIn):
    """Yes or no for everybody."""

    decision: Annotated[str, Field(pattern="^(approve|refuse)$")]
    reason: Annotated[str, Field(max_length=500)] = ""


class LettersIn(StaffIn):
    """How many messages at most, and whether those that were handed out before come again."""

    again: bool = False
    limit: int = 1_000


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


class IncidentOut(Schema):
    """An incident, whole. `words` are what people wrote by language and line; ours stand for the others. `allowed` is
    what the caller may do now, `giver` on whose authority the gift of a release is given."""

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
    bar: BarOut
    collected_at: datetime | None
    released_at: datetime | None
    batch_size: int
    every: int
    batches: int
    next_batch_at: datetime | None
    stopped_at: datetime | None
    stopped_why: str
    ended_at: datetime | None
    giver: str
    asked: AskedOut | None
    counts: CountsOut
    warnings: list[ObstacleOut] = []


class CommonOut(Schema):
    """A value that many of the promises found share."""

    name: str
    value: str
    many: int


class FoundOut(Schema):
    """What a filter finds now, and what it has in common."""

    many: int
    common: list[CommonOut]


class CollectedOut(Schema):
    """How many promises joined, and how many customers left because theirs turned out fine."""

    joined: int
    left: int


class TallyOut(Schema):
    """What a release would do now. What a rule owes comes on top, case by case."""

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


class MemberOut(Schema):
    """A customer: what they would be told or were, or why they are left out (`left_out`). `case` is theirs, or the one
    they would join; `answer` what they said to it."""

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
    told_at: datetime | None
    batch: int | None
    answer: str


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


class MembersQuery(Schema):
    """`state`: told, more (wants something more), left, or all."""

    state: Annotated[str, Field(pattern="^(told|more|left|all)$")] = "all"
    after: str = ""
    limit: Limit = 50


class RehearsalQuery(Schema):
    """A page of the dry run."""

    after: str = ""
    limit: Limit = 50


class IncidentsQuery(Schema):
    """Only those that ended, or only those that did not."""

    ended: bool | None = None


def counts_out(counts: Counts) -> dict[str, Any]:
    """Counts as `CountsOut`."""
    return {
        "members": counts.members, "waiting": counts.waiting, "told": counts.told, "light": counts.light,
        "answered": counts.answered, "satisfied": counts.satisfied, "more": counts.more, "handed": counts.handed,
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
        "bar": msgspec.structs.asdict(plan.line), "collected_at": one.collected_at, "released_at": one.released_at,
        "batch_size": one.batch_size, "every": one.every, "batches": one.batches, "next_batch_at": one.next_batch_at,
        "stopped_at": one.stopped_at, "stopped_why": one.stopped_why, "ended_at": one.ended_at, "giver": one.giver,
        "asked": _asked_out(one.asked) if one.asked else None, "counts": counts_out(one.counts), "warnings": [],
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
        "told_at": one.told_at, "batch": one.batch, "answer": one.answer,
    }  # fmt: skip


def tally_out(found: Tally) -> dict[str, Any]:
    """A tally as `TallyOut`."""
    return {
        "told": found.told, "light": found.weights.get("light", 0), "full": found.weights.get("full", 0),
        "joins": found.joins, "left_out": dict(found.left), "languages": dict(found.languages),
        "channels": dict(found.channels), "apologised_lately": found.apologised, "goodwill": found.sums.goodwill,
        "correction": found.sums.correction, "currency": found.currency,
    }  # fmt: skip
