"""Delimited text into rows: any delimiter, quote and line end, in constant memory. Pure.

Python's csv parser does the splitting. Around it stands what strangers' files need: physical line numbers,
a limit on one row, and a way back when a stray quote has swallowed the rows after it.
"""

from __future__ import annotations

import csv
import re
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from makegood.intake.rules.columns import matches
from makegood.intake.rules.opening import LIMIT, broken_off, not_decodable
from makegood.intake.rules.rows import Record, RejectedRow
from makegood.intake.rules.spec import FileShape
from makegood.kernel.refusals import invalid

DELIMITERS = (",", "\t", ";", "|")
_SAMPLE = 5
_SEPARATOR_LINE = re.compile(r'^"?sep=(.)"?[\r\n]*$', re.IGNORECASE)


class RowTooLong(Exception):
    """One row has run over many lines and past the limit: a quote was opened and never closed."""


class Lines:
    """Physical lines of a text stream, counted, with the lines of the row at hand kept and returnable."""

    def __init__(self, stream: TextIO, path: Path, encoding: str, comment: str = "") -> None:
        self.number = 0
        self.held: list[str] = []
        self._size = 0
        self._returned: deque[str] = deque()
        self._stream = stream
        self._path = path
        self._encoding = encoding
        self._comment = comment

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else self._read()
        while self._comment and not self.held and line.startswith(self._comment):
            self.number += 1
            line = self._returned.popleft() if self._returned else self._read()
        if not line:
            raise StopIteration
        self.number += 1
        self.held.append(line)
        self._size += len(line)
        if self._size > LIMIT:
            raise RowTooLong
        return line

    def _read(self) -> str:
        try:
            line = self._stream.readline(LIMIT + 1)
        except UnicodeError as error:
            raise not_decodable(self._path, error, self._encoding) from None
        except (EOFError, OSError, zlib.error) as error:
            raise broken_off(self._path, self.number, error) from None
        if len(line) > LIMIT:
            raise invalid(
                "file.line_too_long",
                f"Line {self.number + 1:,} of {self._path.name} is longer than {LIMIT:,} characters, "
                "so it is not a table with one row a line. Check the line ends and the format of the file.",
            )
        return line

    def begin(self) -> None:
        """Start a new row: forget the lines of the last one."""
        self.held = []
        self._size = 0

    def give_back(self, keep: int = 0) -> None:
        """Return the lines of the row at hand, but the first `keep`, to be read again."""
        again = self.held[keep:]
        self._returned.extendleft(reversed(again))
        self.number -= len(again)
        self.held = self.held[:keep]


def plain_lines(lines: Lines) -> Iterator[str]:
    """Every line for itself, however the rows may run over them."""
    while True:
        lines.begin()
        line = next(lines, None)
        if line is None:
            return
        yield line


def csv_format(shape: FileShape, delimiter: str) -> dict[str, Any]:
    """The arguments for csv.reader that a file's shape asks for."""
    quoted = shape.quote != ""
    return {
        "delimiter": delimiter,
        "quotechar": shape.quote if quoted else None,
        "quoting": csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
        "escapechar": shape.escape or None,
        "doublequote": True,
    }


def start(lines: Lines, shape: FileShape, wanted: Sequence[str]) -> tuple[str, list[str]]:
    """Read up to the first row. Returns the delimiter and the header, which a file without one has in its feed."""
    named = _separator_line(lines)
    for _ in range(shape.header_line - 1):
        lines.begin()
        if next(lines, None) is None:
            raise _no_header(shape)
    _skip_blank(lines)
    delimiter = shape.delimiter if shape.delimiter != "auto" else named or _sniff(lines, shape, wanted)
    if shape.columns:
        return delimiter, list(shape.columns)
    lines.begin()
    try:
        header = next(csv.reader(lines, **csv_format(shape, delimiter)), None)
    except (csv.Error, RowTooLong):
        raise invalid("file.no_header", "The header opens a quote and never closes it.") from None
    if header is None:
        raise _no_header(shape)
    header[0] = header[0].removeprefix("\ufeff")
    return delimiter, header


def _no_header(shape: FileShape) -> Exception:
    return invalid("file.no_header", f"The file ends before line {shape.header_line}, where its header should be.")


