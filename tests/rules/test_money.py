"""Money is read the way people write it, and shown the way they read it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makegood.kernel.money import decimals, format_money, parse_money
from makegood.kernel.refusals import Refusal


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("2080", "GBP", "£2,080"),
        ("2080.00", "GBP", "£2,080"),
        ("12.5", "GBP", "£12.50"),
        ("1075", "USD", "$1,075"),
        ("64", "EUR", "€64"),
        ("1200", "JPY", "JPY 1,200"),
        ("1200.6", "JPY", "JPY 1,201"),
        ("1.5", "KWD", "KWD 1.500"),
        ("0", "EUR", "€0"),
        ("-12.5", "GBP", "−£12.50"),
        ("-0.001", "GBP", "£0"),
        ("0.005", "USD", "$0.01"),
        ("1234567.89", "CHF", "CHF 1,234,567.89"),
    ],
)
def test_shown(amount: str, currency: str, shown: str) -> None:
    assert format_money(Decimal(amount), currency) == shown


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("12.50", "12.50", "GBP"),
        ("£2,080", "2080", "GBP"),
        ("$1,075", "1075", "USD"),
        ("64 EUR", "64", "EUR"),
        ("64€", "64", "EUR"),
        ("eur 12,50", "12.50", "EUR"),
        ("1.200,50 €", "1200.50", "EUR"),
        ("1'200.50 CHF", "1200.50", "CHF"),
        ("1 200 SEK", "1200", "SEK"),
        ("1,200", "1200", "GBP"),
        ("JPY 1,200", "1200", "JPY"),
        ("-5", "-5", "GBP"),
        ("1,234,567.89", "1234567.89", "GBP"),
    ],
)
def test_read(text: str, amount: str, currency: str) -> None:
    assert parse_money(text, currency="GBP") == (Decimal(amount), currency)


@pytest.mark.parametrize(
    "text", ["", "a lot", "£", "12.50.3", "1,2,3", "£5 EUR", "12 345 6", "NaN", "1e5", "٣,,", "1.200", "9" * 13]
)
def test_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_money(text, currency="GBP")
    assert refused.value.status == 422
    assert refused.value.code.startswith("money.")


@given(
    st.decimals(min_value=-(10**9), max_value=10**9, places=3),
    st.sampled_from(["GBP", "USD", "EUR", "JPY", "KWD", "CHF"]),
)
def test_what_is_shown_reads_back(amount: Decimal, currency: str) -> None:
    read, code = parse_money(format_money(amount, currency), currency="XXX")
    assert code == currency
    assert abs(read - amount) <= Decimal(1).scaleb(-decimals(currency)) / 2


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse_money(text, currency="GBP")
    except Refusal as refused:
        assert refused.code.startswith("money.")  # noqa: PT017
