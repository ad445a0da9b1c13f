"""How far back figures go: the same days on every page, those of the organisation."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from makegood.measurement.queries.insights import PERIODS, period_of
from makegood.web.days import starts, today
from makegood.web.desk import Desk
from makegood.web.tables import Choice

CHARTED = ("30", "90", "365")
"""Those that come in steps, for charts."""


def periods(*keys: str) -> list[Choice]:
    """The times asked for, by name; without any, those of a list of rows."""
    names = {
        "1": _("Today"), "7": _("7 days"), "30": _("30 days"), "90": _("90 days"), "365": _("Year"), "all": _("Ever"),
    }  # fmt: skip
    return [Choice(key, names[key]) for key in keys or ("1", "7", "30", "365", "all")]


def period_asked(asked: str, offered: list[Choice], otherwise: str) -> str:
    """The period that an address asks for, if it is one of those offered."""
    return asked if asked in {one.key for one in offered} else otherwise


def since_of(period: str, desk: Desk) -> datetime | None:
    """The first instant of a period that ends with today, as the charts have it; None for ever."""
    if period == "all":
        return None
    zone = desk.organisation.zone
    day = today(desk.now, zone)
    first = period_of(period, day).since if period in PERIODS else day - timedelta(days=int(period) - 1)
    return starts(first, zone)
