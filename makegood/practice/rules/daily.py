"""The scene of the day: one for everybody, told by the date and by what failed most. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from makegood.practice.rules.values import Scene


def of_day(day: date, worst: str, scenes: Sequence[Scene]) -> Scene:
    """Which of these scenes is shown for a day on which the kind `worst` failed most ("" when none did): one about that
    kind if there is any, each in its turn."""
    among = [one for one in scenes if worst in one.about] or scenes
    return among[day.toordinal() % len(among)]
