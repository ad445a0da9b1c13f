"""How many rows each saved view holds for the one who looks. Nice to know, so it may never cost much."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import islice

from django.http import QueryDict

from makegood.cases.queries import count_open as count_cases
from makegood.customers.queries import count_customers
from makegood.followups.queries import count_follow_ups
from makegood.kernel.refusals import Refusal
from makegood.people.queries import ViewFacts, views_first_of
from makegood.platform.patience import TooSlow, impatient
from makegood.promises.queries import count_open as count_promises
from makegood.web.cases.views import read_filter
from makegood.web.desk import Desk
from makegood.web.followups.views import read_filter as read_follow_ups
from makegood.web.promises import ledger

SHOWN = 99
MOST_VIEWS = 40
# A count stops at the hundredth row. One that finds fewer may have to read a whole ledger for it: of a million
# promises in some 200 ms, for a figure beside a name. So each is stopped after this long, and goes without a
# figure, as do those that are left when all together took their time.
EACH_MS = 30
ALL_SECONDS = 0.15


def counted(desk: Desk) -> dict[str, str]:
    """The words beside each view's name: its rows up to 99, "99+", or nothing where counting takes too long."""
    left = iter(list(islice(views_first_of(desk.staff_id), MOST_VIEWS)))
    words: dict[str, str] = {}
    until = time.monotonic() + ALL_SECONDS
    # A statement that was stopped ends its transaction; the views after it are counted in another.
    while time.monotonic() < until and (told := _some(left, desk, until)):
        words |= told
    return words


def _some(left: Iterator[ViewFacts], desk: Desk, until: float) -> dict[str, str]:
    """Count views in one transaction, until none is left, the time is over or one of them took too long."""
    words: dict[str, str] = {}
    try:
        with impatient(EACH_MS):
            for view in left:
                words[f"view:{view.slug}"] = ""
                words[f"view:{view.slug}"] = _worded(view, desk)
                if time.monotonic() >= until:
                    break
    except TooSlow:
        pass
    return words


def _worded(view: ViewFacts, desk: Desk) -> str:
    count = _COUNTS.get(view.path)
    if count is None:
        return ""
    try:
        found = count(QueryDict(view.query), desk)
    except Refusal:
        # Its customer is gone, or not for this reader; opening it says so.
        return ""
    return f"{SHOWN}+" if found > SHOWN else str(found)


def _promises(asked: QueryDict, desk: Desk) -> int:
    return count_promises(desk.scope, ledger.read(asked, desk).narrow, at_most=SHOWN + 1)


def _cases(asked: QueryDict, desk: Desk) -> int:
    return count_cases(desk.scope, read_filter(asked, desk), at_most=SHOWN + 1)


def _follow_ups(asked: QueryDict, desk: Desk) -> int:
    return count_follow_ups(desk.scope, read_follow_ups(asked, desk), at_most=SHOWN + 1)


def _customers(asked: QueryDict, desk: Desk) -> int:
    return count_customers(desk.scope, asked.get("q", ""), at_most=SHOWN + 1)


_COUNTS: dict[str, Callable[[QueryDict, Desk], int]] = {
    "/promises/": _promises,
    "/cases/": _cases,
    "/follow-ups/": _follow_ups,
    "/customers/": _customers,
}
