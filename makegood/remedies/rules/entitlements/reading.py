"""Facts as they are given, in text or as values, made what the policy says they are. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from makegood.kernel.calendars import local_instant
from makegood.kernel.money import format_money, parse_money
from makegood.kernel.phrases import read_span
from makegood.kernel.refusals import Refusal, invalid
from makegood.kernel.texts import nearest
from makegood.remedies.rules.entitlements import words
from makegood.remedies.rules.entitlements.spec import FactKind, FactSpec

Occasion = tuple[datetime, datetime]
"""When something began and ended; the same instant twice when its end is not told."""
Value = datetime | date | timedelta | Decimal | str | bool | tuple[Occasion, ...] | tuple[str, ...]

UNITS = {"minutes": 60, "hours": 3600, "days": 86400}
_YES = frozenset({"yes", "true", "1"})
_NO = frozenset({"no", "false", "0"})
_BARE = re.compile(r"-?\d+(\.\d+)?")
_MOST = Decimal(10) ** 9
# Far enough for any event, near enough that a deadline after it is still a date.
_YEARS = range(1900, 2200)

HOW = {
    FactKind.INSTANT: "an instant such as 2026-01-05T10:00 (local time unless an offset is given)",
    FactKind.DATE: "a date such as 2026-01-05",
    FactKind.DURATION: "a length of time such as “50 h” or “3 h 30 min”",
    FactKind.NUMBER: "a number",
    FactKind.MONEY: "an amount of money such as 45.50",
    FactKind.CHOICE: "one of its words",
    FactKind.YES_NO: "yes or no",
    FactKind.OCCASIONS: "occasions with begin and end, such as 2026-01-03T08:00/2026-01-03T10:00, 2026-01-20T07:00",
    FactKind.WORDS: "words with commas between them",
    FactKind.TEXT: "any text",
}


class Context(NamedTuple):
    """By whose clock instants are read, and in which currency amounts are."""

    zone: ZoneInfo
    currency: str


def how(spec: FactSpec) -> str:
    """How a fact is written: "a length of time such as “50 h”, or a number of hours"."""
    if spec.kind is FactKind.CHOICE:
        return words.listed(spec.choices, "or")
    if spec.kind is FactKind.DURATION:
        return f"{HOW[spec.kind]}, or a number of {spec.unit}"
    return f"{HOW[spec.kind]} of {spec.unit}" if spec.unit else HOW[spec.kind]


def read(spec: FactSpec, given: object, context: Context) -> Value:
    """The fact's value. Raises Refusal("policy.fact_wrong") with how it is written."""
    try:
        return _READERS[spec.kind](spec, given, context)
    except (ValueError, TypeError, ArithmeticError, Refusal):
        raise invalid(
            "policy.fact_wrong",
            f"“{_cut(given)}” is not {spec.label} ({spec.says}). Give {how(spec)}.{_meant(spec, given)}",
            field=spec.name,
        ) from None


def tell(spec: FactSpec, value: Value, context: Context) -> str:
    """The value in words, for the explanation."""
    if isinstance(value, datetime):
        return words.moment(value, context.zone)
    if isinstance(value, date):
        return words.day(value)
    if isinstance(value, timedelta):
        return words.span(value, spec.unit)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return format_money(value, context.currency) if spec.kind is FactKind.MONEY else _number(spec, value)
    if isinstance(value, tuple):
        return _several(value, context)
    return value.replace("_", " ") if spec.kind is FactKind.CHOICE else value


def _number(spec: FactSpec, value: Decimal) -> str:
    unit = spec.unit.removesuffix("s") if value == 1 else spec.unit
    return f"{words.plain(value)} {unit}".strip()


def _several(value: tuple[Occasion, ...] | tuple[str, ...], context: Context) -> str:
    told = [one if isinstance(one, str) else words.moment(one[0], context.zone) for one in value]
    return words.listed(told) if told else "none"


