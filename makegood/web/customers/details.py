"""The quieter facts of a customer, in words, and how forms write them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from makegood.customers.queries import CustomerFacts
from makegood.kernel.money import format_money
from makegood.kernel.refusals import invalid
from makegood.web.tables import Choice

FIELDS = (
    "name", "key", "language", "time_zone", "preferred_channel", "cadence_minutes", "in_peace", "value", "currency",
)  # fmt: skip


def channels() -> list[Choice]:
    """The ways to reach somebody."""
    return [
        Choice("email", _("E-mail")), Choice("phone", _("Phone")), Choice("sms", _("Text message")),
        Choice("chat", _("Chat")), Choice("post", _("Post")),
    ]  # fmt: skip


def peace() -> list[Choice]:
    """Whether they asked us not to write first."""
    return [Choice(_PEACE, _("Only about what is open, as they asked"))]


def details_of(found: CustomerFacts) -> list[tuple[str, str]]:
    """What is known beside the name, what is not known left out."""
    channel = {choice.key: choice.name for choice in channels()}.get(found.preferred_channel, "")
    every = _("every {} min").format(found.cadence_minutes) if found.cadence_minutes else ""
    value = format_money(found.value, found.currency) if found.value is not None else ""
    pairs = [
        (_("Number"), ", ".join(found.keys)),
        (_("Also called"), ", ".join(found.other_names)),
        (_("Likes to be reached by"), channel),
        (_("Wants to hear from us"), every),
        (_("Written to"), _("only about what is open, as they asked") if found.in_peace else ""),
        (_("Language"), found.language),
        (_("Time zone"), found.time_zone),
        (_("Worth a year"), value),
    ]
    return [(label, text) for label, text in pairs if text]


def values_of(found: CustomerFacts) -> dict[str, Any]:
    """What the form about a customer starts with."""
    return {field: getattr(found, field) for field in FIELDS} | {"in_peace": _PEACE if found.in_peace else ""}


def changes(typed: QueryDict, found: CustomerFacts) -> Mapping[str, Any]:
    """What a form says otherwise than is known. Raises Refusal naming the field that cannot be read."""
    read = {field: typed.get(field, "").strip() for field in FIELDS if field in typed}
    parsed: dict[str, Any] = {field: _READERS.get(field, str)(text) for field, text in read.items()}
    return {field: value for field, value in parsed.items() if value != getattr(found, field)}


def _minutes(text: str) -> int | None:
    if text and not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise invalid(
            "customer.bad_cadence", _("Give how often in whole minutes, such as 120."), field="cadence_minutes"
        )
    return int(text) if text else None


def _value(text: str) -> Decimal | None:
    try:
        return Decimal(text.replace(",", "")) if text else None
    except InvalidOperation:
        raise invalid("customer.bad_value", _("Give the value as a number, such as 1200."), field="value") from None


_PEACE = "yes"
_READERS: dict[str, Any] = {
    "cadence_minutes": _minutes,
    "in_peace": lambda text: text == _PEACE,
    "value": _value,
    "key": lambda text: text or None,
}
