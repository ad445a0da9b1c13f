"""Instants, days, spans and money as the customer writes them: their zone, their language, their order of parts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, format_timedelta, get_timezone_name
from babel.numbers import format_currency
from django.utils.translation import gettext as _

_WEEK = 7


@dataclass(frozen=True, slots=True)
class Moments:
    """Whose clock and calendar it is; `now` is aware UTC."""

    locale: Locale
    zone: ZoneInfo
    now: datetime

    def at(self, instant: datetime) -> str:
        """An instant: "today at 12:00", "on 4 November at 12:00"."""
        local = instant.astimezone(self.zone)
        clock = format_time(local, "short", locale=self.locale)
        ahead = (local.date() - self._today).days
        near = {
            -1: _("yesterday at {time}"), 0: _("today at {time}"), 1: _("tomorrow at {time}"),
        }.get(ahead)  # fmt: skip
        return near.format(time=clock) if near else _("on {day} at {time}").format(
            day=self._day(local.date()), time=clock
        )  # fmt: skip

    def later_today(self, instant: datetime) -> str:
        """The clock of an instant that is still to come today, else ""."""
        local = instant.astimezone(self.zone)
        return format_time(local, "short", locale=self.locale) if local.date() == self._today else ""

    def exactly(self, instant: datetime) -> str:
        """An instant that reads the same tomorrow: "Monday, 23 November, 14:30"."""
        local = instant.astimezone(self.zone)
        style = "yMMMMEEEEd" if local.year != self._today.year else "MMMMEEEEd"
        day = format_skeleton(style, local.date(), locale=self.locale)
        return f"{day}, {format_time(local, 'short', locale=self.locale)}"

    def by(self, instant: datetime, on: date | None) -> str:
        """By when something is due: a day for what is promised for a day, otherwise an instant."""
        return self.on(on) if on is not None else self.at(instant)

    def on(self, day: date) -> str:
        """A day: "today", "on 4 November"."""
        near = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}.get((day - self._today).days)
        return near or _("on {day}").format(day=self._day(day))

    def on_day_of(self, instant: datetime) -> str:
        """The day of an instant."""
        return self.on(instant.astimezone(self.zone).date())

    def money(self, amount: Decimal, currency: str) -> str:
        """A sum: "£105.00", "105,00 €"."""
        return format_currency(amount, currency, locale=self.locale)

    def span(self, minutes: int) -> str:
        """A length of time: "4 hours"."""
        return format_timedelta(timedelta(minutes=minutes), threshold=1, locale=self.locale)

    @property
    def zone_name(self) -> str:
        """The zone in words: "Greenwich Mean Time"."""
        return get_timezone_name(self.now.astimezone(self.zone), locale=self.locale)

    @property
    def _today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def _day(self, day: date) -> str:
        """The weekday helps within a week, the year only when it is another."""
        if day.year != self._today.year:
            return format_date(day, "long", locale=self.locale)
        words = format_skeleton("MMMMd", day, locale=self.locale)
        near = abs((day - self._today).days) < _WEEK
        return f"{format_date(day, 'EEEE', locale=self.locale)}, {words}" if near else words
