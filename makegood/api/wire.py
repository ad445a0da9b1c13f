"""Batches as they come over the wire: decoded in one go, and one by one only when something is wrong with one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

import msgspec
from msgspec import Meta

from makegood.api.forms import EXAMPLE, FIRST_YEAR, LAST_YEAR, attributes_fault, unknown_field
from makegood.customers.rules import CustomerFact
from makegood.kernel.refusals import Refusal
from makegood.measurement.told import DeedTold, ScoreTold
from makegood.platform.http import NUL_ESCAPED, bad_json, holds_nul, not_storable
from makegood.promises.actions import FactReject
from makegood.promises.facts import Fact

MOST, MOST_HEARD = 5_000, 1_000

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


class WireScore(ScoreTold, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An answer on a scale whose instants carry an offset and which has no field that we do not know."""

    customer: WireCustomer
    answered_at: Instant
    asked_at: Instant | None = None


class WireDeed(DeedTold, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a customer did, likewise."""

    customer: WireCustomer
    at: Instant
    currency: Currency = ""


Item = TypeVar("Item", bound=msgspec.Struct)
_pieces = msgspec.json.Decoder(list[msgspec.Raw])
_KNOWN_OF_CUSTOMER = frozenset(CustomerFact.__struct_fields__)


@dataclass(frozen=True, slots=True)
class Wired(Generic[Item]):
    """A batch as read: what can be taken, the place of each in the batch, and what cannot be."""

    items: Sequence[Item]
    places: Sequence[int]
    rejects: Sequence[FactReject]

    def all_rejects(self, later: Sequence[FactReject]) -> list[FactReject]:
        """These and those of `items` that were not taken, in the order in which they were sent."""
        placed = (FactReject(self.places[one.index], one.code, one.message) for one in later)
        return sorted([*self.rejects, *placed], key=lambda reject: reject.index)


class Codes(NamedTuple):
    """The codes by which a batch, or one thing in it, is refused; `told` says for single fields what to write."""

    none: str
    too_many: str
    bad_json: str
    unknown_field: str
    missing_field: str
    not_object: str
    far_instant: str
    naive_instant: str
    bad_value: str
    told: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Reader(Generic[Item]):
    """How a batch of one sort is read: `what` one is called, and at most how many of them there are."""

    kind: type[Item]
    what: str
    most: int
    codes: Codes
    dated: tuple[str, ...]
    check: Callable[[Item], Refusal | None] = lambda item: None

    def read(self, body: bytes) -> Wired[Item]:
        """A batch: a JSON array, or NDJSON (one on each line).

        Raises Refusal "json.invalid", "json.not_storable" when it is neither, and those for none and for too many.
        """
        text = body.strip()
        if not text:
            raise Refusal(self.codes.none, f"Send {self.what}s: a JSON array, or one on each line.", status=422)
        is_array = text.startswith(b"[")
        try:
            read: list[Item] | None = self._many.decode(text) if is_array else self._one.decode_lines(text)
        except (msgspec.DecodeError, UnicodeDecodeError):
            read = None
        tried = list(self._tried(text, is_array)) if read is None or NUL_ESCAPED in text else read
        if len(tried) > self.most:
            words = f"A request holds at most {self.most:,} {self.what}s; this one holds {len(tried):,}."
            raise Refusal(self.codes.too_many, words, status=413)
        return self._sorted_out(tried)

    @cached_property
    def _one(self) -> msgspec.json.Decoder[Item]:
        return msgspec.json.Decoder(self.kind)

    @cached_property
    def _many(self) -> msgspec.json.Decoder[list[Item]]:
        return msgspec.json.Decoder(list[self.kind])  # type: ignore[name-defined]

    def _tried(self, text: bytes, is_array: bool) -> Iterator[Item | Refusal]:
        """Everything of a batch of which some cannot be read."""
        return (self._try(piece) for piece in (_array(text) if is_array else _lines(text)))

    def _try(self, piece: bytes) -> Item | Refusal:
        try:
            item = self._one.decode(piece)
        except msgspec.ValidationError as fault:
            return self._fault(str(fault))
        except (msgspec.DecodeError, UnicodeDecodeError):
            return Refusal(self.codes.bad_json, bad_json(piece, what=f"This {self.what}").message)
        if NUL_ESCAPED in piece and holds_nul(msgspec.to_builtins(item)):
            return Refusal(self.codes.bad_json, not_storable().message)
        return item

    def _sorted_out(self, tried: Sequence[Item | Refusal]) -> Wired[Item]:
        refused = {
            place: refusal
            for place, item in enumerate(tried)
            if (refusal := item if isinstance(item, Refusal) else self._problem(item)) is not None
        }
        rejects = [FactReject(place, refusal.code, refusal.message) for place, refusal in refused.items()]
        places = [place for place in range(len(tried)) if place not in refused]
        items = [item for item in map(tried.__getitem__, places) if not isinstance(item, Refusal)]
        return Wired(items, places, rejects)

    def _problem(self, item: Item) -> Refusal | None:
        """Why one that could be read cannot be kept, if it cannot."""
        for name in self.dated:
            at = getattr(item, name)
            if at is not None and not FIRST_YEAR <= at.year <= LAST_YEAR:
                words = f"{name}: a date lies between the years {FIRST_YEAR} and {LAST_YEAR}."
                return Refusal(self.codes.far_instant, words)
        return self.check(item)

    def _fault(self, said: str) -> Refusal:
        """What the decoder says, in our words."""
        codes = self.codes
        found = _AT.fullmatch(said)
        what, where = (found["what"], found["where"] or "") if found else (said, "")
        if unknown := _UNKNOWN.fullmatch(what):
            known = _KNOWN_OF_CUSTOMER if where else frozenset(self.kind.__struct_fields__)
            return Refusal(codes.unknown_field, unknown_field(unknown[1], set(known)))
        if absent := _MISSING.fullmatch(what):
            return Refusal(codes.missing_field, f"{_dotted(where, absent[1])} is missing.")
        if not where:
            return Refusal(codes.not_object, f"A {self.what} is a JSON object.")
        otherwise = (codes.bad_value, "")
        naive = (codes.naive_instant, f"an instant needs its offset from UTC, such as {EXAMPLE}.")
        code, sentence = codes.told.get(where, otherwise) if "timezone component" not in what else naive
        return Refusal(code, f"{where}: {sentence or what + '.'}")


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


_AT = re.compile(r"(?P<what>.*?)(?: - at `\$\.?(?P<where>.*)`)?", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.*)`")


def _dotted(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _attributes_problem(fact: WireFact) -> Refusal | None:
    if fact.attributes and (wrong := attributes_fault(fact.attributes)):
        return Refusal("fact.bad_attributes", wrong)
    return None


_INSTANTS = ("made_at", "due_at", "forecast_at", "kept_at", "withdrawn_at", "observed_at")
_AN_INSTANT = f"write an instant with seconds and its offset from UTC, such as {EXAMPLE}"
FACTS = Reader(
    WireFact, "fact", MOST,
    Codes(
        "facts.none", "facts.too_many", "fact.bad_json", "fact.unknown_field", "fact.missing_field",
        "fact.not_object", "fact.far_instant", "fact.naive_instant", "fact.bad_value",
        {
            **dict.fromkeys(_INSTANTS, ("fact.bad_instant", f"{_AN_INSTANT}.")),
            "due_at": ("fact.bad_instant", f"{_AN_INSTANT}; for a whole day send due_on."),
            "due_on": ("fact.bad_day", "write a day as 2026-11-23."),
            "amount": ("fact.bad_amount", "write a number, or a text that is one, such as 129.90."),
            "currency": ("fact.bad_currency", "write three capital letters, such as GBP."),
        },
    ),
    (*_INSTANTS, "due_on"), _attributes_problem,
)  # fmt: skip
SCORES = Reader(
    WireScore, "score", MOST_HEARD,
    Codes(
        "scores.none", "scores.too_many", "score.bad_json", "score.unknown_field", "score.missing_field",
        "score.not_object", "score.bad_instant", "score.bad_instant", "score.bad_value",
        dict.fromkeys(("answered_at", "asked_at"), ("score.bad_instant", f"{_AN_INSTANT}.")),
    ),
    ("answered_at", "asked_at"),
)  # fmt: skip
BEHAVIOUR = Reader(
    WireDeed, "deed", MOST_HEARD,
    Codes(
        "behaviour.none", "behaviour.too_many", "behaviour.bad_json", "behaviour.unknown_field",
        "behaviour.missing_field", "behaviour.not_object", "behaviour.bad_instant", "behaviour.bad_instant",
        "behaviour.bad_value",
        {
            "at": ("behaviour.bad_instant", f"{_AN_INSTANT}."),
            "amount": ("behaviour.bad_amount", "write a number, or a text that is one, such as 129.90."),
            "currency": ("behaviour.bad_currency", "write three capital letters, such as GBP."),
        },
    ),
    ("at",),
)  # fmt: skip


def wire_schemas() -> dict[str, Any]:
    """The JSON schemas of what comes in batches and its parts, by name, for the description of the API."""
    kinds = [WireFact, WireScore, WireDeed]
    return msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")[1]
