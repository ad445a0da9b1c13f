"""Rows of a file into facts, by a feed. Compiled once a file into functions, then run row by row. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from makegood.intake.rules.building import Values, deed, fact, score
from makegood.intake.rules.grouping import Groups
from makegood.intake.rules.instants import Instants
from makegood.intake.rules.lookups import Joined, read_lookup
from makegood.intake.rules.moments import Moment
from makegood.intake.rules.needs import columns_below, in_order, wanted_columns
from makegood.intake.rules.rows import BadCell, MappedRow, Record, RejectedRow, Row, SkippedRow
from makegood.intake.rules.spec import About, Condition, Feed, Text, When
from makegood.intake.rules.tables import Survey, Table, open_table
from makegood.intake.rules.tables import survey as survey_table
from makegood.intake.rules.texts import Cells, Find, cell_text, label, number_of, test, text_of

NO_DUE = "no promised date"


def survey(path: Path, feed: Feed) -> Survey:
    """Read the whole file once, keeping nothing, so that an import never stops half-way.

    Raises Refusal("file.…") for everything that would stop it: damage, encoding, missing columns.
    """
    for lookup in feed.lookups:
        read_lookup(path, lookup, columns_below(feed, lookup.name))
    return survey_table(path, feed.shape, wanted_columns(feed))


def map_file(path: Path, feed: Feed) -> Iterator[Row]:
    """Every row of a file as facts, as a reject, or as no promise, in the file's order; groups come at the end.

    Raises Refusal("file.…") while rows are drawn, as soon as the file is damaged; `survey` raises that
    beforehand.
    """
    with open_table(path, feed.shape, wanted_columns(feed)) as table:
        reader = _RowReader(path, feed, table)
        yield from _grouped(table, reader, Groups(feed)) if feed.rows.group_by else _single(table, reader)


def _single(table: Table, reader: _RowReader) -> Iterator[Row]:
    for record in table.rows:
        if isinstance(record, RejectedRow):
            yield record
            continue
        try:
            values = reader.read(record)
            yield values if isinstance(values, SkippedRow) else reader.finish(record.line, values, 1, record.raw)
        except BadCell as bad:
            yield bad.row(record)


def _grouped(table: Table, reader: _RowReader, groups: Groups) -> Iterator[Row]:
    for record in table.rows:
        if isinstance(record, RejectedRow):
            yield record
            continue
        try:
            key = reader.group(record)
            values = reader.read(record)
        except BadCell as bad:
            groups.spoil(reader.group_or_none(record), record.line)
            yield bad.row(record)
            continue
        if isinstance(values, SkippedRow):
            yield values
        else:
            groups.add(key, record, values)
    for group in groups:
        if isinstance(group, RejectedRow):
            yield group
            continue
        try:
            yield reader.finish(group.line, group.folded, group.rows, group.raw)
        except BadCell as bad:
            yield bad.row(Record(group.line, [], group.raw))


class _RowReader:
    """A feed compiled against the columns of one table."""

    def __init__(self, path: Path, feed: Feed, table: Table) -> None:
        self._feed = feed
        self._lookups = [Joined(path, lookup, feed, table.place) for lookup in feed.lookups]
        find = _finder(table, self._lookups)
        instants = Instants(find, feed.empty, feed.decimal)
        specs = in_order({**feed.let, **feed.instants})
        self._instants = [(name, instants.build(spec)) for name, spec in specs]
        self._texts = [(name, _value_of(find, spec, feed)) for name, spec in feed.texts.items()]
        self._group = [(name, cell_text(find, name, feed.empty)) for name in feed.rows.group_by]
        self._skips = [_skip(find, one, feed, holds=True) for one in feed.rows.skip_when]
        self._skips += [_skip(find, one, feed, holds=False) for one in feed.rows.keep_when]
        self._without_due = feed.rows.without_due if "due_at" in feed.instants else "keep"

    def read(self, record: Record) -> Values | SkippedRow:
        """The values of one row by field. Raises BadCell."""
        cells = record.cells
        for lookup in self._lookups:
            cells = cells + lookup.row(cells)
        if not any(cells):
            return SkippedRow(record.line, "empty row")
        for skipped, reason in self._skips:
            if skipped(cells):
                return SkippedRow(record.line, reason)
        values: Values = {}
        for name, moment in self._instants:
            values[name] = moment(cells, values)
        if self._without_due == "skip" and values["due_at"] is None and not self._group:
            return SkippedRow(record.line, NO_DUE)
        for name, text in self._texts:
            values[name] = text(cells)
        return values

    def group(self, record: Record) -> tuple[str, ...]:
        """The key under which rows are one promise. Raises BadCell when part of it is empty."""
        key = tuple(read(record.cells) for _, read in self._group)
        if "" in key:
            name = self._group[key.index("")][0]
            raise BadCell(
                name, "", "row.group_key", f"{name} is empty, so it is not known to which promise the row belongs."
            )
        return key

    def group_or_none(self, record: Record) -> tuple[str, ...] | None:
        """The group of a row that could not be read otherwise, None when that is unknown too."""
        try:
            return self.group(record)
        except BadCell:
            return None

    def finish(self, line: int, values: Values, rows: int, raw: str) -> MappedRow | SkippedRow:
        """What the values tell. Raises BadCell for a row without a reference."""
        if self._feed.about is not About.PROMISES:
            heard = (score if self._feed.about is About.SCORES else deed)(self._feed, values)
            return MappedRow(line, (), rows, raw=raw, heard=heard)
        due: Moment | None = values.get("due_at")
        if due is None and self._without_due == "skip":
            return SkippedRow(line, NO_DUE, rows)
        if due is None and self._without_due == "reject":
            raise BadCell(_when_label(self._feed.instants["due_at"]), "", "row.no_due", "No promised date is given.")
        return MappedRow(line, (fact(self._feed, values),), rows, values.get("kind", ""), raw)


def _value_of(find: Find, spec: Text, feed: Feed) -> Callable[[Cells], Any]:
    if spec.kind == "number" or spec.take in ("sum", "count"):
        return number_of(find, spec, feed.empty, feed.decimal)
    return text_of(find, spec, feed.empty)


def _skip(find: Find, one: Condition, feed: Feed, *, holds: bool) -> tuple[Callable[[Cells], bool], str]:
    check = test(find, (one,), feed.empty)
    default = f"{one.column} {'is as the feed leaves out' if holds else 'is not as the feed takes'}"
    return (check if holds else lambda cells: not check(cells)), one.reason or default


def _finder(table: Table, lookups: list[Joined]) -> Find:
    joined = [name for lookup in lookups for name in lookup.names]
    width = len(table.columns)

    def find(name: str) -> int | None:
        return width + joined.index(name) if name in joined else table.place(name)

    return find


def _when_label(spec: When) -> str:
    return label(spec.text or spec.clock) or (_when_label(spec.first_of[0]) if spec.first_of else spec.base)
