"""A feed's instants, turned into functions over one row. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any

from makegood.intake.rules.dates import Reader, Unreadable, read_clock, reader
from makegood.intake.rules.moments import Moment, next_clock, place, shift, whole, zone_named
from makegood.intake.rules.rows import BadCell, Cell
from makegood.intake.rules.spec import Text, When
from makegood.intake.rules.texts import Cells, Find, Test, label, number_of, shown, test, text_of

Moments = dict[str, Any]  # values of one row by field, the instants among them
MomentOf = Callable[[Cells, Moments], Moment | None]
ZoneOf = Callable[[Cells], tzinfo]
_REMEMBERED = 4096


class Instants:
    """Builds the functions of one feed over one table's columns (`find` gives a column's place)."""

    def __init__(self, find: Find, empty: frozenset[str], decimal: str) -> None:
        self._find = find
        self._empty = empty
        self._decimal = decimal

    def build(self, spec: When) -> MomentOf:
        """The function for one instant. It raises BadCell for a value that is no date, time or zone."""
        read = self._source(spec)
        for amount in spec.shifts:
            read = self._shifted(read, amount.unit, amount.sign, amount.amount)
        if spec.only_when:
            read = _guarded(read, test(self._find, spec.only_when, self._empty))
        return read

    def _source(self, spec: When) -> MomentOf:
        if spec.first_of:
            options = [self.build(option) for option in spec.first_of]
            return lambda cells, known: next(
                (found for option in options if (found := option(cells, known)) is not None), None
            )
        if spec.base:
            return _known(spec.base)
        if spec.clock is not None:
            return self._rolled(spec) if spec.after else self._clock_on_day(spec)
        return self._dated(spec, spec.text or Text())

    def _zone(self, spec: When) -> ZoneOf:
        text = spec.zone or Text(const="UTC")
        if text.const is not None:
            fixed = zone_named(text.const)
            return lambda cells: fixed
        read, name = text_of(self._find, text, self._empty), label(text)

        def zone(cells: Cells) -> tzinfo:
            named = read(cells)
            try:
                return zone_named(named)
            except Unreadable as error:
                raise BadCell(name, named, "row.time_zone", str(error)) from None

        return zone

    def _dated(self, spec: When, text: Text) -> MomentOf:
        read, name = text_of(self._find, text, self._empty), label(text)
        zone, typed = self._zone(spec), self._typed(text)
        parse = _remembering(_text_reader(spec, name))

        def moment(cells: Cells, known: Moments) -> Moment | None:
            cell = cells[typed] if typed is not None else None
            if isinstance(cell, date):
                return _on_wall(cell, zone(cells), spec.midnight_is_date, name)
            written = read(cells)
            return parse(written, zone(cells)) if written else None

        return moment

    def _typed(self, text: Text) -> int | None:
        """The place of a plain column, whose cells may be dates already."""
        plain = text.column and text.map is None and not text.only_when and not text.first_of
        return self._find(text.column) if plain else None

    def _clock_reader(self, spec: Text) -> Callable[[Cells], timedelta | None]:
        read, name = text_of(self._find, spec, self._empty), label(spec)

        def since_midnight(cells: Cells) -> timedelta | None:
            written = read(cells)
            if not written:
                return None
            try:
                return read_clock(written)
            except Unreadable as error:
                raise BadCell(name, written, "row.clock", str(error)) from None

        return since_midnight

    def _rolled(self, spec: When) -> MomentOf:
        read, zone, after = self._clock_reader(spec.clock or Text()), self._zone(spec), spec.after
        name = label(spec.clock)

        def moment(cells: Cells, known: Moments) -> Moment | None:
            start: Moment | None = known[after]
            shows = read(cells)
            if start is None or shows is None:
                return None
            where = zone(cells)
            try:
                return Moment(next_clock(start.at, shows, where), where)
            except Unreadable as error:
                raise BadCell(name, shows, "row.clock", str(error)) from None

        return moment

    def _clock_on_day(self, spec: When) -> MomentOf:
        """A clock on a date of its own column; a date without a clock is a whole day."""
        clock, zone = self._clock_reader(spec.clock or Text()), self._zone(spec)
        name = label(spec.day)
        dated = self._dated(spec, spec.day or Text())

        def moment(cells: Cells, known: Moments) -> Moment | None:
            day, shows = dated(cells, known), clock(cells)
            if day is None or shows is None:
                return day
            where = zone(cells)
            try:
                wall = datetime.combine(day.wall().date(), time(0)) + shows
                return Moment(place(wall, where), where)
            except Unreadable as error:
                raise BadCell(name, shows, "row.clock", str(error)) from None

        return moment

    def _shifted(self, read: MomentOf, unit: str, sign: int, amount: Text) -> MomentOf:
        """A duration that is not known makes the instant not known."""
        count = number_of(self._find, amount, self._empty, self._decimal)
        name = label(amount)

        def moment(cells: Cells, known: Moments) -> Moment | None:
            start = read(cells, known)
            by: Decimal | None = count(cells) if start is not None else None
            if start is None or by is None:
                return None
            try:
                return shift(start, unit, sign * float(by))
            except Unreadable as error:
                raise BadCell(name, by, "row.duration", str(error)) from None

        return moment


def _text_reader(spec: When, column: str) -> Callable[[str, tzinfo], Moment]:
    """A function that reads a text as the feed says its dates are written. It raises BadCell."""
    parse, tried = reader(spec.formats), " or ".join(spec.formats)

    def read(written: str, zone: tzinfo) -> Moment:
        try:
            found = parse(written)
            if found is None:
                raise Unreadable(_no_date(written, tried))
            if found.whole_day or (spec.midnight_is_date and not _has_time(found.at)):
                return whole(found.at.date(), zone)
            return Moment(place(found.at, found.offset or zone), zone)
        except Unreadable as error:
            raise BadCell(column, written, "row.date", str(error)) from None

    return read


def _remembering(read: Callable[[str, tzinfo], Moment]) -> Callable[[str, tzinfo], Moment]:
    """The same function with a memory for the last texts: the same days come again and again."""
    held: dict[tuple[str, tzinfo], Moment] = {}

    def remembered(written: str, zone: tzinfo) -> Moment:
        key = (written, zone)
        found = held.get(key)
        if found is None:
            if len(held) >= _REMEMBERED:
                held.clear()
            found = held[key] = read(written, zone)
        return found

    return remembered


def _known(name: str) -> MomentOf:
    def moment(cells: Cells, known: Moments) -> Moment | None:
        found: Moment | None = known[name]
        return found

    return moment


def _guarded(read: MomentOf, allowed: Test) -> MomentOf:
    return lambda cells, known: read(cells, known) if allowed(cells) else None


def _has_time(wall: datetime) -> bool:
    return bool(wall.hour or wall.minute or wall.second or wall.microsecond)


def _on_wall(cell: Cell, zone: tzinfo, midnight_is_date: bool, column: str) -> Moment:
    """A date or date with time that the file itself holds as such, as Excel does."""
    try:
        if not isinstance(cell, datetime):
            return whole(cell, zone)  # type: ignore[arg-type]
        if midnight_is_date and not _has_time(cell):
            return whole(cell.date(), zone)
        return Moment(place(cell, zone), zone)
    except Unreadable as error:
        raise BadCell(column, shown(cell), "row.date", str(error)) from None


def _no_date(written: str, tried: str) -> str:
    """What to do about a text that no format of the feed fits: name the preset that would."""
    for preset, meaning in _HINTS.items():
        try:
            fits = _hint_reader(preset)(written) is not None
        except Unreadable:
            fits = False
        if fits:
            return f"{written!r} is not a date as the feed says ({tried}). `dates: {preset}` would read it ({meaning})."
    return f"{written!r} is not a date as the feed says ({tried}). Add its format under `dates:`."


@lru_cache
def _hint_reader(preset: str) -> Reader:
    return reader([preset])


_HINTS = {
    "iso": "year first",
    "us": "month before day",
    "eu": "day before month",
    "words": "month in English words",
}
