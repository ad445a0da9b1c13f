"""What is taken out of a case before anybody practises with it, and what stays."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from makegood.practice.rules.redacting import COLLEAGUE, Secrets, folded, redacted, stand_in, standing, with_numbers

DANA = Secrets(customer=("Dana Okafor",), staff=("Mara Lindqvist",), words=("D-1",))
names = st.lists(st.text(st.characters(categories=("L",)), min_size=2, max_size=12), min_size=1, max_size=3).map(
    " ".join
)
people = st.builds(
    Secrets, customer=st.lists(names, min_size=1, max_size=2).map(tuple), staff=st.lists(names, max_size=2).map(tuple),
    words=st.lists(st.from_regex(r"[A-Z]{1,3}-[0-9]{2,8}|\+[0-9]{8,12}|[a-z]{2,8}@[a-z]{2,8}\.com", fullmatch=True),
                   max_size=3).map(tuple),
)  # fmt: skip


def told(secrets: Secrets) -> st.SearchStrategy[str]:
    """Texts full of what must not stand in them, in any case and with anything around it."""
    known = [*secrets.customer, *secrets.staff, *secrets.words]
    forms = [form for one in known for form in (one, one.upper(), one.lower(), f"{one}'s", f"({one}).")]
    parts = st.sampled_from([*forms, *[part for one in known for part in one.split()]])
    return st.lists(parts | st.text(max_size=12), max_size=12).map(" ".join)


@given(people.flatmap(lambda one: st.tuples(st.just(one), told(one))))
@example((Secrets(customer=("Ai",), staff=(), words=()), "ai\u0307"))
@example((Secrets(customer=("Cy",), staff=("Al Bo",), words=("bo@bo.com",)), "Al bo@bo.com"))
def test_nobody_can_be_known_by_what_is_left(given: tuple[Secrets, str]) -> None:
    secrets, text = given
    after = redacted(text, secrets)
    assert standing(after, secrets) == ()
    assert redacted(after, secrets) == after


@given(st.lists(st.sampled_from(
    ["The", "sofa", "came", "two", "days", "late", "at", "10:30", "and", "3", "of", "6", "chairs", "are", ".",
     "I", "paid", "£1,250.00", "or", "1250 EUR", "in", "2024", "on", "Friday", "twice", "12.50"]
)).map(", ".join))  # fmt: skip
def test_what_tells_of_nobody_stays_as_it_is(text: str) -> None:
    assert redacted(text, DANA) == text
    assert standing(text, DANA) == ()


@pytest.mark.parametrize(
    ("words", "after"),
    [
        ("I am Dana Okafor.", "I am {full}."),
        ("dana wrote, and DANA OKAFOR's sister", "{first} wrote, and {full}'s sister"),
        ("Ms Okáfor asked Mara", "Ms {last} asked a colleague"),
        ("Write to dana.okafor+x@a.example.com or ring +44 20 7946 001", "Write to name@example.org or ring my number"),
        ("Danas Stuhl, the Okafors' chairs", "{first}s Stuhl, the {last}s' chairs"),
        ("Order N-58213, see https://shop.example.com/o/58213?x=1", "Order A-1, see https://example.org"),
        ("It was due on 3 December 2026, and on 2026-12-05 again", "It was due on that day, and on that day again"),
        ("I live at 12 Mill Lane, EX4 3AB", "I live at the address, the postcode"),
        ("Ich wohne in der Lindenstraße 12a seit dem 3. März", "Ich wohne in der the address seit dem that day"),
        ("Card 4111 1111 1111 1111, account DE89370400440532013000", "Card my number, account A-1"),
        ("My number with you is D-1.", "My number with you is A-1."),
    ],
)  # fmt: skip
def test_what_goes_and_what_is_said_instead(words: str, after: str) -> None:
    full = stand_in(DANA)
    first, last = full.split()
    assert redacted(words, DANA) == after.format(full=full, first=first, last=last)


def test_a_made_up_name_is_nobodys_of_the_case() -> None:
    for name in ("Robin Hale", "Jo Marsh", "Kim Arden"):
        assert not set(folded(stand_in(Secrets(customer=(name,)))).split()) & set(folded(name).split())


def test_numbers_that_stood_in_the_case_may_not_come_back() -> None:
    secrets = with_numbers(DANA, ["The order is N-58213 and my number 01392 555 010."])
    assert standing("A good line about N-58213.", secrets) == ("N-58213",)
    assert standing("Ring 01392 555 010 at once.", secrets) == ("01392 555 010",)
    assert standing(f"Ring {COLLEAGUE} at once.", secrets) == ()


@pytest.mark.parametrize(
    ("words", "after"),
    [
        ("Will said it will be here on Friday.", "{first} said it will be here on Friday."),
        ("bill wrote that the bill is wrong", "bill wrote that the bill is wrong"),
        ("Bill Stone is late, said stone-faced Mara", "{full} is late, said stone-faced a colleague"),
        ("It was Lindqvist, not a lindqvist", "It was a colleague, not a lindqvist"),
    ],
)  # fmt: skip
def test_a_name_that_is_a_word_and_a_colleagues_name_count_with_a_capital(words: str, after: str) -> None:
    will = Secrets(customer=("William Stone",), staff=("Mara Lindqvist",))
    full = stand_in(will)
    assert redacted(words, will) == after.format(full=full, first=full.split()[0])
