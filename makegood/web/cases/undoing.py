"""Taking back at the desk: from the toast for eight seconds, from the timeline for as long as nothing stands on it."""

from __future__ import annotations

from collections.abc import Collection

from makegood.cases.queries import CaseFacts, case_for, undoable
from makegood.journal.queries import Recorded
from makegood.web.cases.telling import entries_of, undo_address
from makegood.web.desk import Desk


def last_deed(case: CaseFacts, entries: Collection[Recorded], open_to_undo: Collection[int], desk: Desk) -> str:
    """Where what this very request did is taken back, whole; nothing when it cannot be."""
    now = [one.id for one in entries if one.id in open_to_undo and (one.at, one.actor_id) == (desk.now, desk.staff_id)]
    return f"{undo_address(case, now[-1])}?whole=1" if now else ""


def last_deed_of(number: int, desk: Desk) -> str:
    """The same, of a case that is not being shown."""
    case = case_for(desk.scope, number)
    entries = entries_of(case)
    return last_deed(case, entries, undoable(case, entries, desk.scope), desk)
