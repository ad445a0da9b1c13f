"""Charts of the insights as SVG made on the server: no script, no inline style; marks are links to what they stand for.

Each has a name that says it in words, and stands beside the same numbers as a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

Anchor = Literal["start", "middle", "end"]
NARROW = 342.0


def drawing(width: float, height: float, body: SafeString, name: str, css: str = "chart") -> SafeString:
    """An SVG whose parts can be reached one by one."""
    shape = '<svg class="{}" viewBox="0 0 {} {}" role="group" aria-label="{}">{}</svg>'
    return format_html(shape, css, f"{width:.0f}", f"{height:.0f}", name, body)


def joined(parts: Iterable[SafeString]) -> SafeString:
    """Parts of a drawing, one after the other."""
    return format_html_join("", "{}", ((part,) for part in parts))


def words(x: float, y: float, text: str, css: str = "", size: float = 10.5, anchor: Anchor = "start") -> SafeString:
    """A line of text."""
    shape = '<text x="{}" y="{}" font-size="{}" class="{}" text-anchor="{}">{}</text>'
    return format_html(shape, f"{x:.1f}", f"{y:.1f}", size, css, anchor, text)


def path(css: str, shape: str) -> SafeString:
    """A line or an area."""
    return format_html('<path class="{}" d="{}"/>', css, shape)


def box(css: str, x: float, y: float, width: float, height: float, rx: float = 2) -> SafeString:
    """A bar."""
    shape = '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="{}"/>'
    return format_html(shape, css, f"{x:.1f}", f"{y:.1f}", f"{max(width, 0.5):.1f}", f"{max(height, 0.5):.1f}", rx)


def link(url: str, name: str, body: SafeString) -> SafeString:
    """Marks that lead to what they stand for; the marks alone where there is nowhere to go."""
    if not url:
        return body
    return format_html('<a href="{}" aria-label="{}"><title>{}</title>{}</a>', url, name, name, body)


def spark(values: Sequence[float | None], target: float | None = None) -> SafeString:
    """A small line without axes, for beside a figure that says it in words."""
    width, height = 72.0, 26.0
    there = [(place, value) for place, value in enumerate(values) if value is not None]
    if len(there) < 2:
        return SafeString("")
    level = [value for _, value in there] + ([target] if target is not None else [])
    low, high = min(level), max(level)
    reach = (high - low) or 1.0

    def y(value: float) -> float:
        return height - 3 - (value - low) / reach * (height - 6)

    spots = [(1 + place * (width - 6) / (len(values) - 1), y(value)) for place, value in there]
    line = "M" + "L".join(f"{x:.1f} {down:.1f}" for x, down in spots)
    aim = path("tgt", f"M0 {y(target):.1f}H{width:.0f}") if target is not None else SafeString("")
    shape = '<svg class="spark" viewBox="0 0 72 26" aria-hidden="true">{}{}<circle cx="{}" cy="{}" r="2.25"/></svg>'
    return format_html(shape, aim, path("", line), f"{spots[-1][0]:.1f}", f"{spots[-1][1]:.1f}")


@dataclass(frozen=True, slots=True)
class Point:
    """One step on a line: its value between 0 and 1, the limits of chance there, "low" or "high" if it is beyond what
    chance explains, and what happened then, if that is known."""

    label: str
    value: float
    low: float | None
    high: float | None
    beyond: str
    said: str
    url: str
    why: str = ""


def shares_line(points: Sequence[Point], *, target: float, name: str, width: float = NARROW) -> SafeString:
    """Shares step by step, the limits of chance shaded, the target dotted; what lies beyond the limits is named."""
    left, right, top, base = 24.0, width - 36, 10.0, 184.0
    level = [target, *(one.value for one in points), *(one.low for one in points if one.low is not None)]
    floor = max(0.0, (int(min(level) * 20) - (min(level) * 20 % 1 < 0.2)) / 20)
    reach = max(1.0 - floor, 0.05)

    def x(place: int) -> float:
        return left + (right - left) * (place / (len(points) - 1) if len(points) > 1 else 0.5)

    def y(value: float) -> float:
        return base - (value - floor) / reach * (base - top)

    limits = [(place, one.low, one.high) for place, one in enumerate(points) if one.low is not None]
    band = "L".join(
        [f"{x(place):.1f} {y(high or 1):.1f}" for place, _, high in limits]
        + [f"{x(place):.1f} {y(low or 0):.1f}" for place, low, _ in reversed(limits)]
    )
    rules = [floor + reach * part / 3 for part in range(4)] if reach < 0.1 else _rules(floor)
    grid = joined(
        joined([path("grid-l", f"M{left} {y(rule):.1f}H{right}"),
                words(left - 7, y(rule) + 3.5, f"{rule * 100:.0f}", anchor="end")])
        for rule in rules
    )  # fmt: skip
    aim = joined([
        path("tgt", f"M{left} {y(target):.1f}H{right}"),
        words(left + 6, y(target) - 5, _("target {}").format(f"{target * 100:.0f}")),
    ])  # fmt: skip
    line = path("ink-l", "M" + "L".join(f"{x(place):.1f} {y(one.value):.1f}" for place, one in enumerate(points)))
    wide = (right - left) / max(len(points) - 1, 1)
    marks = joined(_mark(one, x(place), y(one.value), wide, base, width) for place, one in enumerate(points))
    last = points[-1]
    end = words(x(len(points) - 1) + 8, y(last.value) + 4, f"{last.value:.0%}", "str", 12)
    ends = [(0, "start" if len(points) > 2 else "middle"), (len(points) - 1, "middle")]
    days = joined(words(x(place), base + 17, points[place].label, anchor=how) for place, how in ends)  # type: ignore[arg-type]
    shade = path("band", f"M{band}Z") if len(limits) > 1 else SafeString("")
    css = "chart wide" if width > NARROW else "chart"
    return drawing(width, base + 22, joined([shade, grid, aim, line, marks, end, days]), name, css)


def _rules(floor: float) -> list[float]:
    """Lines at every twentieth, fifth or quarter, about four of them."""
    step = next(step for step in (0.05, 0.1, 0.2, 0.25) if (1 - floor) / step <= 5)
    first = int(floor / step + 0.999)
    return [step * place for place in range(first, int(1 / step + 0.001) + 1)]


def _mark(one: Point, x: float, y: float, wide: float, base: float, width: float) -> SafeString:
    """A dot where a point is beyond chance or the last; where there is room every point opens what it stands for."""
    dot = SafeString("")
    if one.beyond:
        css = "f-broken" if one.beyond == "low" else "f-mended"
        dot = format_html('<circle class="{}" cx="{}" cy="{}" r="4"/>', css, f"{x:.1f}", f"{y:.1f}")
        if one.why:
            anchor: Anchor = "start" if x < 60 else "end" if x > width - 70 else "middle"
            dot += words(x, min(y + 16, base - 2), one.why, "t-broken", anchor=anchor)
    elif wide >= 10:
        dot = format_html('<circle class="f-ink" cx="{}" cy="{}" r="2"/>', f"{x:.1f}", f"{y:.1f}")
    if not (one.beyond or wide >= 24):
        return dot
    reach = max(wide, 24.0)
    ground = format_html(
        '<rect class="hit" x="{}" y="{}" width="{}" height="24"/>', f"{x - reach / 2:.1f}", f"{y - 12:.1f}",
        f"{reach:.1f}",
    )  # fmt: skip
    return link(one.url, one.said, ground + dot)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: how many, how it is coloured, and where it leads."""

    label: str
    many: int
    css: str
    said: str
    url: str


