"""Incidents as pages and integrations get them, each read checked against who asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from makegood.incidents.models import Approval, Incident
from makegood.incidents.queries.collecting import narrow_of
from makegood.incidents.queries.seeing import unknown_incident, visible
from makegood.incidents.rules.narrowing import Narrow
from makegood.incidents.rules.owed import OwedSum
from makegood.incidents.rules.plan import Plan, plan_of
from makegood.incidents.rules.standing import ALLOWED, Course, Deed, IncidentState, state_of
from makegood.people.rules import Ability, Scope
from makegood.platform.among import array_of
from makegood.platform.rows import any_row, fetch_rows
from makegood.promises.queries import kind_named
from makegood.remedies.actions.approving import DECIDE, UNLESS_TOLD

MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many customers of an incident stand how. `more` want something more; `answered` includes them. Of the
    messages to those told so many have been `sent`, are still `to_send`, and are `red`: they did not reach anybody, or
    nobody knows; `by_hand` have none of ours."""

    waiting: int = 0
    told: int = 0
    light: int = 0
    answered: int = 0
    satisfied: int = 0
    more: int = 0
    handed: int = 0
    sent: int = 0
    to_send: int = 0
    red: int = 0
    by_hand: int = 0
    left: Mapping[str, int]

    @property
    def members(self) -> int:
        """The magnitude: how many customers it hits, those left out for whom it turned out fine not among them."""
        return self.waiting + self.told + sum(self.left.values()) - self.left.get("fine", 0)

    @property
    def left_out(self) -> int:
        """How many are not told."""
        return sum(self.left.values())


@dataclass(frozen=True, slots=True)
class Gifts:
    """What everybody was given, or of what rules owed was given along: how many there are, how many are not handed over
    yet, and how many of these are late or could not be."""

    given: int = 0
    undone: int = 0
    late: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFacts:
    """The latest question to somebody who may give more; `approved` is None while it waits."""

    asked_by: str
    asked_of_id: int
    asked_of: str
    asked_at: datetime
    note: str
    each: Decimal
    total: Decimal
    currency: str
    approved: bool | None
    decided_by: str
    decided_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFacts:
    """An incident, whole. Instants are aware UTC; `deeds` are what the reader may do with it now.

    `owed` is what policies owe to everybody it hits, as of `reckoned_at` (None: nobody has worked it out yet).
    """

    number: int
    title: str
    happened: str
    cause: str
    cause_name: str
    owner_id: int
    owner_name: str
    opened_at: datetime
    narrow: Narrow
    plan: Plan
    collected_at: datetime | None
    released_at: datetime | None
    batch_size: int
    every: int
    their_hours: bool
    batches: int
    next_batch_at: datetime | None
    stopped_at: datetime | None
    stopped_why: str
    ended_at: datetime | None
    giver: str
    state: IncidentState
    deeds: tuple[Deed, ...]
    counts: Counts
    asked: AskedFacts | None
    owed: tuple[OwedSum, ...]
    reckoned_at: datetime | None
    gifts: Gifts
    owed_gifts: Gifts


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentLine:
    """An incident in a list."""

    number: int
    title: str
    owner_name: str
    opened_at: datetime
    state: IncidentState
    counts: Counts


def incident_for(scope: Scope, number: int) -> IncidentFacts:
    """One incident. Raises Refusal "incident.unknown" when there is none or none that may be seen."""
    row = visible(scope).select_related("cause", "owner", "giver").filter(pk=number).first()
    if row is None:
        raise unknown_incident()
    counts = _counts([number]).get(number, _NOBODY)
    state = _state(row, counts)
    return IncidentFacts(
        number=row.pk, title=row.title, happened=row.happened, cause=row.cause.slug if row.cause else "",
        cause_name=row.cause.name if row.cause else "", owner_id=row.owner_id, owner_name=row.owner.name,
        opened_at=row.opened_at, narrow=narrow_of(row.narrow), plan=plan_of(row.plan), collected_at=row.collected_at,
        released_at=row.released_at, batch_size=row.batch_size, every=row.every,
        their_hours=row.their_hours, batches=row.batches,
        next_batch_at=row.next_batch_at, stopped_at=row.stopped_at, stopped_why=row.stopped_why,
        ended_at=row.ended_at, giver=row.giver.name if row.giver else "", state=state,
        deeds=ALLOWED[state] if scope.may(Ability.ASSIGN) else (), counts=counts, asked=_asked(number),
        owed=msgspec.convert(row.owed, tuple[OwedSum, ...], strict=False), reckoned_at=row.reckoned_at,
        gifts=_gifts(_GIFTS, number) if counts.told else Gifts(),
        owed_gifts=_gifts(_OWED_GIFTS, number) if counts.told and row.plan.get("gives_owed") else Gifts(),
    )  # fmt: skip


def _gifts(query: str, number: int) -> Gifts:
    return Gifts(*fetch_rows(query, [number])[0])


# What was taken back was not given.
_GIFTS = """
SELECT count(*), count(*) FILTER (WHERE p.state IN ('open', 'at_risk', 'broken')),
       count(*) FILTER (WHERE p.state = 'broken' OR (g.problem <> '' AND p.state IN ('open', 'at_risk')))
FROM incidents_member m JOIN remedies_grant g ON g.id = m.gift_id JOIN promises_promise p ON p.id = g.promise_id
WHERE m.incident_id = %s AND g.state = 'given'
"""
_OWED_GIFTS = _GIFTS.replace(
    "JOIN remedies_grant g ON g.id = m.gift_id",
    "JOIN incidents_owedgrant x ON x.member_id = m.id JOIN remedies_grant g ON g.id = x.grant_id",
)


