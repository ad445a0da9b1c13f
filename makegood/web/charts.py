"""Pictures made on the server as SVG: no script, no inline style, they print well, and each has its words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import dateformat, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

WIDTH, LEFT, RIGHT = 376, 2.0, 374.0
HOUR = timedelta(hours=1)
DAY_OPENS, DAY_CLOSES = 8, 20

# One mark per column hangs on the line; a few stand on it as dots; more than that become bars.
WIDE_COLUMN, COLUMN = 9.0, 6.0
MOST_DOTS, DOT, BAR_ROOM = 8, 5.6, 46.0
LABEL_ROOM = 24.0
# Up to so many hours have a bar for each ten minutes, more of them one for each twenty.
DENSE_HOURS = 12

# From the line outwards: what is normal first, what hurts on top.
LOOKS = {"kept": "kept", "kept_late": "late", "open": "open", "at_risk": "risk", "broken": "broken"}
ORDER = list(LOOKS)


@dataclass(frozen=True)
class Mark:
    """One promise on the day line: when it is due, its state, and who and what it is (shown on hover).

    Or `many` of them that are due in the ten minutes around `at`.
    """

    at: datetime
    state: str
    label: str = ""
    many: int = 1


@dataclass(frozen=True)
class Scale:
    """Maps instants of one day to x."""

    start: datetime
    end: datetime

    def x(self, at: datetime) -> float:
        share = (min(max(at, self.start), self.end) - self.start) / (self.end - self.start)
        return LEFT + share * (RIGHT - LEFT)

    @property
    def hours(self) -> int:
        return round((self.end - self.start) / HOUR)


def _day_scale(marks: Sequence[Mark], now: datetime) -> Scale:
    """From eight to eight, wider when something is due or it is now outside of that."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    hours = [(timezone.localtime(at) - midnight) / HOUR for at in (*(mark.at for mark in marks), now)]
    opens = max(0, min(DAY_OPENS, int(min(hours))))
    closes = min(24, max(DAY_CLOSES, int(max(hours)) + 1))
    return Scale(midnight + opens * HOUR, midnight + closes * HOUR)


def _columns(marks: Iterable[Mark], scale: Scale, width: float) -> dict[float, list[Mark]]:
    """The marks by the x of the column they fall into, each column ordered from the line outwards."""
    columns: dict[float, list[Mark]] = defaultdict(list)
    for mark in marks:
        slot = int((scale.x(mark.at) - LEFT) / width)
        columns[LEFT + (slot + 0.5) * width].append(mark)
    for column in columns.values():
        column.sort(key=lambda mark: ORDER.index(mark.state))
    return columns


def _count(marks: Iterable[Mark]) -> Counter[str]:
    """How many promises there are in each state."""
    count: Counter[str] = Counter()
    for mark in marks:
        count[mark.state] += mark.many
    return count


def _height(column: Iterable[Mark]) -> int:
    """How many promises a column stands for."""
    return sum(mark.many for mark in column)


def _dot(mark: Mark, x: float, y: float, size: float) -> SafeString:
    """A diamond for what was broken, a round mark for the rest; the hover text says which promise it is."""
    title = format_html("<title>{}</title>", mark.label) if mark.label else SafeString()
    look = LOOKS[mark.state]
    if mark.state in ("broken", "kept_late"):
        w, h = f"{size * 1.15:.1f}", f"{size * 1.35:.1f}"
        shape = f"M{x:.1f} {y - float(h):.1f}l{w} {h}-{w} {h}-{w}-{h}z"
        return format_html('<path class="m-{}" d="{}">{}</path>', look, shape, title)
    return format_html(
        '<circle class="m-{}" cx="{}" cy="{}" r="{}">{}</circle>', look, f"{x:.1f}", f"{y:.1f}", f"{size:.1f}", title
    )


def _hung(marks: Sequence[Mark], scale: Scale) -> tuple[SafeString, float]:
    """Marks on the line itself; answers them and the y of the line."""
    sizes = {"at_risk": 4.5, "broken": 4.5}
    dots = ((_dot(mark, scale.x(mark.at), 20, sizes.get(mark.state, 3.6)),) for mark in marks)
    return format_html_join("", "{}", dots), 20.0


def _stood(columns: dict[float, list[Mark]]) -> tuple[SafeString, float]:
    """Dots standing on the line, one above the other."""
    line = 10 + DOT * max(map(len, columns.values()))
    dots = (
        (_dot(mark, x, line - 4.4 - i * DOT, 2.1),) for x, column in columns.items() for i, mark in enumerate(column)
    )
    return format_html_join("", "{}", dots), line


