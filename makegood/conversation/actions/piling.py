"""Saying whose it is what came in and belongs to no case: put into one, or settled as nobody's."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from makegood.cases.actions import report_failure
from makegood.cases.actions.holding import WORDS_LIMIT, bring_to_desk, entry, hold, person, said
from makegood.cases.models import Case
from makegood.conversation.models import Message, Thread
from makegood.conversation.rules.messages import HEARD, Channel
from makegood.customers.actions import add, add_contact
from makegood.journal.actions import record, record_many
from makegood.journal.actors import Actor, ActorKind
from makegood.kernel.refusals import Refusal, forbidden, missing
from makegood.people.rules import Ability, Scope


@transaction.atomic
def put_into_case(thread_id: int, number: int, *, theirs: bool = False, scope: Scope, by: Actor, now: datetime) -> None:
    """What came in belongs to this case: its words stand in the case's story from then on. `theirs` says that the
    address is the customer's own, so that they can be written to there.

    Raises Refusal "thread.unknown", "thread.settled", and as `hold` does.
    """
    case = hold(number, scope=scope, closed=None)
    person(by)
    _put(_waiting(thread_id, scope), case, theirs=theirs, by=by, now=now)


@transaction.atomic
def open_case_of(
    thread_id: int, *, kind: str, customer_id: int | None = None, theirs: bool = False, scope: Scope, by: Actor,
    now: datetime,
) -> int:  # fmt: skip
    """Open a case of this kind for what came in, of a customer that there is, else of whoever wrote, who is taken in.
    Returns its number. Raises Refusal "thread.unknown", "thread.settled", and as `report_failure` does."""
    person(by)
    thread = _waiting(thread_id, scope)
    first = thread.messages.filter(inward=True).order_by("at", "id").first()
    if first is None:
        raise missing("thread.unknown", "There is nothing of a customer in it.")
    if customer_id is None:
        contacts = [("email", first.address)] if first.channel == Channel.EMAIL and first.address else []
        customer_id = add(first.name or first.address or "Somebody", contacts=contacts, by=by, now=now)
    number = report_failure(
        customer_id=customer_id, kind=kind, what=thread.subject or first.text[:200] or "A message without words",
        detected_by="customer", scope=scope, by=by, now=now,
    ).number  # fmt: skip
    _put(thread, Case.objects.select_for_update().get(pk=number), theirs=theirs, by=by, now=now)
    return number


@transaction.atomic
def settle_as_nobodys(thread_id: int, *, reason: str, scope: Scope, by: Actor, now: datetime) -> None:
    """It belongs to nobody: it is kept, and waits no more. Raises Refusal "thread.unknown", "thread.settled",
    "case.no_words"."""
    person(by)
    thread = _waiting(thread_id, scope)
    words = said(reason, field="reason", what="Say why it is nobody's, for whoever looks again.")
    thread.settled_at = now
    thread.save(update_fields=["settled_at"])
    record("thread.settled", by=by, at=now, subject=("thread", thread.pk), data={"reason": words[:300]})


def _waiting(thread_id: int, scope: Scope) -> Thread:
    if not scope.may(Ability.WORK):
        raise forbidden("case.may_not_work", "Your role may look at cases but not work them.")
    thread = Thread.objects.select_for_update().filter(pk=thread_id, case=None).first()
    if thread is None:
        raise missing("thread.unknown", "It does not wait here any more: somebody has sorted it.")
    if thread.settled_at is not None:
        raise Refusal("thread.settled", "Somebody said already that it belongs to nobody.")
    return thread


def _put(thread: Thread, case: Case, *, theirs: bool, by: Actor, now: datetime) -> None:
    thread.case, thread.customer_id = case, case.customer_id
    thread.save(update_fields=["case", "customer"])
    heard = [one for one in thread.messages.filter(inward=True).order_by("at", "id") if one.sort in HEARD]
    record_many(
        entry("wrote", case.pk, case.customer_id, by=_writer(one, case), at=now,
              data={"words": one.text[:WORDS_LIMIT], "channel": one.channel, "message": one.pk})
        for one in heard
    )  # fmt: skip
    if theirs and heard and thread.channel == Channel.EMAIL:
        add_contact(case.customer_id, "email", heard[0].address, by=by, now=now)
    bring_to_desk(case)
    told = {"case": case.pk, "messages": [one.pk for one in heard]}
    record("thread.sorted", by=by, at=now, subject=("thread", thread.pk), case_id=case.pk, data=told)


def _writer(one: Message, case: Case) -> Actor:
    return Actor(ActorKind.CUSTOMER, case.customer_id, one.name or case.customer.name)
