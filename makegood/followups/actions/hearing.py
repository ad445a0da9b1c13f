"""Those who carried a case are heard: by a lead of theirs, in confidence."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from makegood.cases.actions.holding import check_can_own, hold, hold_theirs, person, tell
from makegood.cases.actions.speaking import short
from makegood.cases.models import Case
from makegood.followups.models import Closure, Hearing
from makegood.followups.rules import may_hear
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, forbidden, invalid, missing
from makegood.notices.actions import News, tell_many
from makegood.people.queries import Roster, StaffFacts, roster
from makegood.people.rules import Role, Scope


def must_be_heard(case: Case, staff_id: int, everybody: Roster, by: Actor, now: datetime) -> Hearing:
    """Somebody carried the case: a lead of theirs is to hear them. They are told, once."""
    lead = everybody.leader_of(staff_id)
    row, made = Hearing.objects.get_or_create(
        case=case, staff_id=staff_id, defaults={"lead_id": lead.id if lead else None, "named_at": now}
    )
    if made:
        Closure.objects.filter(case=case).update(employee_at=None)
        words = f"{everybody.people[staff_id].name} carried SR-{case.pk}. Hear how it was for them."
        tell_people([lead.id] if lead else [], case, "hear", words, by, now)
        own = f"You carried SR-{case.pk}. Say what it cost you, and what would have helped."
        tell_people([staff_id], case, "carried", own, by, now)
    return row


@transaction.atomic
def name_carrier(number: int, *, staff_id: int, scope: Scope, by: Actor, now: datetime) -> None:
    """Somebody else carried it too: they were blamed, or shouted at. Raises Refusal "closure.none", "case.cannot_own",
    "closure.named"."""
    case = hold(number, scope=scope, closed=None)
    person(by)
    if case.closed_at is None or not Closure.objects.filter(case=case).exists():
        raise no_closure()
    name = check_can_own(staff_id, now=now)
    if Hearing.objects.filter(case=case, staff_id=staff_id).exists():
        raise Refusal("closure.named", f"{name} is named already.")
    must_be_heard(case, staff_id, roster(now), by, now)
    tell("carrier_named", case, by=by, at=now, data={"person": staff_id, "name": name})


@transaction.atomic
def say_how_it_was(number: int, *, cost: str, helped: str, scope: Scope, by: Actor, now: datetime) -> None:
    """Whoever carried a case says what it cost them and what would have helped, to their lead alone.

    Raises Refusal "closure.none", "closure.no_words", "closure.too_long".
    """
    me = person(by)
    case = closed_case(number)
    row = Hearing.objects.select_for_update().filter(case=case, staff_id=me).first()
    if row is None:
        raise no_closure()
    if not (cost.strip() or helped.strip()):
        raise _wordless("Say what it cost you, or what would have helped.")
    row.cost, row.helped = short(cost), short(helped)
    row.save(update_fields=["cost", "helped"])
    if row.lead_id and row.heard_at is None:
        tell_people([row.lead_id], case, "spoke", f"{by.name} said how SR-{number} was for them.", by, now)


@transaction.atomic
def hear_carrier(
    number: int, *, staff_id: int, word: str, is_well: bool, scope: Scope, by: Actor, now: datetime
) -> None:
    """A lead hears somebody who carried the case: a word to them, and whether they are all right.

    Raises Refusal "closure.none", "closure.not_yours" for anybody but a lead of theirs, "closure.no_words",
    "closure.heard".
    """
    me = person(by)
    case = closed_case(number)
    row = Hearing.objects.select_for_update().select_related("staff").filter(case=case, staff_id=staff_id).first()
    if row is None:
        raise no_closure()
    if not may_hear(scope, staff_id=row.staff_id, team_id=row.staff.team_id, lead_id=row.lead_id):
        raise forbidden("closure.not_yours", f"{row.staff.name} is heard by a lead of theirs.")
    if row.heard_at is not None:
        raise Refusal("closure.heard", f"{row.staff.name} was heard already.")
    row.word = in_words(word, "Write the word that you said to them.")
    row.is_well, row.heard_at, row.heard_by_id = is_well, now, me
    row.save(update_fields=["word", "is_well", "heard_at", "heard_by"])
    everybody = settle_employees(case, now)
    told = {"person": staff_id, "name": row.staff.name, "row": row.pk, "all": everybody}
    tell("heard", case, by=by, at=now, data=told)


def settle_employees(case: Case, now: datetime) -> bool:
    """Note whether everybody who carried the case has been heard, and return it."""
    waiting = Hearing.objects.filter(case=case, heard_at=None).exists()
    Closure.objects.filter(case=case).update(employee_at=None if waiting else now)
    return not waiting


def closed_case(number: int) -> Case:
    """A closed case that has closures, held, for whoever has a part in them, seen at the desk or not. Raises Refusal
    "closure.none"."""
    if not Closure.objects.filter(pk=number).exists():
        raise no_closure()
    case = hold_theirs(number)
    if case.closed_at is None:
        raise no_closure()
    return case


def no_closure() -> Refusal:
    """The same words whether there is none, or none that is theirs."""
    return missing("closure.none", "Nothing is left to be made good in such a case.")


def in_words(text: str, what: str) -> str:
    """Words that must not be empty nor too many. Raises Refusal "closure.no_words", "case.too_long"."""
    if not text.strip():
        raise _wordless(what)
    return short(text.strip())


def _wordless(what: str) -> Refusal:
    return invalid("closure.no_words", what, field="words")


def leads_to(who: StaffFacts | None) -> str:
    """Where somebody finds what is left of a case for them: a process owner on the one page that they have."""
    return "/asked/" if who is not None and not Scope(Role(who.role)).sees_customers else "/closures/"


def tell_people(people: Collection[int], case: Case, topic: str, words: str, by: Actor, now: datetime) -> None:
    """Let people know what waits for them in the closures of a case."""
    everybody = roster(now).people if people else {}
    told = [
        News(
            staff_id=one, about=("case", case.pk), topic=f"closure.{topic}", words=words,
            link=leads_to(everybody.get(one)), occasion=now.isoformat(),
        )
        for one in people
    ]  # fmt: skip
    tell_many(told, by=by, now=now)
