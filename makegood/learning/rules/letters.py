"""Letters to staff: the line-up of the days since the last, and what needs somebody. Pure, and of no customer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from makegood.learning.rules.asked import Need
from makegood.learning.rules.line_up import Counts, in_words

MOST = 5
"""So many of each are named; the page has the rest."""
_TRIES = 6


class Sort(StrEnum):
    """What a letter is; each comes once a day at most."""

    LINE_UP = "line_up"
    DIGEST = "digest"


class Composed(NamedTuple):
    """A letter as it is read: its subject, and its words as plain text."""

    title: str
    text: str


class Found(NamedTuple):
    """A group that fails beyond chance: what it is called, and how many failed where how many were expected."""

    number: int
    group: str
    due: int
    failed: int
    expected: float

    @property
    def key(self) -> str:
        """What makes it news."""
        return f"signal {self.number}"

    @property
    def line(self) -> str:
        """It in a line."""
        return f"{self.group}: {self.failed:,} of {self.due:,} failed, {self.expected:,.0f} expected"


class DayTold(NamedTuple):
    """A day of the line-up: kinds that failed with how many of how many, causes with their times, changes and what
    became of them, groups that were found to fail beyond chance."""

    day: date
    counts: Counts
    kinds: Sequence[tuple[str, int, int]]
    causes: Sequence[tuple[str, int]]
    changes: Sequence[tuple[str, str]]
    signals: Sequence[Found] = ()


class Asked(NamedTuple):
    """A change that needs its owner; `due_at` in their own zone."""

    number: int
    change: str
    need: Need
    due_at: datetime

    @property
    def key(self) -> str:
        """What makes it news."""
        return f"{self.number}:{self.need}"


class Closing(NamedTuple):
    """What is left to somebody after a closed case, at a page of theirs: to say what changes about a cause or a kind,
    or to have it changed by `due_at` (in their own zone)."""

    number: int
    about: str
    due_at: datetime | None
    page: str

    @property
    def key(self) -> str:
        """What makes it news."""
        return f"closure {self.number}:{'change' if self.due_at else 'say'}"

    @property
    def line(self) -> str:
        """It in a line."""
        if self.due_at is None:
            return f"After SR-{self.number}, “{self.about}”: say what changes, and by when."
        return f"After SR-{self.number}, “{self.about}”: you promised a change by {_date(self.due_at.date())}."


class Held(NamedTuple):
    """A change of theirs that was found to hold."""

    number: int
    change: str

    @property
    def key(self) -> str:
        """What makes it news."""
        return f"held {self.number}"


class Needs(NamedTuple):
    """What somebody is written to about: changes of theirs that need them, what is left to them after closed cases,
    what fails beyond chance where they answer for it, and which of their changes were found to hold since a week."""

    asked: list[Asked]
    left: list[Closing]
    found: list[Found]
    held: list[Held]

    @property
    def keys(self) -> list[str]:
        """What makes each of them news; none where there is nothing to say."""
        return [one.key for each in self for one in each]


def line_up_letter(days: Sequence[DayTold], language: str, base_url: str, also: str = "") -> Composed:
    """The line-up of some days, the last first; `also` stands after them."""
    first = days[0]
    told = [
        line for one in days for line in (*_day(one, language), f"{base_url}/line-up/?day={one.day.isoformat()}", "")
    ]
    last = f"To be told at another hour, or no more: {base_url}/line-up/#wish"
    return Composed(f"Line-up: {_date(first.day)}", "\n".join([*told, *([also, ""] if also else []), last]))


def _day(one: DayTold, language: str) -> list[str]:
    became = {"live": "went live", "held": "held", "came_back": "came back"}
    parts = (
        ("What failed", [f"{name}: {failed:,} of {due:,}" for name, failed, due in one.kinds if failed]),
        ("What fails beyond chance", [found.line for found in one.signals]),
        ("What was learned", [f"{name}: found {times} times" if times > 1 else name for name, times in one.causes]),
        ("What is changed", [f"{change}: {became[verb]}" for change, verb in one.changes]),
    )
    told = [_date(one.day), in_words(one.counts, language), ""]
    for heading, lines in parts:
        if lines:
            told += [heading, *(f"- {line}" for line in lines[:MOST]), ""]
    return told


def digest_letter(needs: Needs, base_url: str) -> Composed | None:
    """What needs somebody now, and what came of what they did; None where there is nothing to say."""
    asked, left, found, held = needs
    if not needs.keys:
        return None
    says = {
        Need.OVERDUE: "Its day has passed, and it is not live: {day}.",
        Need.CAME_BACK: "It came back: it fails clearly more often than was meant.",
        Need.SOON: "It is to be live by {day}.",
    }
    told = [
        f"{one.change}\n{says[one.need].format(day=_date(one.due_at.date()))}\n{base_url}/asked/#a{one.number}\n"
        for one in asked
    ]
    if asked:
        told += ["Say there that it is live, or what stands in the way. Nothing else is needed.", ""]
    if left:
        lines = [f"- {one.line}" for one in left[:MOST]]
        more = [f"- and {len(left) - MOST} more"] if len(left) > MOST else []
        told += ["Left to make good after closed cases:", *lines, *more, f"{base_url}{left[0].page}", ""]
    if found:
        lines = [f"- {one.line}" for one in found[:MOST]]
        told += ["Fails beyond chance in your work:", *lines, f"{base_url}/asked/#signals", ""]
    if held:
        told += ["It held, beyond chance: failures are fewer by as much as was meant.",
                 *(f"- {one.change}: {base_url}/asked/#a{one.number}" for one in held[:MOST]), ""]  # fmt: skip
    ends = [
        "This comes when something needs you or turned out, and once a week while it needs you.",
        f"No more of it: {base_url}/settings/you/mail/",
    ]  # fmt: skip
    return Composed(_title(len(asked) + len(left), len(found), len(held)), "\n".join([*told, *ends]))


def _title(asked: int, found: int, held: int) -> str:
    if asked:
        return "One thing needs you" if asked == 1 else f"{asked} things need you"
    if held and not found:
        return "What you changed held" if held == 1 else f"{held} of your changes held"
    return "Something fails beyond chance in your work" if found == 1 else f"{found} signals in your work"


def is_news(keys: Sequence[str], told: Sequence[str], told_on: date | None, today: date) -> bool:
    """Whether somebody is written to: when something needs them that the last letter did not speak of, or a week on."""
    fresh = set(keys) - set(told)
    return bool(keys) and (bool(fresh) or told_on is None or today - told_on >= timedelta(days=7))


def retry_after(tries: int, now: datetime) -> datetime | None:
    """When a letter that did not leave is tried again; None when no more."""
    return now + timedelta(minutes=5 * 2**tries) if tries < _TRIES else None


def _date(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"
