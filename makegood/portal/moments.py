"""Instants, days, spans and money as the customer writes them: their zone, their language, their order of parts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, get_timezone_location
from babel.numbers import format_currency
from babel.units import format_unit
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

_WEEK = 7
_UNITS = (("week", 10080), ("day", 1440), ("hour", 60), ("minute", 1))
_HOUR = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Moments:
    """Whose clock and calendar it is; `now` is aware UTC."""

    locale: Locale
    zone: ZoneInfo
    now: datetime

    def at(self, instant: datetime) -> str:
        """An instant: "today at 12:00", "on 4 November at 12:00"."""
        local = instant.astimezone(self.zone)
        day, clock = local.date(), format_time(local, "short", locale=self.locale)
        # One o'clock takes the singular where a language has one: "a la 1:30", "a las 2:30".
        found = _HOUR.match(clock)
        hour = int(found[0]) if found else 0
        near = {
            -1: ngettext("yesterday at {time}", "yesterday at {time}", hour),
            0: ngettext("today at {time}", "today at {time}", hour),
            1: ngettext("tomorrow at {time}", "tomorrow at {time}", hour),
        }.get((day - self._today).days)
        if near:
            return near.format(time=clock)
        if self._is_near(day):
            words = ngettext("on {weekday}, {day} at {time}", "on {weekday}, {day} at {time}", hour)
            return words.format(weekday=self._weekday(day), day=self._day(day), time=clock)
        return ngettext("on {day} at {time}", "on {day} at {time}", hour).format(day=self._day(day), time=clock)

    def until(self, instant: datetime) -> str:
        """Up to an instant: "until 17:30 today", "until Monday, 23 November, 14:30"."""
        local = instant.astimezone(self.zone)
        day, clock = local.date(), format_time(local, "short", locale=self.locale)
        near = {0: _("until {time} today"), 1: _("until {time} tomorrow")}.get((day - self._today).days)
        if near:
            return near.format(time=clock)
        if self._is_near(day):
            return _("until {weekday}, {day}, {time}").format(
                weekday=self._weekday(day), day=self._day(day), time=clock
            )  # fmt: skip
        return _("until {day}, {time}").format(day=self._day(day), time=clock)

    def later_today(self, instant: datetime) -> str:
        """The clock of an instant that is still to come today, else ""."""
        local = instant.astimezone(self.zone)
        return format_time(local, "short", locale=self.locale) if local.date() == self._today else ""

    def exactly(self, instant: datetime) -> str:
        """An instant that reads the same tomorrow: "Monday, 23 November, 14:30"."""
        local = instant.astimezone(self.zone)
        day, clock = local.date(), format_time(local, "short", locale=self.locale)
        return f"{self._weekday(day)}, {self._day(day)}, {clock}"

    def by(self, instant: datetime, on: date | None) -> str:
        """By when something is due: a day for what is promised for a day, otherwise an instant."""
        return self.on(on) if on is not None else self.at(instant)

    def on(self, day: date) -> str:
        """A day: "today", "on 4 November"."""
        near = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}.get((day - self._today).days)
        if near or not self._is_near(day):
            return near or _("on {day}").format(day=self._day(day))
        return _("on {weekday}, {day}").format(weekday=self._weekday(day), day=self._day(day))

    def on_day_of(self, instant: datetime) -> str:
        """The day of an instant."""
        return self.on(instant.astimezone(self.zone).date())

    def money(self, amount: Decimal, currency: str) -> str:
        """A sum: "£105.00", "105,00 €"."""
        return format_currency(amount, currency, locale=self.locale)

    def span(self, minutes: int) -> str:
        """A length of time in the largest unit that tells it exactly: "4 hours", "90 minutes"."""
        unit, size = next(one for one in _UNITS if minutes % one[1] == 0)
        return format_unit(minutes // size, f"duration-{unit}", locale=self.locale)

    @property
    def zone_name(self) -> str:
        """The city whose time it is, as people call it: "New York", "Nueva York"."""
        return get_timezone_location(self.zone, locale=self.locale, return_city=True)

    @property
    def _today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def _day(self, day: date) -> str:
        """With its year only when it is another."""
        if day.year != self._today.year:
            return format_date(day, "long", locale=self.locale)
        return format_skeleton("MMMMd", day, locale=self.locale)

    def _weekday(self, day: date) -> str:
        return format_date(day, "EEEE", locale=self.locale)

    def _is_near(self, day: date) -> bool:
        """Whether the weekday helps: within a week."""
        return abs((day - self._today).days) < _WEEK