def columns(bars: Sequence[Bar], *, line_at: int, line_says: str, below: str, name: str) -> SafeString:
    """Upright bars with their share of all above them, and a dotted line before bar `line_at`."""
    width, top, base = NARROW, 22.0, 172.0
    step, total = width / len(bars), sum(one.many for one in bars) or 1
    most = max(one.many for one in bars) or 1

    def one(place: int, bar: Bar) -> SafeString:
        x, high = place * step, bar.many / most * (base - top)
        return joined([
            link(bar.url, bar.said, box(bar.css, x + 2, base - high, step - 4, high)),
            words(x + step / 2, base - high - 5, f"{bar.many / total:.0%}", "lab", 11, "middle"),
            words(x + step / 2, base + 15, bar.label, anchor="middle"),
        ])  # fmt: skip

    drawn = joined(one(place, bar) for place, bar in enumerate(bars))
    x = line_at * step
    late = line_at > len(bars) / 2
    aim = joined([
        path("tgt", f"M{x:.1f} 4V{base:.0f}"),
        words(x - 5 if late else x + 5, 9, line_says, anchor="end" if late else "start"),
    ])  # fmt: skip
    foot = joined([path("axis", f"M0 {base + 0.5}H{width:.0f}"), words(0, base + 31, below)])
    return drawing(width, base + 36, joined([drawn, aim, foot]), name)


def pareto(bars: Sequence[Bar], *, vital: int, name: str) -> SafeString:
    """Bars that lie, the greatest first, with their share and the running share; a dotted line below the vital few."""
    width, high, start = NARROW, 24.0, 150.0
    end, total, most = width - 78, sum(one.many for one in bars) or 1, max(one.many for one in bars) or 1
    parts, running = [words(width, 9, _("share · running"), anchor="end")], 0
    for place, bar in enumerate(bars):
        y, strong = 16 + place * high, place < vital
        running += bar.many
        hit = format_html('<rect class="hit" x="0" y="{}" width="{}" height="24"/>', f"{y:.1f}", width)
        shape = box(bar.css, start, y + 4, bar.many / most * (end - start), high - 10)
        parts.append(link(bar.url, bar.said, hit + shape))
        parts.append(words(0, y + 14, short(bar.label), "str" if strong else "lab", 12))
        parts.append(words(width - 38, y + 14, f"{bar.many / total:.0%}", "lab", 11.5, "end"))
        parts.append(words(width, y + 14, f"{running / total:.0%}", "str" if strong else "", 11.5, "end"))
    if 0 < vital < len(bars):
        parts.append(path("tgt", f"M0 {16 + vital * high:.1f}H{width:.0f}"))
    return drawing(width, 18 + len(bars) * high, joined(parts), name)


def short(text: str, most: int = 21) -> str:
    """A name that fits beside its bar; the table has it whole."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
