"""Whether an improvement held: failures per thousand promises due, before it went live and since. Pure.

The two rates are compared exactly: given how many failures there were in all, how many of them came since is binomial,
with a share that depends on the ratio of the rates and on how many promises fell due (Przyborowski & Wilenski 1940;
Lehmann & Romano, *Testing Statistical Hypotheses*, 2005, 4.5). The interval is that of Clopper & Pearson (1934), which
never covers less than it says.

It is looked at each time so many more promises have fallen due as were set when it began, and not in between: whoever
looks every day sees it hold by chance sooner or later. The k-th look may err with probability 0.05 / (k (k + 1)), which
makes 0.05 of all of them together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

ERROR = 0.05
THOUSAND = 1000


class State(StrEnum):
    """Where an improvement has got to. Once live it is judged, and `held` or `came_back` as its last look found it."""

    PLANNED = "planned"
    LIVE = "live"
    HELD = "held"
    CAME_BACK = "came_back"
    DROPPED = "dropped"


LETS_US_SAY = frozenset({State.LIVE, State.HELD})
"""In these a message to a customer may say that we changed something."""


class Why(StrEnum):
    """Why a verdict is what it is."""

    FEWER = "fewer"
    """Failures are fewer by as much as was meant, beyond chance."""
    TOO_EARLY = "too_early"
    """Not enough promises have fallen due."""
    CHANCE = "chance"
    """Chance alone could make this difference, or it is smaller than was meant."""
    UNSOLVED = "unsolved"
    """Failures wait for their cause, and could be of this one."""
    SEASON = "season"
    """The same weeks fell a year before as well, when nothing had been changed."""
    AS_BEFORE = "as_before"
    """It fails clearly more often than was meant."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many promises were due, and how many failures there were by the cause."""

    due: int
    failed: int

    @property
    def per_thousand(self) -> float | None:
        """Failures per thousand promises due, None while none was."""
        return THOUSAND * self.failed / self.due if self.due else None


@dataclass(frozen=True, slots=True)
class Ratio:
    """The rate since ÷ the rate before with its interval; `high` may be infinite. `value` is None when nothing failed
    before."""

    value: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Judged:
    """What a look found: `state` after it, and why."""

    state: State
    why: Why


def ratio_of(before: Count, since: Count, *, error: float = ERROR) -> Ratio | None:
    """The ratio of the two rates with its exact interval; None when nothing was due or nothing failed at all."""
    total = before.failed + since.failed
    if not (before.due and since.due and total):
        return None
    odds = before.due / since.due
    low = _share_at(since.failed, total - since.failed + 1, error / 2) if since.failed else 0.0
    high = _share_at(since.failed + 1, total - since.failed, 1 - error / 2) if before.failed else 1.0
    value = odds * since.failed / before.failed if before.failed else None
    return Ratio(value, odds * low / (1 - low), odds * high / (1 - high) if high < 1 else math.inf)


def judge(
    before: Count,
    since: Count,
    *,
    unsolved: int,
    season: tuple[Count, Count] | None,
    less_by: int,
    exposure: int,
    look: int,
) -> Judged:
    """What the `look`-th look finds (from 1).

    `unsolved` failures since wait for their cause: they count as of this one before we say that it held, and not when
    we say that it came back. `season` are the same two stretches a year before, `less_by` by how many per cent
    failures were to fall, `exposure` after how many promises due each look is.
    """
    if since.due < exposure * look:
        return Judged(State.LIVE, Why.TOO_EARLY)
    error = ERROR / (look * (look + 1))
    meant = 1 - less_by / 100
    found = ratio_of(before, since, error=error)
    if found is not None and found.low > meant:
        return Judged(State.CAME_BACK, Why.AS_BEFORE)
    worst = ratio_of(before, Count(since.due, since.failed + unsolved), error=error)
    if not _is_less(found, meant):
        return Judged(State.LIVE, Why.CHANCE)
    if not _is_less(worst, meant):
        return Judged(State.LIVE, Why.UNSOLVED)
    if season and (fell := ratio_of(*season)) is not None and fell.high < 1:
        return Judged(State.LIVE, Why.SEASON)
    return Judged(State.HELD, Why.FEWER)


def look_due(due: int, exposure: int) -> int:
    """Which look is due once so many promises fell due; 0 for none yet."""
    return due // exposure


def _is_less(ratio: Ratio | None, meant: float) -> bool:
    return ratio is not None and ratio.value is not None and ratio.value <= meant and ratio.high < 1


def _share_at(a: float, b: float, chance: float) -> float:
    """The share up to which a beta distribution has this much of its chance."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _beta_below(middle, a, b) < chance else (low, middle)
    return (low + high) / 2


def _beta_below(x: float, a: float, b: float) -> float:
    """The chance of a beta distribution below x: the regularised incomplete beta function."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )  # fmt: skip
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


_TINY, _CLOSE, _MOST_STEPS = 1e-300, 1e-14, 10_000


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of the incomplete beta function, by Lentz's method (DLMF 8.17.22)."""
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    found = d
    for m in range(1, _MOST_STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _not_zero(1 + term * d)
            c = _not_zero(1 + term / c)
            found *= c * d
        if abs(c * d - 1) < _CLOSE:
            break
    return found


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
