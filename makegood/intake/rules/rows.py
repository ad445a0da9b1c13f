"""What comes out of a stranger's file, row by row. Pure."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple

from makegood.measurement.told import DeedTold, ScoreTold
from makegood.promises.facts import Fact

SHOWN = 200  # characters of a wrong value that a report repeats


class Broken(NamedTuple):
    """A cell that holds no usable value, such as a formula that was never calculated."""

    shown: str
    code: str
    reason: str


Cell = str | int | float | Decimal | bool | datetime | date | time | Broken | list[Any] | dict[str, Any] | None


class Record(NamedTuple):
    """One row as read: its cells in the order of the table's columns.

    `line` is the physical line (from 1) on which the row starts, in Excel the row number. `raw` is the
    row as it stood in the file, to be given back when it is rejected.
    """

    line: int
    cells: list[Cell]
    raw: str


class MappedRow(NamedTuple):
    """A row, or several that are one promise, understood. `rows` counts the rows it was made from.

    `kind_name` is the promise kind as the file writes it, of which the fact has the short form. `heard` is what a
    row tells that is about no promise.
    """

    line: int
    facts: tuple[Fact, ...]
    rows: int = 1
    kind_name: str = ""
    raw: str = ""
    heard: ScoreTold | DeedTold | None = None


class RejectedRow(NamedTuple):
    """A row that could not be understood: where, what stood there, and what is wrong with it.

    `column` is empty when the row as a whole is wrong. `rows` is 0 for a promise left out because of
    another row that was already counted.
    """

    line: int
    column: str
    value: str
    code: str
    reason: str
    raw: str
    rows: int = 1


class SkippedRow(NamedTuple):
    """A row that is well formed and no promise, with the reason under which it is counted."""

    line: int
    reason: str
    rows: int = 1


Row = MappedRow | RejectedRow | SkippedRow


class BadCell(Exception):
    """A cell whose value cannot be used. Rejects its row, never the file."""

    def __init__(self, column: str, value: object, code: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.value = str(value)[:SHOWN]
        self.code = code
        self.reason = reason

    def row(self, record: Record) -> RejectedRow:
        """The reject that this makes of `record`."""
        return RejectedRow(record.line, self.column, self.value, self.code, self.reason, record.raw)
