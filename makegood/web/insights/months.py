"""Month by month before and after: a dot with its interval for each, and the last month before as nothing."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from makegood.measurement.findings import APART, SHARES, Month, Rung
from makegood.measurement.queries import ReportFacts
from makegood.web.insights.intervals import ends
from makegood.web.insights.pictures import drawing, joined, path, words
from makegood.web.tables import Column, Row

METHOD = "event_study"
WIDTH, HEIGHT, LEFT, TOP, BASE, SIZE = 440.0, 232.0, 48.0, 28.0, 188.0, 12.0


@dataclass(frozen=True, slots=True)
class ByMonth:
    """The picture, the same as a table, and what the months before say."""

    drawn: SafeString
    columns: list[Column]
    rows: list[Row]
    before: str
    parted: bool


def of(facts: ReportFacts | None) -> ByMonth | None:
    """The months of the registered outcome, where they could be told apart."""
    asked = facts.shown.of(facts.plan.outcome) if facts and facts.shown else None
    one = next((rung for rung in asked.ladder if rung.method == METHOD), None) if asked else None
    if facts is None or one is None or one.apart is None or not one.months:
        return None
    is_share = facts.plan.outcome in SHARES
    parted = one.apart < APART
    return ByMonth(
        drawn=_drawn(one, is_share),
        columns=[Column(_("Month")), *(Column(name, n=True) for name in (_("Figure"), *ends()))],
        rows=[Row([_month(each.at), *(shown(end, is_share) for end in (each.value, each.low, each.high))])
              for each in one.months],
        before=_before(one.apart, parted=parted), parted=parted,
    )  # fmt: skip


def shown(value: float, is_share: bool) -> str:
    """A difference in its own unit."""
    return f"{value:+.1%}" if is_share else f"{value:+,.2f}"


def _before(apart: float, *, parted: bool) -> str:
    if parted:
        return _(
            "Before anything failed they had moved apart already, further than chance does (p {p}): what came after"
            " cannot be told from that. Do not lean on it."
        ).format(p=_p(apart))
    return _(
        "Before anything failed they went alike as far as can be seen (p {p}). That is no proof that they would have"
        " gone on so."
    ).format(p=_p(apart))


def _p(value: float) -> str:
    return f"{value:.2f}" if value >= 0.01 else _("below 0.01")


def _month(at: int) -> str:
    return _("{} before").format(-at) if at < 0 else _("{} after").format(at)


def _drawn(one: Rung, is_share: bool) -> SafeString:
    known = [0.0, *(end for month in one.months for end in (month.low, month.high))]
    reach = (max(known) - min(known)) or 1.0
    low, high = min(known) - 0.06 * reach, max(known) + 0.06 * reach
    places = sorted({-1, *(month.at for month in one.months)})
    # Between the months before and those after lies the time in which it was put right.
    gap = (WIDTH - LEFT - 16) / (len(places) + 0.6)

    def x(at: int) -> float:
        return LEFT + gap * (places.index(at) + 0.5 + (0.6 if at > 0 else 0.0))

    def y(value: float) -> float:
        return BASE - (value - low) / (high - low) * (BASE - TOP)

    grid = []
    for at in _ticks(low, high):
        label = _minus(f"{at:+.0%}" if is_share and high - low > 0.06 else shown(at, is_share)) if at else "0"
        grid += [path("grid-l", f"M{LEFT} {y(at):.1f}H{WIDTH}"), words(LEFT - 6, y(at) + 4, label, "", SIZE, "end")]
    middle = (x(-1) + x(min(at for at in places if at > 0))) / 2
    told = [
        path("tgt", f"M{LEFT} {y(0):.1f}H{WIDTH}"), path("axis", f"M{middle:.1f} {TOP - 8}V{BASE}"),
        words(middle, TOP - 14, _("failed, then put right"), "lab", SIZE, "middle"),
        *(words(x(at), BASE + 18, _minus(f"{at:+d}"), "", SIZE, "middle") for at in places),
        words(LEFT, BASE + 38, _("Months of 30 days; −1 is what the others are held against"), "", SIZE),
    ]  # fmt: skip
    marks = [_mark(month, x(month.at), y) for month in one.months]
    base = format_html('<circle class="dot r-ink" cx="{}" cy="{}" r="4.5"/>', f"{x(-1):.1f}", f"{y(0):.1f}")
    name = "; ".join(f"{_month(month.at)}: {shown(month.value, is_share)}" for month in one.months)
    return drawing(WIDTH, HEIGHT, joined([*grid, *told, base, *marks]), name, "chart wide months")


def _ticks(low: float, high: float) -> list[float]:
    """Round figures between the two, nothing among them: six at most."""
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(times * power for times in (1, 2, 5, 10) if times * power >= rough)
    return [place * step for place in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _minus(text: str) -> str:
    return text.replace("-", "−")


def _mark(month: Month, x: float, y: Callable[[float], float]) -> SafeString:
    tone = "ink" if month.at < 0 else "mended"
    low, high = y(month.low), y(month.high)
    line = path(f"range r-{tone}", f"M{x:.1f} {low:.1f}V{high:.1f}M{x - 5:.1f} {low:.1f}h10M{x - 5:.1f} {high:.1f}h10")
    dot = format_html('<circle class="dot r-{}" cx="{}" cy="{}" r="4.5"/>', tone, f"{x:.1f}", f"{y(month.value):.1f}")
    return joined([line, dot])
