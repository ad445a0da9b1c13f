"""JSON into rows: one object a line, or a list of objects inside one document, in constant memory. Pure."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

from makegood.intake.rules.delimited import Lines, plain_lines
from makegood.intake.rules.opening import LIMIT, broken_off, not_decodable
from makegood.intake.rules.rows import Cell, Record, RejectedRow
from makegood.kernel.refusals import Refusal, invalid

# Fractions stay decimal, so that 10.10 is an amount and not a binary fraction.
_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=str)
_SPACE = re.compile(r"[ \t\r\n]*")
_SUSPECT = re.compile(r"\\u(0000|d[89a-f])", re.IGNORECASE)
_STEP = 1 << 16


def object_lines(lines: Lines, columns: Sequence[str]) -> Iterator[Record | RejectedRow]:
    """One JSON object a line. A line that is none is rejected and reading goes on after it."""
    pick = picker(columns)
    for line in plain_lines(lines):
        text = line.strip().removeprefix("\ufeff")
        if not text:
            continue
        try:
            value = _DECODER.decode(text)
        except (ValueError, RecursionError) as error:
            reason = f"The line is not a JSON object ({error})."
            yield RejectedRow(lines.number, "", text[:80], "row.json", reason, line)
            continue
        yield _record(value, lines.number, line, pick)


def _record(value: Any, line: int, raw: str, pick: Callable[[dict[str, Any]], list[Cell]]) -> Record | RejectedRow:
    if not isinstance(value, dict):
        return RejectedRow(line, "", raw[:80].strip(), "row.json", "A JSON object {…} was expected here.", raw)
    if _SUSPECT.search(raw) and not _storable(value):
        reason = "The row holds a NUL or half a character, which is no text."
        return RejectedRow(line, "", "", "row.nul", reason, raw)
    return Record(line, pick(value), raw)


def _storable(value: Any) -> bool:
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\\u0000" not in text


def picker(columns: Sequence[str]) -> Callable[[dict[str, Any]], list[Cell]]:
    """A function that takes the columns out of one object. `a.b.0` walks into objects and lists."""
    paths = [(name, name.split(".")) for name in columns]
    return lambda value: [value[name] if name in value else _walk(value, path) for name, path in paths]


def _walk(value: Any, path: Sequence[str]) -> Any:
    for part in path:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


class Document:
    """A JSON document read from left to right, of which only one value is ever held."""

    def __init__(self, stream: TextIO, path: Path, encoding: str) -> None:
        self._stream = stream
        self._path = path
        self._encoding = encoding
        self._text = ""
        self._at = 0
        self.line = 1

    def records(self, inside: str, columns: Sequence[str]) -> Iterator[Record | RejectedRow]:
        """The objects of the list at `inside` ("orders", "data.items"); of the document itself when empty."""
        for key in inside.split(".") if inside else []:
            self._enter(key)
        self._expect("[", f"the list of rows{f' at {inside}' if inside else ''}")
        pick = picker(columns)
        while self._peek() not in ("]", ""):
            line = self.line
            value, raw = self._value()
            yield _record(value, line, raw, pick)
            self._comma("]")
        self._expect("]", "the end of the list")

    def _enter(self, key: str) -> None:
        """Go forward to the value of `key` in the object that starts here."""
        self._expect("{", f"an object with the key {key}")
        while self._peek() == '"':
            name, _ = self._value()
            self._expect(":", "a colon")
            if name == key:
                return
            self._value()
            self._comma("}")
        raise invalid("file.json", f"{self._path.name} has no key {key}. Check `records:` in the feed.")

    def _comma(self, end: str) -> None:
        if self._peek() != end:
            self._expect(",", f"a comma or {end}")

    def _peek(self) -> str:
        """The next character that is no space, or "" at the end."""
        while True:
            self._advance(_SPACE.match(self._text, self._at).end())  # type: ignore[union-attr]
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _expect(self, char: str, what: str) -> None:
        found = self._peek()
        if found != char:
            raise self._wrong(f"{what} was expected, found {found or 'the end of the file'}")
        self._advance(self._at + 1)

    def _value(self) -> tuple[Any, str]:
        """The next whole value and its text. A number is whole only once something follows it."""
        self._peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except (ValueError, RecursionError) as error:
                reason = str(error)
            else:
                if end < len(self._text) or not self._more():
                    raw = self._text[self._at : end]
                    self._advance(end)
                    return value, raw
                continue
            if len(self._text) - self._at > LIMIT or not self._more():
                raise self._wrong(reason)

    def _advance(self, to: int) -> None:
        self.line += self._text.count("\n", self._at, to)
        self._at = to

    def _more(self) -> bool:
        try:
            chunk = self._stream.read(_STEP)
        except UnicodeError as error:
            raise not_decodable(self._path, error, self._encoding) from None
        except (EOFError, OSError, zlib.error) as error:
            raise broken_off(self._path, self.line, error) from None
        self._text = self._text[self._at :] + chunk
        self._at = 0
        return bool(chunk)

    def _wrong(self, what: str) -> Refusal:
        return invalid(
            "file.json",
            f"{self._path.name} is not the JSON that was expected, at line {self.line:,}: {what}. "
            "Nothing was imported.",
        )
