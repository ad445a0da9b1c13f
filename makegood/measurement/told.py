"""What other systems tell of a customer: an answer on a scale, or something that they did. Pure, and light: doors load
it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec

from makegood.customers.rules import CustomerFact
from makegood.kernel.refusals import Refusal, invalid
from makegood.kernel.texts import is_text, nearest
from makegood.measurement.scales import RANGE, Deed, Scale

OURS = "makegood"
"""The source of what we asked ourselves; nobody else speaks under it."""
SOURCE_LIMIT, REFERENCE_LIMIT = 60, 200
_AMOUNT_LIMIT = Decimal(10) ** 12
_FIRST_YEAR = 1900


class ScoreTold(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An answer on a scale, named by `source` and `reference`. `case` is the number of the one after which was asked,
    as SR-1001 or 1001; instants are aware."""

    source: str
    reference: str
    customer: CustomerFact
    scale: str
    value: Decimal
    answered_at: datetime
    asked_at: datetime | None = None
    case: str = ""


class DeedTold(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that a customer did, named by `source` and `reference`. `amount` is in major units of `currency`
    (ISO 4217); `at` is aware."""

    source: str
    reference: str
    customer: CustomerFact
    deed: str
    at: datetime
    amount: Decimal | None = None
    currency: str = ""


def check_score(told: ScoreTold, *, horizon: datetime) -> None:
    """Refuse an answer that cannot be one; nothing was answered after `horizon` (aware UTC).

    Raises Refusal "score.bad_source", "score.bad_reference", "score.bad_scale", "score.bad_value",
    "score.bad_instant".
    """
    _check_name(told.source, told.reference, "score.bad_source", "score.bad_reference")
    if told.scale not in RANGE:
        raise invalid("score.bad_scale", _choice("scale", told.scale, tuple(Scale)), field="scale")
    least, most = RANGE[Scale(told.scale)]
    if not told.value.is_finite() or not least <= told.value <= most:
        words = f"{told.scale} goes from {least} to {most}, and this says {_cut(str(told.value))}."
        raise invalid("score.bad_value", words, field="value")
    _check_instant(told.answered_at, horizon, "score.bad_instant", "answered_at")
    if told.asked_at is not None:
        _check_instant(told.asked_at, horizon, "score.bad_instant", "asked_at")
        if told.asked_at > told.answered_at:
            raise invalid("score.bad_instant", "Nobody answers before they are asked: look at asked_at.")


def check_deed(told: DeedTold, *, horizon: datetime) -> None:
    """Refuse what nobody can have done.

    Raises Refusal "behaviour.bad_source", "behaviour.bad_reference", "behaviour.bad_deed", "behaviour.bad_amount",
    "behaviour.bad_currency", "behaviour.bad_instant".
    """
    _check_name(told.source, told.reference, "behaviour.bad_source", "behaviour.bad_reference")
    if told.deed not in tuple(Deed):
        raise invalid("behaviour.bad_deed", _choice("deed", told.deed, tuple(Deed)), field="deed")
    if told.amount is not None and not (told.amount.is_finite() and abs(told.amount) < _AMOUNT_LIMIT):
        raise invalid("behaviour.bad_amount", "Give an amount below a million million.", field="amount")
    if (told.amount is None) != (not told.currency):
        raise invalid(
            "behaviour.bad_currency", "An amount has a currency of three letters, and none stands without an amount.",
            field="currency",
        )  # fmt: skip
    if told.currency and not (len(told.currency) == 3 and told.currency.isascii() and told.currency.isupper()):
        raise invalid("behaviour.bad_currency", "Write a currency as three capital letters, such as EUR.")
    _check_instant(told.at, horizon, "behaviour.bad_instant", "at")


def case_number(text: str) -> int | None:
    """The number of a case as somebody wrote it; None for what is none."""
    digits = text.strip().upper().removeprefix("SR-")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None


def _check_name(source: str, reference: str, bad_source: str, bad_reference: str) -> None:
    if not source.strip() or len(source) > SOURCE_LIMIT or not is_text(source) or source == OURS:
        words = f"Name the system that says it, of at most {SOURCE_LIMIT} characters; “{OURS}” is our own name."
        raise invalid(bad_source, words, field="source")
    if not reference.strip() or len(reference) > REFERENCE_LIMIT or not is_text(reference):
        words = f"Give the name by which it is found again, of at most {REFERENCE_LIMIT} characters."
        raise invalid(bad_reference, words, field="reference")


def _check_instant(at: datetime, horizon: datetime, code: str, field: str) -> None:
    if at > horizon:
        raise Refusal(code, f"{field}: {at.isoformat()} lies in the future.", status=422, field=field)
    if at.year < _FIRST_YEAR:
        raise Refusal(code, f"{field}: a date lies after the year {_FIRST_YEAR}.", status=422, field=field)


def _choice(what: str, said: str, known: tuple[str, ...]) -> str:
    near = nearest(said, known)
    advice = f" Did you mean {near}?" if near else ""
    return f"There is no {what} {_cut(said)!r}: it is one of {', '.join(known)}.{advice}"


def _cut(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
