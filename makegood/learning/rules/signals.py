"""What fails beyond chance: places, suppliers, products, weekdays and words whose promises break more often than the
others of their kind in the same week. Pure.

A group is judged against the promises of the same kind that were due in the same week and are not of the group: a hard
week, and a hard kind of promise, are nobody's fault. Its failures are compared with those expected (indirect
standardisation, as in Breslow & Day, *Statistical Methods in Cancer Research* II, 1987, ch. 2). Failures come in bursts
(one storm, one broken lift), so that the spread between weeks widens what chance explains (the quasi-likelihood factor
of McCullagh & Nelder, *Generalized Linear Models*, 1989, 4.5.1); it never narrows it. Of the many groups looked at,
those are told of which at most one in twenty is expected to be chance (Benjamini & Hochberg 1995).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

FALSE_SHARE = 0.05
"""The share of what is told that may be chance."""
FEWEST_DUE, FEWEST_FAILED, FEWEST_WEEKS = 20, 5, 4
"""Below these a group is too small to say anything about: one bad week is an incident, and not a habit."""
SMALLEST_RATIO = 1.2
"""Failures must be so many times what was expected: less is not worth anybody's time, however sure."""
WORD = "word"
"""What groups by a word of the title are called."""
SAME = 0.05
TOUCHED = 0.1
"""A group is about a kind, or a cause, that at least this share of its failures is of."""
_DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
_EXACT_BELOW = 50.0


def group_words(what: str, value: str, name: str = "") -> str:
    """What a group is called, in English: "Carrier: Swift", "Tuesdays"; `name` is that of its kind."""
    if what == "weekday":
        return _DAYS[int(value) - 1]
    named = "With the word" if what == WORD else what.replace("_", " ").capitalize()
    return f"{named}: {name or value}"


@dataclass(frozen=True, slots=True)
class Cell:
    """How many promises of a kind were due in a week, and how many of them `failed`: of all promises (`what` is ""),
    or of those where `what` (such as "neighborhood") is `value`."""

    what: str
    value: str
    kind: str
    week: str
    due: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A group that fails beyond chance. `expected` failures if it were like the others of its kinds and weeks; `chance`
    is how likely so many are if it is; `share` the false share among all that look at least as clear."""

    what: str
    value: str
    due: int
    failed: int
    expected: float
    chance: float
    share: float

    @property
    def ratio(self) -> float:
        """Failures ÷ expected failures."""
        return self.failed / self.expected

    @property
    def excess(self) -> float:
        """Failures beyond those expected."""
        return self.failed - self.expected


@dataclass(frozen=True, slots=True)
class _Week:
    failed: int
    expected: float
    variance: float


def signals(cells: Iterable[Cell]) -> tuple[Signal, ...]:
    """The groups that fail beyond chance, those with the most excess failures first."""
    total: dict[tuple[str, str], tuple[int, int]] = {}
    groups: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.what:
            groups[cell.what, cell.value].append(cell)
        else:
            total[cell.kind, cell.week] = (cell.due, cell.failed)
    judged = [one for one in (_judged(*name, mine, total) for name, mine in groups.items()) if one is not None]
    shares = false_shares([one.chance for one in judged])
    sure = [
        Signal(what=one.what, value=one.value, due=one.due, failed=one.failed, expected=one.expected,
               chance=one.chance, share=share)
        for one, share in zip(judged, shares, strict=True)
        if share <= FALSE_SHARE and one.ratio >= SMALLEST_RATIO and one.failed >= FEWEST_FAILED
    ]  # fmt: skip
    named = [one for one in sure if one.what != WORD]
    told = [one for one in sure if one.what != WORD or not any(_is_same(one, other) for other in named)]
    return tuple(sorted(told, key=lambda one: (-one.excess, one.what, one.value)))


def _is_same(word: Signal, other: Signal) -> bool:
    """Whether a word says only what a group has said: "sidewalk" of the type "Sidewalk repair"."""
    return abs(word.due - other.due) <= SAME * other.due and abs(word.failed - other.failed) <= SAME * other.failed


def false_shares(chances: Sequence[float]) -> list[float]:
    """For each chance the share that is expected to be false among all at most as large (Benjamini & Hochberg 1995)."""
    order = sorted(range(len(chances)), key=lambda index: chances[index], reverse=True)
    shares, least = [1.0] * len(chances), 1.0
    for place, index in enumerate(order):
        least = min(least, chances[index] * len(chances) / (len(chances) - place))
        shares[index] = least
    return shares


def _judged(
    what: str, value: str, mine: Sequence[Cell], total: Mapping[tuple[str, str], tuple[int, int]]
) -> Signal | None:
    """A group against its likes; None when there is too little of either. Without likes in its week it says nothing."""
    weeks: dict[str, list[_Week]] = defaultdict(list)
    due = 0
    for cell in mine:
        all_due, all_failed = total[cell.kind, cell.week]
        others = all_due - cell.due
        if others > 0:
            weeks[cell.week].append(_against(cell, others, all_failed - cell.failed))
            due += cell.due
    by_week = [_sum(parts) for parts in weeks.values()]
    whole = _sum(by_week)
    if due < FEWEST_DUE or len(by_week) < FEWEST_WEEKS or whole.variance <= 0:
        return None
    return Signal(
        what=what, value=value, due=due, failed=whole.failed, expected=whole.expected,
        chance=_chance(whole, by_week), share=1.0,
    )  # fmt: skip


def _against(cell: Cell, others: int, others_failed: int) -> _Week:
    """What is expected of a cell from the others; that theirs is an estimate widens the variance."""
    rate = others_failed / others
    return _Week(cell.failed, cell.due * rate, cell.due * rate * (1 - rate) * (1 + cell.due / others))


def _sum(parts: Sequence[_Week]) -> _Week:
    return _Week(
        sum(one.failed for one in parts), sum(one.expected for one in parts), sum(one.variance for one in parts)
    )


def _spread(weeks: Sequence[_Week], whole: _Week) -> float:
    """How many times wider than by chance the weeks differ from the group's own level; at least 1."""
    seen = [one for one in weeks if one.variance > 0]
    level = whole.failed / whole.expected
    off = sum((one.failed - level * one.expected) ** 2 / (max(level, 1.0) * one.variance) for one in seen)
    return max(1.0, off / max(1, len(seen) - 1))


def _chance(whole: _Week, weeks: Sequence[_Week]) -> float:
    """How likely so many failures or more are; of few, no more certain than the Poisson distribution is."""
    spread = _spread(weeks, whole)
    z = (whole.failed - 0.5 - whole.expected) / math.sqrt(whole.variance * spread)
    if spread > 1:
        z = _as_normal(z, len(weeks) - 1)
    normal = 0.5 * math.erfc(z / math.sqrt(2))
    return max(normal, _at_least(whole.failed, whole.expected)) if whole.expected < _EXACT_BELOW else normal


def _as_normal(t: float, freedom: int) -> float:
    """The value of a normal distribution that is as rare as `t` of Student's: a spread seen in few weeks is not known
    well (Wallace 1959, Annals of Mathematical Statistics 30, the bound with the factor (8n+1)/(8n+3))."""
    return math.copysign((8 * freedom + 1) / (8 * freedom + 3) * math.sqrt(freedom * math.log1p(t * t / freedom)), t)


def _at_least(count: int, mean: float) -> float:
    """The probability of `count` or more in a Poisson distribution."""
    below, term = 0.0, math.exp(-mean)
    for number in range(count):
        below += term
        term *= mean / (number + 1)
    return max(0.0, 1.0 - below)
