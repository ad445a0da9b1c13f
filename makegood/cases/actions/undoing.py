"""Taking back what was recorded by mistake. The journal keeps both: what was done, and that it was taken back.

What ended a promise stays: the ledger knows no way back. A step that kept the promise to speak to the customer can be
taken back all the same; the promise that was kept stays kept, and speaking to them is promised anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from makegood.cases.actions.charging import promise_contact
from makegood.cases.actions.clocks import FIRST_CONTACT, PERSONAL_CONTACT, Clock, let_go
from makegood.cases.actions.holding import check_can_own, hold, person, tell
from makegood.cases.actions.owning import unkept
from makegood.cases.actions.searching import index_words
from makegood.cases.actions.working import has_spoken
from makegood.cases.models import Case, Commitment, StepDone
from makegood.cases.queries.record import case_for, timeline
from makegood.cases.queries.undoing import may_undo, obstacle_to_undoing, undone
from makegood.cases.rules import UNDOABLE, Purpose
from makegood.journal.actors import Actor
from makegood.journal.queries import Recorded
from makegood.kernel.refusals import Refusal, forbidden, missing
from makegood.people.rules import Scope
from makegood.promises import actions as promises

Way = Callable[[Case, Recorded, Actor, datetime], None]
"""How one kind of move is taken back."""

REASON = "Taken back: it was recorded by mistake."


@transaction.atomic
def take_back(
    number: int, *, entry: int, whole: bool, ways: Mapping[str, Way], scope: Scope, by: Actor, now: datetime
) -> None:
    """Take back the move that an entry tells of, with `whole` all of its deed. `ways` are how that is done for the
    moves that later rooms make; `followups.actions.undo` is what is called."""
    case = hold(number, scope=scope, closed=None)
    person(by)
    entries = timeline(case_for(scope, number))
    chosen = next((one for one in entries if one.id == entry), None)
    if chosen is None:
        raise missing("case.undo_unknown", "There is no such entry in the story of this case.")
    for one in reversed(_with(chosen, entries) if whole else [chosen]):
        _undo_one(case, one, {**_WAYS, **ways}, scope=scope, by=by, now=now)


def _with(chosen: Recorded, entries: Sequence[Recorded]) -> list[Recorded]:
    """The entries of one deed that still count: what the same hand did at the same instant."""
    gone = undone(entries) - {chosen.id}
    deed = (chosen.at, chosen.actor_id)
    return [one for one in entries if one.verb in UNDOABLE and (one.at, one.actor_id) == deed and one.id not in gone]


def _undo_one(case: Case, entry: Recorded, ways: Mapping[str, Way], *, scope: Scope, by: Actor, now: datetime) -> None:
    facts = case_for(scope, case.pk)
    obstacle = obstacle_to_undoing(entry, facts, timeline(facts))
    if obstacle is not None:
        raise Refusal(obstacle.code, obstacle.sentence)
    if not may_undo(entry, scope):
        raise forbidden("case.undo_not_yours", "Only whoever did it, or a lead, can take it back.")
    ways[entry.verb](case, entry, by, now)
    tell("undone", case, by=by, at=now, data={"entry": entry.id, "verb": entry.verb})


def _step(case: Case, entry: Recorded, by: Actor, now: datetime) -> None:
    StepDone.objects.filter(pk=entry.data["row"], case=case).update(undone_at=now)
    before = entry.data.get("before", {})
    for name in ("harm", "needs"):
        if name in before and getattr(case, name) == entry.data[name]:
            setattr(case, name, before[name])
    if "taken_at" in before and case.taken_at == entry.at:
        case.taken_at = None
    case.save(update_fields=["harm", "needs", "taken_at"])
    index_words([case.pk])
    promise_to_speak(case, entry, by=by, now=now)


def promise_to_speak(case: Case, entry: Recorded, *, by: Actor, now: datetime) -> None:
    """If it was this that kept the promise to speak to the customer, and nobody else has since: promise it anew, by the
    same time while that is still ahead."""
    _promise_in_person(case, entry, by=by, now=now)
    at = _instant(entry.data.get("held_at")) or entry.at
    # Whoever spoke before the promise to do so was made kept it as it was made.
    then = Q(promise__kept_at=at) | Q(promise__kept_at=F("promise__made_at"), promise__made_at__gte=at)
    kept = Commitment.objects.filter(then, case=case, purpose=Purpose.FIRST_CONTACT)
    old = kept.select_related("promise").order_by("-id").first()
    if old is None or has_spoken(case, since=at):
        return
    due_at = old.promise.due_at
    if due_at <= now:
        due_at = Clock(FIRST_CONTACT, now).due(case.customer.cadence_minutes)
    new = promises.make(
        customer_id=case.customer_id, kind=FIRST_CONTACT, title=old.promise.title, due_at=due_at,
        owner_id=case.owner_id, by=by, now=now,
    )  # fmt: skip
    Commitment.objects.create(case=case, promise_id=new.pk, purpose=Purpose.FIRST_CONTACT)


def _promise_in_person(case: Case, entry: Recorded, *, by: Actor, now: datetime) -> None:
    """The same for whoever was drawn in and had promised to speak to the customer themselves."""
    kept = Commitment.objects.filter(
        case=case, purpose=Purpose.PERSONAL_CONTACT, promise__kept_at=entry.at, promise__owner_id=entry.actor_id
    )
    old = kept.select_related("promise__owner").order_by("-id").first()
    if old is None or old.promise.owner is None or has_spoken(case, since=entry.at, staff_id=entry.actor_id):
        return
    due_at = old.promise.due_at if old.promise.due_at > now else Clock(PERSONAL_CONTACT, now).due()
    who = old.promise.owner
    promise_contact(case, by=by, now=now, staff_id=who.pk, name=who.name, due_at=due_at)


def give_back(case: Case, entry: Recorded, by: Actor, now: datetime) -> None:
    """Give the case back to whoever held it, and with it what is still to be kept; an offer stands again."""
    before, owner = entry.data["before"], case.owner_id
    for staff_id in {before["owner"], before["offered_to"]} - {owner, None}:
        check_can_own(staff_id, now=now)
    case.owner_id, case.taken_at = before["owner"], _instant(before["taken_at"])
    case.offered_to_id, case.offered_at = before["offered_to"], _instant(before["offered_at"])
    case.offer_note = before["offer_note"]
    case.save(update_fields=["owner", "taken_at", "offered_to", "offered_at", "offer_note"])
    if case.owner_id != owner:
        promises.give(unkept([case.pk]), owner_id=case.owner_id, by=by, now=now)


def _note(case: Case, entry: Recorded, by: Actor, now: datetime) -> None:
    """Nothing but the journal holds a note."""


def _commitment(case: Case, entry: Recorded, by: Actor, now: datetime) -> None:
    promise_id = entry.data["promise"]
    promises.withdraw(promise_id, reason=REASON, by=by, now=now)
    Commitment.objects.filter(case=case, promise_id=promise_id).update(undone_at=now)


def _cause(case: Case, entry: Recorded, by: Actor, now: datetime) -> None:
    before = entry.data["before"]
    # Before there were chains of whys, nothing was said of them.
    case.cause_id, case.cause_note, case.whys = before["cause"], before["note"], before.get("whys", [])
    case.save(update_fields=["cause", "cause_note", "whys"])


def _search(case: Case, entry: Recorded, by: Actor, now: datetime) -> None:
    let_go([case.pk], [Purpose.FIND_CAUSE], reason=REASON, by=by, now=now)
    case.cause_finder_id = None
    case.save(update_fields=["cause_finder"])


def _reopening(case: Case, entry: Recorded, by: Actor, now: datetime) -> None:
    before = entry.data["before"]
    case.closed_at, case.outcome = _instant(before["closed_at"]), before["outcome"]
    case.reopened_at = _instant(before["reopened_at"])
    case.save(update_fields=["closed_at", "outcome", "reopened_at"])


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


_WAYS: dict[str, Way] = {
    "case.step": _step,
    "case.noted": _note,
    "case.taken": give_back,
    "case.assigned": give_back,
    "case.offered": give_back,
    "case.declined": give_back,
    "case.committed": _commitment,
    "case.cause": _cause,
    "case.cause_sought": _search,
    "case.reopened": _reopening,
}
