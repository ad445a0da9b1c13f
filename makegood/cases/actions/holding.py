"""Getting hold of a case to act on it: visible, locked, open, and by somebody who may."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from makegood.cases.models import Case, Commitment
from makegood.cases.queries.seeing import unknown_case, visible
from makegood.journal.actions import NewEntry, record_many
from makegood.journal.actors import Actor, ActorKind
from makegood.kernel.refusals import Refusal, forbidden, invalid
from makegood.people.queries import staff_by_id
from makegood.people.rules import Ability, Scope
from makegood.platform.among import Among
from makegood.promises.models import Promise
from makegood.promises.rules import UNKEPT

WORDS_LIMIT = 10_000


def hold(number: int, *, scope: Scope, closed: bool | None = False) -> Case:
    """The case, locked for this transaction. `closed` says which kind is wanted, None that both will do.

    Raises Refusal "case.unknown", "case.may_not_work", "case.closed", "case.open".
    """
    if not scope.may(Ability.WORK):
        raise forbidden("case.may_not_work", "Your role may look at cases but not work them.")
    found = visible(scope).filter(pk=number).values_list("pk", flat=True).first()
    if found is None:
        raise unknown_case()
    case = hold_theirs(number)
    if closed is False and case.closed_at is not None:
        raise Refusal("case.closed", "This case is closed. Reopen it to go on.")
    if closed and case.closed_at is None:
        raise Refusal("case.open", "This case is open already.")
    return case


def hold_theirs(number: int) -> Case:
    """The case, open or closed, locked for this transaction, for its own customer."""
    hold_promises([number])
    return Case.objects.select_for_update().get(pk=number)


def bring_to_desk(case: Case) -> None:
    """Something in the case needs a person, or a person is at work in it: it is light no more."""
    if case.light:
        case.light = False
        case.save(update_fields=["light"])


def hold_promises(numbers: Collection[int]) -> None:
    """Lock the promises of cases that can still move. Promises come before cases everywhere: a person who keeps
    one at the instant at which the watch breaks it waits for the watch, and neither waits in a circle."""
    made = Commitment.objects.filter(case_id__in=Among(numbers)).values("promise_id")
    moving = Promise.objects.select_for_update().filter(pk__in=made, state__in=UNKEPT).order_by("pk")
    list(moving.values_list("pk", flat=True))


def person(by: Actor) -> int:
    """The member of staff who acts. Raises Refusal "case.needs_a_person" for an integration that stands for none."""
    if by.kind is not ActorKind.STAFF or by.id is None:
        raise invalid("case.needs_a_person", "Only a member of staff can do this: say for whom you act.", field="staff")
    return by.id


def check_can_own(staff_id: int, *, now: datetime) -> str:
    """The name of somebody who may own a case. Raises Refusal "case.cannot_own" for one who is not there."""
    facts = staff_by_id(staff_id, now)
    if facts is None:
        raise invalid("case.nobody", "There is no such member of staff.", field="to")
    if not facts.is_present or not facts.may_work:
        raise invalid("case.cannot_own", f"{facts.name} is not there to own it. Choose somebody who is.", field="to")
    return facts.name


def tell(verb: str, case: Case, *, by: Actor, at: datetime, data: Mapping[str, Any] | None = None) -> None:
    """Record a move of a case."""
    record_many([entry(verb, case.pk, case.customer_id, by=by, at=at, data=data or {})])


def entry(verb: str, number: int, customer_id: int, *, by: Actor, at: datetime, data: Mapping[str, Any]) -> NewEntry:
    """A move of a case, to be recorded with others."""
    return NewEntry(
        verb=f"case.{verb}",
        by=by,
        at=at,
        subject=("case", number),
        customer_id=customer_id,
        case_id=number,
        data=data,
    )


def said(text: str, *, field: str, what: str) -> str:
    """Words that must not be empty. Raises Refusal "case.no_words"."""
    if not text.strip():
        raise invalid("case.no_words", what, field=field)
    return text.strip()
