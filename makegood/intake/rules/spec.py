"""A feed: how one kind of file is read and what its columns mean. Plain values, built by `feedfile`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class About(StrEnum):
    """What the rows of a file are."""

    PROMISES = "promises"
    SCORES = "scores"
    BEHAVIOUR = "behaviour"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileShape:
    """How the bytes of a file become rows. Every default means: find out from the content."""

    format: str = "auto"
    delimiter: str = "auto"
    encoding: str = "auto"
    quote: str = '"'
    escape: str = ""
    header_line: int = 1
    columns: tuple[str, ...] = ()
    optional_columns: tuple[str, ...] = ()
    footer_lines: int = 0
    comment: str = ""
    sheet: str = ""
    records: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A question about one column of a row; every part that is given must hold. Case is ignored."""

    column: str
    is_any: frozenset[str] | None = None
    is_none: frozenset[str] | None = None
    is_empty: bool | None = None
    starts_with: str = ""
    contains: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Where a text comes from: exactly one of column, const, template, first_of."""

    column: str = ""
    const: str | None = None
    template: str = ""
    first_of: tuple[Text, ...] = ()
    map: Mapping[str, str] | None = None
    default: str = ""
    has_default: bool = False
    empty: frozenset[str] = frozenset()
    only_when: tuple[Condition, ...] = ()
    take: str = ""
    kind: str = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A duration added to an instant: `amount` times `unit`, backwards when `sign` is -1."""

    unit: str
    amount: Text
    sign: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Where an instant comes from: a text with a date in it, another instant, a clock, or the first of several."""

    text: Text | None = None
    base: str = ""
    clock: Text | None = None
    day: Text | None = None
    after: str = ""
    first_of: tuple[When, ...] = ()
    shifts: tuple[Shift, ...] = ()
    formats: tuple[str, ...] = ("iso",)
    zone: Text | None = None
    midnight_is_date: bool = False
    only_when: tuple[Condition, ...] = ()
    take: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """A second file beside the first, whose row with the same key adds columns named `<name>.<column>`."""

    name: str
    file: str
    key: str
    match: Text
    optional: bool = False
    shape: FileShape = FileShape()


@dataclass(frozen=True, slots=True, kw_only=True)
class KindPolicy:
    """What the feed says of a promise kind. Durations are in minutes; None leaves the ledger's own default."""

    key: str
    name: str
    grace_minutes: int | None = None
    warning_minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRules:
    """Which rows are promises, and which of them belong together."""

    keep_when: tuple[Condition, ...] = ()
    skip_when: tuple[Condition, ...] = ()
    group_by: tuple[str, ...] = ()
    without_due: str = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A whole feed description. `texts` and `instants` map `reference`, `due_at`, `customer.key`, `attributes.x`
    to where they come from; `let` holds instants that only others are reckoned from. `time_zone` is empty
    when it stands in the rows.
    """

    name: str
    description: str
    source: str
    about: About = About.PROMISES
    time_zone: str = ""
    shape: FileShape = FileShape()
    rows: RowRules = RowRules()
    decimal: str = "point"
    empty: frozenset[str] = frozenset()
    lookups: tuple[Lookup, ...] = ()
    kinds: tuple[KindPolicy, ...] = ()
    other_kinds: KindPolicy | None = None
    let: Mapping[str, When] = field(default_factory=dict)
    texts: Mapping[str, Text] = field(default_factory=dict)
    instants: Mapping[str, When] = field(default_factory=dict)

    def policy(self, kind: str, name: str = "") -> KindPolicy | None:
        """What the feed says of a promise kind it produces, `name` being what the file calls it.

        `other_kinds` stands for every kind that is not named; None when the feed does not let the file name any.
        """
        named = {policy.key: policy for policy in self.kinds}
        return named.get(kind) or (self.other_kinds and replace(self.other_kinds, key=kind, name=name or kind))
