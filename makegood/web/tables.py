"""What a data table and a pager are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypedDict
from urllib.parse import urlencode

from django.http import QueryDict

PLACES = ("after", "before")
"""What of an address says where in a list it stands."""


@dataclass(frozen=True, slots=True)
class Column:
    """A heading; `n` for figures, set to the end of their cell.

    On a phone a `lead` cell stands beside the first one, and a `plain` one goes without its heading.
    """

    label: str
    n: bool = False
    lead: bool = False
    plain: bool = False
    sort_url: str = ""
    sort: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line; `url` opens what its first cell names."""

    cells: Sequence[Any]
    url: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class Select:
    """One drop-down of a filter bar; `blank` words its empty choice."""

    name: str
    label: str
    options: Sequence[Any]
    value: str = ""
    blank: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Where a list can be read on, as addresses; `start_url` when this is not its beginning."""

    start_url: str = ""
    previous_url: str = ""
    next_url: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a select or a radio button; `note` is a second line."""

    key: str
    name: str
    note: str = field(default="")


class Around(Protocol):
    """A page of a room's list, with the cursors of those before and after it."""

    @property
    def previous(self) -> str: ...

    @property
    def next(self) -> str: ...


class Place(TypedDict):
    """Where in a list a page begins or ends: one cursor, or none for its beginning."""

    after: str
    before: str


def place(asked: QueryDict) -> Place:
    """Where in a list an address stands; after a row, if it names both."""
    after = asked.get("after", "")
    return {"after": after, "before": "" if after else asked.get("before", "")}


def pages(path: str, asked: QueryDict, found: Around) -> Page:
    """The addresses around a page of a list, with its filters kept."""
    kept = without_place(asked)

    def to(cursor: str) -> str:
        return "?".join(filter(None, (path, "&".join(filter(None, (kept, cursor))))))

    return Page(
        start_url=to("") if found.previous or asked.get("after") else "",
        previous_url=to(urlencode({"before": found.previous})) if found.previous else "",
        next_url=to(urlencode({"after": found.next})) if found.next else "",
    )


def without_place(asked: QueryDict) -> str:
    """The filters of an address, wherever in its list it stands."""
    kept = asked.copy()
    for name in PLACES:
        kept.pop(name, None)
    return kept.urlencode()


def number_or_none(text: str | None) -> int | None:
    """A row's number as an address or a form gives it; None for anything that cannot be one."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= 18 else None
