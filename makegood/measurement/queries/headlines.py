"""The headline figures in numbers, for pages, the API, the command and the report of every month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from makegood.measurement.aims import Aim
from makegood.measurement.marks import quantile
from makegood.measurement.queries.aims import aims
from makegood.measurement.queries.insights import (
    CASES,
    DUE_MARKS,
    Figures,
    Narrow,
    Period,
    figures,
    flows,
    period_of,
)
from makegood.measurement.rules.headlines import Share, drifted, moved
from makegood.measurement.rules.shares import ENOUGH
from makegood.people.rules import Scope
from makegood.platform.installation import organisation
from makegood.promises.queries import kind_named

ANSWERED = [*flows(said="right"), *flows(said="more"), *flows(said="left")]
SPOKEN = [*flows(who="us"), *flows(who="them")]
VOWS = [f"v:{state}" for state in ("kept", "kept_late", "broken", "released")]
_MOST_STEPS = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """A figure of a period. `unit` is "share" (of one), "minutes" (the median) or a currency.

    `value` is None of fewer than ten; `low` and `high` are the 95 % interval of a share, `late` the minutes above which
    one in ten lies, `change` by how much it moved beyond chance since the period before, None within chance. `n` are
    those counted, `part` of them those meant, `answered` the share of those asked who have answered, where it is an
    answer. `aim` is what is aimed at, in the same unit; `steps` the figure in steps of the period.
    """

    key: str
    unit: str
    value: float | None
    n: int
    part: int = 0
    low: float | None = None
    high: float | None = None
    late: float | None = None
    change: float | None = None
    answered: float | None = None
    aim: float | None = None
    steps: Sequence[float | None] = ()


def headline_figures(found: Figures, wanted: Mapping[Aim, float]) -> tuple[Headline, ...]:
    """The five that stand first, and those that stand below."""
    asked = found.now(*ANSWERED, *flows(said="silent"))
    answered = found.now(*ANSWERED) / asked if asked else None
    shares = (
        ("kept", ["p:kept"], DUE_MARKS, Aim.KEPT), ("told_first", flows(who="us"), SPOKEN, Aim.TOLD_FIRST),
        ("right", flows(said="right"), ANSWERED, Aim.RIGHT), ("second", ["second"], CASES, Aim.SECOND),
    )  # fmt: skip
    kept, told_first, right, second = (
        _share(found, key, part, whole, wanted[aim] / 100, answered if key == "right" else None)
        for key, part, whole, aim in shares
    )  # fmt: skip
    return (
        kept, _time(found, "contact", wanted[Aim.CONTACT]), told_first, right, second,
        _time(found, "own"), _time(found, "right", key="time_right"), _share(found, "vows", ["v:kept"], VOWS),
        *(
            Headline(key="cost", unit=currency, value=float(amount), n=found.now(f"cost:{currency}"))
            for currency, amount in sorted(found.amounts("cost").items())
        ),
    )  # fmt: skip


def _share(
    found: Figures, key: str, part: Sequence[str], whole: Sequence[str], aim: float | None = None,
    answered: float | None = None,
) -> Headline:  # fmt: skip
    parts, wholes = found.steps_of(*part), found.steps_of(*whole)
    half = found.period.steps
    share = Share(sum(parts[half:]), sum(wholes[half:]))
    if not share.enough:
        return Headline(key=key, unit="share", value=None, n=share.whole, part=share.part, aim=aim, answered=answered)
    thin = zip(_thinned(parts[half:]), _thinned(wholes[half:]), strict=True)
    return Headline(
        key=key, unit="share", value=share.value, n=share.whole, part=share.part, low=share.low, high=share.high,
        change=moved(parts, wholes), answered=answered, aim=aim,
        steps=[part / whole if whole else None for part, whole in thin],
    )  # fmt: skip


def _time(found: Figures, start: str, aim: float | None = None, *, key: str = "") -> Headline:
    spans, half = found.spans(start), found.period.steps
    many = sum(spans.values())
    if many < ENOUGH:
        return Headline(key=key or start, unit="minutes", value=None, n=many, aim=aim)
    steps = [quantile(found.spans(start, step), 0.5) for step in range(-half, half)]
    return Headline(
        key=key or start, unit="minutes", value=quantile(spans, 0.5), n=many, late=quantile(spans, 0.9),
        change=drifted(steps), aim=aim, steps=steps[half:],
    )  # fmt: skip


def _thinned(steps: Sequence[int]) -> list[int]:
    """So many sums at most: a year of weeks, or a month of days, in the width of a thumb."""
    wide = -(-len(steps) // _MOST_STEPS)
    return [sum(steps[start : start + wide]) for start in range(0, len(steps), wide)]


@dataclass(frozen=True, slots=True)
class Told:
    """The headline figures and the days they are of."""

    period: Period
    headlines: tuple[Headline, ...]


def headlines_for(
    scope: Scope, *, days: str, kind: str = "", team: int | None = None, place: str = "", now: datetime
) -> Told:  # fmt: skip
    """The headline figures of the last so many days ("30", "90", "365") as of `now` (aware UTC), of one kind of promise
    or all, of one team or of every team that the reader may see, of one place ("to:BOS") or all. Raises Refusal
    "kind.unknown"."""
    period = period_of(days, now.astimezone(organisation().zone).date())
    narrow = Narrow(kind_named(kind).id if kind else None, team, place)
    return Told(period, headline_figures(figures(scope, period, narrow), aims()))
