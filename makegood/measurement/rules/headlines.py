"""What may be said of figures: whether they moved, what stands out, plain fractions. Plain Python: pages tell it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from makegood.measurement.rules.control import Chart, share_chart, xmr
from makegood.measurement.rules.shares import ENOUGH, difference, interval

VITAL = Decimal("0.7")
"""So much of all is what the vital few make (Juran 1954 speaks of "the vital few and the trivial many")."""
_FEWEST_POINTS = 6
_FRACTIONS = (
    (1, 20), (1, 10), (1, 8), (1, 6), (1, 5), (1, 4), (1, 3), (2, 5), (1, 2), (3, 5), (2, 3), (7, 10), (3, 4), (4, 5),
    (9, 10), (19, 20),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many; `low` and `high` are the ends of the 95 % interval after Wilson."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        """Part ÷ whole, 0 of nothing."""
        return self.part / self.whole if self.whole else 0.0

    @property
    def low(self) -> float:
        """The lower end."""
        return interval(self.part, self.whole)[0]

    @property
    def high(self) -> float:
        """The upper end."""
        return interval(self.part, self.whole)[1]

    @property
    def enough(self) -> bool:
        """Whether it may be shown: of ten or more."""
        return self.whole >= ENOUGH


def series(part: Sequence[int], whole: Sequence[int]) -> tuple[list[int], Chart | None]:
    """The steps in which there was anything, and the limits of chance on them; None of fewer than six."""
    there = [step for step, many in enumerate(whole) if many]
    if len(there) < _FEWEST_POINTS:
        return there, None
    return there, share_chart([part[step] for step in there], [whole[step] for step in there])


def moved(part: Sequence[int], whole: Sequence[int]) -> float | None:
    """By how much a share moved from the first half of the steps to the second; None for "within chance".

    It moved when two things agree: the 95 % interval of the difference leaves out nought (Newcombe), and a step of the
    second half lies beyond the limits of chance, or is the eighth in a row on one side of the middle, that way.
    """
    half = len(whole) // 2
    before, now = (sum(part[:half]), sum(whole[:half])), (sum(part[half:]), sum(whole[half:]))
    there, chart = series(part, whole)
    if chart is None or min(before[1], now[1]) < ENOUGH:
        return None
    value, low, high = difference(now, before)
    if low <= 0 <= high:
        return None
    signals = (
        part[step] / whole[step] - chart.middle
        for step, beyond in zip(there, chart.beyond, strict=True) if beyond and step >= half
    )  # fmt: skip
    return value if any(far * value > 0 for far in signals) else None


def drifted(values: Sequence[float | None]) -> float | None:
    """By how much the mean of single values, such as medians of weeks, moved from the first half to the second; None
    for "within chance": no value of the second half is beyond the limits of all (Wheeler's XmR), that way."""
    half = len(values) // 2
    there = [(step, value) for step, value in enumerate(values) if value is not None]
    early = [value for step, value in there if step < half]
    late = [value for step, value in there if step >= half]
    if len(there) < _FEWEST_POINTS or not early or not late:
        return None
    chart, change = xmr([value for _, value in there]), sum(late) / len(late) - sum(early) / len(early)
    signals = (
        value - chart.middle
        for (step, value), beyond in zip(there, chart.beyond, strict=True) if beyond and step >= half
    )  # fmt: skip
    return change if any(far * change > 0 for far in signals) else None


def fraction(share: float) -> tuple[int, int]:
    """The plain fraction nearest to a share, such as 1 of 3."""
    return min(_FRACTIONS, key=lambda pair: abs(pair[0] / pair[1] - share))


def clearly(a: Share, b: Share) -> float | None:
    """a − b when both are of ten or more and the 95 % interval of the difference leaves out nought; otherwise None."""
    if not (a.enough and b.enough):
        return None
    value, low, high = difference((a.part, a.whole), (b.part, b.whole))
    return value if low > 0 or high < 0 else None


def apart(groups: Mapping[str, Share]) -> dict[str, float]:
    """The groups that are clearly above or below all the others together, and by how much. Of so many looks at once one
    in twenty misleads at most: the intervals are of 95 % for all of them (Bonferroni)."""
    many, part, whole = len(groups), sum(one.part for one in groups.values()), sum(one.whole for one in groups.values())
    found = {}
    for name, one in groups.items():
        if not one.enough or whole - one.whole < ENOUGH:
            continue
        rest = (part - one.part, whole - one.whole)
        value, low, high = difference((one.part, one.whole), rest, alpha=0.05 / many)
        if low > 0 or high < 0:
            found[name] = value
    return found


def vital(counts: Sequence[int | Decimal]) -> int:
    """How many of the greatest, given in falling order, make up what the vital few do."""
    wanted, running = VITAL * sum(map(Decimal, counts), Decimal(0)), Decimal(0)
    for place, many in enumerate(counts, start=1):
        running += many
        if running >= wanted:
            return place
    return len(counts)


def stands_out(few: int, of: int) -> bool:
    """Whether those that make most are few of all, so that it says something."""
    return of <= 2 or few <= of / 2


def slowest(groups: Mapping[str, Share]) -> str | None:
    """The group whose share is clearly above that of all the others together, the greatest of them; None without."""
    total = Share(sum(one.part for one in groups.values()), sum(one.whole for one in groups.values()))
    rest = {name: Share(total.part - one.part, total.whole - one.whole) for name, one in groups.items()}
    apart = [name for name, one in groups.items() if (clearly(one, rest[name]) or 0.0) > 0]
    return max(apart, key=lambda name: groups[name].value, default=None)
