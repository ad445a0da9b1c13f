"""One case, whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from makegood.cases.models import Commitment, Failure
from makegood.cases.queries.seeing import SEEN, reader_of, unknown_case, visible
from makegood.cases.queries.story import told
from makegood.cases.rules import Do, Purpose, Stage, Step, Story, allowed, stage_of
from makegood.customers.queries import ids_of
from makegood.journal.queries import Recorded, history
from makegood.people.rules import Scope
from makegood.platform.planning import planned_once
from makegood.platform.rows import fetch_rows
from makegood.promises.queries import PromiseFacts, promises_by_id


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureFacts:
    """What failed: a promise, or a harm that somebody reported (`promise` None)."""

    what: str
    failure_class: str
    severity: int
    detected_by: str
    at: datetime
    corrected_at: datetime | None
    promise: PromiseFacts | None


@dataclass(frozen=True, slots=True)
class StepFacts:
    """A step that was taken, with what was said."""

    step: Step
    said: str
    channel: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CommitmentFacts:
    """A promise made inside the case."""

    purpose: Purpose
    promise: PromiseFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationFacts:
    """Somebody drawn in because a promise of the case broke, or, with `because` "", because the customer was failed
    again; `due_at` is by when they take it in charge."""

    rung: int
    person_id: int
    person: str
    at: datetime
    taken_at: datetime | None
    because: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFacts:
    """One time the customer was asked; `answer` is "" while it is awaited."""

    asked_at: datetime
    asked_by: str
    channel: str
    answer: str
    answered_at: datetime | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """A case, whole, as pages and integrations get it. Instants are aware UTC. `story` is what it is judged by."""

    number: int
    customer_id: int
    customer_name: str
    kind: str
    kind_name: str
    title: str
    severity: int
    criticality: int
    detected_by: str
    opened_at: datetime
    owner_id: int
    owner_name: str
    taken_at: datetime | None
    offered_to_id: int | None
    offered_to_name: str
    offered_at: datetime | None
    offer_note: str
    sponsor_id: int | None
    sponsor_name: str
    ordinal: int
    repeat_of: int | None
    harm: str
    needs: str
    cause: str
    cause_name: str
    cause_note: str
    whys: tuple[str, ...]
    improved_at: datetime | None
    """Since when a change about its cause is live and has not failed."""
    cause_finder_id: int | None
    cause_finder_name: str
    outcome: str
    closed_at: datetime | None
    reopened_at: datetime | None
    stage: Stage
    story: Story
    allowed: tuple[Do, ...]
    failures: tuple[FailureFacts, ...]
    steps: tuple[StepFacts, ...]
    commitments: tuple[CommitmentFacts, ...]
    escalations: tuple[EscalationFacts, ...]
    checks: tuple[CheckFacts, ...]

    @property
    def ref(self) -> str:
        """Its number as people say it."""
        return f"SR-{self.number}"

    @property
    def promise(self) -> PromiseFacts | None:
        """The promise that failed first, if it began with one."""
        return next((failure.promise for failure in self.failures if failure.promise), None)


def case_for(scope: Scope, number: int) -> CaseFacts:
    """One case. Raises Refusal "case.unknown" when there is none or none that may be seen."""
    head = _head(scope, number)
    if head is None:
        raise unknown_case()
    return _facts(head, scope)


def timeline(case: CaseFacts, *, limit: int = 500) -> tuple[Recorded, ...]:
    """What was recorded of a case and of its promises, oldest first."""
    promises = [failure.promise for failure in case.failures if failure.promise]
    promises += [commitment.promise for commitment in case.commitments]
    customers = {case.customer_id, *ids_of(case.customer_id), *(promise.customer_id for promise in promises)}
    return history(
        customer_ids=customers, case_id=case.number, promise_ids=[promise.id for promise in promises], limit=limit
    )


def case_numbers_of_promise(scope: Scope, promise_id: int) -> tuple[int, ...]:
    """The cases that a promise belongs to: that it failed into, or that it was made in."""
    failed = Failure.objects.filter(promise_id=promise_id).values_list("case_id", flat=True)
    made = Commitment.objects.filter(promise_id=promise_id).values_list("case_id", flat=True)
    return tuple(visible(scope).filter(pk__in=[*failed, *made]).order_by("pk").values_list("pk", flat=True))


_DERIVED = ("stage", "story", "allowed", "failures", "steps", "commitments", "escalations", "checks")

# All of a case is read by hand: putting its statements together took longer than asking them.
_HEAD = f"""
SELECT c.id, c.customer_id, cu.name, k.slug, k.name, c.title, c.severity, c.criticality, c.detected_by, c.opened_at,
       c.owner_id, o.name, c.taken_at, c.offered_to_id, coalesce(offered.name, ''), c.offered_at, c.offer_note,
       c.sponsor_id, coalesce(sponsor.name, ''), c.ordinal, c.repeat_of_id, c.harm, c.needs, coalesce(cause.slug, ''),
       coalesce(cause.name, ''), c.cause_note, c.whys, coalesce(cause.improved_at, above.improved_at),
       c.cause_finder_id, coalesce(finder.name, ''), c.outcome, c.closed_at, c.reopened_at
