"""Facts as they come over the wire: decoded in one go, and one by one only when something is wrong with one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from makegood.api.forms import EXAMPLE, FIRST_YEAR, LAST_YEAR, attributes_fault, unknown_field
from makegood.customers.rules import CustomerFact
from makegood.kernel.refusals import Refusal
from makegood.platform.http import NUL_ESCAPED, bad_json, holds_nul, not_storable
from makegood.promises.actions import FactReject
from makegood.promises.facts import Fact

MOST = 5_000

Instant = Annotated[datetime, Meta(tz=True)]
Currency = Annotated[str, Meta(pattern="^([A-Z]{3})?$")]


class WireCustomer(CustomerFact, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a fact says of a customer, with no field that we do not know."""


class WireFact(Fact, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A fact whose instants carry an offset and which has no field that we do not know."""

    customer: WireCustomer | None = None
    made_at: Instant | None = None
    due_at: Instant | None = None
    due_on: date | None = None
    forecast_at: Instant | None = None
    kept_at: Instant | None = None
    withdrawn_at: Instant | None = None
    observed_at: Instant | None = None
    currency: Currency = ""


_INSTANTS = ("made_at", "due_at", "forecast_at", "kept_at", "withdrawn_at", "observed_at")
_DATED = (*_INSTANTS, "due_on")
_dates = attrgetter(*_DATED)
_KNOWN = frozenset(WireFact.__struct_fields__)
_KNOWN_OF_CUSTOMER = frozenset(CustomerFact.__struct_fields__)

_many = msgspec.json.Decoder(list[WireFact])
_one = msgspec.json.Decoder(WireFact)
_pieces = msgspec.json.Decoder(list[msgspec.Raw])


@dataclass(frozen=True, slots=True)
class Wired:
    """A batch as read: the facts that can be taken, the place of each in the batch, and those that cannot."""

    facts: Sequence[Fact]
    places: Sequence[int]
    rejects: Sequence[FactReject]


def read_facts(body: bytes) -> Wired:
    """A batch: a JSON array, or NDJSON (one fact on each line).

    Raises Refusal "json.invalid", "json.not_storable" when it is neither, "facts.none", "facts.too_many".
    """
    text = body.strip()
    if not text:
        raise Refusal("facts.none", "Send facts: a JSON array of them, or one on each line.", status=422)
    is_array = text.startswith(b"[")
    try:
        read: list[WireFact] | None = _many.decode(text) if is_array else _one.decode_lines(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        read = None
    tried = list(_tried(text, is_array)) if read is None or NUL_ESCAPED in text else read
    if len(tried) > MOST:
        raise Refusal(
            "facts.too_many", f"A request holds at most {MOST:,} facts; this one holds {len(tried):,}.", status=413
        )
    return _sorted_out(tried)


def _tried(text: bytes, is_array: bool) -> Iterator[WireFact | Refusal]:
    """Every fact of a batch of which some cannot be read."""
    pieces = _array(text) if is_array else _lines(text)
    return (_try(piece) for piece in pieces)


def _array(text: bytes) -> list[bytes]:
    try:
        return [bytes(piece) for piece in _pieces.decode(text)]
    except msgspec.DecodeError:
        pass
    # The standard library lets pass what we reject item by item, such as halves of surrogate pairs.
    try:
        return [json.dumps(item, allow_nan=False).encode() for item in json.loads(text)]
    except ValueError:
        raise bad_json(text) from None


def _lines(text: bytes) -> list[bytes]:
    """Lines, or the one object over several lines that a person wrote by hand."""
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        return [text] if len(lines) > 1 and isinstance(json.loads(text), dict) else lines
    except ValueError:
        return lines


def _try(piece: bytes) -> WireFact | Refusal:
    try:
        fact = _one.decode(piece)
    except msgspec.ValidationError as fault:
        return _fault(str(fault))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Refusal("fact.bad_json", bad_json(piece, what="This fact").message)
    if NUL_ESCAPED in piece and holds_nul(msgspec.to_builtins(fact)):
        return Refusal("fact.bad_json", not_storable().message)
    return fact


def _sorted_out(tried: Sequence[WireFact | Refusal]) -> Wired:
    refused = {
        place: refusal
        for place, fact in enumerate(tried)
        if (refusal := fact if isinstance(fact, Refusal) else _problem(fact)) is not None
    }
    rejects = [FactReject(place, refusal.code, refusal.message) for place, refusal in refused.items()]
    places = [place for place in range(len(tried)) if place not in refused]
    return Wired([fact for fact in map(tried.__getitem__, places) if isinstance(fact, WireFact)], places, rejects)


def _problem(fact: WireFact) -> Refusal | None:
    """Why a fact that could be read cannot be kept, if it cannot."""
    for at in _dates(fact):
        if at is not None and not FIRST_YEAR <= at.year <= LAST_YEAR:
            name = _DATED[_dates(fact).index(at)]
            return Refusal("fact.far_instant", f"{name}: a date lies between the years {FIRST_YEAR} and {LAST_YEAR}.")
    if fact.attributes and (wrong := attributes_fault(fact.attributes)):
        return Refusal("fact.bad_attributes", wrong)
    return None


# What the decoder says, in our words

_AT = re.compile(r"(?P<what>.*?)(?: - at `\$\.?(?P<where>.*)`)?", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.*)`")


def _fault(said: str) -> Refusal:
    found = _AT.fullmatch(said)
    what, where = (found["what"], found["where"] or "") if found else (said, "")
    if unknown := _UNKNOWN.fullmatch(what):
        known = _KNOWN_OF_CUSTOMER if where else _KNOWN
        return Refusal("fact.unknown_field", unknown_field(unknown[1], set(known)))
    if absent := _MISSING.fullmatch(what):
        return Refusal("fact.missing_field", f"{_dotted(where, absent[1])} is missing.")
    if not where:
        return Refusal("fact.not_object", "A fact is a JSON object.")
    code, sentence = _TOLD.get(where, _OTHERWISE) if "timezone component" not in what else _NAIVE
    return Refusal(code, f"{where}: {sentence or what + '.'}")


def _dotted(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


_NAIVE = ("fact.naive_instant", f"an instant needs its offset from UTC, such as {EXAMPLE}.")
_OTHERWISE = ("fact.bad_value", "")
_TOLD: dict[str, tuple[str, str]] = {
    **dict.fromkeys(
        _INSTANTS, ("fact.bad_instant", f"write an instant with seconds and its offset from UTC, such as {EXAMPLE}.")
    ),
    "due_at": (
        "fact.bad_instant",
        f"write an instant with seconds and its offset from UTC, such as {EXAMPLE}; for a whole day send due_on.",
    ),
    "due_on": ("fact.bad_day", "write a day as 2026-11-23."),
    "amount": ("fact.bad_amount", "write a number, or a text that is one, such as 129.90."),
    "currency": ("fact.bad_currency", "write three capital letters, such as GBP."),
}


def fact_schema() -> dict[str, Any]:
    """The JSON schemas of a fact and its parts, by name, for the description of the API."""
    return msgspec.json.schema_components([WireFact], ref_template="#/components/schemas/{name}")[1]
