"""Today's work in three groups: broken, at risk, waiting on you."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet, Value

from makegood.cases.models import Case, Commitment, Escalation, Failure, SatisfactionCheck
from makegood.cases.queries.listing import CaseLine, lines, with_names
from makegood.cases.queries.seeing import NOBODY, owned_by_team, visible
from makegood.cases.rules import Answer, DetectedBy, Purpose
from makegood.people.rules import Scope
from makegood.platform.among import Among
from makegood.promises.models import Promise
from makegood.promises.queries import PromiseFacts, promises_by_id
from makegood.promises.queries.reading import visible as visible_promises
from makegood.promises.rules import UNKEPT, State

MOST = 25
_COUNTED = 1_000
# Among these many promises, the last that broke or the next to be looked at, those without a case are sought:
# the desk costs the same however long the ledger is.
_LOOKED_AT = 2_000
# One that was foretold to break and then kept in time, or replaced with the customer's consent, never failed.
_FAILED = (State.BROKEN, State.KEPT_LATE, State.RELEASED)


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
    """A group and how many it holds (counted up to a thousand); at most twenty-five rows of them."""

    key: Literal["broken", "at_risk", "waiting"]
    count: int
    rows: tuple[DeskRow, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """The groups in their fixed order."""

    groups: tuple[DeskGroup, DeskGroup, DeskGroup]


def desk_rows(scope: Scope, *, who: Literal["me", "team"]) -> Desk:
    """What is to be done now, by oneself or by the team, most urgent first."""
    whys = _waiting(scope)
    ours = with_names(_ours(scope, who)).exclude(pk__in=Among(whys))
    failed = Exists(
        Failure.objects.filter(Q(promise=None) | Q(promise__state__in=_FAILED), case=OuterRef("pk"), corrected_at=None)
    )
    # Only a case that was opened to speak first can hold nothing that failed: the others need no look at theirs.
    foretold = Q(detected_by=DetectedBy.FORECAST)
    broken = ours.filter(~foretold | failed)
    at_risk = ours.filter(foretold, ~failed)
    first = [list(rows.order_by("-severity", "opened_at", "id")[:MOST]) for rows in (broken, at_risk)]
    waiting = list(with_names(Case.objects.filter(pk__in=Among(whys))).order_by("opened_at", "id")[:MOST])
    found = {line.number: line for line in lines([*first[0], *first[1], *waiting])}
    cases = [_rows(rows, found) for rows in first]
    return Desk(
        (
            _group("broken", cases[0], broken, _caseless(scope, who, State.BROKEN)),
            _group("at_risk", cases[1], at_risk, _caseless(scope, who, State.AT_RISK)),
            DeskGroup("waiting", len(whys), _rows(waiting, found, whys)),
        )
    )


def _ours(scope: Scope, who: str) -> QuerySet[Case]:
    """One's own open cases, or the team's; for those in no team who see every one, all."""
    if who == "me":
        return Case.objects.filter(closed_at__isnull=True, owner_id=scope.staff_id or NOBODY)
    if scope.team_id is None:
        return visible(scope).filter(closed_at__isnull=True)
    return Case.objects.filter(owned_by_team(scope.team_id), closed_at__isnull=True)


def _rows(cases: Sequence[Case], found: dict[int, CaseLine], whys: dict[int, str] | None = None) -> tuple[DeskRow, ...]:
    return tuple(_row(found[case.pk], (whys or {}).get(case.pk, "")) for case in cases)


def _row(line: CaseLine, why: str) -> DeskRow:
    return DeskRow(line, None, why.format(owner=line.owner_name))


def _group(
    key: Literal["broken", "at_risk"], rows: tuple[DeskRow, ...], cases: QuerySet[Case], caseless: Sequence[int]
) -> DeskGroup:
    count = len(rows) if len(rows) < MOST else cases.order_by()[:_COUNTED].count()
    shown = promises_by_id(caseless[: MOST - len(rows)]) if caseless[: MOST - len(rows)] else {}
    promises = tuple(DeskRow(None, shown[number]) for number in caseless if number in shown)
    return DeskGroup(key, count + len(caseless), rows + promises)


def _caseless(scope: Scope, who: str, state: State) -> list[int]:
    """Promises in this state that no case is about, the latest to break or the next to break first."""
    if who == "me":
        near = Promise.objects.filter(owner_id=scope.staff_id or NOBODY, state__in=UNKEPT)
    else:
        near = visible_promises(scope).filter(pk__in=_nearest(state))
        near = near if scope.team_id is None else near.filter(owner__team_id=scope.team_id)
    alone = near.filter(~Exists(Failure.objects.filter(promise=OuterRef("pk"))), state=state, kind__inside_case=False)
    order = "-breaks_at" if state is State.BROKEN else "breaks_at"
    return list(alone.order_by(order, "id").values_list("pk", flat=True)[:_COUNTED])


def _nearest(state: State) -> QuerySet[Promise, int]:
    order = ("-breaks_at", "-id") if state is State.BROKEN else ("breaks_at", "id")
    return Promise.objects.filter(state=state).order_by(*order).values_list("pk", flat=True)[:_LOOKED_AT]


_WHYS = ("{owner} offers it to you", "Take it in charge", "The customer wants more", "Find out why it happened")


def _waiting(scope: Scope) -> dict[int, str]:
    """The cases that wait for this very person, and for what, by number; where several hold, the first.

    Up to a thousand of each sort: after a storm a lead may be drawn into more than anybody could look at.
    """
    me = scope.staff_id or NOBODY
    last = SatisfactionCheck.objects.filter(case=OuterRef("pk")).order_by("-asked_at", "-id").values("answer")[:1]
    offered = Case.objects.filter(closed_at__isnull=True, offered_to_id=me)
    drawn = Escalation.objects.filter(person_id=me, taken_at__isnull=True, charge__promise__state__in=UNKEPT)
    wanting = Case.objects.filter(closed_at__isnull=True, owner_id=me).alias(last=last).filter(last=Answer.MORE)
    seeking = Commitment.objects.filter(
        purpose=Purpose.FIND_CAUSE, promise__owner_id=me, promise__state__in=(State.AT_RISK, State.BROKEN)
    )
    parts = ((offered, "pk"), (drawn, "case_id"), (wanting, "pk"), (seeking, "case_id"))
    first, *others = (
        rows.order_by(number).values_list(number, Value(rank, output_field=IntegerField()))[:_COUNTED]
        for rank, (rows, number) in enumerate(parts)
    )
    found = list(first.union(*others, all=True))
    return {number: _WHYS[rank] for number, rank in sorted(found, key=lambda one: one[1], reverse=True)}
