"""What becomes of a remedy once it was given: carried out, not carried out, promised anew, or let go with its promise.

A remedy stands as long as its promise does. Whatever ends or replaces a promise of a case goes through here, so that
nothing is "given" whose promise is gone.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from makegood.cases import actions as cases
from makegood.cases.actions.holding import said, tell
from makegood.cases.models import Case, Commitment
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, invalid
from makegood.notices import actions as notices
from makegood.people.rules import Scope
from makegood.promises import actions as promises
from makegood.promises.queries import promise_for
from makegood.promises.rules import LIVE, MOVES, UNKEPT, Move, State
from makegood.remedies.actions.granting import held_grant, told
from makegood.remedies.actions.weighing import hold_budget
from makegood.remedies.models import Grant, Offer
from makegood.remedies.rules.granting import GrantState
from makegood.remedies.rules.offering import OfferState

REFERENCE_LIMIT, PROBLEM_LIMIT = 200, 500
_LATE = timedelta(minutes=1)
"""How far past the instant at which it breaks something is expected of which nobody knows when it will be done."""
_DONE = (State.KEPT, State.KEPT_LATE)
_ENDED = (State.WITHDRAWN, State.RELEASED, State.REPLACED)


@transaction.atomic
def fulfil_grant(
    grant_id: int, *, reference: str = "", at: datetime | None = None, scope: Scope, by: Actor, now: datetime
) -> int:
    """What was given was carried out, at `at` (aware UTC; now unless said): its promise is kept. Returns the case.

    `reference` is how whoever did it calls that, such as the number of a payment. Told again by the same reference it
    changes nothing. Raises Refusal "grant.unknown", "grant.not_standing", "grant.fulfilled", "promise.future".
    """
    row, case = held_grant(grant_id, scope, closed=None)
    if row.state != GrantState.GIVEN or row.promise is None:
        raise Refusal("grant.not_standing", "Only what was given, and not taken back, can be carried out.")
    name, done = reference.strip()[:REFERENCE_LIMIT], State(row.promise.state) in _DONE
    if done and row.reference not in ("", name):
        raise Refusal("grant.fulfilled", f"This was carried out already, under the reference {row.reference}.")
    if done and row.reference == name:
        return case.pk
    if not done:
        promises.keep(row.promise.pk, at=at, by=by, now=now)
    row.reference, row.problem, row.problem_at = name, "", None
    row.save(update_fields=["reference", "problem", "problem_at"])
    tell("grant_fulfilled", case, by=by, at=now, data=told(row) | {"reference": name})
    return case.pk


@transaction.atomic
def fail_grant(
    grant_id: int, *, reason: str, expected_at: datetime | None = None, scope: Scope, by: Actor, now: datetime
) -> int:
    """What was given could not be carried out: its promise is at risk, and its owner is told. Returns the case.

    `expected_at` (aware UTC) is when it is expected after all; unless that is in time, the promise counts as late.
    The same reason again changes nothing. Raises Refusal "grant.unknown", "grant.not_standing", "case.no_words",
    "grant.expected_past".
    """
    row, case = held_grant(grant_id, scope)
    if row.state != GrantState.GIVEN or row.promise is None or State(row.promise.state) not in UNKEPT:
        raise Refusal("grant.not_standing", "Only what was given and is still to be done can fail.")
    why = said(reason, field="reason", what="Say why it could not be carried out.")[:PROBLEM_LIMIT]
    if expected_at is not None and expected_at <= now:
        raise invalid("grant.expected_past", "Expect it at a time that is still to come.", field="expected_at")
    if why == row.problem and expected_at is None:
        return case.pk
    row.problem, row.problem_at = why, now
    row.save(update_fields=["problem", "problem_at"])
    if State(row.promise.state) in LIVE:
        promises.forecast(row.promise.pk, forecast_at=expected_at or row.promise.breaks_at + _LATE, by=by, now=now)
    tell("grant_failed", case, by=by, at=now, data=told(row) | {"reason": why})
    notices.tell(
        case.owner_id, about=("grant", row.pk), topic="grant_failed", occasion=now.isoformat(), urgent=True,
        words=f"A remedy in SR-{case.pk} could not be carried out.", link=f"/cases/SR-{case.pk}/", by=by, now=now,
    )  # fmt: skip
    return case.pk


@transaction.atomic
def withdraw_grant(grant_id: int, *, reason: str, scope: Scope, by: Actor, now: datetime) -> int:
    """The customer does not want it after all: its promise ends with it, and the budget has it back.

    Returns the number of the case.

    Raises Refusal "grant.unknown", "grant.not_standing", and what releasing a promise raises.
    """
    row, case = held_grant(grant_id, scope)
    if row.state != GrantState.GIVEN or row.promise is None or State(row.promise.state) not in UNKEPT:
        raise Refusal("grant.not_standing", "Only what was given and is still to be done can be taken back.")
    release_commitment(case.pk, promise_id=row.promise.pk, reason=reason, scope=scope, by=by, now=now)
    return case.pk


@transaction.atomic
def release_commitment(number: int, *, promise_id: int, reason: str, scope: Scope, by: Actor, now: datetime) -> None:
    """The customer lets us off a promise of the case: what was given by it is taken back. Raises Refusal as
    `cases.actions.release_commitment` does."""
    cases.release_commitment(number, promise_id=promise_id, reason=reason, scope=scope, by=by, now=now)
    follow_ended(number, reason=reason, by=by, now=now)


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
    """The customer agreed to another time: what was given by the old promise is given by the new one. Returns the id of
    the new promise. Raises Refusal as `cases.actions.replace_commitment` does."""
    new = cases.replace_commitment(
        number, promise_id=promise_id, due_at=due_at, due_on=due_on, title=title, scope=scope, by=by, now=now
    )
    follow_ended(number, by=by, now=now)
    return new


@transaction.atomic
def replace_promise(
    promise_id: int,
    *,
    due_at: datetime | None = None,
    due_on: date | None = None,
    title: str | None = None,
    scope: Scope,
    by: Actor,
    now: datetime,
) -> int:
    """Replace any promise of the ledger, one of a case through its case. Returns the id of the new one.

    Raises Refusal as `promise_for`, `promises.replace` and `replace_commitment` do.
    """
    number = _case_of(promise_id, scope)
    if number is None:
        return promises.replace(promise_id, due_at=due_at, due_on=due_on, title=title, by=by, now=now).pk
    return replace_commitment(
        number, promise_id=promise_id, due_at=due_at, due_on=due_on, title=title, scope=scope, by=by, now=now
    )


@transaction.atomic
def let_off_promise(promise_id: int, move: Move, *, reason: str, scope: Scope, by: Actor, now: datetime) -> None:
    """Withdraw or release (`move`) any promise of the ledger, one of a case through its case.

    Raises Refusal as `promise_for`, `promises.withdraw`, `promises.release` and `release_commitment` do.
    """
    number = _case_of(promise_id, scope)
    if number is None:
        end = promises.withdraw if move is Move.WITHDRAW else promises.release
        end(promise_id, reason=reason, by=by, now=now)
        return
    MOVES.after(promise_for(scope, promise_id).state, move)
    release_commitment(number, promise_id=promise_id, reason=reason, scope=scope, by=by, now=now)


def _case_of(promise_id: int, scope: Scope) -> int | None:
    """The case that a promise was made in, whoever may see that: it decides. Raises Refusal "promise.unknown"."""
    promise_for(scope, promise_id)
    return Commitment.objects.filter(promise_id=promise_id).values_list("case_id", flat=True).first()


def follow_ended(number: int, *, reason: str = "", quiet: bool = False, by: Actor, now: datetime) -> None:
    """Take back what was given by promises of a held case that are gone, and move on what was promised anew. `quiet`
    when another entry of the case's story tells of it."""
    given = Grant.objects.filter(case_id=number, state=GrantState.GIVEN, promise__state__in=_ENDED)
    for row in given.select_related("case", "promise__replaced_by").order_by("pk"):
        assert row.promise is not None  # noqa: S101 - its state was asked for
        if row.promise.state == State.REPLACED:
            _move_on(row, row.case, by, now)
        else:
            take_back(row, row.case, reason=reason, quiet=quiet, by=by, now=now)
            _end_choice(row, now)