def incidents(scope: Scope, *, ended: bool | None = None, limit: int = MOST) -> tuple[IncidentLine, ...]:
    """The newest incidents that may be seen; `ended` tells which kind, None both."""
    if ended is False and not any_row("incidents_incident WHERE ended_at IS NULL", ()):
        return ()
    rows = visible(scope).select_related("owner").order_by("-opened_at", "-pk")
    if ended is not None:
        rows = rows.filter(ended_at__isnull=not ended)
    found = list(rows[:limit])
    counts = _counts([row.pk for row in found]) if found else {}
    return tuple(_line(row, counts.get(row.pk, _NOBODY)) for row in found)


def _line(row: Incident, counts: Counts) -> IncidentLine:
    return IncidentLine(
        number=row.pk, title=row.title, owner_name=row.owner.name, opened_at=row.opened_at, state=_state(row, counts),
        counts=counts,
    )  # fmt: skip


def _state(row: Incident, counts: Counts) -> IncidentState:
    return state_of(Course(row.released_at, row.stopped_at, row.ended_at, counts.waiting))


_NOBODY = Counts(left={})
_SENT = ("sent", "to_send", "red", "by_hand")
# Of one who was told the last answer counts. They are few, and sought from their side.
_COUNTS = """
SELECT m.incident_id, m.left_out, count(*) FILTER (WHERE m.told_at IS NULL AND m.left_out = ''),
       count(m.told_at), count(*) FILTER (WHERE m.light), count(m.handed_at),
       count(a.answer), count(*) FILTER (WHERE a.answer = 'satisfied'),
       count(*) FILTER (WHERE a.answer IN ('more', 'not_satisfied')), count(*),
       count(*) FILTER (WHERE g.state = 'sent'), count(*) FILTER (WHERE g.state = 'waiting'),
       count(*) FILTER (WHERE g.state IN ('unsure', 'failed', 'bounced')),
       count(m.told_at) FILTER (WHERE m.sent_as_id IS NULL)
FROM incidents_member m
LEFT JOIN conversation_message g ON g.id = m.sent_as_id
LEFT JOIN LATERAL (
    SELECT s.answer FROM cases_satisfactioncheck s
    WHERE s.case_id = m.case_id AND s.undone_at IS NULL AND s.answer NOT IN ('', 'not_reached')
      AND s.answered_at >= m.told_at
    ORDER BY s.answered_at DESC, s.id DESC LIMIT 1
) a ON m.told_at IS NOT NULL
WHERE m.incident_id = ANY(%s::bigint[])
GROUP BY m.incident_id, m.left_out
"""


def _counts(numbers: Sequence[int]) -> dict[int, Counts]:
    """How the customers of these incidents stand."""
    found: dict[int, dict[str, Any]] = {}
    rows = fetch_rows(_COUNTS, [array_of(numbers)])
    for number, left, waiting, told, light, handed, answered, satisfied, more, every, *sent in rows:
        mine = found.setdefault(number, {"left": {}})
        if left:
            mine["left"][left] = every
        else:
            mine |= {
                "waiting": waiting, "told": told, "light": light, "handed": handed, "answered": answered,
                "satisfied": satisfied, "more": more, **dict(zip(_SENT, sent, strict=True)),
            }  # fmt: skip
    return {number: Counts(**parts) for number, parts in found.items()}


def _asked(number: int) -> AskedFacts | None:
    rows = Approval.objects.filter(incident_id=number).select_related("asked_by", "asked_of", "decided_by")
    row = rows.order_by("-asked_at", "-pk").first()
    if row is None:
        return None
    return AskedFacts(
        asked_by=row.asked_by.name, asked_of_id=row.asked_of_id, asked_of=row.asked_of.name, asked_at=row.asked_at,
        note=row.note, each=row.each, total=row.total, currency=row.currency, approved=row.approved,
        decided_by=row.decided_by.name if row.decided_by else "", decided_at=row.decided_at, reason=row.reason,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """An incident that waits for somebody to decide what everybody is given."""

    number: int
    title: str
    total: Decimal
    currency: str
    asked_by: str
    asked_of_id: int
    asked_of: str
    decide_by: datetime


def waits_for_decision(scope: Scope) -> tuple[Waits, ...]:
    """The questions about incidents that one sees and that nobody decided yet, the oldest first."""
    patience = kind_named(DECIDE).allowance or UNLESS_TOLD
    rows = Approval.objects.filter(decided_at=None, incident__in=visible(scope).order_by().values("pk"))
    return tuple(
        Waits(
            number=row.incident_id, title=row.incident.title, total=row.total, currency=row.currency,
            asked_by=row.asked_by.name, asked_of_id=row.asked_of_id, asked_of=row.asked_of.name,
            decide_by=row.asked_at + patience,
        )
        for row in rows.select_related("incident", "asked_by", "asked_of").order_by("asked_at", "pk")[:MOST]
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """What a customer was told by an incident, and when (aware UTC)."""

    incident: int
    title: str
    message: str
    at: datetime


def told_in_case(number: int) -> Told | None:
    """What the customer of a case was told by an incident last; None when it was none. For whoever sees the case."""
    rows = fetch_rows(_TOLD, [number])
    return Told(*rows[0]) if rows else None


_TOLD = """
SELECT m.incident_id, i.title, m.message, m.told_at
FROM incidents_member m JOIN incidents_incident i ON i.id = m.incident_id
WHERE m.case_id = %s ORDER BY m.told_at DESC LIMIT 1
"""
