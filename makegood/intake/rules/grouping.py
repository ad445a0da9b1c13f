"""Several rows that are one promise, such as the parts of one shipment, folded into one. Pure.

Held per group is only what its fields come to, not its rows: memory follows the number of promises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from makegood.intake.rules.moments import Moment
from makegood.intake.rules.rows import Record, RejectedRow
from makegood.intake.rules.spec import Feed

Key = tuple[str, ...]
Fold = Callable[[Any, Any], Any]

# What a field comes to when the feed does not say: made with the first row, kept with the last of all.
_USUAL = {"made_at": "min", "kept_at": "max_of_all", "withdrawn_at": "max_of_all", "forecast_at": "max"}


def _empty(value: Any) -> bool:
    return value is None or value == ""


def _order(value: Any) -> Any:
    return value.end() if isinstance(value, Moment) else value


def _first(one: Any, other: Any) -> Any:
    return other if _empty(one) else one


def _last(one: Any, other: Any) -> Any:
    return one if _empty(other) else other


def _least(one: Any, other: Any) -> Any:
    if _empty(one) or _empty(other):
        return _first(one, other)
    return min(one, other, key=_order)


def _most(one: Any, other: Any) -> Any:
    if _empty(one) or _empty(other):
        return _first(one, other)
    return max(one, other, key=_order)


def _most_of_all(one: Any, other: Any) -> Any:
    """The latest, but nothing as long as one of the rows has nothing: shipped is what is shipped whole."""
    return None if _empty(one) or _empty(other) else max(one, other, key=_order)


def _sum(one: Any, other: Any) -> Any:
    return _first(one, other) if _empty(one) or _empty(other) else one + other


FOLDS: dict[str, Fold] = {
    "first": _first, "last": _last, "min": _least, "max": _most, "max_of_all": _most_of_all,
    "sum": _sum, "count": _sum,
}  # fmt: skip


@dataclass(slots=True)
class Group:
    """What the rows of one promise have come to so far."""

    line: int
    raw: str
    folded: dict[str, Any]
    key: Key
    rows: int = 1


class Groups:
    """The promises of a file, in the order of their first rows."""

    def __init__(self, feed: Feed) -> None:
        takes = {name: spec.take for name, spec in feed.texts.items()}
        takes |= {name: spec.take for name, spec in feed.instants.items()}
        self._folds = {name: FOLDS[take or _USUAL.get(name, "first")] for name, take in takes.items()}
        self._columns = ", ".join(feed.rows.group_by)
        self._groups: dict[Key, Group] = {}
        self._spoilt: dict[Key, int] = {}

    def add(self, key: Key, record: Record, values: dict[str, Any]) -> None:
        """Fold one row into its promise."""
        group = self._groups.get(key)
        if group is None:
            self._groups[key] = Group(record.line, record.raw, values, key)
            return
        group.rows += 1
        folded = group.folded
        for name, fold in self._folds.items():
            folded[name] = fold(folded[name], values[name])

    def spoil(self, key: Key | None, line: int) -> None:
        """Leave out a promise of which one row could not be read: half known is wrongly known."""
        if key is not None:
            self._spoilt.setdefault(key, line)

    def __iter__(self) -> Iterator[Group | RejectedRow]:
        for key, group in self._groups.items():
            yield self._left_out(group, self._spoilt[key]) if key in self._spoilt else group

    def _left_out(self, group: Group, line: int) -> RejectedRow:
        value = ", ".join(group.key)
        reason = (
            f"{self._columns} {value} was left out, because line {line:,} of it could not be read. "
            "Correct that line and import the file again."
        )
        return RejectedRow(group.line, self._columns, value, "row.group", reason, group.raw, group.rows)
