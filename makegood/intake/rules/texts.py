"""Conditions, texts and numbers of a feed, turned into functions over one row. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from makegood.intake.rules.rows import BadCell, Broken, Cell
from makegood.intake.rules.spec import Condition, Text

Cells = list[Cell]
TextOf = Callable[[Cells], str]
Test = Callable[[Cells], bool]
Find = Callable[[str], int | None]

_PART = re.compile(r"\{([^{}]+?)(?::0(\d+))?\}")


def shown(cell: Cell, column: str = "") -> str:
    """A cell as text without outer spaces. Raises BadCell for a broken one."""
    if type(cell) is str:
        return cell.strip()
    if cell is None:
        return ""
    if isinstance(cell, Broken):
        raise BadCell(column, cell.shown, cell.code, cell.reason)
    return _plain(cell)


def _plain(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return json.dumps(cell, ensure_ascii=False, default=str) if isinstance(cell, list | dict) else str(cell)


def cell_text(find: Find, column: str, empty: frozenset[str]) -> TextOf:
    """A function that gives a column's text; what the feed lists as empty, and an absent column, give ""."""
    index = find(column)
    if index is None:
        return lambda cells: ""

    def text(cells: Cells) -> str:
        cell = cells[index]
        found = cell.strip() if type(cell) is str else shown(cell, column)
        return "" if found in empty else found

    return text


def test(find: Find, conditions: tuple[Condition, ...], empty: frozenset[str]) -> Test:
    """A function that says whether all conditions hold."""
    tests = [_one_test(find, condition, empty) for condition in conditions]
    if len(tests) == 1:
        return tests[0]
    return lambda cells: all(one(cells) for one in tests)


def _one_test(find: Find, condition: Condition, empty: frozenset[str]) -> Test:
    text = cell_text(find, condition.column, empty)
    starts, contains = condition.starts_with.casefold(), condition.contains.casefold()

    def holds(cells: Cells) -> bool:
        value = text(cells).casefold()
        return (
            (condition.is_empty is None or (value == "") == condition.is_empty)
            and (condition.is_any is None or value in condition.is_any)
            and (condition.is_none is None or value not in condition.is_none)
            and value.startswith(starts)
            and contains in value
        )

    return holds


def text_of(find: Find, spec: Text, empty: frozenset[str]) -> TextOf:
    """The function that a text's description stands for. It raises BadCell for a value the feed does not map."""
    empty = empty | spec.empty
    read = _source(find, spec, empty)
    if spec.map is not None:
        read = _mapped(read, spec, spec.map)
    elif spec.default:
        read = _defaulted(read, spec.default)
    if spec.only_when:
        read = _guarded(read, test(find, spec.only_when, empty))
    return read


def _source(find: Find, spec: Text, empty: frozenset[str]) -> TextOf:
    if spec.const is not None:
        const = spec.const
        return lambda cells: const
    if spec.template:
        return _template(find, spec.template, empty)
    if spec.first_of:
        options = [text_of(find, option, empty) for option in spec.first_of]
        return lambda cells: next((text for option in options if (text := option(cells))), "")
    return cell_text(find, spec.column, empty)


def _template(find: Find, template: str, empty: frozenset[str]) -> TextOf:
    """Text with {columns} in it; empty as soon as one of them is."""
    parts = [(cell_text(find, name, empty), int(width or 0)) for name, width in _PART.findall(template)]
    literals = _PART.sub("\0", template).split("\0")

    def fill(cells: Cells) -> str:
        built = literals[0]
        for (read, width), literal in zip(parts, literals[1:], strict=True):
            text = read(cells)
            if not text:
                return ""
            built += (text.removesuffix(".0").zfill(width) if width else text) + literal
        return built

    return fill


def template_columns(template: str) -> list[str]:
    """The columns that a template names."""
    return [name for name, _ in _PART.findall(template)]


def _mapped(read: TextOf, spec: Text, table: Mapping[str, str]) -> TextOf:
    folded = {key.strip().casefold(): value for key, value in table.items()}
    name = label(spec)

    def mapped(cells: Cells) -> str:
        text = read(cells)
        found = table.get(text)
        if found is None:
            found = folded.get(text.casefold())
        if found is not None:
            return found
        if not text or spec.has_default:
            return spec.default
        known = ", ".join(list(table)[:8])
        raise BadCell(
            name,
            text,
            "row.unmapped",
            f"The feed's map for {name} has no entry {text!r} (it has {known}…). Add it, or a `default:`.",
        )

    return mapped


def _defaulted(read: TextOf, default: str) -> TextOf:
    return lambda cells: read(cells) or default


def _guarded(read: TextOf, allowed: Test) -> TextOf:
    return lambda cells: read(cells) if allowed(cells) else ""


def label(spec: Text | None) -> str:
    """How a text's origin is named in a reject: its column, its template, or the first of its options."""
    if spec is None:
        return ""
    if spec.first_of:
        return label(spec.first_of[0])
    return spec.column or spec.template


_NOISE = re.compile(r"^(?:[A-Z]{3}|[^\w\s.,+()-]{1,3})?\s*|\s*(?:[A-Z]{3}|[^\w\s.,()-]{1,3})?$")
_WHOLE = re.compile(r"-?\d+\Z", re.ASCII)
_SPACES = re.compile("[\\s'’\u00a0\u202f]")
_NUMBER = {
    "point": re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:[eE][+-]?\d{1,2})?\Z"),
    "comma": re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)?(?:,\d*)?(?:[eE][+-]?\d{1,2})?\Z"),
}


def number(text: str, decimal: str) -> Decimal | None:
    """A number as written by people: thousands marks, a currency before or behind, (12.50) for minus.

    `decimal` says which mark stands before the fraction, "point" or "comma". None when it is no number.
    """
    if _WHOLE.match(text):
        return Decimal(text)
    core = _NOISE.sub("", text)
    if core.startswith("(") and core.endswith(")"):
        core = "-" + _NOISE.sub("", core[1:-1])
    core = _SPACES.sub("", core)
    if not _NUMBER[decimal].match(core) or not any(char.isdigit() for char in core):
        return None
    marks = (",", "") if decimal == "point" else (".", "")
    try:
        return Decimal(core.replace(*marks).replace(",", "."))
    except InvalidOperation:
        return None


def number_of(find: Find, spec: Text, empty: frozenset[str], decimal: str) -> Callable[[Cells], Decimal | None]:
    """Like text_of, for a number. A cell that is a number already, as in Excel, is not read as text."""
    if spec.const is not None and not spec.only_when:
        constant = number(spec.const, "point")
        return lambda cells: constant
    read = text_of(find, spec, empty)
    name = label(spec)
    typed = find(spec.column) if spec.column and spec.map is None and not spec.only_when else None

    def value(cells: Cells) -> Decimal | None:
        if typed is not None and type(cells[typed]) in (int, float, Decimal):
            return Decimal(str(cells[typed]))
        text = read(cells)
        if not text:
            return None
        found = number(text, decimal)
        if found is None:
            mark = "point" if decimal == "comma" else "comma"
            raise BadCell(
                name,
                text,
                "row.number",
                f"{text!r} is not a number. If {mark} marks its fraction, say `decimal: {mark}`.",
            )
        return found

    return value


def json_number(value: Decimal | None) -> Any:
    """A number as an attribute keeps it: whole when it is whole."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() and abs(value) < 10**15 else float(value)
