"""The recurring parts of a feed file: texts, instants, conditions, maps, zones. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from makegood.intake.rules import dates
from makegood.intake.rules.moments import zone_named
from makegood.intake.rules.spec import Condition, Shift, Text, When
from makegood.kernel.nodes import Part
from makegood.kernel.refusals import Refusal

TAKES = ("first", "last", "min", "max", "max_of_all", "sum", "count")
UNITS = ("minutes", "hours", "days", "weeks", "weekdays", "seconds")
_ORIGINS = ("column", "const", "template", "first_of")
_TEXT = (*_ORIGINS, "map", "default", "empty", "only_when", "take")
_WHEN = (
    *_TEXT, "from", "clock", "date", "after", "plus", "minus", "dates", "time_zone", "midnight_is_date",
)  # fmt: skip
_CONDITION = ("column", "is", "is_not", "is_empty", "starts_with", "contains", "reason")


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a feed says once at its top for all of its fields."""

    formats: tuple[str, ...]
    zone: Text | None
    midnight_is_date: bool
    empty: frozenset[str]
    decimal: str
    maps: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def formats(part: Part) -> tuple[str, ...]:
    """Names of presets or formats, tried in order; each is checked here."""
    found = tuple(item.text() for item in part.items())
    if not found:
        raise part.wrong("name a preset (iso, us, eu, words, epoch, epoch_ms, excel) or a format.")
    for item in part.items():
        _check_format(item)
    return found


def _check_format(item: Part) -> None:
    known = (*dates.PRESETS, *dates.NUMBERED)
    if item.text() not in known and "%" not in item.text():
        item.word(known)
    try:
        dates.reader([item.text()])
    except Refusal as refusal:
        raise item.wrong(refusal.message) from None


def plain_map(part: Part) -> dict[str, str]:
    """A map from values of the file to values of ours."""
    return {key: value.text() for key, value in part.any_entries().items()}


def zone(part: Part, defaults: Defaults) -> Text:
    """A time zone: an IANA name, or where in the row it comes from. Names in maps are checked here."""
    if part.is_text():
        _check_zone(part, part.text())
        return Text(const=part.text())
    found = text(part, defaults)
    for name in {*(found.map or {}).values(), found.default, found.const or ""} - {""}:
        _check_zone(part, name)
    return found


def _check_zone(part: Part, name: str) -> None:
    try:
        zone_named(name)
    except dates.Unreadable as error:
        raise part.wrong(str(error)) from None


def conditions(part: Part) -> tuple[Condition, ...]:
    """One condition or a list of them."""
    return tuple(_condition(item) for item in part.items())


def _condition(part: Part) -> Condition:
    given = part.entries(_CONDITION)
    if "column" not in given or len(given) - ("reason" in given) < 2:
        raise part.wrong("a condition names a `column` and one of is, is_not, is_empty, starts_with, contains.")
    return Condition(
        column=given["column"].text(),
        is_any=_values(given, "is"),
        is_none=_values(given, "is_not"),
        is_empty=given["is_empty"].yes() if "is_empty" in given else None,
        starts_with=given["starts_with"].text() if "starts_with" in given else "",
        contains=given["contains"].text() if "contains" in given else "",
        reason=given["reason"].text() if "reason" in given else "",
    )


def _values(given: Mapping[str, Part], key: str) -> frozenset[str] | None:
    if key not in given:
        return None
    items = given[key].items() or [given[key]]
    return frozenset(item.text().strip().casefold() for item in items)


def text(part: Part, defaults: Defaults, *, attribute: bool = False) -> Text:
    """Where a text comes from. A single word is the name of a column."""
    if part.is_text():
        return Text(column=_column(part))
    given = part.entries((*_TEXT, "as") if attribute else _TEXT)
    found = _text_from(part, given, defaults)
    if "as" in given:
        found = replace(found, kind=given["as"].word(("text", "number", "instant")))
    return found


def _column(part: Part) -> str:
    name = part.text().strip()
    if not name:
        raise part.wrong("name a column.")
    return name


