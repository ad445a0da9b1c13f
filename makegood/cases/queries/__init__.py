"""Everything that reads cases."""

from makegood.cases.queries.causes import CauseFacts, cause_named, causes, likeliest
from makegood.cases.queries.desk import Desk, DeskGroup, DeskRow, desk_rows
from makegood.cases.queries.health import Standing, standing
from makegood.cases.queries.improved import is_cause_improved, is_improved
from makegood.cases.queries.ladder import Ladders, ladders
from makegood.cases.queries.listing import CaseFilter, CaseLine, CasesPage, cases_list, count_open, search
from makegood.cases.queries.meanwhile import changes_since, newest_entry
from makegood.cases.queries.own import owners_of
from makegood.cases.queries.record import (
    CaseFacts,
    CheckFacts,
    CommitmentFacts,
    EscalationFacts,
    FailureFacts,
    StepFacts,
    case_for,
    case_numbers_of_promise,
    timeline,
)
from makegood.cases.queries.reported import ReportedTo, reported_to
from makegood.cases.queries.seeing import parse_number, stakes
from makegood.cases.queries.standing import awaiting_reply
from makegood.cases.queries.undoing import undoable, undone

__all__ = [
    "CaseFacts",
    "CaseFilter",
    "CaseLine",
    "CasesPage",
    "CauseFacts",
    "CheckFacts",
    "CommitmentFacts",
    "Desk",
    "DeskGroup",
    "DeskRow",
    "EscalationFacts",
    "FailureFacts",
    "Ladders",
    "ReportedTo",
    "Standing",
    "StepFacts",
    "awaiting_reply",
    "case_for",
    "case_numbers_of_promise",
    "cases_list",
    "cause_named",
    "causes",
    "changes_since",
    "count_open",
    "desk_rows",
    "is_cause_improved",
    "is_improved",
    "ladders",
    "likeliest",
    "newest_entry",
    "owners_of",
    "parse_number",
    "reported_to",
    "search",
    "stakes",
    "standing",
    "timeline",
    "undoable",
    "undone",
]
