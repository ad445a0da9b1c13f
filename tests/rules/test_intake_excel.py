"""Excel workbooks: typed cells, formulas, errors, sheets."""

# ruff: noqa: DTZ001 - a workbook's dates have no zone

from __future__ import annotations

import re
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from makegood.intake.rules.rows import Broken, Record
from makegood.intake.rules.spec import FileShape
from makegood.intake.rules.tables import open_table, survey
from makegood.kernel.refusals import Refusal


def workbook(folder: Path, rows: list[list[Any]], formats: dict[str, str] | None = None) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Orders"
    for row in rows:
        sheet.append(row)
    for cell, form in (formats or {}).items():
        sheet[cell].number_format = form
    path = folder / "orders.csv"  # the name does not count
    book.save(path)
    return path


def read(path: Path, shape: FileShape | None = None) -> list[Record]:
    with open_table(path, shape or FileShape()) as table:
        return [row for row in table.rows if isinstance(row, Record)]


def store_value(path: Path, cell: str, value: str) -> None:
    """Write a stored value beside the formula of a cell, as a spreadsheet does and openpyxl does not."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet = members["xl/worksheets/sheet1.xml"].decode()
    pattern = rf'(<c r="{cell}"[^>]*><f>[^<]*</f>)<v ?/?>(</v>)?'
    changed, count = re.subn(pattern, rf"\1<v>{value}</v>", sheet)
    assert count == 1, sheet
    members["xl/worksheets/sheet1.xml"] = changed.encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def test_cells_keep_their_type(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        [
            ["id", "due", "at", "amount", "ok", "clock", "note"],
            [1, datetime(2024, 3, 1), datetime(2024, 3, 1, 17, 30), 12.5, True, time(5, 17), None],
            [],
            [2, datetime(2024, 3, 2), datetime(2024, 3, 2), 3, False, time(0), "x", "beside the table"],
        ],
        {"B2": "yyyy-mm-dd", "B4": "dd/mm/yyyy", "C4": "yyyy-mm-dd hh:mm"},
    )
    assert [(row.line, row.cells) for row in read(path)] == [
        (2, [1, date(2024, 3, 1), datetime(2024, 3, 1, 17, 30), 12.5, True, time(5, 17), None]),
        (4, [2, date(2024, 3, 2), datetime(2024, 3, 2), 3, False, time(0), "x"]),
    ]


def test_a_formula_counts_by_its_stored_value(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["id", "due"], [1, "=A2+1"], [2, "=A3+1"]])
    store_value(path, "B2", "41")
    first, second = read(path)
    assert first.cells == [1, 41]
    broken = second.cells[1]
    assert isinstance(broken, Broken)
    assert (broken.code, broken.shown) == ("row.formula", "=A3+1")


def test_an_error_breaks_only_its_cell(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["id", "due"], [1, "#N/A"]])
    broken = read(path)[0].cells[1]
    assert isinstance(broken, Broken)
    assert broken.code == "row.formula_error"


def test_header_line_footer_and_sheet(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["Report"], [], ["id", "due"], [1, 2], ["Total", 1]])
    assert [row.cells for row in read(path, FileShape(header_line=3, footer_lines=1, sheet="Orders"))] == [[1, 2]]
    with pytest.raises(Refusal) as caught:
        survey(path, FileShape(sheet="Order"))
    assert caught.value.code == "file.sheet_missing"
    assert "Did you mean Orders?" in caught.value.message


def test_a_workbook_cut_in_half_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["id", "due"], *([n, n] for n in range(2000))])
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(Refusal) as caught:
        survey(path, FileShape())
    assert caught.value.code == "file.damaged"


def test_a_workbook_with_a_damaged_sheet_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["id", "due"], *([n, n] for n in range(2000))])
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["xl/worksheets/sheet1.xml"] = members["xl/worksheets/sheet1.xml"][:9000]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(Refusal) as caught:
        survey(path, FileShape())
    assert caught.value.code == "file.damaged"


def test_an_empty_sheet_has_no_header(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as caught:
        survey(workbook(tmp_path, []), FileShape())
    assert caught.value.code == "file.no_header"
