"""A second file beside the imported one, whose rows add columns to those of the first. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from makegood.intake.rules.needs import columns_below
from makegood.intake.rules.rows import Cell, RejectedRow
from makegood.intake.rules.spec import Feed, Lookup
from makegood.intake.rules.tables import Table, open_table
from makegood.intake.rules.texts import Cells, Find, cell_text, text_of
from makegood.kernel.refusals import Refusal, invalid

_MOST_ROWS = 1_000_000


class Joined:
    """A second file, held by key, whose columns are added to each row."""

    def __init__(self, path: Path, lookup: Lookup, feed: Feed, find: Find) -> None:
        needed = columns_below(feed, lookup.name)
        self.names = [f"{lookup.name}.{name}" for name in needed]
        self._match = text_of(find, lookup.match, feed.empty)
        self._rows = read_lookup(path, lookup, needed)
        self._none: list[Cell] = [None] * len(needed)

    def row(self, cells: Cells) -> list[Cell]:
        """The cells to add to a row; empty ones when the second file has no such key."""
        return self._rows.get(self._match(cells), self._none)


def read_lookup(path: Path, lookup: Lookup, needed: Sequence[str]) -> dict[str, list[Cell]]:
    """The cells of the needed columns by key; of rows with the same key the first counts.

    Raises Refusal("file.…") when the file is absent and not optional, or cannot be read whole.
    """
    beside = path.parent / lookup.file
    if not beside.exists():
        if lookup.optional:
            return {}
        raise invalid(
            "file.lookup_missing",
            f"The feed reads {lookup.file} beside {path.name}, and it is not there. Put it into the same folder.",
        )
    with open_table(beside, lookup.shape, [lookup.key, *needed]) as table:
        return _by_key(table, lookup, needed)


def _by_key(table: Table, lookup: Lookup, needed: Sequence[str]) -> dict[str, list[Cell]]:
    key = cell_text(table.place, lookup.key, frozenset())
    places = [table.place(name) for name in needed]
    found: dict[str, list[Cell]] = {}
    for record in table.rows:
        if isinstance(record, RejectedRow):
            raise _bad_lookup(table.path, record)
        found.setdefault(key(record.cells), [None if place is None else record.cells[place] for place in places])
        if len(found) > _MOST_ROWS:
            raise invalid("file.lookup_too_large", f"{lookup.file} has more than {_MOST_ROWS:,} rows.")
    return found


def _bad_lookup(path: Path, row: RejectedRow) -> Refusal:
    return invalid("file.lookup_damaged", f"{path.name}, line {row.line:,}: {row.reason} Nothing was imported.")