FROM cases_case c
JOIN customers_customer cu ON cu.id = c.customer_id
JOIN promises_kind k ON k.id = c.kind_id
JOIN people_staff o ON o.id = c.owner_id
LEFT JOIN people_staff offered ON offered.id = c.offered_to_id
LEFT JOIN people_staff sponsor ON sponsor.id = c.sponsor_id
LEFT JOIN people_staff finder ON finder.id = c.cause_finder_id
LEFT JOIN cases_cause cause ON cause.id = c.cause_id
LEFT JOIN cases_cause above ON above.id = cause.parent_id
WHERE c.id = %(number)s::bigint AND {SEEN}
"""  # noqa: S608 - a condition written beside `visible`
_NAMES = tuple(field.name for field in fields(CaseFacts))[: -len(_DERIVED)]
_WHYS = _NAMES.index("whys")
_FAILURES = """
SELECT what, failure_class, severity, detected_by, at, corrected_at, promise_id
FROM cases_failure WHERE case_id = %s ORDER BY at, id
"""
_COMMITMENTS = "SELECT promise_id, purpose FROM cases_commitment WHERE case_id = %s AND undone_at IS NULL ORDER BY id"
_STEPS = """
SELECT d.step, d.said, d.channel, coalesce(s.name, ''), d.at
FROM cases_stepdone d LEFT JOIN people_staff s ON s.id = d.by_id WHERE d.case_id = %s AND d.undone_at IS NULL
ORDER BY d.at, d.id
"""
_ESCALATIONS = """
SELECT e.rung, e.person_id, s.name, e.at, e.taken_at, broken.promise_id, charge.promise_id
FROM cases_escalation e
JOIN people_staff s ON s.id = e.person_id
LEFT JOIN cases_commitment broken ON broken.id = e.commitment_id
LEFT JOIN cases_commitment charge ON charge.id = e.charge_id
WHERE e.case_id = %s ORDER BY e.at, e.id
"""
_CHECKS = """
SELECT a.asked_at, coalesce(s.name, ''), a.channel, a.answer, a.answered_at, a.words
FROM cases_satisfactioncheck a LEFT JOIN people_staff s ON s.id = a.asked_by_id
WHERE a.case_id = %s AND a.undone_at IS NULL ORDER BY a.asked_at, a.id
"""


def _head(scope: Scope, number: int) -> dict[str, Any] | None:
    asked = {"number": number, "me": reader_of(scope), "team_id": scope.team_id, "sees_all": scope.sees_all}
    found = fetch_rows(planned_once(_HEAD), asked)
    return dict(zip(_NAMES, found[0], strict=True)) | {"whys": tuple(found[0][_WHYS])} if found else None


def _facts(head: dict[str, Any], scope: Scope) -> CaseFacts:
    number = head["number"]
    failures, made, drawn = (fetch_rows(parts, [number]) for parts in (_FAILURES, _COMMITMENTS, _ESCALATIONS))
    # Those of the ladder too: somebody may be drawn in between the statement of the commitments and its own.
    wanted = {*(one[-1] for one in failures), *(one[0] for one in made)}.union(*(one[-2:] for one in drawn))
    promises = promises_by_id({promise_id for promise_id in wanted if promise_id})
    commitments = tuple(CommitmentFacts(Purpose(purpose), promises[promise_id]) for promise_id, purpose in made)
    steps = tuple(StepFacts(Step(step), *rest) for step, *rest in fetch_rows(_STEPS, [number]))
    escalations = tuple(_escalation(*one, promises=promises) for one in drawn)
    checks = tuple(_check(*one) for one in fetch_rows(_CHECKS, [number]))
    story = _story(head, commitments, steps, escalations, checks)
    return CaseFacts(
        **head, stage=stage_of(story), story=story,
        allowed=allowed(
            story, scope=scope, owner_id=head["owner_id"], offered_to_id=head["offered_to_id"],
            drawn_in=any(one.person_id == scope.staff_id and one.taken_at is None for one in escalations),
        ),
        failures=tuple(_failure(*one, promises=promises) for one in failures), steps=steps, commitments=commitments,
        escalations=escalations, checks=checks,
    )  # fmt: skip


def _story(
    head: dict[str, Any],
    commitments: Collection[CommitmentFacts],
    steps: Collection[StepFacts],
    escalations: Collection[EscalationFacts],
    checks: Collection[CheckFacts],
) -> Story:
    return told(
        taken_at=head["taken_at"], closed_at=head["closed_at"], reopened_at=head["reopened_at"],
        made=[(one.promise.state, one.purpose) for one in commitments], steps=[one.step for one in steps],
        checks=[(one.asked_at, one.answer) for one in checks], has_cause=bool(head["cause"]),
        has_cause_finder=head["cause_finder_id"] is not None,
        awaits_take_in_charge=any(one.taken_at is None for one in escalations),
    )  # fmt: skip


def _failure(
    what: str, failure_class: str, severity: int, detected_by: str, at: datetime, corrected_at: datetime | None,
    promise_id: int | None, *, promises: Mapping[int, PromiseFacts],
) -> FailureFacts:  # fmt: skip
    return FailureFacts(
        what=what, failure_class=failure_class, severity=severity, detected_by=detected_by, at=at,
        corrected_at=corrected_at, promise=promises.get(promise_id) if promise_id else None,
    )  # fmt: skip


def _escalation(
    rung: int, person_id: int, person: str, at: datetime, taken_at: datetime | None, broken: int | None,
    charge: int | None, *, promises: Mapping[int, PromiseFacts],
) -> EscalationFacts:  # fmt: skip
    return EscalationFacts(
        rung=rung, person_id=person_id, person=person, at=at, taken_at=taken_at,
        because=promises[broken].title if broken else "",
        due_at=promises[charge].due_at if charge else None,
    )  # fmt: skip


def _check(
    asked_at: datetime, asked_by: str, channel: str, answer: str, answered_at: datetime | None, words: str
) -> CheckFacts:
    return CheckFacts(
        asked_at=asked_at, asked_by=asked_by, channel=channel, answer=answer, answered_at=answered_at, words=words
    )
