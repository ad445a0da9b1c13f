"""One case, whole."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from makegood.cases.models import Case, Commitment, Escalation, Failure
from makegood.cases.queries.seeing import unknown_case, visible
from makegood.cases.queries.story import story_of
from makegood.cases.rules import Do, Obstacle, Purpose, Stage, Step, allowed, obstacles_to_closing, stage_of
from makegood.customers.queries import ids_of
from makegood.journal.queries import Recorded, history
from makegood.people.rules import Scope
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
    """Somebody drawn in because a promise of the case broke; `due_at` is by when they take it in charge."""

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
    """A case, whole, as pages and integrations get it. Instants are aware UTC."""

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
    cause: str
    cause_name: str
    cause_note: str
    cause_finder_id: int | None
    cause_finder_name: str
    outcome: str
    closed_at: datetime | None
    reopened_at: datetime | None
    stage: Stage
    obstacles: tuple[Obstacle, ...]
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
    case = (
        visible(scope)
        .select_related("customer", "kind", "owner", "offered_to", "sponsor", "cause", "cause_finder")
        .filter(pk=number)
        .first()
    )
    if case is None:
        raise unknown_case()
    return _facts(case, scope)


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


def _facts(case: Case, scope: Scope) -> CaseFacts:
    failures = list(case.failures.order_by("at", "id"))
    commitments = list(case.commitments.order_by("id"))
    promises = promises_by_id(_promise_ids(failures, commitments))
    story = story_of(case)
    escalations = list(case.escalations.select_related("person", "commitment", "charge"))
    return CaseFacts(
        number=case.pk, customer_id=case.customer_id, customer_name=case.customer.name, kind=case.kind.slug,
        kind_name=case.kind.name, title=case.title, severity=case.severity, criticality=case.criticality,
        detected_by=case.detected_by, opened_at=case.opened_at, owner_id=case.owner_id,
        owner_name=case.owner.name, taken_at=case.taken_at, offered_to_id=case.offered_to_id,
        offered_to_name=case.offered_to.name if case.offered_to else "", offered_at=case.offered_at,
        offer_note=case.offer_note, sponsor_id=case.sponsor_id,
        sponsor_name=case.sponsor.name if case.sponsor else "", ordinal=case.ordinal,
        repeat_of=case.repeat_of_id, harm=case.harm, cause=case.cause.slug if case.cause else "",
        cause_name=case.cause.name if case.cause else "", cause_note=case.cause_note,
        cause_finder_id=case.cause_finder_id,
        cause_finder_name=case.cause_finder.name if case.cause_finder else "", outcome=case.outcome,
        closed_at=case.closed_at, reopened_at=case.reopened_at, stage=stage_of(story),
        obstacles=obstacles_to_closing(story),
        allowed=allowed(
            story, scope=scope, owner_id=case.owner_id, offered_to_id=case.offered_to_id,
            drawn_in=any(one.person_id == scope.staff_id and one.taken_at is None for one in escalations),
        ),
        failures=tuple(_failure(failure, promises) for failure in failures),
        steps=_steps(case),
        commitments=tuple(
            CommitmentFacts(Purpose(one.purpose), promises[one.promise_id]) for one in commitments
        ),
        escalations=tuple(_escalation(one, promises) for one in escalations),
        checks=_checks(case),
    )  # fmt: skip


def _promise_ids(failures: Collection[Failure], commitments: Collection[Commitment]) -> set[int]:
    return {one.promise_id for one in commitments} | {one.promise_id for one in failures if one.promise_id}


def _failure(failure: Failure, promises: dict[int, PromiseFacts]) -> FailureFacts:
    return FailureFacts(
        what=failure.what,
        failure_class=failure.failure_class,
        severity=failure.severity,
        detected_by=failure.detected_by,
        at=failure.at,
        corrected_at=failure.corrected_at,
        promise=promises.get(failure.promise_id) if failure.promise_id else None,
    )


def _steps(case: Case) -> tuple[StepFacts, ...]:
    rows = case.steps_done.select_related("by")
    return tuple(
        StepFacts(Step(row.step), row.said, row.channel, row.by.name if row.by else "", row.at) for row in rows
    )


def _escalation(one: Escalation, promises: dict[int, PromiseFacts]) -> EscalationFacts:
    charge = promises.get(one.charge.promise_id) if one.charge else None
    return EscalationFacts(
        rung=one.rung,
        person_id=one.person_id,
        person=one.person.name,
        at=one.at,
        taken_at=one.taken_at,
        because=promises[one.commitment.promise_id].title,
        due_at=charge.due_at if charge else None,
    )


def _checks(case: Case) -> tuple[CheckFacts, ...]:
    return tuple(
        CheckFacts(
            asked_at=row.asked_at,
            asked_by=row.asked_by.name if row.asked_by else "",
            channel=row.channel,
            answer=row.answer,
            answered_at=row.answered_at,
            words=row.words,
        )
        for row in case.checks.select_related("asked_by")
    )
