"""Everything that writes the ledger."""

from makegood.promises.actions.ending import keep_many, let_go
from makegood.promises.actions.kinds import change_kind, ensure_kind, make_calendar
from makegood.promises.actions.making import Made, NewPromise, make, make_many
from makegood.promises.actions.moving import forecast, give, keep, release, replace, withdraw
from makegood.promises.actions.receiving import FactReject, Receipt, hear, receive, settle, settle_first_words
from makegood.promises.actions.watching import advance_due

__all__ = [
    "FactReject",
    "Made",
    "NewPromise",
    "Receipt",
    "advance_due",
    "change_kind",
    "ensure_kind",
    "forecast",
    "give",
    "hear",
    "keep",
    "keep_many",
    "let_go",
    "make",
    "make_calendar",
    "make_many",
    "receive",
    "release",
    "replace",
    "settle",
    "settle_first_words",
    "withdraw",
]
