"""A dot and its interval for each group, one under the other, with the never failed as a line through all; and before
that may be shown, how many of each there are of those it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from makegood.web.insights.pictures import box, drawing, joined, path, words

WIDTH, LEFT, RIGHT, TOP, STEP = 460.0, 150.0, 400.0, 26.0, 44.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A group: its figure and the ends of its interval, None where too few are counted. `share` is of one."""

    name: str
    note: str
    n: int
    value: float | None
    low: float | None
    high: float | None
    tone: str
    shown: str
    share: bool


def ends() -> tuple[str, str]:
    """What the ends of an interval are called as headings, each on its own (a phone shows it beside its figure)."""
    return _("At least, 95% sure"), _("At most, 95% sure")


def intervals(rows: Sequence[Interval], *, name: str) -> SafeString:
    """The groups; the first is the one that the others are held against. Nothing where no figure may be shown."""
    known = [end for one in rows for end in (one.value, one.low, one.high) if end is not None]
    if not known:
        return SafeString("")
    reach = (max(known) - min(known)) or 1.0
    low, high = min(known) - 0.08 * reach, max(known) + 0.08 * reach

    def x(value: float) -> float:
        return LEFT + (value - low) / (high - low) * (RIGHT - LEFT)

    base = TOP + STEP * len(rows)
    grid = []
    for part in range(5):
        at = low + (high - low) * part / 4
        label = f"{at:.1%}" if rows[0].share else f"{at:,.0f}" if high - low > 20 else f"{at:,.2f}"
        grid += [path("grid-l", f"M{x(at):.1f} {TOP - 8}V{base - 12}"), words(x(at), TOP - 14, label, anchor="middle")]
    first = rows[0].value
    against = path("tgt", f"M{x(first):.1f} {TOP - 8}V{base - 12}") if first is not None else SafeString("")
    marks = joined(_row(one, TOP + 10 + STEP * place, x) for place, one in enumerate(rows))
    return drawing(WIDTH, base - 6, joined([*grid, against, marks]), name, "chart wide dots")


def _row(one: Interval, y: float, x: object) -> SafeString:
    note = " · ".join(filter(None, [one.note, _("n {}").format(f"{one.n:,}")]))
    told = [words(0, y, one.name, "lab", 12), words(0, y + 15, note, size=11)]
    told.append(words(WIDTH, y + 4, one.shown, "str" if one.value is not None else "", 12, "end"))
    if one.value is None or one.low is None or one.high is None or not callable(x):
        return joined(told)
    start, middle, end = x(one.low), x(one.value), x(one.high)
    line = path(f"range r-{one.tone}", f"M{start:.1f} {y}H{end:.1f}M{start:.1f} {y - 5}v10M{end:.1f} {y - 5}v10")
    dot = format_html('<circle class="dot r-{}" cx="{}" cy="{}" r="4.5"/>', one.tone, f"{middle:.1f}", y)
    return joined([*told, line, dot])


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """A group of which nothing may be shown yet: how many there are, and how many it takes."""

    name: str
    many: int
    needed: int
    tone: str

    @property
    def of(self) -> str:
        """Both in words."""
        return _("{many} of {needed}").format(many=f"{self.many:,}", needed=f"{self.needed:,}")


def gathered(rows: Sequence[Gathered], *, name: str) -> SafeString:
    """How far each group is filled; full where there are enough."""
    marks = [_filled(one, TOP - 8 + STEP * place) for place, one in enumerate(rows)]
    return drawing(WIDTH, TOP - 14 + STEP * len(rows), joined(marks), name, "chart wide dots")


def _filled(one: Gathered, y: float) -> SafeString:
    full = min(one.many / max(one.needed, 1), 1.0)
    return joined([
        words(0, y, one.name, "lab", 12), words(WIDTH, y, one.of, "str" if full == 1 else "", 12, "end"),
        box("f-soft", 0, y + 8, WIDTH, 8), box(f"f-{one.tone}", 0, y + 8, max(full * WIDTH, 4) if one.many else 0, 8),
    ])  # fmt: skip
