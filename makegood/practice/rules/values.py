"""What a scene is and what happens in it: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Grade(StrEnum):
    """As whom a scene is played, each with the authority of those before."""

    AGENT = "agent"
    LEAD = "lead"
    EXECUTIVE = "executive"


GRADES = tuple(Grade)


class Mood(StrEnum):
    """How the customer speaks, read off what they feel."""

    FURIOUS = "furious"
    UPSET = "upset"
    WARY = "wary"
    WARMING = "warming"


class End(StrEnum):
    """How a scene can end, the worst first."""

    LOST = "lost"
    DOUBTFUL = "doubtful"
    CONTENT = "content"
    DELIGHTED = "delighted"


class Fit(StrEnum):
    """How well an option answers this failure."""

    FULL = "full"
    PART = "part"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Feeling:
    """What the customer feels, each from 0 to 100: trust in us, anger, and the effort that it cost them."""

    trust: int
    anger: int
    effort: int

    def moved(self, trust: int, anger: int, effort: int) -> Feeling:
        """The feeling after a movement, within its bounds."""
        return Feeling(_bounded(self.trust + trust), _bounded(self.anger + anger), _bounded(self.effort + effort))

    @property
    def mood(self) -> Mood:
        if self.anger >= FURIOUS_FROM:
            return Mood.FURIOUS
        if self.anger >= UPSET_FROM:
            return Mood.UPSET
        return Mood.WARMING if self.trust >= WARM_FROM else Mood.WARY


FURIOUS_FROM, UPSET_FROM, WARM_FROM = 70, 45, 55


def _bounded(value: int) -> int:
    return max(0, min(100, value))


class Fact(NamedTuple):
    """Something to look up: what the button says, what it tells, and the minutes it takes."""

    id: str
    label: str
    tells: str
    minutes: int


class Option(NamedTuple):
    """Something that can be done: who may decide it alone, how well it fits, and within how many minutes it is done.

    `remarkable` is what the customer will tell others about.
    """

    id: str
    label: str
    who: Grade
    fit: Fit
    within: int
    remarkable: bool


class Order(NamedTuple):
    """What must have been heard `first`, for `then` to count in full; `says` is what the customer says to it."""

    first: str
    then: str
    says: str


class Second(NamedTuple):
    """A second failure: after how many words of ours it comes, what happens, and what the customer says."""

    after: int
    happens: str
    says: str


class Line(NamedTuple):
    """One move of a scripted dialogue: words with perhaps an option, or minutes that pass, or a fact looked up."""

    say: str = ""
    give: str = ""
    wait: int = 0
    until_due: bool = False
    look: str = ""
    leave: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A scene to practise. It begins at minute `starts` of a Tuesday. `about` names the kinds of promise of which one
    is broken in it.

    `answer_within` and `patience` are minutes: how soon this customer wants to hear from us, and how long they stay
    without a word. `neglect` says that what hurt was not being looked after. `good` and `bare` are the same scene
    played with a system and without one.
    """

    id: str
    name: str
    trade: str
    level: str
    story: str
    about: tuple[str, ...]
    customer: str
    who: str
    promise: str
    happened: str
    means: str
    begins: Feeling
    starts: int
    answer_within: int
    patience: int
    neglect: bool
    briefs: Mapping[Grade, str]
    openings: Mapping[Grade, str]
    facts: tuple[Fact, ...]
    options: tuple[Option, ...]
    remarkable: str
    order: tuple[Order, ...]
    second: Second | None
    tells: str
    accepts: str
    declines: str
    waits: str
    moods: Mapping[Mood, tuple[str, ...]]
    ends: Mapping[End, str]
    answers: Mapping[str, str]
    good: tuple[Line, ...]
    bare: tuple[Line, ...]

    def option(self, name: str) -> Option | None:
        return next((one for one in self.options if one.id == name), None)

    def fact(self, name: str) -> Fact | None:
        return next((one for one in self.facts if one.id == name), None)
