"""Failures per thousand promises due, week by week, with the day on which a change went live."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from makegood.learning.queries.improvements import Week
from makegood.learning.rules.recurrence import Count

WIDTH, HEIGHT, TOP, BASE = 720.0, 138.0, 16.0, 108.0
_LEAST = 1.0


def weeks_drawn(weeks: Sequence[Week], live_at: datetime | None) -> SafeString:
    """The weeks as bars; the line is drawn where the week of `live_at` begins. Nothing without weeks."""
    if not weeks:
        return SafeString("")
    rates = [Count(week.due, week.failed).per_thousand for week in weeks]
    tallest = max(_LEAST, *(rate for rate in rates if rate is not None), _LEAST)
    step = WIDTH / len(weeks)
    bars = (
        (_x(place * step + step * 0.15), _x(_top(rate, tallest)), _x(step * 0.7), _x(BASE - _top(rate, tallest)),
         _said(week, rate))
        for place, (week, rate) in enumerate(zip(weeks, rates, strict=True))
        if rate
    )  # fmt: skip
    drawn = format_html_join(
        "", '<rect class="m-broken" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>', bars
    )
    rail = format_html('<path class="rail" d="M0 {}H{}"/>', BASE, WIDTH)
    top = format_html('<text x="0" y="10">{}</text>', _("{} per 1,000 due").format(f"{tallest:.0f}"))
    ends = format_html(
        '<text x="0" y="{0}">{1}</text><text x="{2}" y="{0}" text-anchor="end">{3}</text>',
        BASE + 22, _day(weeks[0]), WIDTH, _day(weeks[-1]),
    )  # fmt: skip
    return format_html(
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}{}{}</svg>', WIDTH, HEIGHT, _words(weeks, live_at),
        rail, drawn, _live(weeks, live_at, step), top, ends,
    )  # fmt: skip


def _live(weeks: Sequence[Week], live_at: datetime | None, step: float) -> SafeString:
    if live_at is None:
        return SafeString("")
    day = timezone.localtime(live_at).date().isoformat()
    place = max((place for place, week in enumerate(weeks) if week.begins <= day), default=0)
    x = place * step
    anchor = "end" if x > WIDTH / 2 else "start"
    return format_html(
        '<path class="now-l" d="M{0} {1}V{2}"/><text class="now-t" x="{3}" y="{1}" text-anchor="{4}">{5}</text>',
        _x(x), TOP + 6, BASE + 4, _x(x - 5 if anchor == "end" else x + 5), anchor, _("live"),
    )  # fmt: skip


def _top(rate: float | None, tallest: float) -> float:
    return BASE - (BASE - TOP - 10) * (rate or 0) / tallest


def _x(value: float) -> str:
    return f"{value:.1f}"


def _day(week: Week) -> str:
    return f"{date.fromisoformat(week.begins):%-d %b %Y}"


def _said(week: Week, rate: float | None) -> str:
    words = _("Week of {day}: {failed} of {due} due, {rate} per 1,000")
    return words.format(day=_day(week), failed=week.failed, due=week.due, rate=f"{rate or 0:.1f}")


def _words(weeks: Sequence[Week], live_at: datetime | None) -> str:
    failed, due = sum(week.failed for week in weeks), sum(week.due for week in weeks)
    words = _("Failures per 1,000 promises due, by week: {failed} failures of {due} due in {weeks} weeks.")
    return words.format(failed=failed, due=due, weeks=len(weeks)) + (
        f" {_('A line marks when it went live.')}" if live_at else ""
    )
