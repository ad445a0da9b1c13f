"""Reading what is said of a customer, and the words by which they are found."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makegood.customers.rules import (
    CADENCE_LIMIT,
    CustomerFact,
    Search,
    fingerprint,
    join,
    phone_digits,
    read_cadence,
    read_contact,
    read_currency,
    read_email,
    read_fact,
    read_key,
    read_language,
    read_name,
    read_phone,
    read_search,
    read_time_zone,
    read_value,
    says_more,
    words_of,
)
from makegood.kernel.refusals import Refusal
from makegood.kernel.texts import fold, is_text, one_line


@pytest.mark.parametrize(
    ("read", "wrong", "code", "field"),
    [
        (read_key, " ", "customer.bad_key", "key"),
        (read_key, "k" * 201, "customer.bad_key", "key"),
        (read_name, "A\x00", "customer.bad_name", "name"),
        (read_name, "\ud800", "customer.bad_name", "name"),
        (read_email, "ana@", "customer.bad_email", "email"),
        (read_email, "ana@localhost", "customer.bad_email", "email"),
        (read_email, "ana@a.example, bo@b.example", "customer.bad_email", "email"),
        (read_email, "a" * 250 + "@b.example", "customer.bad_email", "email"),
        (read_phone, "call me", "customer.bad_phone", "phone"),
        (read_phone, "1234", "customer.bad_phone", "phone"),
        (read_phone, "1" * 21, "customer.bad_phone", "phone"),
        (read_language, "English!", "customer.bad_language", "language"),
        (read_language, "en-GB-oxendict", "customer.bad_language", "language"),
        (read_time_zone, "Mars/Olympus", "calendar.unknown_zone", "time_zone"),
        (read_currency, "POUND", "customer.bad_currency", "currency"),
        (read_value, Decimal("NaN"), "customer.bad_value", "value"),
        (read_value, Decimal("1e12"), "customer.bad_value", "value"),
        (read_cadence, 0, "customer.bad_cadence", "cadence_minutes"),
        (read_cadence, CADENCE_LIMIT + 1, "customer.bad_cadence", "cadence_minutes"),
        (lambda value: read_contact("fax", value), "1", "customer.bad_channel", "contact"),
        (lambda value: read_contact("post", value), "", "customer.bad_address", "contact"),
    ],
)
def test_what_is_wrong_is_said_with_its_field(read, wrong, code, field) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Refusal) as caught:
        read(wrong)
    assert (caught.value.code, caught.value.field, caught.value.status) == (code, field, 422)


def test_a_fact_is_written_in_one_way() -> None:
    told = CustomerFact(
        key=" C-1 ",
        name="Priya\n Nair",
        email=" Priya@Mail.example ",
        phone="+1 (212)\u00a0555-0142 ext. 7",
        language="pt_br",
        timezone=" Europe/Lisbon",
        value=Decimal("12.345"),
    )
    assert read_fact(told) == CustomerFact(
        key="C-1",
        name="Priya Nair",
        email="Priya@Mail.example",
        phone="+1 (212) 555-0142 ext. 7",
        language="pt-BR",
        timezone="Europe/Lisbon",
        value=Decimal("12.34"),
    )
    assert read_fact(read_fact(told)) == read_fact(told)


@pytest.mark.parametrize(("tag", "written"), [("EN", "en"), ("en_gb", "en-GB"), ("zh-hant-tw", "zh-Hant-TW"), ("", "")])
def test_language_tags(tag: str, written: str) -> None:
    assert read_language(tag) == written


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("+1 (212) 555-0142", "12125550142"),
        ("0044 20 7946 0958", "442079460958"),
        ("+44 (0)20 7946 0958", "442079460958"),
        ("020/7946.0958 x12", "2079460958"),
    ],
)
def test_phone_digits(written: str, digits: str) -> None:
    assert phone_digits(read_phone(written)) == digits


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("one", "other"), [("Tomás Łuk", "TOMAS LUK"), ("Straße", "strasse"), ("Ærø", "aero"), ("İz", "iz")]
)
def test_case_and_accents_do_not_matter(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_joiners_are_text_and_control_characters_are_not() -> None:
    assert is_text("نمی\u200cدانم 👩\u200d🚀")
    assert not is_text("a\x07")


def test_of_two_facts_the_later_fills_in_and_corrects() -> None:
    earlier = CustomerFact(key="1", name="P Nair", email="p@mail.example", value=Decimal(0))
    later = CustomerFact(key="1", name="Priya Nair", phone="2125550142")
    assert join(earlier, later) == CustomerFact(
        key="1", name="Priya Nair", email="p@mail.example", phone="2125550142", value=Decimal(0)
    )


def test_a_fingerprint_tells_news_from_repetition() -> None:
    fact = CustomerFact(key="1", name="Priya")
    assert fingerprint(fact) == fingerprint(CustomerFact(key="1", name="Priya"))
    assert fingerprint(fact) != fingerprint(CustomerFact(key="1", email="Priya"))
    assert -(2**63) <= fingerprint(fact) < 2**63
    assert [says_more(one) for one in (fact, CustomerFact(key="1"), CustomerFact(key="1", value=Decimal(0)))] == [
        True,
        False,
        True,
    ]


def test_words_hold_no_space_and_no_empty_word() -> None:
    words = words_of(["Ana  Sá"], ["A 10/2", "", "¡!"], ["Rua 1, Évora"]).split(" ")
    assert words == ["ana", "sa", "rua", "1", "evora", "a", "10", "2", "a102"]


@given(st.text(max_size=60))
def test_whatever_is_typed_is_looked_for_somewhere_or_holds_no_word(text: str) -> None:
    search = read_search(text)
    assert search.words or search.email or not is_text(one_line(text)) or not any(map(str.isalnum, fold(text)))


@pytest.mark.parametrize(
    ("text", "search"),
    [
        ("Tomás R", Search(keys=("Tomás R", "TOMÁS R"), words="('tomas':* & 'r':*)")),
        ("C-1001", Search(keys=("C-1001",), words="('c':* & '1001':*) | ('c1001':*)")),
        ("Ana@Mail", Search(keys=("Ana@Mail", "ANA@MAIL"), email="ana@mail")),
        ("@ANA", Search(keys=("@ANA",), words="('ana':*)")),
        ("555-0142", Search(keys=("555-0142",), words="('555':* & '0142':*) | ('5550142':*)", phone="5550142")),
        ("?!", Search(keys=("?!",))),
        (" ", Search()),
    ],
)
def test_what_is_typed_is_looked_for_where_it_can_be(text: str, search: Search) -> None:
    assert read_search(text) == search


def test_the_endings_of_a_phone_number() -> None:
    assert read_search("+1 212 555 0142").phone_endings == ["5550142", "25550142", "125550142", "2125550142"]
