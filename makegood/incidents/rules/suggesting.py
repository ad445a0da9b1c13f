"""Whether promises that broke lately have a cause in common, by what they share and others do not. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

SHOWN = 2
_TIMES = 2
"""So many times as often as among others a value must be found among what broke: what everybody has tells nothing."""
DISMISSED_FOR = timedelta(hours=24)
"""How long nobody is asked again about what somebody said is no incident, unless it grows by half."""


class Recent(NamedTuple):
    """A promise that broke lately. `due_at` is aware UTC."""

    customer_id: int
    kind: str
    due_at: datetime
    attributes: Mapping[str, Any]


class Suspect(NamedTuple):
    """What `many` customers share whose promises broke within the hour; due from `first` to `last`. `kind` is that of
    all of them, "" when they differ."""

    name: str
    value: str
    many: int
    kind: str
    first: datetime
    last: datetime

    @property
    def question(self) -> Question:
        """What it asks about, however many they are."""
        return Question(self.name, self.value, self.kind)


class Question(NamedTuple):
    """What is asked about: promises of a kind ("": of several) that share a value."""

    name: str
    value: str
    kind: str


def is_news(many: int, dismissed: int) -> bool:
    """Whether so many customers are materially more than there were when it was dismissed: half as many again."""
    return 2 * many >= 3 * dismissed


def is_plain(value: Any) -> bool:
    """Whether an attribute can be what promises have in common."""
    return isinstance(value, str | int) and not isinstance(value, bool) and str(value) != ""


def suspects(
    broken: Sequence[Recent], others: Sequence[Mapping[str, Any]], *, least: int,
    dismissed: Mapping[Question, int] | None = None,
) -> tuple[Suspect, ...]:  # fmt: skip
    """What most of `broken` share beyond what `others`, which go well, lead one to expect; of at least so many
    customers. Of two that mean the same customers the stronger is told; neither is once the stronger was `dismissed`
    at so many customers, until it is news."""
    groups: dict[tuple[str, str], list[Recent]] = defaultdict(list)
    for one in broken:
        for name, value in one.attributes.items():
            if is_plain(value):
                groups[name, str(value)].append(one)
    found = []
    for (name, value), mine in groups.items():
        whom = {one.customer_id for one in mine}
        usual = _share(name, value, others) * len(broken)
        if len(whom) >= least and len(mine) >= _TIMES * usual:
            found.append((usual - len(mine), name, value, whom, mine))
    told: list[Suspect] = []
    known: set[int] = set()
    for _, name, value, whom, mine in sorted(found, key=lambda one: one[:3]):
        if len(whom - known) >= least:
            told.append(_suspect(name, value, len(whom), mine))
            known |= whom
    before = dismissed or {}
    return tuple(one for one in told if is_news(one.many, before.get(one.question, 0)))[:SHOWN]


def _share(name: str, value: str, others: Collection[Mapping[str, Any]]) -> float:
    return sum(str(one.get(name, "")) == value for one in others) / max(1, len(others))


def _suspect(name: str, value: str, many: int, mine: Sequence[Recent]) -> Suspect:
    kinds, dues = {one.kind for one in mine}, [one.due_at for one in mine]
    return Suspect(name, value, many, kinds.pop() if len(kinds) == 1 else "", min(dues), max(dues))
