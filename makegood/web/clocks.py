"""Times in the words of the desk: "2 h 18 m late", "in 42 m", "Fri 09:00". `static/web/clock.js` keeps them true.

Every function takes `now` and writes in Django's current time zone, which is the reader's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil, floor
from zoneinfo import ZoneInfo

from django.utils import dateformat, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
WEEK_AHEAD = 6

RISK, LATE, CALM = "c-risk", "c-broken", "soft"


@dataclass(frozen=True)
class Reading:
    """What a clock shows: its words and the class that gives them their tone."""

    words: str
    tone: str


@dataclass(frozen=True)
class Deadline:
    """The instants of a promise that its clock needs; `on` when it is a promise for a day, `ended` when it is over."""

    due: datetime
    state: str = "open"
    on: date | None = None
    breaks: datetime | None = None
    ended: datetime | None = None

    @property
    def live(self) -> bool:
        """Whether the clock still runs."""
        return self.state in ("open", "at_risk", "broken")


def span(length: timedelta, rounded: Callable[[float], int] = floor) -> str:
    """A length of time in its two largest units, never less than a minute: "2 h 18 m", "42 m", "3 d"."""
    if length >= DAY:
        return f"{length.days} {_('d')}"
    hours, minutes = divmod(max(1, rounded(length / MINUTE)), 60)
    parts = [f"{hours} {_('h')}"] if hours else []
    if minutes or not hours:
        parts.append(f"{minutes} {_('m')}")
    return " ".join(parts)


def moment(at: datetime, now: datetime) -> str:
    """An instant as briefly as it can be said: "14:18" today, "4 Nov" this year, else with the year."""
    local, here = timezone.localtime(at), timezone.localtime(now)
    if local.date() == here.date():
        return dateformat.format(local, "H:i")
    return dateformat.format(local, "j M" if local.year == here.year else "j M Y")


def stamp(at: datetime) -> str:
    """An instant in full: "Thu 19 Nov 2026, 14:18"."""
    return dateformat.format(timezone.localtime(at), "D j M Y, H:i")


def day(at: datetime, now: datetime) -> str:
    """The heading of the day of `at`: "Today", "Yesterday", "Wednesday 4 November"."""
    local, today = timezone.localtime(at), timezone.localtime(now).date()
    ago = (today - local.date()).days
    if ago in (0, 1):
        return _("Yesterday") if ago else _("Today")
    return dateformat.format(local, "l j F" if local.year == today.year else "l j F Y")


def _coming_day(on: date, today: date) -> str:
    ahead = (on - today).days
    if ahead == 0:
        return _("today")
    if ahead == 1:
        return _("tomorrow")
    if ahead <= WEEK_AHEAD:
        return dateformat.format(on, "D")
    return dateformat.format(on, "j M" if on.year == today.year else "j M Y")


def _coming_instant(due: datetime, now: datetime) -> str:
    if due - now < DAY:
        return _("in {}").format(span(due - now, ceil))
    local, today = timezone.localtime(due), timezone.localtime(now).date()
    if (local.date() - today).days <= WEEK_AHEAD:
        return dateformat.format(local, "D H:i")
    return moment(due, now)


def _late(deadline: Deadline, at: datetime) -> str:
    if deadline.on is None:
        return _("{} late").format(span(at - deadline.due))
    days = (timezone.localtime(at).date() - deadline.on).days
    return _("{} late").format(f"{max(1, days)} {_('d')}")


def _over(deadline: Deadline, now: datetime) -> str:
    ended = deadline.ended
    if deadline.state == "kept" and ended:
        return _("kept {}").format(moment(ended, now))
    if deadline.state == "kept_late" and ended:
        return _("kept {}").format(_late(deadline, ended))
    return _(_ENDED.get(deadline.state, "withdrawn"))


_ENDED = {
    "kept": gettext_noop("kept"), "kept_late": gettext_noop("kept late"), "replaced": gettext_noop("replaced"),
    "released": gettext_noop("released"), "withdrawn": gettext_noop("withdrawn"),
}  # fmt: skip


def read(deadline: Deadline, now: datetime) -> Reading:
    """What the clock of this deadline shows at `now`."""
    if not deadline.live:
        return Reading(_over(deadline, now), CALM)
    if deadline.state == "broken" or now > (deadline.breaks or deadline.due):
        return Reading(_late(deadline, now), LATE)
    if now >= deadline.due:
        return Reading(_("due now"), RISK)
    tone = RISK if deadline.state == "at_risk" else CALM
    if deadline.on is None:
        return Reading(_coming_instant(deadline.due, now), tone)
    return Reading(_coming_day(deadline.on, timezone.localtime(now).date()), tone)


def due(at: datetime, now: datetime, on: date | None = None) -> str:
    """When a promise is due, its year only when it is another: "Thu 19 Nov, 14:18"; for a day "Thu 19 Nov"."""
    local = timezone.localtime(at)
    words = dateformat.format(local, "D j M" if local.year == timezone.localtime(now).year else "D j M Y")
    return words if on is not None else f"{words}, {dateformat.format(local, 'H:i')}"


def stamp_day(on: date) -> str:
    """A day in full: "Thu 19 Nov 2026"."""
    return dateformat.format(on, "D j M Y")


def elsewhere(at: datetime, zone_name: str, here: ZoneInfo) -> str:
    """The same instant on the clocks of another place, named; nothing when clocks there show the same."""
    if not zone_name:
        return ""
    there = at.astimezone(ZoneInfo(zone_name))
    if there.utcoffset() == at.astimezone(here).utcoffset():
        return ""
    place = zone_name.rpartition("/")[2].replace("_", " ")
    return _("{time} in {place}").format(time=dateformat.format(there, "D H:i"), place=place)


def ahead(due: datetime, now: datetime, on: date | None = None) -> str:
    """An instant to come, both ways: "Fri 27 Nov 17:00, in 5 days"; a day alone: "Fri 27 Nov, in 5 days"."""
    local = timezone.localtime(due)
    days = ((on or local.date()) - timezone.localtime(now).date()).days
    day_words = dateformat.format(local, "D j M" if local.year == timezone.localtime(now).year else "D j M Y")
    if on is not None:
        near = {0: _("today"), 1: _("tomorrow")}.get(days)
        return f"{near}, {day_words}" if near else f"{day_words}, {_in_days(days)}"
    when = f"{day_words} {dateformat.format(local, 'H:i')}"
    if days == 0:
        when = _("today {}").format(dateformat.format(local, "H:i"))
    return f"{when}, {_('in {}').format(span(due - now, ceil)) if due - now < DAY else _in_days(days)}"


def _in_days(days: int) -> str:
    return ngettext("in {} day", "in {} days", days).format(days)
