"""Everything that reads the ledger."""

from makegood.promises.queries.day import Day, Mark, day_of
from makegood.promises.queries.deadlines import Due, due_in_words, usual_due
from makegood.promises.queries.health import due_between, held_count, in_trouble, next_check, overdue_checks
from makegood.promises.queries.kinds import (
    CalendarFacts,
    KindFacts,
    calendar_of,
    calendars,
    kind_named,
    kinds,
)
from makegood.promises.queries.reading import (
    LedgerFilter,
    LedgerPage,
    PromiseFacts,
    attributes_in,
    count_open,
    ledger,
    newest_of_each,
    of_customer,
    promise_for,
    promises_by_id,
    search,
    whom_it_concerns,
)
from makegood.promises.queries.report import BY, LedgerRow, ledger_report

__all__ = [
    "BY",
    "CalendarFacts",
    "Day",
    "Due",
    "KindFacts",
    "LedgerFilter",
    "LedgerPage",
    "LedgerRow",
    "Mark",
    "PromiseFacts",
    "attributes_in",
    "calendar_of",
    "calendars",
    "count_open",
    "day_of",
    "due_between",
    "due_in_words",
    "held_count",
    "in_trouble",
    "kind_named",
    "kinds",
    "ledger",
    "ledger_report",
    "newest_of_each",
    "next_check",
    "of_customer",
    "overdue_checks",
    "promise_for",
    "promises_by_id",
    "search",
    "usual_due",
    "whom_it_concerns",
]
