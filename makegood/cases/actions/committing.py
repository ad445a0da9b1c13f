"""Promises made inside a case. Each has its clock in the ledger like any other."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from makegood.cases.actions.clocks import PROGRESS, Clock
from makegood.cases.actions.holding import hold, person, said, tell
from makegood.cases.actions.wording import check_words
from makegood.cases.models import Case, Commitment
from makegood.cases.queries.story import story_of
from makegood.cases.rules import OF_ONE_PERSON, STANDING, Purpose, outcome_of
from makegood.journal.actors import SYSTEM, Actor
from makegood.kernel.refusals import Refusal, invalid, missing
from makegood.people.rules import Scope
from makegood.promises import actions as promises
from makegood.promises.rules import LIVE, State

_KINDS: dict[str, str] = {Purpose.COMMITMENT: "commitment", Purpose.UPDATE: PROGRESS}


@transaction.atomic
def commit(
    number: int,
    *,
    title: str,
    due_at: datetime | None = None,
    due_on: date | None = None,
    purpose: str = Purpose.COMMITMENT,
    said_in: int | None = None,
    scope: Scope,
    by: Actor,
    now: datetime,
) -> int:
    """Promise the customer something by a time. Returns the promise's id in the ledger.

    `said_in` is the entry of the journal whose words promise it, if they were said already.
    Raises Refusal "case.bad_value", "case.no_words", "promise.no_improvement", and what `promises.make` raises.
    """
    case = hold(number, scope=scope)
    person(by)
    if purpose not in _KINDS:
        raise invalid("case.bad_value", "Make a commitment or promise an update.", field="purpose")
    check_words(number, [title], field="title", scope=scope)
    return promise_in(
        case, title=title, due_at=due_at, due_on=due_on, purpose=purpose, said_in=said_in, by=by, now=now
    )  # fmt: skip


def promise_in(
    case: Case,
    *,
    title: str,
    due_at: datetime | None = None,
    due_on: date | None = None,
    purpose: str = Purpose.COMMITMENT,
    said_in: int | None = None,
    by: Actor,
    now: datetime,
) -> int:
    """Promise the customer of a case that is held something by a time, whoever sets it in motion. Returns the
    promise's id. Raises Refusal "case.no_words", and what `promises.make` raises."""
    words = said(title, field="title", what="Say what you will do, such as: ring back with the plan.")
    promise = promises.make(
        customer_id=case.customer_id, kind=_KINDS[purpose], title=words, due_at=due_at, due_on=due_on,
        owner_id=case.owner_id, by=by, now=now,
    )  # fmt: skip
    Commitment.objects.create(case=case, promise_id=promise.pk, purpose=purpose)
    told = {"promise": promise.pk, "title": promise.title, "due_at": promise.due_at.isoformat(), "purpose": purpose}
    tell("committed", case, by=by, at=now, data=told if said_in is None else {**told, "said_in": said_in})
    return promise.pk


@transaction.atomic
def keep_commitment(
    number: int, *, promise_id: int, scope: Scope, by: Actor, now: datetime, at: datetime | None = None
) -> None:
    """Record that a promise of the case was kept. A word on how it stands, kept to a customer who wants to hear in a
    rhythm, promises the next. Raises Refusal "case.no_such_commitment"."""
    case = hold(number, scope=scope)
    kept = _of(case, promise_id)
    person(by)
    promises.keep(promise_id, at=at, by=by, now=now)
    if kept.purpose == Purpose.UPDATE:
        promise_next_word(case, now=now)


@transaction.atomic
def replace_commitment(
    number: int,
    *,
    promise_id: int,
    due_at: datetime | None = None,
    due_on: date | None = None,
    title: str | None = None,
    scope: Scope,
    by: Actor,
    now: datetime,
) -> int:
    """The customer agreed to another time before this one broke. Returns the id of the new promise. Raises Refusal
    "promise.no_improvement" for its title."""
    case = hold(number, scope=scope)
    person(by)
    check_words(number, [title or ""], field="title", scope=scope)
    return replace_in(case, _of(case, promise_id), due_at=due_at, due_on=due_on, title=title, by=by, now=now)