def take_back(row: Grant, case: Case, *, reason: str, quiet: bool, by: Actor, now: datetime) -> None:
    """What was given is given no more, and the budget has it back; `quiet` as for `follow_ended`."""
    row.state = GrantState.WITHDRAWN
    row.save(update_fields=["state"])
    data = told(row) | {"reason": reason} | ({"quiet": True} if quiet else {})
    tell("grant_withdrawn", case, by=by, at=now, data=data)


def _end_choice(row: Grant, now: datetime) -> None:
    """What the customer chose is taken back, and with it what else they might have chosen."""
    if row.offer_id is not None and row.decided_by_id is not None:
        hold_budget(row.decided_by_id)
        open_still = Offer.objects.filter(grant__in=[row.pk, row.part_of_id or row.pk], state=OfferState.OPEN)
        open_still.update(state=OfferState.WITHDRAWN, ended_at=now)


def _move_on(row: Grant, case: Case, by: Actor, now: datetime) -> None:
    assert row.promise is not None  # noqa: S101 - it was replaced
    new = row.promise.replaced_by
    row.promise, row.title, row.due_at, row.problem, row.problem_at = new, new.title, new.due_at, "", None
    row.save(update_fields=["promise", "title", "due_at", "problem", "problem_at"])
    tell("grant_moved", case, by=by, at=now, data=told(row))
