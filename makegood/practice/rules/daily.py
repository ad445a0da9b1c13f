"""The scene of the day: one for everybody, told by the date and by what failed most. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

ABOUT: Mapping[str, Sequence[str]] = {
    "delivery": ("blue-trousers", "half-the-furniture", "late-unit", "parcel"),
    "callback": ("silent-alarm", "software"),
    "appointment": ("broadband", "clinic", "restaurant"),
    "update": ("flight", "silent-alarm", "software"),
    "refund": ("bank", "blue-trousers"),
    "repair": ("locked-keys", "repair", "silent-alarm"),
}
"""By kind of promise that every installation begins with: the scenes in which one like it was broken."""


def of_day(day: date, worst: str, scenes: Sequence[str]) -> str:
    """Which of these scenes is shown for a day on which the kind `worst` failed most ("" when none did): one about that
    kind if there is any, each in its turn."""
    about = ABOUT.get(worst, ())
    among = [one for one in scenes if one in about] or list(scenes)
    return among[day.toordinal() % len(among)]


def is_about(scene: str, kind: str) -> bool:
    """Whether a promise of this kind is broken in the scene."""
    return scene in ABOUT.get(kind, ())
