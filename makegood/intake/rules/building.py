"""The values of one promise, by field, into a fact that the ledger accepts. Pure."""

from __future__ import annotations

import re
import unicodedata
import zlib
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from makegood.customers.rules import CustomerFact
from makegood.intake.rules.moments import Moment
from makegood.intake.rules.rows import BadCell
from makegood.intake.rules.spec import Feed
from makegood.intake.rules.texts import json_number, label
from makegood.measurement.told import DeedTold, ScoreTold
from makegood.promises.facts import Fact

Values = dict[str, Any]
LONGEST_REFERENCE = 200
LONGEST_TITLE = 300
LONGEST_SLUG = 40
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_NO_WORD = re.compile(r"[^a-z0-9]+")


def fact(feed: Feed, values: Values) -> Fact:
    """The fact. A promise due on a day is due on its last microsecond; other days count from their start.

    Raises BadCell for a reference or a currency that cannot be one.
    """
    due: Moment | None = values.get("due_at")
    return Fact(
        source=feed.source,
        reference=_reference(feed, values["reference"]),
        customer=_customer(feed, values),
        kind=slug(values.get("kind", "")),
        title=_short(values.get("title", "")),
        made_at=_start(values.get("made_at")),
        due_at=None if due is None else due.end(),
        due_on=None if due is None else due.day,
        forecast_at=_end(values.get("forecast_at")),
        kept_at=_start(values.get("kept_at")),
        withdrawn_at=_start(values.get("withdrawn_at")),
        amount=values.get("amount"),
        currency=_currency(feed, values.get("currency", "")),
        attributes=_attributes(values),
        observed_at=_start(values.get("observed_at")),
    )


def score(feed: Feed, values: Values) -> ScoreTold:
    """The answer on a scale. One given on a day counts from its start. Raises BadCell where something is empty."""
    answered = _needed(feed, values, "answered_at")
    return ScoreTold(
        source=feed.source,
        reference=_reference(feed, values["reference"]),
        customer=_known_customer(feed, values),
        scale=_needed(feed, values, "scale").lower(),
        value=_needed(feed, values, "value"),
        answered_at=answered.at,
        asked_at=_start(values.get("asked_at")),
        case=values.get("case", ""),
    )


def deed(feed: Feed, values: Values) -> DeedTold:
    """What a customer did. Raises BadCell where something is empty."""
    amount = values.get("amount")
    return DeedTold(
        source=feed.source,
        reference=_reference(feed, values["reference"]),
        customer=_known_customer(feed, values),
        deed=_needed(feed, values, "deed").lower(),
        at=_needed(feed, values, "at").at,
        amount=amount,
        currency="" if amount is None else _currency(feed, values.get("currency", "")),
    )


def _needed(feed: Feed, values: Values, name: str) -> Any:
    value = values[name]
    if value is None or value == "":
        where = label(feed.texts[name]) if name in feed.texts else name
        raise BadCell(where, "", "row.empty", f"{where} is empty, and nothing can be said without it.")
    return value


def _known_customer(feed: Feed, values: Values) -> CustomerFact:
    customer = _customer(feed, values)
    assert customer is not None  # noqa: S101 - such a feed names a customer
    return customer


@lru_cache(maxsize=4096)
def slug(name: str) -> str:
    """The short form of a promise kind's name: "Street Lights" is street-lights. A short form stays as it is."""
    if not name or _SLUG.fullmatch(name):
        return name
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = _NO_WORD.sub("-", plain.replace("'", "")).strip("-")
    if len(words) * 2 > len(name) and len(words) <= LONGEST_SLUG:
        return words
    # Too long, or of another script: what is left of it is made unique by what was lost.
    mark = f"{zlib.crc32(name.encode()):08x}"
    return f"{words[: LONGEST_SLUG - len(mark) - 1].strip('-') or 'kind'}-{mark}"


def _reference(feed: Feed, reference: str) -> str:
    if not reference:
        name = label(feed.texts["reference"])
        empty = f"Not every column of {name} is filled" if "{" in name else f"{name} is empty"
        raise BadCell(name, "", "row.no_reference", f"{empty}, so it could not be found again.")
    if len(reference) > LONGEST_REFERENCE:
        raise BadCell(
            label(feed.texts["reference"]), reference, "row.reference_too_long",
            f"A reference has at most {LONGEST_REFERENCE} characters; this one has {len(reference)}.",
        )  # fmt: skip
    return reference


def _short(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"


def _currency(feed: Feed, currency: str) -> str:
    if not currency or (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        return currency.upper()
    reason = f"{currency!r} is not a currency code of three letters such as EUR. Use `map:` to name them."
    raise BadCell(label(feed.texts["currency"]), currency, "row.currency", reason)


def _start(moment: Moment | None) -> datetime | None:
    return None if moment is None else moment.at


def _end(moment: Moment | None) -> datetime | None:
    return None if moment is None else moment.end()


def _customer(feed: Feed, values: Values) -> CustomerFact | None:
    if "customer.key" not in feed.texts:
        return None
    key = values["customer.key"]
    if not key:
        name = label(feed.texts["customer.key"])
        reason = (
            f"{name} is empty, so it is not known whose this is. Give customer.key a second choice under `first_of`."
        )
        raise BadCell(name, "", "row.no_customer", reason)
    return CustomerFact(
        key=key,
        name=values.get("customer.name", ""),
        email=values.get("customer.email", ""),
        phone=values.get("customer.phone", ""),
        language=values.get("customer.language", ""),
        timezone=values.get("customer.timezone", ""),
        value=values.get("customer.value"),
    )


def _attributes(values: Values) -> dict[str, Any]:
    return {
        name[11:]: value if type(value) is str else _plain(value)
        for name, value in values.items()
        if name[:11] == "attributes." and value is not None and value != ""
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return json_number(value)
    if isinstance(value, Moment):
        return (value.day or value.at).isoformat()
    return value
