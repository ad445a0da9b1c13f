"""The plan of coming back to a customer: made when all that was agreed is done, each time a promise in the ledger."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from makegood.cases.actions.clocks import FOLLOW_UP, Clock
from makegood.cases.actions.holding import hold, hold_promises, person, said, tell
from makegood.cases.actions.storing import NewCommitment, insert_commitments
from makegood.cases.models import Case, SatisfactionCheck
from makegood.cases.queries import case_for
from makegood.cases.queries.story import story_of
from makegood.cases.rules import Outcome, Purpose, outcome_of, unreached
from makegood.customers.queries import customer_for
from makegood.followups.actions.closures import name_owners
from makegood.followups.models import Attended, FollowUp
from makegood.followups.queries.following import (
    asked_since_fixed,
    causes_since,
    fixed_since,
    is_fixed,
    patience,
    pending_of,
)
from makegood.followups.rules import MACHINE, asks_at, heard, openings, wait_before
from makegood.journal.actors import SYSTEM, Actor
from makegood.journal.queries import START, latest_cursor
from makegood.kernel.phrases import Span
from makegood.kernel.refusals import Refusal, missing
from makegood.kernel.when import after
from makegood.people.rules import READS_ALL, Scope
from makegood.platform.installation import organisation
from makegood.promises import actions as promises
from makegood.promises.actions import Made, NewPromise, make_many
from makegood.promises.queries import kind_named
from makegood.promises.rules import UNKEPT
from makegood.remedies.queries import follow_ups_for
from makegood.remedies.rules import playbooks
from makegood.remedies.rules.follow_up import told_apart
from makegood.remedies.rules.playbooks_file import ASK_AGAIN
from makegood.remedies.rules.playbooks_parts import span_text

LEFT_IN_PEACE = (Outcome.WILL_NOT_FORGIVE, Outcome.UNREACHABLE)


@transaction.atomic
def attend(*, now: datetime) -> int:
    """Plan the follow-ups of cases that the journal says were put right, and name who answers for the process of those
    whose cause was found since; what no person starts is pulled.

    Several workers share this: one at a time reads on. Returns how many plans were made.
    """
    place = Attended.objects.select_for_update(skip_locked=True).first()
    upto = latest_cursor()
    if place is None or place.cursor == upto:
        return 0
    numbers = fixed_since(place.cursor, upto) if upto != START else []
    hold_promises(numbers)
    cases = Case.objects.select_for_update(of=("self",)).select_related("customer").defer("search")
    fixed = [case for case in cases.filter(pk__in=numbers).order_by("pk") if is_fixed(case.pk)]
    planned = [plan(case, asked=asked_since_fixed(case.pk), by=SYSTEM, now=now) for case in fixed]
    name_owners(causes_since(place.cursor, upto), by=SYSTEM, now=now)
    place.cursor = upto
    place.save(update_fields=["cursor"])
    return len(planned)


def plan(case: Case, *, asked: bool = False, by: Actor, now: datetime) -> list[int]:
    """Promise to come back to the customer of a case that is held, as its playbook says; an earlier plan gives way.

    `asked` leaves out what is to be asked at once. Returns the promises; none for those to be left in peace, nor in
    a case that is light: what one cause did to many is followed up as one.
    """
    if case.light or outcome_of(story_of(case)) in LEFT_IN_PEACE:
        return []
    old = [one.promise_id for one in pending_of(case.pk) if one.attempt is None]
    promises.let_go(old, reason="It was put right anew: the plan is made anew.", by=by, now=now)
    facts = case_for(READS_ALL, case.pk)
    wanted = follow_ups_for(facts, customer_for(READS_ALL, case.customer_id), now)
    made = _promise(case, wanted, asked, by, now)
    if made:
        tell("follow_ups_planned", case, by=by, at=now, data={"promises": made, "many": len(made)})
    return made


def _promise(case: Case, wanted: Sequence[playbooks.FollowUp], asked: bool, by: Actor, now: datetime) -> list[int]:
    clock, zone = Clock(FOLLOW_UP, now), organisation().zone
    due = [
        (clock.due() if one.after == playbooks.NOW else after(one.after, now=now, zone=zone, calendar=None).due_at, one)
        for one in wanted
    ]
    due.sort(key=lambda pair: (pair[1].after != playbooks.NOW, pair[0]))
    at_once = bool(due) and due[0][1].after == playbooks.NOW
    planned = list(zip(due, openings(now, [at for at, _one in due], at_once=at_once), strict=True))
    if asked and at_once:
        # What was asked already has its place in the plan all the same: its answer is not the word of a day later.
        del planned[0]
    rows = [
        FollowUp(case=case, after=span_text(one.after), channel=one.channel, texts=one.what.texts, opens_at=opens_at)
        for (_at, one), opens_at in planned
    ]
    return _store(case, rows, [(str(one.what), at) for (at, one), _opens_at in planned], by, now, machine=True)


def _store(
    case: Case,
    rows: Sequence[FollowUp],
    said_and_due: Sequence[tuple[str, datetime]],
    by: Actor,
    now: datetime,
    *,
    machine: bool = False,
) -> list[int]:
    """Make the promises of follow-ups, and store both; with `machine` those that may be go out by themselves."""
    wanted = [
        NewPromise(customer_id=case.customer_id, title=title, due_at=due_at, owner_id=case.owner_id)
        for title, due_at in said_and_due
    ]
    if not wanted:
        return []
    made = make_many(wanted, kind=kind_named(FOLLOW_UP), by=by, now=now)
    insert_commitments([NewCommitment(case_id=case.pk, promise_id=one.pk, purpose=Purpose.FOLLOW_UP) for one in made])
    for row, promise in zip(rows, made, strict=True):
        row.promise_id = promise.pk
    if machine:
        _let_go_out(case, rows, made)
    FollowUp.objects.bulk_create(rows)
    return [one.pk for one in made]


def _let_go_out(case: Case, rows: Sequence[FollowUp], made: Sequence[Made]) -> None:
    """Say when the questions go out by themselves that are not for a person to ask."""
    zone = ZoneInfo(case.customer.time_zone) if case.customer.time_zone else organisation().zone
    for row, promise in zip(rows, made, strict=True):
        if row.channel in MACHINE:
            at_once = row.after == span_text(playbooks.NOW)
            row.asks_at = asks_at(row.opens_at, promise.warn_at, promise.due_at, zone, at_once=at_once)


def await_word(case: Case, *, by: Actor, now: datetime) -> list[int]:
    """Promise to hear from a customer who was asked or not reached just now, or to try again."""
    return try_again(case, unreached(story_of(case).answers) + 1, by=by, now=now)


def try_again(case: Case, attempt: int, *, by: Actor, now: datetime) -> list[int]:
    """Promise to hear from a customer who was asked, or to try again: the try of that number (from 1). One that is
    promised already is enough."""
    if any(one.attempt is not None for one in pending_of(case.pk)):
        return []
    tries, wait = patience()
    name = case.customer.name
    again = f"Try to reach {name} again ({attempt} of {tries})"
    title = again if attempt > 1 else f"Hear from {name}, or ask again"
    row = FollowUp(case=case, attempt=attempt, opens_at=now)
    return _store(case, [row], [(title, now + wait_before(attempt, wait))], by, now)


def hear(
    case: Case,
    check: SatisfactionCheck,
    *,
    tries: bool = True,
    at_least: int | None = None,
    by: Actor,
    now: datetime,
) -> list[int]:
    """Keep what coming back to the customer now, or a word of theirs, is the answer to; without `tries` only what was
    planned. `at_least` is a promise it was meant for, though it lies far ahead. Returns the promises."""
    at_hand = {*heard((one for one in pending_of(case.pk) if tries or one.attempt is None), now)}
    at_hand |= {at_least} if at_least is not None else set()
    FollowUp.objects.filter(promise_id__in=at_hand).update(heard=check)
    for promise_id in sorted(at_hand):
        promises.keep(promise_id, by=by, now=now)
    return sorted(at_hand)


def stop(case: Case, *, reason: str, by: Actor, now: datetime) -> list[int]:
    """Let go of all that is still to come. Returns the promises."""
    rest = [one.promise_id for one in pending_of(case.pk)]
    promises.let_go(rest, reason=reason, by=by, now=now)
    return rest


def renew(case: Case, promise_ids: Collection[int], *, trouble: str = "", by: Actor, now: datetime) -> None:
    """Promise anew what was kept or let go by a word that is taken back: by the same time while that lies ahead. It is
    for a person to do then; `trouble` says why."""
    rows = list(FollowUp.objects.filter(promise_id__in=promise_ids).select_related("promise").order_by("pk"))
    later = Clock(FOLLOW_UP, now).due()
    due = [(row.promise.title, row.promise.due_at if row.promise.due_at > now else later) for row in rows]
    fresh = [
        FollowUp(
            case=case,
            after=row.after,
            attempt=row.attempt,
            channel=row.channel,
            texts=row.texts,
            opens_at=row.opens_at,
            trouble=trouble[:300],
        )
        for row in rows
    ]
    _store(case, fresh, due, by, now)


@transaction.atomic
def spare(number: int, *, promise_id: int, reason: str, scope: Scope, by: Actor, now: datetime) -> None:
    """The customer does not want us to come back this once. Raises Refusal "followup.unknown", "case.no_words"."""
    case = hold(number, scope=scope, closed=None)
    person(by)
    why = said(reason, field="reason", what="Say why we do not come back, in the customer's words if you can.")
    promises.let_go([pending_one(case, promise_id).promise_id], reason=why, by=by, now=now)
    tell("follow_up_spared", case, by=by, at=now, data={"promise": promise_id, "reason": why})


@transaction.atomic
def come_back(number: int, *, days: int, scope: Scope, by: Actor, now: datetime) -> int:
    """Promise to come back to the customer once more, so many days from now; what was planned stays as it is.

    Returns the promise. Raises Refusal "followup.left_in_peace", and what `hold` raises.
    """
    case = hold(number, scope=scope, closed=None)
    person(by)
    if outcome_of(story_of(case)) in LEFT_IN_PEACE:
        raise Refusal("followup.left_in_peace", "This customer is left in peace: nobody comes back to them.")
    wanted = told_apart([playbooks.FollowUp(after=Span("days", days), what=ASK_AGAIN)])
    made = _promise(case, wanted, False, by, now)
    tell("follow_ups_planned", case, by=by, at=now, data={"promises": made, "many": len(made)})
    return made[0]


def pending_one(case: Case, promise_id: int) -> FollowUp:
    """A follow-up of the case that is still to be done. Raises Refusal "followup.unknown"."""
    found = FollowUp.objects.filter(case=case, promise_id=promise_id, promise__state__in=UNKEPT).first()
    if found is None:
        raise missing("followup.unknown", "This case has no such follow-up, or it was done already.")
    return found
