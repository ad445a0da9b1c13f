"""Releasing an incident: batch after batch by the worker, stopped and resumed by people."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction

from makegood.cases.actions.holding import person
from makegood.conversation.rules.policy import distinct, excused
from makegood.incidents.actions.giving import check_giver, give_owed_to, give_to, giver_of, hold_owed, no_giver
from makegood.incidents.actions.holding import hold, tell, waiting_in
from makegood.incidents.actions.sending import take_back, turn_of
from makegood.incidents.actions.telling import Done, count_anew, lock, note_members, tell_these
from makegood.incidents.actions.wording import check_plan
from makegood.incidents.models import Incident
from makegood.incidents.queries.coaching import faults_told
from makegood.incidents.queries.members import tally_of
from makegood.incidents.queries.preparing import Prepared, Stage, prepare
from makegood.incidents.rules.plan import Plan, plan_of
from makegood.incidents.rules.standing import Deed
from makegood.journal.actors import Actor, ActorKind
from makegood.kernel.refusals import Refusal, invalid
from makegood.kernel.texts import one_line
from makegood.people.queries import roster
from makegood.people.rules import Scope
from makegood.remedies.actions.weighing import hold_budget

MOST_AT_ONCE = 500
LONGEST_EVERY = 3_600


@transaction.atomic
def release(
    number: int, *, batch_size: int, every: int, their_hours: bool = False, despite: str = "", scope: Scope, by: Actor,
    now: datetime,
) -> None:  # fmt: skip
    """Begin to tell everybody, `batch_size` at a time with `every` seconds between two batches; with `their_hours`
    nobody in their night. Where a clean message is required, `despite` is why it leaves with what the coach found.

    Raises Refusal "incident.unknown", "incident.may_not", "incident.not_now", "incident.nobody",
    "incident.bad_batch", "promise.no_improvement" when its words promise that it will be better while nothing was
    changed, "message.coach", and "authority.over" while what everybody is given is more than the owner may give alone
    and nobody has approved it.
    """
    row = hold(number, Deed.RELEASE, scope=scope)
    row.their_hours = their_hours
    _begin(row, "released", batch_size, every, despite, by=by, now=now)


@transaction.atomic
def resume(
    number: int, *, batch_size: int, every: int, their_hours: bool = False, despite: str = "", scope: Scope, by: Actor,
    now: datetime,
) -> None:  # fmt: skip
    """Go on with a release that was stopped. Raises Refusal as `release` does."""
    row = hold(number, Deed.RESUME, scope=scope)
    row.their_hours = their_hours
    _begin(row, "resumed", batch_size, every, despite, by=by, now=now)


@transaction.atomic
def stop(number: int, *, reason: str = "", scope: Scope, by: Actor, now: datetime) -> None:
    """Tell nobody more for now, and take back what has not left yet: whoever it was for waits again. A batch under way
    is finished first: whoever waits for this knows it is."""
    row = hold(number, Deed.STOP, scope=scope)
    person(by)
    _stop(row, one_line(reason)[:500], by=by, now=now, back=take_back(row, by=by, now=now))


@transaction.atomic
def end(number: int, *, scope: Scope, by: Actor, now: datetime) -> None:
    """Nobody joins any more. Those who were told keep their cases; those who were not are not told."""
    row = hold(number, Deed.END, scope=scope)
    person(by)
    row.ended_at, row.next_batch_at = now, None
    row.save(update_fields=["ended_at", "next_batch_at"])
    tell("ended", row, by=by, at=now, data={"untold": waiting_in(row).count()})


@transaction.atomic
def release_due(*, now: datetime) -> bool:
    """Tell the next batch of one incident whose turn has come, and say whether there was one.

    Whoever holds an incident tells its batch alone; others take the next, or none.
    """
    due = Incident.objects.select_for_update(skip_locked=True).filter(next_batch_at__lte=now)
    row = due.order_by("next_batch_at", "pk").first()
    if row is None:
        return False
    _tell_batch(row, now)
    return True


def _begin(
    row: Incident, verb: str, batch_size: int, every: int, despite: str, *, by: Actor, now: datetime
) -> None:  # fmt: skip
    person(by)
    if not (1 <= batch_size <= MOST_AT_ONCE and 0 <= every <= LONGEST_EVERY):
        raise invalid(
            "incident.bad_batch", f"From 1 to {MOST_AT_ONCE} in a batch, with up to an hour between two.", field="batch"
        )
    if not waiting_in(row).exists():
        raise Refusal("incident.nobody", "Nobody waits to be told. Widen the filter, or wait until somebody joins.")
    check_plan(row)
    _heed_coach(row, one_line(despite), by=by, now=now)
    row.giver_id = _giver_of(row, now)
    row.batch_size, row.every, row.next_batch_at = batch_size, every, now
    row.released_at, row.stopped_at, row.stopped_why = row.released_at or now, None, ""
    row.save()
    tell(verb, row, by=by, at=now, data={"batch_size": batch_size, "every": every, "waiting": waiting_in(row).count()})


def _heed_coach(row: Incident, despite: str, *, by: Actor, now: datetime) -> None:
    """Let faults leave only with a reason where a clean message is required. Raises Refusal "message.coach"."""
    found = faults_told(row, now=now)
    if not found:
        return
    excused(found, despite)
    tell(
        "coach_overridden", row, by=by, at=now, data={"codes": distinct([one.code for one in found]), "reason": despite}
    )


def _giver_of(row: Incident, now: datetime) -> int | None:
    """On whose authority everybody is given the same; None when nothing is given. Raises Refusal "authority.over"."""
    gift = plan_of(row.plan).gift
    if gift is None:
        return None
    tally, everybody = tally_of(row, now=now), roster(now)
    giver = giver_of(row, gift, tally.told, everybody, in_case=tally.in_case, now=now)
    if giver is None:
        raise no_giver(row, gift, tally.told, everybody, in_case=tally.in_case, now=now)
    return giver


def _stop(row: Incident, why: str, *, by: Actor, now: datetime, back: int = 0) -> None:
    row.stopped_at, row.stopped_why, row.next_batch_at = now, why, None
    row.save(update_fields=["stopped_at", "stopped_why", "next_batch_at"])
    tell("stopped", row, by=by, at=now, data={"reason": why, "taken_back": back})


def _tell_batch(row: Incident, now: datetime) -> None:
    members, at = turn_of(row, now=now)
    if at is not None:
        # Somebody waits, and it is night where they are.
        row.next_batch_at = at
        row.save(update_fields=["next_batch_at"])
        return
    if not members:
        # Everybody is told: the page shall say soon what of all that is owed is still to be given.
        row.next_batch_at, row.next_reckon_at = None, row.next_reckon_at and now
        row.save(update_fields=["next_batch_at", "next_reckon_at"])
        return
    plan, everybody = plan_of(row.plan), roster(now)
    by = Actor(ActorKind.STAFF, row.owner_id, everybody.people[row.owner_id].name)
    stock = lock(members, now=now)
    prepared = prepare(members, plan, Stage(row.owner_id, everybody, now))
    told = [one for one in prepared if one.verdict.left is None]
    if plan.gives_owed:
        hold_owed(told)
    try:
        check_plan(row)
        _hold_gift(row, plan, told, now)
    except Refusal as no:
        _stop(row, no.message[:500], by=by, now=now)
        return
    (numbers, sent), gifts = tell_these(row, told, stock, by=by, now=now), dict[int, int]()
    if plan.gift is not None and row.giver_id is not None:
        # Whoever was told before, and whose message was taken back, has it already.
        empty = [one for one in told if one.hit.gift_id is None]
        gifts = give_to(row, plan.gift, row.giver_id, empty, numbers, by=by, now=now)
    owed = give_owed_to(row, told, numbers, by=by, now=now) if plan.gives_owed else 0
    row.batches += 1
    note_members(prepared, Done(numbers, sent, gifts), batch=row.batches, now=now)
    row.next_batch_at = now + timedelta(seconds=row.every)
    row.save(update_fields=["batches", "next_batch_at"])
    tell("batch", row, by=by, at=now, data=_batch(row, told, prepared, owed))
    count_anew(row)


def _batch(row: Incident, told: list[Prepared], prepared: list[Prepared], owed: int) -> dict[str, object]:
    """What the journal says of a batch."""
    left = Counter(str(one.verdict.left) for one in prepared if one.verdict.left)
    said = {"batch": row.batches, "told": len(told), "left": dict(left)}
    return said | ({"owed_given": owed} if owed else {})


def _hold_gift(row: Incident, plan: Plan, told: list[Prepared], now: datetime) -> None:
    """Hold the giver's budget and see that it has enough for this batch. Raises Refusal "authority.over"."""
    if plan.gift is None or row.giver_id is None or not told:
        return
    hold_budget(row.giver_id)
    in_case = max(one.hit.case_given for one in told)
    check_giver(row, row.giver_id, plan.gift, len(told), in_case=in_case, now=now)
