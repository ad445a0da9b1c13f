"""What other systems are told, and how often it is tried."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from makegood.webhooks.rules import (
    BACKOFF,
    EVENTS,
    Moved,
    is_verb,
    message_id,
    payload,
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
        "entry_id": 5, "cursor": "9-5", "verb": verb, "at": NOW, "case_id": 1001, "subject": ("case", 1001),
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


def test_it_is_tried_for_days_and_then_given_up() -> None:
    assert retry_at(1, NOW) == NOW + timedelta(seconds=15)
    assert timedelta(days=2) < sum(BACKOFF, timedelta(0)) < timedelta(days=5)
    assert list(BACKOFF) == sorted(BACKOFF)
    assert retry_at(len(BACKOFF), NOW) == NOW + BACKOFF[-1]
    assert retry_at(len(BACKOFF) + 1, NOW) is None


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
