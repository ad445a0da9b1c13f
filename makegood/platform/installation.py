"""The organisation that runs this Makegood: its name, time zone and currency."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import connection

from makegood.kernel.calendars import read_zone
from makegood.kernel.refusals import invalid
from makegood.platform.models import Installation

_LONGEST_NAME = 120
# Asked for every page and every batch: by hand, because putting the statement together took longer than asking it.
_ORGANISATION = "SELECT name, time_zone, currency, notice FROM platform_installation LIMIT 1"


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who this installation belongs to; `name` is empty before `makegood init`.

    `notice` is shown on every page, such as that this is a demo.
    """

    name: str = ""
    time_zone: str = "UTC"
    currency: str = "GBP"
    notice: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the organisation counts its days."""
        return ZoneInfo(self.time_zone)


def organisation() -> Organisation:
    """The organisation; one without a name, in UTC, before `makegood init`."""
    with connection.cursor() as cursor:
        cursor.execute(_ORGANISATION)
        row = cursor.fetchone()
    return Organisation() if row is None else Organisation(*row)


def set_up(*, name: str, time_zone: str, currency: str, notice: str = "") -> None:
    """Say who this installation belongs to, the first time or anew.

    Raises Refusal naming the field to change.
    """
    name = name.strip()
    if not 0 < len(name) <= _LONGEST_NAME:
        raise invalid("installation.bad_name", f"Give a name of at most {_LONGEST_NAME} characters.", field="name")
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise invalid(
            "installation.bad_currency", "Give a currency as three letters, such as EUR or USD.", field="currency"
        )
    Installation.objects.update_or_create(
        pk=1,
        defaults={"name": name, "time_zone": read_zone(time_zone), "currency": currency.upper(), "notice": notice},
    )