def _text_from(part: Part, given: Mapping[str, Part], defaults: Defaults) -> Text:
    origins = [key for key in _ORIGINS if key in given]
    counts = "take" in given and given["take"].text() == "count"
    if len(origins) != 1 and not (counts and not origins):
        raise part.wrong("say exactly one of column, const, template, first_of.")
    return Text(
        column=_column(given["column"]) if "column" in given else "",
        const=given["const"].text() if "const" in given else "1" if counts and not origins else None,
        template=given["template"].text() if "template" in given else "",
        first_of=tuple(text(item, defaults) for item in given["first_of"].items()) if "first_of" in given else (),
        map=_map(given["map"], defaults) if "map" in given else None,
        default=given["default"].text() if "default" in given else "",
        has_default="default" in given,
        empty=frozenset(item.text().strip() for item in given["empty"].items()) if "empty" in given else frozenset(),
        only_when=conditions(given["only_when"]) if "only_when" in given else (),
        take=given["take"].word(TAKES) if "take" in given else "",
    )


def _map(part: Part, defaults: Defaults) -> Mapping[str, str]:
    """A map written here, or the name of one under `maps`."""
    if not part.is_text():
        return plain_map(part)
    return defaults.maps[part.word(defaults.maps)]


def is_instant(part: Part) -> bool:
    """Whether an attribute says `as: instant`."""
    return not part.is_text() and "as" in (given := part.any_entries()) and given["as"].text() == "instant"


def when(part: Part, defaults: Defaults, known: tuple[str, ...], *, attribute: bool = False) -> When:
    """Where an instant comes from. A single word is the name of a column. `known` are the other instants."""
    if part.is_text():
        return _settled(When(text=Text(column=_column(part))), {}, defaults)
    given = part.entries((*_WHEN, "as") if attribute else _WHEN)
    found = _when_from(part, given, defaults, known)
    return replace(
        _settled(found, given, defaults),
        shifts=(*_shifts(given, "plus", 1, defaults), *_shifts(given, "minus", -1, defaults)),
        only_when=conditions(given["only_when"]) if "only_when" in given else (),
        take=given["take"].word(TAKES[:5]) if "take" in given else "",
    )


def _settled(found: When, given: Mapping[str, Part], defaults: Defaults) -> When:
    midnight = given["midnight_is_date"].yes() if "midnight_is_date" in given else defaults.midnight_is_date
    return replace(
        found,
        formats=formats(given["dates"]) if "dates" in given else defaults.formats,
        zone=zone(given["time_zone"], defaults) if "time_zone" in given else defaults.zone,
        midnight_is_date=midnight,
    )


def _when_from(part: Part, given: Mapping[str, Part], defaults: Defaults, known: tuple[str, ...]) -> When:
    if "from" in given:
        return When(base=_known(given["from"], known))
    if "clock" in given:
        return _clock(part, given, defaults, known)
    if "first_of" in given:
        return When(first_of=tuple(when(item, defaults, known) for item in given["first_of"].items()))
    bare = {key: value for key, value in given.items() if key in _TEXT and key not in ("only_when", "take")}
    return When(text=_text_from(part, bare, defaults))


def _clock(part: Part, given: Mapping[str, Part], defaults: Defaults, known: tuple[str, ...]) -> When:
    if ("date" in given) == ("after" in given):
        raise part.wrong("a clock needs either `date` (its day) or `after` (another instant of this feed).")
    return When(
        clock=text(given["clock"], defaults),
        day=text(given["date"], defaults) if "date" in given else None,
        after=_known(given["after"], known) if "after" in given else "",
    )


def _known(part: Part, known: tuple[str, ...]) -> str:
    return part.word(known)


def _shifts(given: Mapping[str, Part], key: str, sign: int, defaults: Defaults) -> list[Shift]:
    if key not in given:
        return []
    return [
        Shift(unit=unit, amount=_amount(part, defaults), sign=sign) for unit, part in given[key].entries(UNITS).items()
    ]


def _amount(part: Part, defaults: Defaults) -> Text:
    """A number, or where in the row it comes from."""
    if part.is_text():
        try:
            float(part.text())
        except ValueError:
            return Text(column=_column(part))
        return Text(const=part.text())
    return text(part, defaults)
