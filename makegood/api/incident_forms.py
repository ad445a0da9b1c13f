"""What is sent to the JSON door about incidents."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from ninja import Schema
from pydantic import Field

from makegood.api.case_parts import StaffIn
from makegood.api.forms import Currency, Form, Instant, Limit, Line, Text
from makegood.incidents.rules.giving import Gift
from makegood.incidents.rules.judging import Line as Bar
from makegood.incidents.rules.narrowing import Narrow
from makegood.incidents.rules.saying import Line as MessageLine
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


class DismissIn(StaffIn):
    """What is no incident: promises of a `kind` ("": of several) that share a value, as the suggestion says."""

    name: Annotated[str, Field(max_length=200)]
    value: Annotated[str, Field(max_length=500)]
    kind: Annotated[str, Field(max_length=40)] = ""


class OwedIn(StaffIn):
    """Whether what rules owe to each is given along with the message."""

    give: bool


class BarIn(StaffIn):
    """From where on somebody gets a person as well; null does not draw the line."""

    severity: Measure | None = 4
    criticality: Measure | None = 3
    value: Amount | None = None
    failed_before: bool = True
    owed: bool = True

    def bar(self) -> Bar:
        """The line of the room."""
        return Bar(severity=self.severity, criticality=self.criticality, value=self.value,
                   failed_before=self.failed_before, owed=self.owed)  # fmt: skip


class PaceIn(StaffIn):
    """How many at a time, how many seconds between two batches, whether nobody is told in their night, and where a
    clean message is required why it leaves with what the coach found."""

    batch_size: int = 100
    every: int = 60
    their_hours: bool = False
    despite: Annotated[str, Field(max_length=500)] = ""


class StopIn(StaffIn):
    """Why it is stopped."""

    reason: Annotated[str, Field(max_length=500)] = ""


class IncidentAskIn(StaffIn):
    """A word to whoever decides."""

    note: Annotated[str, Field(max_length=500)] = ""


class IncidentDecideIn(StaffIn):
    """Yes or no for everybody."""

    decision: Annotated[str, Field(pattern="^(approve|refuse)$")]
    reason: Annotated[str, Field(max_length=500)] = ""


class LettersIn(StaffIn):
    """How many messages at most, and whether those that were handed out before come again."""

    again: bool = False
    limit: int = 1_000


class IncidentFulfilIn(StaffIn):
    """Who has it now, by `member`; everybody who was given it when none is named. `what` is the gift, or what was owed
    and given along. `reference` is how it is called where it was paid or sent."""

    what: Annotated[str, Field(pattern="^(gift|owed)$")] = "gift"
    members: Annotated[list[int], Field(min_length=1, max_length=10_000)] | None = None
    reference: Annotated[str, Field(max_length=200)] = ""


class MembersQuery(Schema):
    """`state`: told, more (wants something more), red (the message did not reach them), undone (does not have what
    everybody is given), left, or all."""

    state: Annotated[str, Field(pattern="^(told|more|red|undone|left|all)$")] = "all"
    after: str = ""
    limit: Limit = 50


class RehearsalQuery(Schema):
    """A page of the dry run."""

    after: str = ""
    limit: Limit = 50


class IncidentsQuery(Schema):
    """Only those that ended, or only those that did not."""

    ended: bool | None = None
