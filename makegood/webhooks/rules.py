"""Which moves other systems are told, in which words, and how often it is tried. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from makegood.kernel.money import decimals

EVENTS = (
    "case.granted", "case.grant_moved", "case.grant_withdrawn", "case.grant_fulfilled", "case.grant_failed",
    "case.approval_asked", "case.approved", "case.approval_refused", "case.opened", "case.closed", "promise.broken",
)  # fmt: skip
"""What most systems want to know. Any other verb of the journal may be named too, or all of a kind ("promise.*")."""
TEST = "webhook.test"
ASKS_TO_DO = frozenset({"case.granted", "case.grant_moved"})
"""Told of these, a system carries a remedy out."""

BACKOFF = tuple(
    timedelta(minutes=minutes) for minutes in (0.25, 1, 5, 30, 60, 180, 360, 720, 1440, 1440)
)  # fmt: skip
"""How long a message waits after each failure; the last wait is repeated. A message that is refused holds nothing up
but what came later about the same thing."""
TRIED_FOR = sum(BACKOFF, timedelta(0))
"""For how long a message is tried, from its first failure, about three days; then it is set aside."""
PATIENCE = 3
"""So many different messages refused in a row mean that it is the system, not the messages."""
RESTS = tuple(timedelta(minutes=minutes) for minutes in (0.25, 1, 5, 30, 60))
"""How long a whole system is left alone then, before the next single message; the last is repeated."""
OFF_AFTER = timedelta(days=5)
"""A system that accepted nothing for so long, though it was tried, is told no more until a person says so."""
UNTRIED = timedelta(days=2)
"""A failure is no part of those before it when nothing was tried for so long between them."""
OLD_SECRET_HOLDS = timedelta(hours=24)
"""How long messages are signed by the secret before, too, once it was changed."""
GONE = 410

LONGEST_URL = 500
_VERB = re.compile(r"[a-z]{1,20}\.([a-z_]{1,39}|\*)")
_SUMS = ("entitled", "correction", "goodwill")


class Moved(NamedTuple):
    """A move of the journal, with what the rooms know beside it. `customer` is the id and key of the one it is about,
    `words` those of the remedy that it is about."""

    entry_id: int
    verb: str
    at: datetime
    case_id: int | None
    subject: tuple[str, int | None]
    data: Mapping[str, Any]
    customer: tuple[int, str] | None
    words: str


def message_id(entry_id: int | str) -> str:
    """How a message is called, whenever and however often it is sent."""
    return f"msg_{entry_id}"


def retry_at(attempts: int, first_at: datetime, now: datetime) -> datetime | None:
    """When a message is tried again that failed for the `attempts`-th time (from 1), first at `first_at`; None when it
    is set aside. The last time is at the end of `TRIED_FOR`."""
    end = first_at + TRIED_FOR
    return min(now + _nth(BACKOFF, attempts), end) if now < end else None


def rest_until(refusals: int, now: datetime) -> datetime | None:
    """Until when a system is left alone that refused so many different messages in a row; None when it is not."""
    return now + _nth(RESTS, refusals - PATIENCE + 1) if refusals >= PATIENCE else None


def failing_since(since: datetime | None, last_at: datetime | None, now: datetime) -> datetime:
    """Since when a system accepts nothing that refused a message now, and last at `last_at`."""
    return now if since is None or last_at is None or now - last_at > UNTRIED else since


def _nth(waits: Sequence[timedelta], number: int) -> timedelta:
    return waits[min(number, len(waits)) - 1]


def is_verb(text: str) -> bool:
    """Whether this names a move of the journal, or all moves of a kind."""
    return _VERB.fullmatch(text) is not None


def verbs_and_kinds(named: Collection[str]) -> tuple[list[str], list[str]]:
    """The verbs that are named each, and the kinds of which all are."""
    kinds = [one.removesuffix(".*") for one in named if one.endswith(".*")]
    return [one for one in named if not one.endswith(".*")], kinds


def url_fault(url: str) -> str:
    """Why messages cannot go to an address: a sentence, or "" when they can."""
    if not url.isascii() or not url.isprintable() or " " in url or len(url) > LONGEST_URL:
        return f"Give one address of up to {LONGEST_URL} plain characters, such as https://shop.example/hooks/makegood."
    try:
        parts, port = urlsplit(url), urlsplit(url).port
    except ValueError:
        return "This is not an address that can be read."
    if parts.scheme not in ("https", "http") or not parts.hostname or port == 0:
        return "Begin with https:// and name a machine."
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "Leave out name, password and #: who sends is proved by the signature."
    return ""


def thing(data: Mapping[str, Any], subject: tuple[str, int | None]) -> tuple[str, int | None]:
    """What a move is about, such as ("grant", 7): what is said of one thing is said in order."""
    return ("grant", data["grant"]) if "grant" in data else subject


def payload(moved: Moved) -> dict[str, Any]:
    """What is sent: what happened, when, and what a system needs to act on it. Never who did it, nor why."""
    return {
        "type": moved.verb, "timestamp": moved.at.isoformat(),
        "data": {name: value for name, value in _told(moved) if value is not None},
    }  # fmt: skip


def _told(moved: Moved) -> Iterator[tuple[str, Any]]:
    yield "case", f"SR-{moved.case_id}" if moved.case_id else None
    yield "customer", {"id": moved.customer[0], "key": moved.customer[1]} if moved.customer else None
    if "grant" in moved.data:
        yield "grant", _grant(moved)
    elif "approval" in moved.data:
        yield "approval", {"id": moved.data["approval"]} | _asked(moved.data)
    elif moved.subject[0] not in ("", "case"):
        yield moved.subject[0], {"id": moved.subject[1]} | _named(moved.data)


def _grant(moved: Moved) -> dict[str, Any]:
    data, currency = moved.data, str(moved.data.get("currency", ""))
    sums = {name: Decimal(str(data.get(name, 0))) for name in _SUMS}
    sums["total"] = sum(sums.values(), Decimal(0))
    return {
        "id": data["grant"], "remedy": data.get("remedy", ""), "title": data.get("title", ""), "words": moved.words,
        **{name: _amount(amount, currency) for name, amount in sums.items()}, "currency": currency,
        "due_at": data.get("due_at"), "reference": data.get("reference", ""),
    }  # fmt: skip


def _asked(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"total": _amount(Decimal(data["total"]), data["currency"]), "currency": data["currency"]} if (
        "total" in data and "currency" in data
    ) else {}  # fmt: skip


def _named(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in ("title", "due_at") if data.get(name)}


def _amount(amount: Decimal, currency: str) -> str:
    return str(amount.quantize(Decimal(1).scaleb(-decimals(currency))))
