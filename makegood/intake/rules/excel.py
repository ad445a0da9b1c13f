"""Excel workbooks into rows. Pure.

Cells keep their type: a date is a date, a number a number. A formula counts by the value that was stored
with it; one that was saved without a value breaks its cell, and through it the row that needs it.
"""

from __future__ import annotations

import io
import re
import tempfile
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, time
from itertools import islice, zip_longest
from pathlib import Path
from typing import IO, Any, cast
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.styles.numbers import is_datetime

from makegood.intake.rules.opening import CHUNK, copy_unzipped
from makegood.intake.rules.rows import Broken, Cell, Record
from makegood.intake.rules.spec import FileShape
from makegood.kernel.refusals import Refusal, invalid
from makegood.kernel.texts import nearest

_UNPACKED_LIMIT = 1 << 30
_PACKED_LIMIT = 1 << 28
_ERRORS = frozenset({"#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#GETTING_DATA"})
_MIDNIGHT = time(0)
_BATCH = 256
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")


@contextmanager
def _teaching(path: Path) -> Iterator[None]:
    """Turn every way in which a workbook can be damaged into one sentence."""
    try:
        yield
    except Refusal:
        raise
    except (zipfile.BadZipFile, KeyError, ValueError, ParseError, EOFError, OSError, IndexError, TypeError) as error:
        raise invalid(
            "file.damaged",
            f"{path.name} cannot be read as an Excel workbook ({error}). Nothing was imported. "
            "Open it in a spreadsheet and save it again as .xlsx, or as CSV.",
        ) from None


def rows(stream: io.BufferedReader, path: Path, shape: FileShape) -> Iterator[Record]:
    """Every row of the sheet that is not empty, with its row number. Raises Refusal("file.…")."""
    with tempfile.TemporaryFile() as seekable, _teaching(path):
        copy_unzipped(stream, seekable, _PACKED_LIMIT, path)
        has_formulas = _survey(seekable, path)
        values = _sheet(seekable, path, shape, data_only=True)
        formulas = _sheet(seekable, path, shape, data_only=False) if has_formulas else ()
        for number, (row, written) in enumerate(zip_longest(_quietly(values), _quietly(formulas), fillvalue=()), 1):
            cells = [_cell(cell) for cell in row]
            _mark_formulas(cells, written)
            if any(cell is not None for cell in cells):
                yield Record(number, cells, "\t".join(_shown(cell) for cell in cells))


def _survey(stream: IO[bytes], path: Path) -> bool:
    """Check that the archive is a workbook of bearable size. Returns whether any sheet has formulas."""
    with zipfile.ZipFile(stream) as archive:
        members = archive.infolist()
        if not any(member.filename == "xl/workbook.xml" for member in members):
            names = ", ".join(member.filename for member in members[:5])
            raise invalid(
                "file.archive", f"{path.name} is a zip archive ({names}). Unpack it and import the file inside."
            )
        if sum(member.file_size for member in members) > _UNPACKED_LIMIT:
            raise invalid("file.too_large", f"{path.name} unpacks to more than 1 GiB. Save it as CSV.")
        sheets = [member for member in members if member.filename.startswith("xl/worksheets/")]
        return any(_has_formula(archive, member) for member in sheets)


def _has_formula(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    tail = b""
    with archive.open(member) as sheet:
        while chunk := sheet.read(CHUNK):
            if _FORMULA.search(tail + chunk):
                return True
            tail = chunk[-16:]
    return False


def _sheet(stream: IO[bytes], path: Path, shape: FileShape, *, data_only: bool) -> Iterable[Sequence[Any]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of decorations that it leaves out
        book = openpyxl.load_workbook(stream, read_only=True, data_only=data_only)
    titles = [sheet.title for sheet in book.worksheets]
    if shape.sheet and shape.sheet not in titles:
        near = nearest(shape.sheet, titles)
        advice = f" Did you mean {near}?" if near else ""
        raise invalid(
            "file.sheet_missing", f"{path.name} has no sheet {shape.sheet}. It has: {', '.join(titles)}.{advice}"
        )
    sheet = book[shape.sheet] if shape.sheet else book.worksheets[0]
    sheet.reset_dimensions()  # some programs write a wrong size into the file
    return cast("Iterable[Sequence[Any]]", sheet.iter_rows())


def _quietly(rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """Rows in batches, so that openpyxl's warnings are silenced without silencing the rest of the program."""
    iterator = iter(rows)
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            batch = list(islice(iterator, _BATCH))
        if not batch:
            return
        yield from batch


def _cell(cell: Any) -> Cell:
    value = cell.value
    if type(value) is datetime and value.time() == _MIDNIGHT and is_datetime(cell.number_format) == "date":
        return value.date()
    if type(value) is str:
        if value in _ERRORS:
            return Broken(value, "row.formula_error", f"The cell's formula ends in the error {value}.")
        return value if value.strip() else None
    return cast(Cell, value)


def _mark_formulas(cells: list[Cell], written: Sequence[Any]) -> None:
    for index, cell in enumerate(written):
        if index < len(cells) and cells[index] is None and cell.data_type == "f":
            cells[index] = Broken(
                str(cell.value),
                "row.formula",
                "The cell holds a formula without a stored value. Open the file in a spreadsheet, let it "
                "calculate, and save it again.",
            )


def _shown(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Broken):
        return cell.shown
    return str(cell)
