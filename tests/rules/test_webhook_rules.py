"""What other systems are told, and how often it is tried."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makegood.webhooks.rules import (
    BACKOFF,
    EVENTS,
    PATIENCE,
    RESTS,
    TRIED_FOR,
    Moved,
    failing_since,
    is_verb,
    message_id,
    payload,
    rest_until,
    retry_at,
    url_fault,
    verbs_and_kinds,
)
from tests.factories import NOW

GRANTED = {
    "grant": 7, "remedy": "refund", "title": "10 % back", "currency": "GBP", "goodwill": "105", "entitled": "20.00",
    "due_at": "2026-11-23T19:00:00+00:00", "promise": 12, "reason": "She waited for hours because of Tom",
}  # fmt: skip


def moved(verb: str, data: dict[str, object], **other: object) -> Moved:
    known: dict[str, object] = {
        "entry_id": 5, "verb": verb, "at": NOW, "case_id": 1001, "subject": ("case", 1001),
        "data": data, "customer": (3, "C-7"), "words": "On your card by Friday.",
    }  # fmt: skip
    return Moved(**known | other)  # type: ignore[arg-type]


def test_a_payment_system_is_told_what_it_needs_and_nothing_of_who_or_why() -> None:
    told = payload(moved("case.granted", GRANTED))
    assert told == {
        "type": "case.granted",
        "timestamp": NOW.isoformat(),
        "data": {
            "case": "SR-1001",
            "customer": {"id": 3, "key": "C-7"},
            "grant": {
                "id": 7, "remedy": "refund", "title": "10 % back", "words": "On your card by Friday.",
                "entitled": "20.00", "correction": "0.00", "goodwill": "105.00", "total": "125.00", "currency": "GBP",
                "due_at": "2026-11-23T19:00:00+00:00", "reference": "",
            },
        },
    }  # fmt: skip
    assert "Tom" not in json.dumps(told)


def test_a_currency_without_cents_has_none() -> None:
    told = payload(moved("case.granted", {**GRANTED, "currency": "JPY", "goodwill": "1200", "entitled": "0"}))
    assert told["data"]["grant"]["total"] == "1200"


def test_other_moves_say_what_they_are_about() -> None:
    asked = payload(moved("case.approval_asked", {"approval": 4, "total": "333", "currency": "GBP", "name": "Lena"}))
    assert asked["data"]["approval"] == {"id": 4, "total": "333.00", "currency": "GBP"}
    broken = moved("promise.broken", {"title": "A van"}, case_id=None, subject=("promise", 8), customer=None)
    assert payload(broken)["data"] == {"promise": {"id": 8, "title": "A van"}}
    opened = payload(moved("case.opened", {"title": "Nobody came", "harm": "I waited"}))
    assert opened["data"] == {"case": "SR-1001", "customer": {"id": 3, "key": "C-7"}}


def test_it_is_tried_for_days_and_then_set_aside() -> None:
    assert retry_at(1, NOW, NOW) == NOW + timedelta(seconds=15)
    assert timedelta(days=2) < TRIED_FOR < timedelta(days=5)
    assert list(BACKOFF) == sorted(BACKOFF)
    now, tries = NOW, 1
    while (again := retry_at(tries, NOW, now)) is not None:
        assert now < again <= NOW + TRIED_FOR
        now, tries = again, tries + 1
    assert (now, tries) == (NOW + TRIED_FOR, len(BACKOFF) + 1)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=60))
def test_however_late_it_is_tried_it_is_set_aside_when_its_time_is_over(delays: list[int]) -> None:
    now = NOW
    for tries, seconds in enumerate(delays, start=1):
        again = retry_at(tries, NOW, now)
        assert (again is None) == (now >= NOW + TRIED_FOR)
        if again is None:
            break
        assert again <= NOW + TRIED_FOR
        now = again + timedelta(seconds=seconds)


def test_a_system_is_left_alone_longer_and_longer_once_it_refuses_several() -> None:
    assert rest_until(PATIENCE - 1, NOW) is None
    waits = [rest_until(PATIENCE + more, NOW) for more in range(10)]
    assert [at - NOW for at in waits if at] == [*RESTS, *[RESTS[-1]] * (10 - len(RESTS))]


def test_failures_far_apart_are_not_one() -> None:
    day = timedelta(days=1)
    assert failing_since(None, None, NOW) == NOW
    assert failing_since(NOW - 4 * day, NOW - day, NOW) == NOW - 4 * day
    assert failing_since(NOW - 9 * day, NOW - 3 * day, NOW) == NOW


def test_a_message_keeps_its_name() -> None:
    assert message_id(5) == message_id(5) != message_id(6)


@pytest.mark.parametrize("verb", [*EVENTS, "promise.*", "case.step"])
def test_verbs_that_can_be_named(verb: str) -> None:
    assert is_verb(verb)


@pytest.mark.parametrize("verb", ["", "granted", "case.", "*", "case.Granted", "case.granted ", "a.b.c", "case.%"])
def test_verbs_that_cannot(verb: str) -> None:
    assert not is_verb(verb)


def test_all_of_a_kind_are_named_together() -> None:
    assert verbs_and_kinds(["case.granted", "promise.*"]) == (["case.granted"], ["promise"])


@pytest.mark.parametrize(
    "url", ["https://shop.example/hooks", "http://10.0.0.5:8080/x?y=1", "https://[2001:db8::1]/h", "https://a.example:8443"]
)  # fmt: skip
def test_addresses_that_can_be_told(url: str) -> None:
    assert url_fault(url) == ""


@pytest.mark.parametrize(
    "url",
    [
        "", "shop.example/hooks", "ftp://shop.example", "https://", "https://ann:pw@shop.example/",
        "https://shop.example/#x", "https://shop.example/a b", "https://shöp.example/", "https://shop.example:99999/",
        "https://shop.example/" + "x" * 500, "https://shop.example:0/", "https://[::1", "https://shop.example/\n",
    ],
)  # fmt: skip
def test_addresses_that_cannot(url: str) -> None:
    assert url_fault(url)
