"""Everything that reads the ledger."""

from makegood.promises.queries.day import Day, Mark, day_of
from makegood.promises.queries.health import held_count, next_check, overdue_checks
from makegood.promises.queries.kinds import KindFacts, calendar_of, kind_named, kinds
from makegood.promises.queries.reading import (
    LedgerFilter,
    LedgerPage,
    PromiseFacts,
    count_open,
    ledger,
    of_customer,
    promise_for,
    promises_by_id,
    search,
)
from makegood.promises.queries.report import BY, LedgerRow, ledger_report

__all__ = [
    "BY",
    "Day",
    "KindFacts",
    "LedgerFilter",
    "LedgerPage",
    "LedgerRow",
    "Mark",
    "PromiseFacts",
    "calendar_of",
    "count_open",
    "day_of",
    "held_count",
    "kind_named",
    "kinds",
    "ledger",
    "ledger_report",
    "next_check",
    "of_customer",
    "overdue_checks",
    "promise_for",
    "promises_by_id",
    "search",
]
