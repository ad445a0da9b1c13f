"""The first day of somebody new: half an hour in six parts, told by what happened. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Part(StrEnum):
    """A part of the path, in its order."""

    WHY = "why"
    WATCH = "watch"
    PLAY = "play"
    MARKS = "marks"
    AGAIN = "again"
    CASE = "case"


MINUTES: Mapping[Part, int] = {
    Part.WHY: 3, Part.WATCH: 5, Part.PLAY: 8, Part.MARKS: 3, Part.AGAIN: 6, Part.CASE: 5
}  # fmt: skip
READ = (Part.WHY, Part.WATCH, Part.MARKS)
"""The parts that are read: that they were is what whoever read them says. The others are told by what was done."""
WATCHED = "late-unit"
"""The scene that is watched, without a system and with one; playing it counts for nothing, its words were seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far somebody is. `well` are the scenes they played to a good end, `case` the number of their first case, if
    it is still there; `away` says that they put the path away, `begun` that they ever did something of it."""

    parts: tuple[Part, ...]
    done: frozenset[Part]
    well: tuple[str, ...]
    case: int | None
    begun: bool
    away: bool

    @property
    def next(self) -> Part | None:
        """The first part that is not done; None at the end."""
        return next((one for one in self.parts if one not in self.done), None)

    @property
    def minutes(self) -> int:
        """What all of it takes."""
        return sum(MINUTES[one] for one in self.parts)

    @property
    def left(self) -> int:
        """What the rest takes."""
        return sum(MINUTES[one] for one in self.parts if one not in self.done)

    @property
    def is_under_way(self) -> bool:
        """Whether there is something to go on with that was not put away."""
        return self.begun and not self.away and self.next is not None


def progress(
    *, read: Mapping[Part, datetime | None], well: tuple[str, ...], case: int | None, had_case: bool, away: bool,
    works: bool,
) -> Progress:  # fmt: skip
    """How far somebody is who read these parts and played these scenes `well`. Who does not work cases takes none."""
    played = [one for one in well if one != WATCHED]
    reached = {
        Part.PLAY: len(played) >= 1, Part.AGAIN: len(played) >= 2, Part.CASE: had_case or case is not None
    }  # fmt: skip
    done = {one for one in READ if read.get(one)} | {one for one, is_so in reached.items() if is_so}
    parts = tuple(one for one in Part if works or one is not Part.CASE)
    return Progress(
        parts=parts, done=frozenset(done).intersection(parts), well=tuple(played), case=case,
        begun=any(read.values()) or bool(played) or had_case, away=away,
    )  # fmt: skip
