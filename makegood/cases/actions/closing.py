"""Ending a case: why it happened, and that the customer says it is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from makegood.cases.actions.causes import check_names_nobody
from makegood.cases.actions.clocks import let_go
from makegood.cases.actions.committing import promise_next_word
from makegood.cases.actions.holding import WORDS_LIMIT, bring_to_desk, check_can_own, hold, person, tell
from makegood.cases.actions.owning import holders
from makegood.cases.causes import chain_of
from makegood.cases.models import Case, Cause, Commitment
from makegood.cases.rules import OF_ONE_PERSON, Obstacle, Purpose, Story, outcome_of
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, invalid
from makegood.people.queries import roster
from makegood.people.rules import Scope
from makegood.promises import actions as promises
from makegood.promises.rules import UNKEPT


@transaction.atomic
def record_cause(
    number: int, *, cause: str, note: str = "", whys: Sequence[str] = (), scope: Scope, by: Actor, now: datetime
) -> None:
    """Say why it happened, by the cause's slug; also of a case that was closed while somebody was finding out.

    `whys` is the chain that led to it, each why asked of the one before. Whoever was finding it has found it. Raises
    Refusal "cause.unknown", "cause.retired", "cause.names_a_person", "cause.too_many_whys", "case.too_long".
    """
    case = hold(number, scope=scope, closed=None)
    person(by)
    found = Cause.objects.filter(slug=cause).first()
    if found is None:
        raise invalid(
            "cause.unknown", "There is no such cause. Choose one from the tree, or name who finds out.", field="cause"
        )
    if found.retired_at is not None and found.pk != case.cause_id:
        raise invalid("cause.retired", f"“{found.name}” is used no more. Choose another cause.", field="cause")
    chain = chain_of(whys)
    names = [*(one.name for one in roster(now).people.values()), case.customer.name]
    check_names_nobody([note], names, field="note")
    check_names_nobody(chain, names, field="whys")
    if len(note) > WORDS_LIMIT:
        raise invalid("case.too_long", f"Up to {WORDS_LIMIT:,} characters, please.", field="note")
    before = {"cause": case.cause_id, "note": case.cause_note, "whys": case.whys}
    case.cause, case.cause_note, case.whys = found, note.strip(), list(chain)
    case.save(update_fields=["cause", "cause_note", "whys"])
    sought = _unkept(case, Purpose.FIND_CAUSE)
    told = {"cause": found.slug, "name": found.name, "note": case.cause_note}
    told |= {"whys": case.whys} if chain else {}
    tell("cause", case, by=by, at=now, data=told if sought else told | {"before": before})
    for promise_id in sought:
        promises.keep(promise_id, by=by, now=now)


@transaction.atomic
def name_cause_finder(number: int, *, staff_id: int, due_at: datetime, scope: Scope, by: Actor, now: datetime) -> None:
    """Name who finds out why, by when: a promise. Raises Refusal as `promises.make` does, "case.cannot_own"."""
    case = hold(number, scope=scope)
    person(by)
    name = check_can_own(staff_id, now=now)
    before: dict[str, object] = {} if case.cause_finder_id else {"before": {}}
    let_go([case.pk], [Purpose.FIND_CAUSE], reason=f"{name} finds out instead.", by=by, now=now)
    promise = promises.make(
        customer_id=case.customer_id, kind="find-cause", title=f"Find out why: {case.title}"[:300], due_at=due_at,
        owner_id=staff_id, by=by, now=now,
    )  # fmt: skip
    Commitment.objects.create(case=case, promise_id=promise.pk, purpose=Purpose.FIND_CAUSE)
    case.cause_finder_id = staff_id
    case.save(update_fields=["cause_finder"])
    told = {"person": staff_id, "name": name, "due_at": due_at.isoformat(), "promise": promise.pk}
    tell("cause_sought", case, by=by, at=now, data=told | before)


def end(
    case: Case,
    story: Story,
    standing: Sequence[Obstacle],
    *,
    told: Mapping[str, object],
    by: Actor,
    now: datetime,
) -> None:
    """Close a case that is held, with the outcome that its story makes. What stands in the way is for the room of
    follow-ups to say: it asks every room, and nobody else calls this. `told` is what it has the journal keep.

    Raises Refusal with the code and sentence of the first obstacle.
    """
    for obstacle in standing:
        raise Refusal(obstacle.code, obstacle.sentence)
    outcome = outcome_of(story)
    assert outcome is not None  # noqa: S101 - without one there is an obstacle
    charged = _unkept(case, *OF_ONE_PERSON)
    let_go([case.pk], OF_ONE_PERSON, reason="The case was closed.", by=by, now=now)
    before = {} if charged else {"before": holders(case)}
    case.closed_at, case.outcome = now, outcome
    case.offered_to, case.offered_at = None, None
    case.save(update_fields=["closed_at", "outcome", "offered_to", "offered_at"])
    tell("closed", case, by=by, at=now, data={"outcome": outcome, **told} | before)


def reopen_for(case: Case, *, reason: str, by: Actor, now: datetime) -> None:
    """Open a case again. Its past answers stand; the customer is asked anew before it closes."""
    before = {
        "closed_at": case.closed_at.isoformat() if case.closed_at else None,
        "outcome": case.outcome,
        "reopened_at": case.reopened_at.isoformat() if case.reopened_at else None,
    }
    case.closed_at, case.outcome, case.reopened_at = None, "", now
    case.save(update_fields=["closed_at", "outcome", "reopened_at"])
    bring_to_desk(case)
    tell("reopened", case, by=by, at=now, data={"reason": reason, "before": before})
    promise_next_word(case, now=now)


def _unkept(case: Case, *purposes: Purpose) -> list[int]:
    """The promises of the case made for these purposes that are still to be kept."""
    waiting = Commitment.objects.filter(case=case, purpose__in=purposes, promise__state__in=UNKEPT)
    return list(waiting.values_list("promise_id", flat=True))
