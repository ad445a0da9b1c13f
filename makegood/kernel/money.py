"""Amounts of money as people write and read them. Pure; currencies are ISO 4217 codes."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from makegood.kernel.refusals import invalid

_SYMBOLS = {"GBP": "£", "USD": "$", "EUR": "€"}
_CODES = {symbol: code for code, symbol in _SYMBOLS.items()}
_WHOLE = frozenset({"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"})
_THOUSANDTHS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})

_WRITTEN = re.compile(
    r"(?P<minus>[-−])?\s*(?P<before>[£$€]|[A-Za-z]{3})?\s*(?P<number>\d[\d.,’' ]*)\s*(?P<after>[£$€]|[A-Za-z]{3})?"
)
_GROUPED = re.compile(r"\d{1,3}(?:[,’' ]\d{3})+(?:\.\d+)?|\d{1,3}(?:[.’' ]\d{3})+,\d{1,2}")
_PLAIN = re.compile(r"\d+(?:\.\d+|,\d{1,2})?")
_MOST = Decimal(10) ** 12


def decimals(currency: str) -> int:
    """How many decimal places the smallest coin of `currency` has."""
    if currency in _WHOLE:
        return 0
    return 3 if currency in _THOUSANDTHS else 2


def format_money(amount: Decimal, currency: str) -> str:
    """An amount as the desk shows it: "£2,080", "£12.50", "−$5", "JPY 1,200"; rounded to the smallest coin."""
    places = decimals(currency)
    rounded = abs(amount).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    whole = rounded == rounded.to_integral_value()
    number = f"{rounded:,.0f}" if whole else f"{rounded:,f}"
    minus = "−" if amount < 0 and rounded else ""
    return f"{minus}{_SYMBOLS.get(currency) or currency + ' '}{number}"


def parse_money(text: str, *, currency: str) -> tuple[Decimal, str]:
    """Read "£12.50", "12,50 EUR" or "1,200" (then in `currency`) as an amount and its currency code.

    A comma before three digits groups thousands; before one or two it is a decimal comma.
    Raises Refusal("money.not_understood"), ("money.too_fine") or ("money.too_much").
    """
    found = _WRITTEN.fullmatch(text.strip())
    number = found["number"].strip() if found else ""
    if not found or (found["before"] and found["after"]):
        raise _not_understood(text)
    amount = _number(number, text)
    mark = found["before"] or found["after"] or currency
    code = _CODES.get(mark, mark.upper())
    # “1.200” may be one or twelve hundred, so places are counted as written, zeros too.
    if len(format(amount, "f").partition(".")[2]) > decimals(code):
        raise invalid(
            "money.too_fine",
            f"“{_cut(text)}” has more decimals than {code} has. Write thousands as in “1,200”.",
            field="amount",
        )
    if amount >= _MOST:
        raise invalid("money.too_much", f"“{_cut(text)}” is too much. Check the number of digits.", field="amount")
    return (-amount if found["minus"] else amount), code


def _number(number: str, text: str) -> Decimal:
    # Dot and comma change places from country to country: the last of the two, when both are there, is the decimal.
    if _GROUPED.fullmatch(number):
        comma_is_decimal = "," in number and re.search(r",\d{1,2}$", number) is not None
    elif _PLAIN.fullmatch(number):
        comma_is_decimal = "," in number
    else:
        raise _not_understood(text)
    grouping, point = (".", ",") if comma_is_decimal else (",", ".")
    for mark in (grouping, "’", "'", " "):
        number = number.replace(mark, "")
    return Decimal(number.replace(point, "."))


def _not_understood(text: str) -> Exception:
    return invalid(
        "money.not_understood",
        f"“{_cut(text)}” is not an amount of money. Write “12.50”, “£2,080” or “64 EUR”.",
        field="amount",
    )


def _cut(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
