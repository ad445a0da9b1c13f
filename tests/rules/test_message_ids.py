"""Message-IDs: ours are known again whatever mail does to them, and nobody else can make one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makegood.adapters.mail.message_ids import Forged, Ours, mint, recognise

SECRET, DOMAIN = "a secret of this installation", "desk.example"
NUMBERS = st.integers(min_value=0, max_value=10**18 - 1)
SECRETS = st.text(min_size=1, max_size=60)


def known(*ids: str, secret: str = SECRET) -> Ours | Forged | None:
    return recognise(secret, ids, domains={DOMAIN})


@given(SECRETS, NUMBERS, NUMBERS)
def test_what_we_mint_we_know_again(secret: str, thread: int, message: int) -> None:
    made = mint(secret, thread, message, DOMAIN)
    assert known(made, secret=secret) == Ours(thread, message)
    assert known(made.upper(), secret=secret) == Ours(thread, message), "some mail servers change the case"
    assert known(f" <{made}>", secret=secret) == Ours(thread, message), "and it is written in brackets"
    assert len(made) < 120
    assert made.isascii()


@given(SECRETS, SECRETS, NUMBERS, NUMBERS)
def test_another_secret_does_not_make_ours(secret: str, other: str, thread: int, message: int) -> None:
    made = mint(other, thread, message, DOMAIN)
    assert known(made, secret=secret) == (Ours(thread, message) if other == secret else Forged(made))


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_numbers_cannot_be_swapped(thread: int, message: int, other_thread: int, other_message: int) -> None:
    """Who holds the id of one thread cannot make that of another out of it."""
    made = mint(SECRET, thread, message, DOMAIN)
    bent = made.replace(f".{thread}.{message}.", f".{other_thread}.{other_message}.", 1)
    assert known(bent) == (Ours(thread, message) if bent == made else Forged(bent))


@given(st.lists(st.text(max_size=200), max_size=20))
def test_anything_at_all_may_be_asked_about(ids: list[str]) -> None:
    assert known(*ids) is None


@given(st.integers(min_value=0, max_value=23), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_no_letter_of_the_seal_is_free(place: int, letter: str) -> None:
    made = mint(SECRET, 7, 9, DOMAIN)
    head, seal, tail = made.rpartition("@")[0][:-24], made.rpartition("@")[0][-24:], "@" + made.rpartition("@")[2]
    bent = head + seal[:place] + letter + seal[place + 1 :] + tail
    assert known(bent) == (Ours(7, 9) if bent == made else Forged(bent))


def test_the_last_one_that_is_ours_counts() -> None:
    references = f"<first@elsewhere.example> <{mint(SECRET, 4, 1, DOMAIN)}> <mg@x> <{mint(SECRET, 5, 2, DOMAIN)}> <z@y>"
    assert known(references) == Ours(5, 2)


def test_a_forged_one_beside_a_true_one_leads_nowhere_else() -> None:
    forged = mint("another secret", 8, 1, DOMAIN)
    assert known(mint(SECRET, 4, 1, DOMAIN), forged) == Ours(4, 1)


def test_the_id_of_another_desk_is_not_forged() -> None:
    assert known(mint("their secret", 8, 1, "desk.elsewhere.example")) is None


def test_an_older_domain_of_ours_still_counts() -> None:
    assert known(mint(SECRET, 4, 1, "old.example")) == Ours(4, 1)


def test_a_version_to_come_is_not_taken_for_this_one() -> None:
    made = mint(SECRET, 4, 1, DOMAIN).replace("mg1.", "mg2.")
    assert isinstance(known(made), Forged)


def test_ids_that_go_on_for_ever_are_looked_at_from_their_end() -> None:
    assert known("<x@y> " * 1_000_000, mint(SECRET, 4, 1, DOMAIN)) == Ours(4, 1)


@pytest.mark.parametrize(
    "domain", ["", "two words.example", "desk.example>\r\nBcc: all@example.com", "münchen.example"]
)
def test_a_domain_that_cannot_end_an_id_is_refused(domain: str) -> None:
    with pytest.raises(ValueError, match="no domain"):
        mint(SECRET, 1, 1, domain)


def test_numbers_below_nought_are_refused() -> None:
    with pytest.raises(ValueError, match="from 0"):
        mint(SECRET, -1, 1, DOMAIN)
