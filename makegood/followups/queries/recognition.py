"""What customers and colleagues owe to somebody: for that person, those who lead them, and nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from makegood.cases.queries.seeing import visible
from makegood.kernel.refusals import Refusal, missing
from makegood.people.queries import StaffFacts, roster
from makegood.people.rules import Role, Scope
from makegood.platform.rows import fetch_rows

SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionFacts:
    """One thing that somebody did: `deeds` in words, and what the customer `said`; or, with `by`, a colleague's thanks.

    `case` is None for thanks, and for a case that the reader may not open.
    """

    at: datetime
    deeds: str
    said: str
    customer: str
    by: str
    case: int | None

    @property
    def ref(self) -> str:
        """The number of the case as people say it."""
        return f"SR-{self.case}"


@dataclass(frozen=True, slots=True)
class Recognised:
    """Somebody, and the newest hundred things they are recognised for."""

    person: StaffFacts
    rows: tuple[RecognitionFacts, ...]


_ROWS = """
SELECT r.at, r.told_first, r.stayed, r.in_person, r.words, coalesce(b.name, ''), r.case_id, coalesce(cu.name, ''),
       coalesce((SELECT a.words FROM cases_satisfactioncheck a
                 WHERE a.case_id = r.case_id AND a.answer = 'satisfied' AND a.undone_at IS NULL
                 ORDER BY a.asked_at DESC, a.id DESC LIMIT 1), '')
FROM followups_recognition r
LEFT JOIN people_staff b ON b.id = r.by_id
LEFT JOIN cases_case c ON c.id = r.case_id LEFT JOIN customers_customer cu ON cu.id = c.customer_id
WHERE r.staff_id = %s ORDER BY r.at DESC, r.id DESC LIMIT %s
"""


def recognition_of(scope: Scope, staff_id: int, now: datetime) -> Recognised:
    """What somebody is recognised for. Raises Refusal "people.unknown" for whoever may not read it."""
    person = colleague_of(staff_id, now)
    if not may_read(scope, person, now):
        raise _unknown()
    rows = fetch_rows(_ROWS, [staff_id, SHOWN])
    open_to = set(visible(scope).filter(pk__in=[row[6] for row in rows if row[6]]).values_list("pk", flat=True))
    return Recognised(
        person,
        tuple(
            RecognitionFacts(
                at=at, deeds="" if words else deeds_in_words(told_first=told, stayed=stayed, in_person=in_person),
                said=words or said, customer=customer, by=by, case=case if case in open_to else None,
            )
            for at, told, stayed, in_person, words, by, case, customer, said in rows
        ),
    )  # fmt: skip


def colleague_of(staff_id: int, now: datetime) -> StaffFacts:
    """A member of staff, for anybody who works here. Raises Refusal "people.unknown"."""
    person = roster(now).people.get(staff_id)
    if person is None:
        raise _unknown()
    return person


def may_read(scope: Scope, person: StaffFacts, now: datetime) -> bool:
    """Themselves, the lead of their team, and managers and administrators."""
    if scope.staff_id == person.id or scope.role in (Role.MANAGER, Role.ADMINISTRATOR):
        return scope.staff_id is not None
    reader = roster(now).people.get(scope.staff_id or 0)
    leads = {*reader.leads, *([reader.team_id] if reader.role is Role.LEAD else [])} if reader else set()
    return person.team_id is not None and person.team_id in leads


def deeds_in_words(*, told_first: bool = False, stayed: bool = False, in_person: bool = False) -> str:
    """What was done, after a name or "you"."""
    done = [
        *(["told them before they had to ask"] if told_first else []),
        *(["spoke to them in person"] if in_person else []),
        *(["saw it through"] if stayed else []),
    ]
    return " and ".join(filter(None, (", ".join(done[:-1]), *done[-1:])))


def _unknown() -> Refusal:
    return missing("people.unknown", "There is no such member of staff that you may open.")
