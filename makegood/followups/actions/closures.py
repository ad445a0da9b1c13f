"""The three closures: the customer says it is right, the process is changed, and those who carried it are heard."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from makegood.cases.actions.holding import person, tell
from makegood.cases.models import Case, Cause, Commitment
from makegood.cases.queries.seeing import visible
from makegood.cases.rules import Purpose
from makegood.followups.actions.hearing import closed_case, in_words, must_be_heard, no_closure, tell_people
from makegood.followups.models import Closure, ProcessOwner
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, forbidden, invalid
from makegood.people.queries import Roster, StaffFacts, roster, staff_by_id
from makegood.people.rules import Ability, Role, Scope
from makegood.promises import actions as promises
from makegood.promises.rules import UNKEPT

KIND = "process-change"


def open_closures(case: Case, *, by: Actor, now: datetime) -> None:
    """The customer closure is made: name who answers for the process and who hears its owner, and tell them.

    A light case has none of its own: what one cause did to many is made good once.
    """
    if case.light:
        return
    everybody = roster(now)
    closure, _ = Closure.objects.update_or_create(case=case, defaults={"customer_at": now})
    _name_owner(closure, case, everybody, by, now)
    must_be_heard(case, case.owner_id, everybody, by, now)


def name_owners(numbers: Collection[int], *, by: Actor, now: datetime) -> None:
    """Name anew who answers for the process of cases whose cause has changed since they were closed."""
    waiting = Closure.objects.filter(pk__in=numbers, process_at=None, case__closed_at__isnull=False)
    everybody = roster(now) if numbers else Roster(())
    for closure in waiting.select_related("case").order_by("pk"):
        _name_owner(closure, closure.case, everybody, by, now)


def _name_owner(closure: Closure, case: Case, everybody: Roster, by: Actor, now: datetime) -> None:
    owner = owner_of_process(case, everybody)
    before, closure.owner_id = closure.owner_id, owner.id if owner else None
    closure.save(update_fields=["owner"])
    if owner is not None and (owner.id != before or closure.customer_at == now) and closure.process_at is None:
        words = f"SR-{case.pk} is right for its customer. Say what changes, so that it does not happen again."
        tell_people([owner.id], case, "process", words, by, now)


def owner_of_process(case: Case, everybody: Roster) -> StaffFacts | None:
    """Who answers for the process: whoever is named for the cause or one above it, or for the kind of promise; else
    the lead of the kind's team, of the owner's, or a manager. For who is away their deputy, or the next; for want of
    all of these whoever is there. None when there is nobody."""
    named = [*_named_for_cause(case.cause_id), *_named(kind_id=case.kind_id)]
    for staff_id in named:
        person = everybody.people.get(staff_id)
        if standing := person if person and person.is_present else everybody.deputy_for(staff_id):
            return standing
    owner = everybody.people.get(case.owner_id)
    team_id = case.kind.team_id or (owner.team_id if owner else None)
    return everybody.lead_for(team_id) or everybody.executive() or everybody.stand_in(0)


def _named_for_cause(cause_id: int | None) -> list[int]:
    """Those named for a cause and for those above it, the nearest first."""
    found: list[int] = []
    while cause_id is not None:
        found += _named(cause_id=cause_id)
        cause_id = Cause.objects.values_list("parent_id", flat=True).get(pk=cause_id)
    return found


def _named(**of: int) -> list[int]:
    return list(ProcessOwner.objects.filter(**of).values_list("staff_id", flat=True))


@transaction.atomic
def close_process(
    number: int,
    *,
    words: str,
    who: int | None = None,
    due_at: datetime | None = None,
    scope: Scope,
    by: Actor,
    now: datetime,
) -> None:
    """The owner of the process says what was changed, or what `who` (themself unless told) will change by a time.

    Raises Refusal "closure.none", "closure.not_yours", "closure.no_cause", "closure.made", "closure.no_words",
    "closure.cannot_change", "case.nobody", and what `promises.make` raises.
    """
    me = person(by)
    closure, case = _held(number, scope, me)
    text = in_words(words, "Say what was changed, or what will be: the next one must not meet it again.")
    if case.cause_id is None:
        raise Refusal("closure.no_cause", "No cause is recorded yet. Say first why it happened.")
    if closure.process_at is not None:
        raise Refusal("closure.made", "What changes was said already.")
    told: dict[str, object] = {"words": text}
    if due_at is not None:
        name = _check_can_change(who or me, now)
        promise = promises.make(
            customer_id=case.customer_id, kind=KIND, title=text[:300], due_at=due_at, owner_id=who or me, by=by, now=now
        )
        Commitment.objects.create(case=case, promise_id=promise.pk, purpose=Purpose.CHANGE)
        closure.promise_id = promise.pk
        told |= {"promise": promise.pk, "due_at": due_at.isoformat(), "name": name}
    closure.words, closure.process_at, closure.process_by_id = text, now, me
    closure.save(update_fields=["words", "process_at", "process_by", "promise"])
    tell("process_closed", case, by=by, at=now, data=told)


def _check_can_change(staff_id: int, now: datetime) -> str:
    """The name of somebody who may promise to change a process: it lands on any function, so a process owner may, who
    works no case."""
    facts = staff_by_id(staff_id, now)
    if facts is None:
        raise invalid("case.nobody", "There is no such member of staff.", field="who")
    if not facts.is_present or not (facts.may_work or facts.role is Role.PROCESS_OWNER):
        raise invalid(
            "closure.cannot_change", f"{facts.name} is not there to change it. Choose somebody who is.", field="who"
        )
    return facts.name


@transaction.atomic
def keep_change(number: int, *, scope: Scope, by: Actor, now: datetime) -> None:
    """What was promised to change is changed.

    Raises Refusal "closure.none", "closure.not_yours", "closure.no_change".
    """
    me = person(by)
    closure, case = _held(number, scope, me)
    if closure.promise is None or closure.promise.state not in UNKEPT:
        raise Refusal("closure.no_change", "Nothing is promised to change here, or it is done already.")
    promises.keep(closure.promise.pk, by=by, now=now)
    tell("process_changed", case, by=by, at=now, data={"words": closure.words, "promise": closure.promise.pk})


def _held(number: int, scope: Scope, me: int) -> tuple[Closure, Case]:
    """The closures of a case that is held, for whoever answers for the process, does what was promised, or manages."""
    case = closed_case(number)
    closure = Closure.objects.select_related("promise").get(case=case)
    doer = closure.promise.owner_id if closure.promise else None
    if me in (closure.owner_id, doer) or (scope.sees_all and scope.may(Ability.ASSIGN)):
        return closure, case
    if visible(scope).filter(pk=number).exists():
        raise forbidden("closure.not_yours", "The owner of the process says what changes.")
    raise no_closure()
