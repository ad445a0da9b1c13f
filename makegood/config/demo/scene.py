"""Which past day is played when: chosen once, kept beside the installation, read by every later start."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from makegood.config.demo.flights import DAYS, HOME, Shift, shift_to
from makegood.config.environment import demo_file

# Outside these hours New York has little to show; the desk's clock is then set so that it is early afternoon.
_LIVELY = range(10, 20)
_AFTERNOON = 14
SPAN = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A day of the data, and the instant (aware UTC) at which it begins again, in the desk's time zone."""

    day: str
    starts_at: datetime
    time_zone: str

    @property
    def date(self) -> date:
        """The day of the data."""
        return DAYS[self.day]

    @property
    def zone(self) -> ZoneInfo:
        """The desk's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def shift(self) -> Shift:
        """How the data's instants are moved."""
        return shift_to(self.date, local_midnight=self.starts_at)

    def plays_at(self, now: datetime) -> bool:
        """Whether there is still something of it to come."""
        return self.starts_at <= now < self.starts_at + SPAN


def choose(day: str, *, now: datetime) -> Scene:
    """The scene in which `day` is today. In New York's own time by day; at night in a zone where it is 14 h."""
    zone = "America/New_York" if now.astimezone(HOME).hour in _LIVELY else _zone_where_it_is(_AFTERNOON, now)
    today = now.astimezone(ZoneInfo(zone)).date()
    return Scene(day=day, starts_at=datetime.combine(today, time.min, tzinfo=ZoneInfo(zone)), time_zone=zone)


def _zone_where_it_is(hour: int, now: datetime) -> str:
    """A zone of whole hours in which it is `hour` o'clock, on the same date as in UTC where there is such a zone.

    The signs of these names are the other way round.
    """
    ahead = max(hour - now.hour, -12)
    return "Etc/GMT" if ahead == 0 else f"Etc/GMT{-ahead:+d}"


def remembered(home: Path) -> Scene | None:
    """The scene that this installation plays, or None when it plays none."""
    path = demo_file(home)
    if not path.exists():
        return None
    told = json.loads(path.read_text())
    return Scene(day=told["day"], starts_at=datetime.fromisoformat(told["starts_at"]), time_zone=told["time_zone"])


def remember(home: Path, scene: Scene) -> None:
    """Keep the scene, so that the player and later starts find it."""
    told = {"day": scene.day, "starts_at": scene.starts_at.isoformat(), "time_zone": scene.time_zone}
    demo_file(home).write_text(json.dumps(told))


def forget(home: Path) -> None:
    """This installation plays nothing any more."""
    demo_file(home).unlink(missing_ok=True)
