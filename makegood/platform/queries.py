"""What belongs to the installation as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from makegood.platform.models import Installation


@dataclass(frozen=True, slots=True)
class Organisation:
    """The organisation that runs this Makegood. `notice` is shown on every page, such as "Demo"."""

    name: str
    time_zone: str
    currency: str
    notice: str

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the organisation counts its days."""
        return ZoneInfo(self.time_zone)


def organisation() -> Organisation:
    """The organisation; one without a name, in UTC, before `makegood init`."""
    row = Installation.objects.filter(pk=1).first()
    if row is None:
        return Organisation("", "UTC", "GBP", "")
    return Organisation(row.name, row.time_zone, row.currency, row.notice)
