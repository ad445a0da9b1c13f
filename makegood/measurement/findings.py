"""What a report of the paradox asks and finds, as plain values: doors load this and no statistics.

A report is registered with its plan before its outcomes are in, opens on its day, and then is kept as it was found.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

CROWD = 300
"""Before so many of each group are in nobody looks at a report that may be read at any time: neither the models nor an
interval that holds at every look hold yet."""
ARCHIVE, ROWS = "archive.zip", "rows.csv.gz"
"""The files that are kept of a report once it was found."""


APART = 0.05
"""Under this chance of such months before, where two groups go alike, they are said to have moved apart already."""


class Group(StrEnum):
    """What became of a customer, by what we did within the days of the landmark; never by what they said."""

    NEVER = "never_failed"
    PUT_RIGHT = "put_right"
    """Owned, apologised to, and a remedy fulfilled, all in time."""
    NOT_PUT_RIGHT = "not_put_right"
    SILENT = "silent"
    """The system saw it and nobody spoke to them."""
    TWICE = "twice"
    """Failed again, or a promise of the recovery was broken."""


FAILED = (Group.PUT_RIGHT, Group.NOT_PUT_RIGHT, Group.TWICE, Group.SILENT)
"""Those compared with the never failed, in the order in which they are told."""


class Outcome(StrEnum):
    """What is compared: first what customers did, then what they intend, then what they say."""

    STAYED = "stayed"
    BOUGHT = "bought"
    SPEND = "spend"
    NPS = "nps"
    CSAT = "csat"
    RECOVERY = "recovery"


SHARES = frozenset({Outcome.STAYED, Outcome.BOUGHT})
BY_MONTH = frozenset({Outcome.BOUGHT, Outcome.SPEND})
"""Counted in each month, before and after."""
ASKED = frozenset({Outcome.NPS, Outcome.CSAT, Outcome.RECOVERY})
"""Known only of those who answered."""


class Known(StrEnum):
    """What may be held equal: all of it known before the index date."""

    EXPOSURE = "exposure"
    TENURE = "tenure"
    ORDERS = "orders"
    SPEND = "spend"
    BASELINE = "baseline"


class Said(StrEnum):
    """The verdicts, and nothing between them."""

    TOO_FEW = "not enough data"
    BELOW = "below never-failed"
    EQUIVALENT = "equivalent"
    ABOVE = "above"
    CANNOT_TELL = "cannot tell: groups not comparable"


class Why(StrEnum):
    """What stood in the way of a verdict, or of another method."""

    UNBALANCED = "unbalanced"
    NO_OVERLAP = "no_overlap"
    SILENCE = "silence"
    """Those who did not answer could turn it round."""
    UNKNOWN = "unknown"
    """What is to be held equal is unknown of so many that it could make the difference."""
    UNASKED = "unasked"
    """Nobody of one of the groups was asked, or no such thing was told to us."""
    FEW = "few"
    """Of fewer than twenty on one side the outcome is known."""
    FEW_LEFT = "few_left"
    """Fewer than twenty left."""
    FEW_ALIKE = "few_alike"
    """Fewer than ten have somebody near enough to them."""
    FEW_STEPS = "few_steps"
    """Fewer than three different answers were given."""
    FEW_MOVED = "few_moved"
    """Fewer than twenty are otherwise than they were before."""
    FEW_BEFORE = "few_before"
    """Of fewer than twenty it is known what was before."""
    FEW_MONTHS = "few_months"
    """Of too few on one side the three months before are known."""
    FEW_BUYERS = "few_buyers"
    """Of fewer than a hundred on one side it is known how they bought, or none of them bought again."""
    FEW_DRAWN = "few_drawn"
    """Chance decided for fewer than twenty in one of the arms."""
    FEW_NEAR = "few_near"
    """Too few lie on one side of a threshold, or too near together."""
    NO_END = "no_end"
    """The figures fix no interval."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked, fixed when it is registered.

    Index dates lie in [`since`, `before`); groups are those of `landmark_days` after the index date, and outcomes are
    counted over `horizon_days` after that. `margin` is in the outcome's own unit: within it counts as equivalent.
    `looks` is the how-manyth report of overlapping days this is: each has to be so much surer.
    """

    outcome: Outcome
    since: date
    before: date
    landmark_days: int
    horizon_days: int
    covariates: tuple[Known, ...]
    margin: float
    seed: int
    looks: int = 1
    threshold_hours: float | None = None
    threshold_kind: str = ""
    planned: int | None = None
    """Of a report that may be read at any time: with so many put right its intervals are tightest. None: on its day."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What one look saw: of so many `people` put right and so many `others` never failed, and what may be said."""

    people: int
    others: int
    compared: Compared | None = None


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """One look at a report that may be read at any time: at those who failed before `before` and were watched for the
    whole time. `asked_by` is "" for the last, which comes by itself; `seen` is None until it was computed."""

    number: int
    asked_by: str
    asked_at: datetime
    before: date
    found_at: datetime | None = None
    seen: Seen | None = None


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """A group in numbers alone. `counted` have the outcome known of them; `needed` are wanted for a verdict."""

    group: Group
    people: int
    counted: int
    needed: int


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A group's figure with its 95 % interval, of the `counted` among its `people`.

    `replied` is their share where it is an answer; `least` and `most` what the figure would be, had all the others
    answered with the ends of the scale; `weighted` with answers weighing as much as the people like them.
    """

    group: Group
    people: int
    counted: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    replied: float | None = None
    least: float | None = None
    most: float | None = None
    weighted: float | None = None


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """How far apart a covariate is from the never failed, in standard deviations, before and after weighting, and of
    what share of both it is `known`."""

    name: str
    before: float
    after: float
    known: float = 1.0


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """A group against people like them who were never failed, and what may be said of it.

    `value` is None where no figure may be shown. `clusters` is how many incidents the group is worth, `unseen` how
    strong something unseen must be to explain it away (an E-value), `least` and `most` where the figure lies if those
    who did not answer differ from those who did.
    """

    group: Group
    said: Said
    why: Why | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    missing: int = 0
    overlap: float | None = None
    effective: float | None = None
    clusters: float | None = None
    unseen: float | None = None
    least: float | None = None
    most: float | None = None
    held: tuple[Held, ...] = ()


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """The `at`th month after (before, where it is negative), against the last one before. The intervals of all months
    hold at once."""

    at: int
    value: float
    low: float
    high: float


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """One method's answer to the same question, beside the verdict: not a verdict of its own.

    `months` are told where each month is, and `apart`: how likely the months before differ so much by chance.
    """

    method: str
    group: Group
    value: float
    low: float
    high: float
    n: int
    note: str = ""
    experiment: int = 0
    """Where chance decided: the number of the experiment, and the `arm` that gives more."""
    arm: str = ""
    months: tuple[Month, ...] = ()
    apart: float | None = None


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A method that cannot answer here, and why."""

    method: str
    group: Group
    why: Why
    experiment: int = 0
    arm: str = ""