def _separator_line(lines: Lines) -> str | None:
    """The delimiter from a first line like `sep=;`, which spreadsheets write and read."""
    lines.begin()
    found = _SEPARATOR_LINE.match(next(lines, ""))
    if found is None:
        lines.give_back()
        return None
    return found[1]


def _skip_blank(lines: Lines) -> None:
    lines.begin()
    for line in lines:
        if line.strip():
            lines.give_back()
            return
        lines.begin()


def _sniff(lines: Lines, shape: FileShape, wanted: Sequence[str]) -> str:
    """The delimiter under which the first row shows most of the wanted columns, then most columns at all."""
    return max(DELIMITERS, key=lambda delimiter: _score(lines, shape, delimiter, wanted))


def _score(lines: Lines, shape: FileShape, delimiter: str, wanted: Sequence[str]) -> tuple[int, int]:
    lines.begin()
    reader = csv.reader(lines, **csv_format(shape, delimiter))
    try:
        rows = list(islice(reader, _SAMPLE if shape.columns else 1))
    except (csv.Error, RowTooLong):
        rows = []
    lines.give_back()
    first = rows[0] if rows else []
    if shape.columns:
        return (sum(len(row) == len(shape.columns) for row in rows), len(first))
    return (sum(matches(first, name) for name in wanted), len(first))


def records(lines: Lines, shape: FileShape, delimiter: str, width: int) -> Iterator[Record | RejectedRow]:
    """The rows after the header. A row that cannot be read is a reject of its own, and reading goes on after it."""
    form = csv_format(shape, delimiter)
    reader = csv.reader(lines, **form)
    while True:
        lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, RowTooLong) as error:
            yield _reject_first(lines, _why(error))
            continue
        if len(cells) == width and len(lines.held) == 1 and "\0" not in lines.held[0]:
            yield Record(lines.number, cells, lines.held[0])  # type: ignore[arg-type]
        elif cells:
            yield _unusual(lines, cells, width, form)


def _why(error: Exception) -> str:
    if isinstance(error, RowTooLong) or "field larger" in str(error):
        return "A quote is opened here and not closed within the longest row that is read (1 MiB, 128 KiB a cell)."
    return f"The row cannot be split into cells ({error})."


def _unusual(lines: Lines, cells: list[str], width: int, form: dict[str, Any]) -> Record | RejectedRow:
    """A row over several lines, or with another number of cells than the header, or with a NUL byte."""
    several = len(lines.held) > 1
    if several and (_stray_quote(lines.held, form) or len(cells) != width):
        return _reject_first(lines, "A quote is opened in this row and not closed as it should be.")
    first = lines.number - len(lines.held) + 1
    raw = "".join(lines.held)
    if "\0" in raw:
        return RejectedRow(
            first, "", "", "row.nul", "The row holds a NUL byte, which is no text.", raw.replace("\0", "␀")
        )
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        cells = cells[:width]
    if len(cells) == width or not any(cell.strip() for cell in cells):
        return Record(first, cells, raw)  # type: ignore[arg-type]
    return _wrong_width(first, cells, width, raw)


def _wrong_width(line: int, cells: list[str], width: int, raw: str) -> RejectedRow:
    few = len(cells) < width
    reason = f"The row has {len(cells)} cells, the header {width}. " + (
        "It may be cut off, or broken by a line break outside quotes."
        if few
        else "A cell with the delimiter in it may lack its quotes."
    )
    return RejectedRow(line, "", "", "row.too_few_cells" if few else "row.too_many_cells", reason, raw)


def _stray_quote(held: list[str], form: dict[str, Any]) -> bool:
    """Whether a row over several lines breaks the rules of quoting, so that it is no row but a swallowed file."""
    try:
        list(csv.reader(held, strict=True, **form))
    except csv.Error:
        return True
    return False


def _reject_first(lines: Lines, reason: str) -> RejectedRow:
    """Reject only the first line of what was taken for a row; the others get their own chance."""
    lines.give_back(keep=1)
    raw = lines.held[0]
    return RejectedRow(lines.number, "", raw[:80].strip(), "row.quote", reason, raw)