def replace_in(
    case: Case,
    old: Commitment,
    *,
    due_at: datetime | None = None,
    due_on: date | None = None,
    title: str | None = None,
    by: Actor,
    now: datetime,
) -> int:
    """Put a new promise in the place of one of a case that is held. Returns the new one's id."""
    new = promises.replace(old.promise_id, due_at=due_at, due_on=due_on, title=title, by=by, now=now)
    Commitment.objects.create(case=case, promise_id=new.pk, purpose=old.purpose)
    return new.pk


def updates_ahead(case: Case) -> QuerySet[Commitment]:
    """The words on how it stands that are promised in the case and not broken, the next one first."""
    rows = Commitment.objects.select_related("promise").filter(
        case=case, purpose=Purpose.UPDATE, promise__state__in=LIVE
    )
    return rows.order_by("promise__due_at", "id")


def promise_next_word(case: Case, *, now: datetime) -> None:
    """Promise a customer who wants to hear in a rhythm the next word on how it stands, unless one is promised, or they
    said already how it ended for them."""
    cadence = (case.customer.merged_into or case.customer).cadence_minutes
    if cadence is None or updates_ahead(case).exists() or outcome_of(story_of(case)) is not None:
        return
    due_at = Clock(PROGRESS, now).after(timedelta(minutes=cadence))
    promise_in(case, title=STANDING, due_at=due_at, purpose=Purpose.UPDATE, by=SYSTEM, now=now)


def end_rhythm(case: Case, *, now: datetime) -> None:
    """The customer said how it ended for them: no word is due any more that was promised for its rhythm alone."""
    drop_rhythm(case, reason="The customer said how it ended for them.", by=SYSTEM, now=now)


def drop_rhythm(case: Case, *, reason: str, by: Actor, now: datetime) -> None:
    """Let go of words that were promised for their rhythm alone; what somebody promised of their own accord stands."""
    ids = list(updates_ahead(case).filter(promise__title=STANDING).values_list("promise_id", flat=True))
    if ids:
        promises.let_go(ids, reason=reason, by=by, now=now)


@transaction.atomic
def release_commitment(number: int, *, promise_id: int, reason: str, scope: Scope, by: Actor, now: datetime) -> None:
    """The customer lets us off: a broken promise is released, one still ahead is withdrawn."""
    commitment = _of(hold(number, scope=scope), promise_id)
    person(by)
    if commitment.promise.state == State.BROKEN:
        promises.release(promise_id, reason=reason, by=by, now=now)
    else:
        promises.withdraw(promise_id, reason=reason, by=by, now=now)


def _of(case: Case, promise_id: int) -> Commitment:
    found = Commitment.objects.select_related("promise").filter(case=case, promise_id=promise_id).first()
    if found is None:
        raise missing("case.no_such_commitment", "This case holds no such promise.")
    check_not_personal(promise_id)
    return found


def check_not_personal(promise_id: int) -> None:
    """Raises Refusal "case.charge_is_personal" for what whoever was drawn in must do themselves, and
    "case.follow_up_is_heard" for what is kept by recording what the customer said."""
    made = Commitment.objects.filter(promise_id=promise_id, purpose__in=(*OF_ONE_PERSON, Purpose.FOLLOW_UP))
    purpose = made.values_list("purpose", flat=True).first()
    if purpose == Purpose.FOLLOW_UP:
        raise Refusal("case.follow_up_is_heard", "Coming back to the customer is kept by recording what they said.")
    if purpose:
        raise Refusal(
            "case.charge_is_personal",
            "Only the person drawn in can keep this one: by taking the case in charge, and by speaking to the customer"
            " and recording it.",
        )
