"""An analyst's own table, a row for each customer: the groups of the report compared in it, naively and honestly.

For trying the method where the truth is known (`worlds`), and for data that no installation holds.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from makegood.measurement.findings import FAILED, Compared, Group
from makegood.measurement.rules.estimate import Estimate, Labels, Numbers
from makegood.measurement.rules.means import mean_difference
from makegood.measurement.rules.proportions import share_difference
from makegood.measurement.rules.verdict import compare

_SAID = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0, "": np.nan}


class BadTableError(ValueError):
    """What is wrong with a table, where, and what to do."""


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as they were read, by column; `lines` are the lines of the file on which the rows end."""

    columns: dict[str, list[str]]
    lines: list[int]

    def column(self, name: str) -> list[str]:
        """The cells of one column. Raises BadTableError naming those there are."""
        try:
            return self.columns[name]
        except KeyError:
            there = ", ".join(self.columns)
            raise BadTableError(f"There is no column {name!r}. The file has: {there}.") from None

    def numbers(self, name: str) -> Numbers:
        """One column as numbers: yes and no are 1 and 0, nothing is NaN. Raises BadTableError with the line."""
        return np.array([self._number(name, at, cell) for at, cell in enumerate(self.column(name))])

    def _number(self, name: str, at: int, cell: str) -> float:
        said = _SAID.get(cell.strip().lower())
        if said is not None:
            return said
        try:
            value = float(cell)
        except ValueError:
            value = np.inf
        if not np.isfinite(value):
            raise BadTableError(
                f"Line {self.lines[at]}, column {name}: {cell!r} is no number. Give a number, yes or no, or nothing"
                " where it is not known; of several sorts make a column of yes and no for each."
            )
        return value


def read_table(lines: Iterable[str]) -> Table:
    """A CSV file with a line of names. Raises BadTableError for a row with another number of cells."""
    rows = csv.reader(lines)
    names = [name.strip().removeprefix("\ufeff") for name in next(rows, [])]
    if not names:
        raise BadTableError("The file is empty. Give a first line with the names of the columns.")
    if len(set(names)) < len(names):
        raise BadTableError("Two columns have the same name. Give each its own.")
    cells: list[list[str]] = []
    ends = []
    for row in rows:
        if len(row) != len(names):
            raise BadTableError(f"Line {rows.line_num} has {len(row)} cells, the first line has {len(names)}.")
        cells.append(row)
        ends.append(rows.line_num)
    return Table({name: [row[at] for row in cells] for at, name in enumerate(names)}, ends)


@dataclass(frozen=True, slots=True)
class Seen:
    """One group against the never failed: as it looks, and what may be said. `people` and `others` are counted rows,
    `answered` and `others_answered` those whose outcome is known; `raw` is None where one side has fewer than two."""

    group: Group
    people: int
    answered: int
    others: int
    others_answered: int
    raw: Estimate | None
    compared: Compared


def compare_table(
    table: Table, *, group: str, outcome: str, known: Sequence[str], margin: float, incident: str = "",
    answered: str = "",
) -> tuple[Seen, ...]:  # fmt: skip
    """Each failed group that the column `group` names (see `findings.Group`) against `never_failed`; rows without a
    group are left out.

    `known` are the columns to be held equal, all known before; `incident` says who was hit together; where `answered`
    says no the outcome counts as unknown. Raises BadTableError.
    """
    groups = [_group(table, group, at, cell) for at, cell in enumerate(table.column(group))]
    values = table.numbers(outcome)
    if answered:
        values = np.where(table.numbers(answered) == 1, values, np.nan)
    covariates = np.column_stack([table.numbers(name) for name in known])
    cluster = _clusters(table.column(incident)) if incident else np.arange(len(groups), dtype=np.int64)
    there = [one for one in FAILED if one in groups]
    if Group.NEVER not in groups or not there:
        raise BadTableError(
            f"Column {group} names nobody who was {'failed' if Group.NEVER in groups else Group.NEVER.value}."
            f" It takes {', '.join(Group)}, or nothing for whoever is left out."
        )
    never = np.array([one is Group.NEVER for one in groups])
    found = []
    for one in there:
        inside = np.array([other is one for other in groups])
        both = inside | never
        told = compare(
            values[both], inside[both], covariates[both], cluster[both], margin=margin, comparisons=len(there),
            names=list(known),
        )  # fmt: skip
        found.append(_seen(one, values[inside], values[never], told.of(one)))
    return tuple(found)


def _seen(group: Group, ours: Numbers, theirs: Numbers, compared: Compared) -> Seen:
    a, b = ours[~np.isnan(ours)], theirs[~np.isnan(theirs)]
    return Seen(group, len(ours), len(a), len(theirs), len(b), _raw(a, b), compared)


def _raw(ours: Numbers, theirs: Numbers) -> Estimate | None:
    if min(len(ours), len(theirs)) < 2:
        return None
    both = np.concatenate([ours, theirs])
    if np.all((both == 0) | (both == 1)):
        return share_difference((int(ours.sum()), len(ours)), (int(theirs.sum()), len(theirs)))
    return mean_difference(ours, theirs)


def _group(table: Table, name: str, at: int, cell: str) -> Group | None:
    said = cell.strip()
    if not said:
        return None
    try:
        return Group(said)
    except ValueError:
        raise BadTableError(
            f"Line {table.lines[at]}, column {name}: {cell!r} is no group. It takes {', '.join(Group)}, or nothing for"
            " whoever is left out."
        ) from None


def _clusters(cells: Sequence[str]) -> Labels:
    """A number for each incident, and one of its own for everybody who was hit alone."""
    numbers: dict[str, int] = {}
    return np.array(
        [numbers.setdefault(cell.strip(), len(numbers)) if cell.strip() else len(cells) + at
         for at, cell in enumerate(cells)], dtype=np.int64,
    )  # fmt: skip