Step = Rung | Refused
"""What is told of one method."""


class GivenArm(msgspec.Struct, frozen=True, kw_only=True):
    """An arm of an ended experiment that gives more than is owed. `looked` says that it ended because somebody looked
    until it was clear; `planned` units it was sized for."""

    experiment: int
    position: int
    name: str
    looked: bool
    planned: int


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One outcome: its figures by group, what may be said, what other methods find, and which of them cannot say."""

    outcome: Outcome
    figures: tuple[Figure, ...]
    compared: tuple[Compared, ...] = ()
    ladder: tuple[Rung, ...] = ()
    refused: tuple[Refused, ...] = ()


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A report as it was found: `sizes` before it opens, and `asked` after."""

    people: int
    sizes: tuple[Size, ...]
    asked: tuple[Asked, ...] = ()
    behind: dict[Group, tuple[int, ...]] = {}
    """Numbers of some cases of each group, drawn by lot."""
    computed_at: datetime | None = None
    seconds: float = 0.0
    versions: dict[str, str] = {}
    code: str = ""

    def of(self, outcome: Outcome) -> Asked | None:
        """What was found of an outcome."""
        return next((one for one in self.asked if one.outcome is outcome), None)


def as_plain(one: Plan | Found) -> dict[str, object]:
    """As it is kept: what JSON can say."""
    told: dict[str, object] = msgspec.to_builtins(one)
    return told


def plan_from(kept: object) -> Plan:
    """A plan as it was kept."""
    return msgspec.convert(kept, Plan)


def found_from(kept: object) -> Found:
    """A finding as it was kept."""
    return msgspec.convert(kept, Found)


def looks_from(kept: object) -> tuple[Look, ...]:
    """Looks as they were kept."""
    return msgspec.convert(kept, tuple[Look, ...])


def sentence(one: Compared, *, margin: float) -> str:
    """The verdict in one of its five sentences, in the outcome's own unit."""
    if one.said is Said.TOO_FEW:
        return f"Not enough data: about {one.missing:,} more needed."
    if one.said is Said.CANNOT_TELL or one.value is None or one.low is None or one.high is None:
        return "Cannot tell: groups not comparable."
    figure = f"{abs(one.value):.3g} (95% interval {one.low:.3g} to {one.high:.3g})"
    words = {
        Said.BELOW: f"Below never-failed by {figure}.",
        Said.ABOVE: f"Above by {figure}.",
        Said.EQUIVALENT: f"Equivalent within ±{margin:g}.",
    }
    return words[one.said]