def _bar(x: float, column: list[Mark], line: float, unit: float) -> Iterable[tuple[str, str, str, str, str]]:
    """The rectangles of one column: look, x, y, height and what to say of it."""
    y = line - 1.5
    for state, many in sorted(_count(column).items(), key=lambda pair: ORDER.index(pair[0])):
        y -= many * unit
        yield LOOKS[state], f"{x - 2.4:.1f}", f"{y:.1f}", f"{max(many * unit - 0.5, 0.7):.1f}", f"{many} {state}"


def _barred(columns: dict[float, list[Mark]]) -> tuple[SafeString, float]:
    """One bar per column, as high as the promises it stands for."""
    line = 10 + BAR_ROOM
    unit = BAR_ROOM / max(map(_height, columns.values()))
    bars = (bar for x, column in columns.items() for bar in _bar(x, column, line, unit))
    shape = '<rect class="m-{}" x="{}" y="{}" width="4.8" height="{}"><title>{}</title></rect>'
    return format_html_join("", shape, bars), line


def _draw(marks: Sequence[Mark], scale: Scale) -> tuple[SafeString, float]:
    """The marks in the form that their number asks for, and the y of the line they belong to."""
    if all(_height(column) == 1 for column in _columns(marks, scale, WIDE_COLUMN).values()):
        return _hung(marks, scale)
    columns = _columns(marks, scale, COLUMN)
    if max(map(_height, columns.values())) <= MOST_DOTS:
        return _stood(columns)
    # Whole slots of time, so that none of the bars stands for more of them than the others.
    return _barred(_columns(marks, scale, (RIGHT - LEFT) / (scale.hours * (6 if scale.hours <= DENSE_HOURS else 3))))


def _hour_labels(scale: Scale, now_x: float, y: float) -> SafeString:
    """Hours under the line, leaving room for the time of now."""
    step = next(step for most, step in ((6, 1), (14, 2), (18, 3), (24, 4)) if scale.hours <= most)
    first = scale.start.hour
    rows = []
    for hour in range(first + -first % step, first + scale.hours + 1, step):
        x = scale.x(scale.start + (hour - first) * HOUR)
        if abs(x - now_x) >= LABEL_ROOM:
            anchor = "start" if x == LEFT else "end" if x >= RIGHT - 1 else "middle"
            rows.append((f"{x:.1f}", f"{y:.0f}", anchor, f"{hour:02d}"))
    return format_html_join("", '<text x="{}" y="{}" text-anchor="{}">{}</text>', rows)


def _now_line(now: datetime, x: float, line: float, label_y: float) -> SafeString:
    anchor = "start" if x < LEFT + 14 else "end" if x > RIGHT - 14 else "middle"
    shape = '<path class="now-l" d="M{} {}V{}"/><text class="now-t" x="{}" y="{}" text-anchor="{}">{}</text>'
    top = f"{min(9.0, line - 11):.0f}"
    text = dateformat.format(timezone.localtime(now), "H:i")
    return format_html(shape, f"{x:.1f}", top, f"{line + 9:.0f}", f"{x:.1f}", f"{label_y:.0f}", anchor, text)


def _in_words(marks: Sequence[Mark]) -> str:
    count = _count(marks)
    return _(
        "{due} promises due today: {kept} kept, {late} kept late, {broken} broken, {risk} at risk, {open} to come"
    ).format(
        due=count.total(),
        kept=count["kept"],
        late=count["kept_late"],
        broken=count["broken"],
        risk=count["at_risk"],
        open=count["open"],
    )


def day_line(marks: Iterable[Mark], *, now: datetime) -> SafeString:
    """Every promise due today on one line, with now: kept, kept late, broken, at risk, to come.

    Marks in other states are left out. Hours are those of Django's current time zone.
    """
    shown = [mark for mark in marks if mark.state in LOOKS]
    scale = _day_scale(shown, now)
    now_x = scale.x(now)
    drawn, line = _draw(shown, scale) if shown else (mark_safe(""), 20.0)
    label_y = line + 18
    rail = format_html(
        '<path class="rail" d="M{0} {1}H{2}"/><path class="gone" d="M{0} {1}H{3}"/>', LEFT, line, RIGHT, now_x
    )
    return format_html(
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}{}</svg>',
        WIDTH,
        f"{label_y + 2:.0f}",
        _in_words(shown),
        rail,
        drawn,
        _now_line(now, now_x, line, label_y),
        _hour_labels(scale, now_x, label_y),
    )
