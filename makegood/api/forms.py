"""The parts that requests are made of, each read strictly and with an error that teaches."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated, Any

from ninja import Schema
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from makegood.kernel.refusals import invalid

EXAMPLE = "2026-11-23T17:00:00+00:00"
# Far enough for every promise, near enough that no sum of it and a time zone leaves the calendar.
FIRST_YEAR, LAST_YEAR = 1900, 2199
MOST_ATTRIBUTES, LONGEST_ATTRIBUTE, DEEPEST_ATTRIBUTE = 100, 10_000, 8
BIGGEST_ID = 2**63 - 1


def read_instant(value: Any) -> datetime:
    """An instant with its offset, in ISO 8601. Raises PydanticCustomError that shows how to write one."""
    if not isinstance(value, str):
        raise _bad_instant()
    try:
        instant = datetime.fromisoformat(value.strip())
    except ValueError:
        raise _bad_instant() from None
    if instant.tzinfo is None:
        raise PydanticCustomError("naive_instant", f"An instant needs its offset from UTC, such as {EXAMPLE}.")
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise PydanticCustomError("far_instant", f"An instant lies between {FIRST_YEAR} and {LAST_YEAR}.")
    return instant


def _bad_instant() -> PydanticCustomError:
    return PydanticCustomError("bad_instant", f"Write an instant with its offset from UTC, such as {EXAMPLE}.")


def _read_day(value: Any) -> date:
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        raise PydanticCustomError("bad_day", "Write a day as 2026-11-23.") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise PydanticCustomError("far_day", f"A day lies between {FIRST_YEAR} and {LAST_YEAR}.")
    return day


def attributes_fault(attributes: dict[str, Any]) -> str:
    """Why attributes cannot be kept: a sentence, or "" when they can."""
    if len(attributes) > MOST_ATTRIBUTES or any(len(name) > 100 for name in attributes):
        return f"There are at most {MOST_ATTRIBUTES} attributes, with names of up to 100 characters."
    if not all(_is_small(value, DEEPEST_ATTRIBUTE) for value in attributes.values()):
        return (
            f"An attribute is a text of up to {LONGEST_ATTRIBUTE} characters, a number, or a list or object"
            f" of such, nested at most {DEEPEST_ATTRIBUTE} deep."
        )
    return ""


def _is_small(value: Any, depth: int) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST_ATTRIBUTE
    if isinstance(value, dict | list):
        parts = [*value, *value.values()] if isinstance(value, dict) else value
        return depth > 0 and len(parts) <= LONGEST_ATTRIBUTE and all(_is_small(part, depth - 1) for part in parts)
    return True


def _check_attributes(attributes: dict[str, Any]) -> dict[str, Any]:
    if fault := attributes_fault(attributes):
        raise PydanticCustomError("bad_attributes", "{fault}", {"fault": fault})
    return attributes


def unknown_field(name: str, known: Collection[str]) -> str:
    """What to say of a field nobody knows."""
    close = get_close_matches(name, known, n=1)
    return f"There is no field {name[:60]!r}." + (f" Did you mean {close[0]!r}?" if close else "")


Instant = Annotated[datetime, BeforeValidator(read_instant)]
Day = Annotated[date, BeforeValidator(_read_day)]
Id = Annotated[int, Field(ge=1, le=BIGGEST_ID)]
Email = Annotated[str, Field(min_length=3, max_length=254)]
Text = Annotated[str, Field(max_length=5_000)]
Line = Annotated[str, Field(min_length=1, max_length=300)]
Money = Annotated[Decimal, Field(gt=Decimal(-(10**12)), lt=Decimal(10**12))]
Currency = Annotated[str, Field(pattern="^([A-Z]{3})?$")]
Attributes = Annotated[dict[str, Any], AfterValidator(_check_attributes)]
Limit = Annotated[int, Field(ge=1, le=200)]


def spelled(kind: type[StrEnum]) -> WithJsonSchema:
    """For one of several words, in the schema: all of them where it stands. Rooms have words of the same name for
    different things, and a schema holds one thing of each name."""
    return WithJsonSchema({"type": "string", "enum": [one.value for one in kind]})


class Named(Schema):
    """Somebody, by number and name."""

    id: int
    name: str


def named(number: int | None, name: str) -> dict[str, Any] | None:
    """Somebody as `Named`, or nobody."""
    return None if number is None else {"id": number, "name": name}


def refuse_unknown(given: Iterable[str], query: type[Schema]) -> None:
    """Refuse a parameter of an address that does not exist: a filter that is ignored gives a wrong answer.

    Raises Refusal "query.unknown".
    """
    for name in given:
        if name not in query.model_fields:
            raise invalid("query.unknown", unknown_field(name, query.model_fields.keys()), field=name[:60])


class Form(BaseModel):
    """A body; a field it does not know is refused, because it would be a mistake that nobody notices.

    No Schema of Ninja, which looks through everything it is given for what only rows of the database have.
    """

    model_config = ConfigDict(extra="forbid")
