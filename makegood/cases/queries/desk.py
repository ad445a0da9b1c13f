"""Today's work in three groups: broken, at risk, waiting on you."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import Exists, OuterRef, Q, QuerySet

from makegood.cases.models import Case, Commitment, Escalation, Failure, SatisfactionCheck
from makegood.cases.queries.listing import CaseLine, lines, with_names
from makegood.cases.queries.seeing import visible
from makegood.cases.rules import Answer
from makegood.people.rules import Scope
from makegood.promises.queries import LedgerFilter, PromiseFacts, ledger
from makegood.promises.rules import LIVE, State

MOST = 100
_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One row: a case, or a promise in trouble that has none. `why` says what waits on you, "" otherwise."""

    case: CaseLine | None
    promise: PromiseFacts | None
    why: str = ""

    @property
    def since(self) -> datetime:
        """The instant by which the row is placed: when the promise was due, or the case opened."""
        if self.case is not None:
            return self.case.promise_due_at or self.case.opened_at
        assert self.promise is not None  # noqa: S101 - a row is one or the other
        return self.promise.due_at


@dataclass(frozen=True, slots=True)
class DeskGroup:
    """A group and how many it holds (counted up to a thousand); at most a hundred rows of them."""

    key: Literal["broken", "at_risk", "waiting"]
    count: int
    rows: tuple[DeskRow, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """The groups in their fixed order."""

    groups: tuple[DeskGroup, DeskGroup, DeskGroup]


def desk_rows(scope: Scope, *, who: Literal["me", "team"]) -> Desk:
    """What is to be done now, by oneself or by the team, most urgent first."""
    ours = _ours(scope, who)
    waiting = _waiting(scope)
    asked = {line.number for line in waiting}
    failed = Exists(
        Failure.objects.filter(case=OuterRef("pk"), corrected_at__isnull=True).exclude(promise__state__in=[*LIVE])
    )
    broken = ours.filter(failed).exclude(pk__in=asked)
    at_risk = ours.filter(~failed).exclude(pk__in=asked)
    return Desk(
        (
            _group("broken", broken, _promises(scope, who, State.BROKEN)),
            _group("at_risk", at_risk, _promises(scope, who, State.AT_RISK)),
            DeskGroup("waiting", len(waiting), tuple(DeskRow(line, None, _why(line, scope)) for line in waiting)),
        )
    )


def _ours(scope: Scope, who: str) -> QuerySet[Case]:
    """One's own open cases, or the team's; for those in no team who see every one, all."""
    if who == "me":
        return Case.objects.filter(closed_at__isnull=True, owner_id=scope.staff_id)
    rows = visible(scope).filter(closed_at__isnull=True)
    return rows if scope.team_id is None else rows.filter(owner__team_id=scope.team_id)


def _group(key: Literal["broken", "at_risk"], cases: QuerySet[Case], promises: Sequence[PromiseFacts]) -> DeskGroup:
    found = lines(list(with_names(cases).order_by("-severity", "opened_at", "id")[:MOST]))
    count = len(found) if len(found) < MOST else cases.order_by()[:_COUNTED].count()
    rows = [DeskRow(line, None) for line in found] + [DeskRow(None, promise) for promise in promises]
    return DeskGroup(key, count + len(promises), tuple(rows[:MOST]))


def _promises(scope: Scope, who: str, state: State) -> tuple[PromiseFacts, ...]:
    """Promises in this state that have no case of their own and were not made in one."""
    narrow = LedgerFilter(
        states=(state,),
        owner_id=scope.staff_id if who == "me" else None,
        team_id=scope.team_id if who == "team" else None,
    )
    rows = ledger(scope, narrow, limit=MOST).rows
    ids = [row.id for row in rows]
    taken = set(Failure.objects.filter(promise_id__in=ids).values_list("promise_id", flat=True))
    taken |= set(Commitment.objects.filter(promise_id__in=ids).values_list("promise_id", flat=True))
    return tuple(row for row in rows if row.id not in taken)


def _waiting(scope: Scope) -> tuple[CaseLine, ...]:
    """Cases that wait for a word from this very person."""
    me = scope.staff_id
    drawn_in = Exists(Escalation.objects.filter(case=OuterRef("pk"), person_id=me, taken_at__isnull=True))
    last = SatisfactionCheck.objects.filter(case=OuterRef("pk")).order_by("-asked_at", "-id").values("answer")[:1]
    rows = (
        Case.objects.filter(closed_at__isnull=True)
        .alias(last_answer=last)
        .filter(Q(offered_to_id=me) | drawn_in | Q(owner_id=me, last_answer=Answer.MORE))
    )
    return lines(list(with_names(rows).order_by("opened_at", "id")[:MOST]))


def _why(line: CaseLine, scope: Scope) -> str:
    if line.offered_to_id == scope.staff_id:
        return f"{line.owner_name} offers it to you"
    return "The customer wants more" if line.owner_id == scope.staff_id else "Take it in charge"