def measure(value: Decimal | timedelta) -> Decimal:
    """What is measured as one number: a length of time in seconds, else the number itself."""
    if isinstance(value, Decimal):
        return value
    return Decimal(value // timedelta.resolution) / 1_000_000


def in_unit(spec: FactSpec, number: Decimal) -> Decimal:
    """A bare number, which is in the fact's own unit, as `measure` has it."""
    return number * UNITS[spec.unit] if spec.kind is FactKind.DURATION else number


def tell_measure(spec: FactSpec, number: Decimal, context: Context) -> str:
    """What `measure` gives, in words."""
    return tell(spec, _length_of(number) if spec.kind is FactKind.DURATION else number, context)


def _length_of(seconds: Decimal) -> timedelta:
    return timedelta(microseconds=int(seconds * 1_000_000))


def length(text: str) -> timedelta | None:
    """A length of time in words, "3 h 30 min" or "2 days"; None when it is none."""
    found = read_span(" ".join(text.lower().split()))
    if found is None or found.kind not in ("time", "days"):
        return None
    return timedelta(seconds=found.number) if found.kind == "time" else timedelta(days=found.number)


def _instant(spec: FactSpec, given: object, context: Context) -> Value:
    return _moment(given, context)


def _moment(given: object, context: Context) -> datetime:
    at = given if isinstance(given, datetime) else datetime.fromisoformat(_text(given))
    if at.year not in _YEARS:
        raise ValueError(given)
    if at.tzinfo is None:
        # A clock time that the clocks skip or repeat is read as the calendar reads it.
        whole = local_instant(context.zone, at.date(), at.hour * 60 + at.minute)
        return whole + timedelta(seconds=at.second, microseconds=at.microsecond)
    return at.astimezone(UTC)


def _date(spec: FactSpec, given: object, context: Context) -> Value:
    if isinstance(given, datetime):
        given = given.astimezone(context.zone).date() if given.tzinfo else given.date()
    on = given if isinstance(given, date) else date.fromisoformat(_text(given))
    if on.year not in _YEARS:
        raise ValueError(given)
    return on


def _duration(spec: FactSpec, given: object, context: Context) -> Value:
    if isinstance(given, timedelta):
        return given
    if isinstance(given, str) and not _BARE.fullmatch(given.strip()):
        found = length(given)
        if found is None:
            raise ValueError(given)
        return found
    return _length_of(in_unit(spec, _decimal(given)))


def _plain_number(spec: FactSpec, given: object, context: Context) -> Value:
    text = given.strip() if isinstance(given, str) else given
    if isinstance(text, str) and spec.unit:
        text = text.removesuffix(spec.unit).removesuffix(spec.unit.removesuffix("s")).strip()
    return _decimal(text)


def _decimal(given: object) -> Decimal:
    if isinstance(given, bool) or not isinstance(given, str | int | float | Decimal):
        raise TypeError(given)
    # Through its text, so that 0.1 is a tenth.
    number = Decimal(str(given).strip().replace(",", ""))
    if not number.is_finite() or abs(number) >= _MOST:
        raise ValueError(given)
    return number


def _money(spec: FactSpec, given: object, context: Context) -> Value:
    amount, currency = parse_money(str(given), currency=context.currency) if isinstance(given, str) else (None, "")
    if amount is None:
        amount, currency = _decimal(given), context.currency
    if currency != context.currency or amount < 0 or amount >= _MOST:
        raise ValueError(given)
    return amount


def _choice(spec: FactSpec, given: object, context: Context) -> Value:
    word = _text(given).strip().lower().replace(" ", "_").replace("-", "_")
    if word not in spec.choices:
        raise ValueError(given)
    return word


def _yes_no(spec: FactSpec, given: object, context: Context) -> Value:
    word = ("yes" if given else "no") if isinstance(given, bool) else _text(given).strip().lower()
    if word not in _YES | _NO:
        raise ValueError(given)
    return word in _YES


def _occasions(spec: FactSpec, given: object, context: Context) -> Value:
    return tuple(sorted(_occasion(one, context) for one in _items(given)))


def _occasion(one: object, context: Context) -> Occasion:
    begins, slash, ends = one.partition("/") if isinstance(one, str) else ("", "", "")
    if isinstance(one, tuple | list):
        first, last = (_moment(part, context) for part in one)
    else:
        first = _moment(begins.strip() if isinstance(one, str) else one, context)
        last = _moment(ends.strip(), context) if slash else first
    if last < first:
        raise ValueError(one)
    return first, last


def _words(spec: FactSpec, given: object, context: Context) -> Value:
    return tuple(sorted({_text(one).strip() for one in _items(given)} - {""}))


def _items(given: object) -> Sequence[object]:
    if isinstance(given, str):
        return [part for part in given.split(",") if part.strip()]
    if isinstance(given, Sequence):
        return given
    raise TypeError(given)


def _free(spec: FactSpec, given: object, context: Context) -> Value:
    return _text(given).strip() if isinstance(given, str) else str(given)


def _text(given: object) -> str:
    if not isinstance(given, str):
        raise TypeError(given)
    return given.strip()


def _meant(spec: FactSpec, given: object) -> str:
    near = nearest(str(given).replace(" ", "_"), spec.choices) if spec.choices else None
    return f" Did you mean {near}?" if near else ""


def _cut(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:39] + "…"


_READERS: dict[FactKind, Callable[[FactSpec, object, Context], Value]] = {
    FactKind.INSTANT: _instant,
    FactKind.DATE: _date,
    FactKind.DURATION: _duration,
    FactKind.NUMBER: _plain_number,
    FactKind.MONEY: _money,
    FactKind.CHOICE: _choice,
    FactKind.YES_NO: _yes_no,
    FactKind.OCCASIONS: _occasions,
    FactKind.WORDS: _words,
    FactKind.TEXT: _free,
}
