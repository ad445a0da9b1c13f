"""One door to every kind of file: `open_table` for its rows, `survey` to know that the whole of it can be read.

Pure but for reading the file itself. Rows stream; only one is held at a time.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from makegood.intake.rules import columns, delimited, jsontext
from makegood.intake.rules.opening import ZIP, decode, open_bytes, peek
from makegood.intake.rules.rows import Record, RejectedRow
from makegood.intake.rules.spec import FileShape
from makegood.kernel.refusals import invalid

ReadRow = Record | RejectedRow


@dataclass(frozen=True, slots=True)
class Table:
    """A file opened: the titles of its columns, the header as written, and its rows, to be read once.

    Use it in a `with` block, which closes the file.
    """

    path: Path
    format: str
    columns: tuple[str, ...]
    header: str
    rows: Iterator[ReadRow]
    stream: io.IOBase

    def __enter__(self) -> Table:
        return self

    def __exit__(self, *failure: object) -> None:
        self.stream.close()

    def place(self, name: str) -> int | None:
        """The index of a column in a row's cells, None when the file has none of that name."""
        return columns.place(self.columns, name)


@dataclass(frozen=True, slots=True)
class Survey:
    """What a first pass over a file found. `lines` are physical lines, in Excel rows."""

    format: str
    lines: int
    columns: tuple[str, ...]
    header: str


def open_table(path: Path, shape: FileShape, wanted: Sequence[str] = ()) -> Table:
    """Open a file for its `wanted` columns. Raises Refusal("file.…") when it is not what `shape` says.

    Rows are read as the iterator is drawn; damage further down raises then. `survey` finds it beforehand.
    """
    stream = open_bytes(path)
    try:
        table = _open(stream, path, shape, wanted)
        _require(table, shape, wanted)
    except BaseException:
        stream.close()
        raise
    return table


def _require(table: Table, shape: FileShape, wanted: Sequence[str]) -> None:
    optional = set(map(columns.plain, shape.optional_columns))
    absent = [name for name in wanted if table.place(name) is None and columns.plain(name) not in optional]
    if absent:
        raise columns.missing(table.path.name, absent, table.columns)


def _open(stream: io.BufferedReader, path: Path, shape: FileShape, wanted: Sequence[str]) -> Table:
    head = peek(stream, path)
    if shape.format == "excel" or (shape.format == "auto" and head.startswith(ZIP)):
        return _open_excel(stream, path, shape)
    if head.startswith(ZIP):
        raise invalid("file.archive", f"{path.name} is a zip archive. Unpack it and import the file inside.")
    text = decode(stream, path, shape.encoding)
    kind = _text_format(head, text.encoding, shape)
    if kind == "delimited":
        return _open_delimited(text, path, shape, wanted)
    if kind == "ndjson":
        lines = delimited.Lines(text, path, shape.encoding)
        return Table(path, kind, tuple(wanted), "", jsontext.object_lines(lines, wanted), text)
    document = jsontext.Document(text, path, shape.encoding)
    return Table(path, kind, tuple(wanted), "", document.records(shape.records, wanted), text)


def _text_format(head: bytes, encoding: str, shape: FileShape) -> str:
    if shape.format != "auto":
        return shape.format
    start = head.decode(encoding, "ignore").lstrip()
    if start.startswith("[") or (start.startswith("{") and shape.records):
        return "json"
    return "ndjson" if start.startswith("{") else "delimited"


def _open_delimited(text: io.TextIOWrapper, path: Path, shape: FileShape, wanted: Sequence[str]) -> Table:
    lines = delimited.Lines(text, path, shape.encoding, shape.comment)
    delimiter, header = delimited.start(lines, shape, wanted)
    raw = "" if shape.columns else "".join(lines.held)
    rows = delimited.records(lines, shape, delimiter, len(header))
    return Table(path, "delimited", tuple(header), raw, _without_footer(rows, shape.footer_lines), text)


def _without_footer(rows: Iterator[ReadRow], count: int) -> Iterator[ReadRow]:
    """All rows but the last `count`."""
    if not count:
        yield from rows
        return
    held: list[ReadRow] = []
    for row in rows:
        held.append(row)
        if len(held) > count:
            yield held.pop(0)


def _open_excel(stream: io.BufferedReader, path: Path, shape: FileShape) -> Table:
    # Only here: reading workbooks takes 4 MiB in every process, and most of them never see one.
    from makegood.intake.rules import excel

    rows = excel.rows(stream, path, shape)
    if shape.columns:
        after = (row for row in rows if row.line >= shape.header_line)
        return Table(path, "excel", shape.columns, "", _fitted(after, len(shape.columns), shape), stream)
    for row in rows:
        if row.line >= shape.header_line:
            titles = ["" if cell is None else str(cell) for cell in row.cells]
            while titles and not titles[-1].strip():
                titles.pop()
            return Table(path, "excel", tuple(titles), row.raw, _fitted(rows, len(titles), shape), stream)
    raise invalid("file.no_header", f"{path.name} has no rows at or after line {shape.header_line}.")


def _fitted(rows: Iterator[Record], width: int, shape: FileShape) -> Iterator[ReadRow]:
    """Rows of the header's width. A spreadsheet leaves out empty cells at the end, and may hold notes beside."""
    fitted = (Record(row.line, (row.cells + [None] * (width - len(row.cells)))[:width], row.raw) for row in rows)
    return _without_footer(fitted, shape.footer_lines)


def survey(path: Path, shape: FileShape, wanted: Sequence[str] = ()) -> Survey:
    """Read the whole file once and keep nothing: whatever would stop an import half-way is raised here.

    Raises Refusal("file.…").
    """
    with open_table(path, shape, wanted) as table:
        if table.format in ("ndjson", "json"):
            return _survey_json(table, shape)
        last = 0
        for row in table.rows:
            last = row.line
        return Survey(table.format, last, table.columns, table.header)


def _survey_json(table: Table, shape: FileShape) -> Survey:
    """JSON has no header: a column is missing when no object of the file has it."""
    optional = set(map(columns.plain, shape.optional_columns))
    unseen = {index for index, name in enumerate(table.columns) if columns.plain(name) not in optional}
    last, sample = 0, ""
    for row in table.rows:
        last = row.line
        if unseen and isinstance(row, Record):
            sample = sample or row.raw
            unseen -= {index for index in unseen if row.cells[index] is not None}
    if unseen and sample:
        _refuse_unseen(table, [table.columns[index] for index in sorted(unseen)], sample)
    return Survey(table.format, last, table.columns, "")


def _refuse_unseen(table: Table, names: list[str], sample: str) -> None:
    """Refuse names that no key is written like. A key that is there and always null is an empty column."""
    present = _paths(json.loads(sample))
    absent = [name for name in names if name not in present]
    if absent:
        raise columns.missing(table.path.name, absent, present)


def _paths(value: object, before: str = "") -> list[str]:
    """The dotted names of everything in one object, at most two levels of it."""
    if not isinstance(value, dict):
        return []
    deeper = chain.from_iterable(
        _paths(inner, f"{key}.") for key, inner in value.items() if not before and isinstance(inner, dict)
    )
    return [*(f"{before}{key}" for key in value), *deeper]
