"""What a promise, a case, a remedy or an answer counts for, as short words; and how long things took, in spans that
add up. Pure, and light: doors load it.

A mark is its parts with colons between: `p:kept` a promise that was kept, `v:broken` one made inside a case;
`f:us:spot:right` who spoke first, how it was put right and what the customer said; `own:7`, `contact:7`, `right:7` the
span until somebody took it, spoke to the customer, and the customer said it is right; `cause:12`; `second`;
`when:weekend:16:late` in which four hours it was opened and whether the first word came in time; of a
remedy `cost:EUR`, and of that `owed:EUR`, `correction:EUR`, `goodwill:EUR` and `again:EUR`, what went into second
failures; of a case `given:12:EUR`, what was given in it, under its cause (0 for none); `s:csat:case:4.0` an answer.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

LONGEST_PLACE = 121
"""Of the name of a place and of the attribute that says it, in characters."""
MINUTES = (
    1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 21, 25, 30, 35, 40, 50, 60, 75, 90, 120, 150, 180, 240, 300, 360, 480, 720,
    1080, 1440, 2160, 2880, 4320, 5760, 7200, 8640, 10080, 14400, 20160, 30240, 43200, 64800, 86400, 129600,
)  # fmt: skip
"""The ends of the spans, in minutes: span 0 is below the first, span n from end n − 1 to below end n."""

DUE = ("kept", "kept_late", "broken", "released")
"""States of promises whose time has come."""
WHO = ("us", "them", "nobody")
HOW = ("spot", "approval", "apology", "nothing")
SAID = ("right", "more", "silent", "left", "open")


def flow(who: str = "_", how: str = "_", said: str = "_") -> str:
    """The mark of cases by who spoke first, how they were put right and what the customer said; `_` for any."""
    return f"f:{who}:{how}:{said}"


def quantile(counts: Mapping[int, int], share: float) -> float | None:
    """The minutes below which `share` (0 to 1) of what is counted by span lies, evenly within a span; None of
    nothing. The last span has no end: what lies in it is told as its beginning."""
    total = sum(counts.values())
    if not total:
        return None
    wanted, below = share * total, 0.0
    for span, many in sorted(counts.items()):
        if below + many >= wanted:
            starts = MINUTES[span - 1] if span else 0
            ends = MINUTES[span] if span < len(MINUTES) else starts
            return starts + (ends - starts) * max(0.0, wanted - below) / many
        below += many
    return float(MINUTES[-1])


def spans_between(start: int, end: int | None) -> range:
    """The spans that hold what took from `start` minutes to less than `end`; each is the end of a span, or 0, or None
    for no end."""
    first = MINUTES.index(start) + 1 if start else 0
    return range(first, MINUTES.index(end) + 1 if end is not None else len(MINUTES) + 1)


def above(counts: Mapping[int, int], minutes: int) -> int:
    """How many took `minutes` or longer: exact where these are the end of a span, otherwise from the next span on."""
    first = bisect_left(MINUTES, minutes) + 1
    return sum(many for span, many in counts.items() if span >= first)
