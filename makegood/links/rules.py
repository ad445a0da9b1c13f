"""What a private link is worth, and how often it may be tried. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import StrEnum

BYTES = 32
"""How much chance a token holds: nobody guesses one."""
HOLDS_FOR = timedelta(days=90)
"""How long a link goes on working once its case is closed."""
WINDOW = timedelta(hours=1)
"""In which tries are counted."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class LinkState(StrEnum):
    """How a link stands."""

    LIVE = "live"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Way(StrEnum):
    """How staff gave a link to the customer."""

    EMAIL = "email"
    SMS = "sms"
    PHONE = "phone"
    PERSON = "person"
    POST = "post"


class Tried(StrEnum):
    """What is counted, each against a limit of its own."""

    MISS = "miss"
    """Addresses that lead nowhere, by the network address that asked."""
    BY_LINK = "link"
    """Things sent by one link."""
    BY_ADDRESS = "address"
    """Things sent from one network address, which many people may share."""


LIMITS = {Tried.MISS: 60, Tried.BY_LINK: 40, Tried.BY_ADDRESS: 300}
"""How many in a `WINDOW`."""


def is_token(text: str) -> bool:
    """Whether it can be a token at all."""
    return _TOKEN.fullmatch(text) is not None


def expires_at(made_at: datetime, closed_at: datetime | None) -> datetime | None:
    """When a link stops working: some time after the case closed, or after it was made for a closed case. None while
    the case is open: nobody is shut out before it is right."""
    return None if closed_at is None else max(made_at, closed_at) + HOLDS_FOR


def state_of(made_at: datetime, closed_at: datetime | None, revoked_at: datetime | None, *, now: datetime) -> LinkState:
    """How a link stands at `now`."""
    if revoked_at is not None:
        return LinkState.REVOKED
    ends = expires_at(made_at, closed_at)
    return LinkState.EXPIRED if ends is not None and ends <= now else LinkState.LIVE
