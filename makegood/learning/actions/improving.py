"""An improvement from its beginning to its end: a change about a cause, somebody who makes it, and a date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from makegood.cases.actions.causes import check_names_nobody, note_improved
from makegood.cases.actions.holding import person
from makegood.cases.models import Case, Cause
from makegood.journal.actions import record
from makegood.journal.actors import SYSTEM, Actor
from makegood.kernel.refusals import Refusal, forbidden, invalid, missing
from makegood.kernel.texts import one_line
from makegood.learning.actions.letters import watch_for
from makegood.learning.models import Candidate, Improvement
from makegood.learning.queries.candidates import failed_of
from makegood.learning.queries.improvements import may_move
from makegood.learning.queries.recurring import count
from makegood.learning.rules.recurrence import LETS_US_SAY, State
from makegood.notices.actions import tell
from makegood.people.queries import require, roster
from makegood.people.rules import Ability, Scope
from makegood.platform.installation import organisation
from makegood.promises import actions as promises
from makegood.promises.queries import kind_named
from makegood.promises.rules import UNKEPT, Moved
from makegood.promises.rules import State as PromiseState

KIND = "process-change"
DAY = timedelta(days=1)
_OPEN = (PromiseState.OPEN, PromiseState.AT_RISK)
CHANGE_LIMIT, MOST_EXPOSURE = 300, 10_000_000


@transaction.atomic
def begin(
    *,
    cause: str,
    change: str,
    owner_id: int,
    due_at: datetime,
    kind: str = "",
    less_by: int = 50,
    exposure: int = 200,
    signal: int | None = None,
    by: Actor,
    now: datetime,
) -> int:
    """Begin an improvement: what changes about a cause, who makes it, and by when it is live, which is a promise to the
    customer whom the cause failed last; of a `signal`, when no case has the cause yet, whom that failed last.

    Answers with its number. Raises Refusal "people.not_allowed", "cause.unknown", "improvement.no_change",
    "cause.names_a_person", "improvement.no_case", "improvement.bad_value", "case.nobody", and what `promises.make`
    raises.
    """
    require(by, Ability.WORK)
    person(by)
    about = Cause.objects.filter(slug=cause).first()
    if about is None:
        raise invalid("cause.unknown", "There is no such cause. Choose one from the tree.", field="cause")
    text = _change(change, now)
    _check_measure(less_by, exposure)
    owner = roster(now).people.get(owner_id)
    if owner is None or not owner.is_active:
        raise invalid("case.nobody", "There is no such member of staff.", field="owner")
    made = promises.make(
        customer_id=_last_failed(about, signal, now),
        kind=KIND,
        title=text,
        due_at=due_at,
        owner_id=owner_id,
        by=by,
        now=now,
    )
    row = Improvement.objects.create(
        cause=about, change=text, owner_id=owner_id, asked_by_id=by.id, promise_id=made.pk, less_by=less_by,
        exposure=exposure, kind_id=kind_named(kind).id if kind else None, began_at=now,
    )  # fmt: skip
    Candidate.objects.filter(pk=signal or 0).update(improvement=row)
    watch_for(owner_id, now)
    recount(row, now)
    _record("begun", row, by, now, {"owner": owner.name, "due_at": due_at.isoformat(), "less_by": less_by})
    words = f"A change is yours: {text}. Bring it live by the date, and it is watched whether it holds."
    tell(
        owner_id, about=("improvement", row.pk), topic="improvement.begun", words=words, link=address(row.pk),
        by=by, now=now,
    )  # fmt: skip
    return row.pk


@transaction.atomic
def bring_live(number: int, *, scope: Scope, by: Actor, now: datetime, at: datetime | None = None) -> None:
    """What was to change is changed, since `at` (aware UTC; now unless given): from then on failures are counted, and
    messages may say that we changed it.

    Raises Refusal "improvement.unknown", "improvement.not_yours", "improvement.not_now", "improvement.bad_date".
    """
    row = _held(number, scope)
    if row.state != State.PLANNED:
        raise Refusal("improvement.not_now", "This change is live already, or was dropped.")
    since = at or now
    if not row.began_at <= since <= now:
        raise invalid("improvement.bad_date", "Give a day between when it was begun and today.", field="at")
    if row.promise.state in UNKEPT:
        promises.keep(row.promise_id, at=since, by=by, now=now)
    row.state, row.live_at = State.LIVE, since
    row.save(update_fields=["state", "live_at"])
    recount(row, now)
    say_whether_improved(row.cause_id)
    _record("live", row, by, now)


@transaction.atomic
def say_later(number: int, *, reason: str, expected_at: datetime, scope: Scope, by: Actor, now: datetime) -> None:
    """It cannot be live by its date, because of `reason`: it is expected at `expected_at` (aware UTC). The date that
    was promised stands; who asked for the change and who leads its owner are told now, while there is time.

    Raises Refusal "improvement.unknown", "improvement.not_yours", "improvement.not_now", "improvement.no_reason",
    "improvement.not_later".
    """
    row = _held(number, scope)
    if row.state != State.PLANNED:
        raise Refusal("improvement.not_now", "This change is live already, or was dropped.")
    why = one_line(reason)[:CHANGE_LIMIT]
    if not why:
        raise invalid("improvement.no_reason", "Say what stands in the way: somebody can help.", field="reason")
    if expected_at <= max(now, row.promise.due_at):
        raise invalid("improvement.not_later", "Give a day after the one that was agreed.", field="expected_at")
    if row.promise.state in _OPEN:
        promises.forecast(row.promise_id, forecast_at=expected_at, by=by, now=now)
    row.expected_at, row.obstacle = expected_at, why
    row.save(update_fields=["expected_at", "obstacle"])
    _record("later", row, by, now, {"reason": why, "expected_at": expected_at.isoformat()})
    above = roster(now).leader_of(row.owner_id)
    told = {one for one in (row.asked_by_id, above.id if above else None) if one is not None}
    for one in told - {row.owner_id}:
        tell(
            one, about=("improvement", row.pk), topic="improvement.later", occasion=expected_at.isoformat()[:40],
            words=f"A change will be later than agreed: {row.change}", link=address(row.pk), by=by, now=now,
        )  # fmt: skip


@transaction.atomic
def drop(number: int, *, reason: str, scope: Scope, by: Actor, now: datetime) -> None:
    """It is not done after all, or is undone: nothing says any more that we changed it.

    Raises Refusal "improvement.unknown", "improvement.not_yours", "improvement.not_now", "improvement.no_reason".
    """
    row = _held(number, scope)
    if row.state == State.DROPPED:
        raise Refusal("improvement.not_now", "This change was dropped already.")
    why = reason.strip()[:500]
    if not why:
        raise invalid("improvement.no_reason", "Say why it is dropped: somebody counted on it.", field="reason")
    promises.let_go([row.promise_id], reason=why, by=by, now=now)
    row.state, row.ended_at, row.next_count_at = State.DROPPED, now, None
    row.save(update_fields=["state", "ended_at", "next_count_at"])
    say_whether_improved(row.cause_id)
    _record("dropped", row, by, now, {"reason": why})


@transaction.atomic
def follow_late(moved: Sequence[Moved], *, now: datetime) -> None:
    """Tell whoever promised a change that its date has passed, and whoever leads them."""
    broken = [move.promise_id for move in moved if move.inside_case and move.after is PromiseState.BROKEN]
    late = Improvement.objects.filter(promise_id__in=broken, state=State.PLANNED) if broken else ()
    for row in late:
        everybody = roster(now)
        team = everybody.people[row.owner_id].team_id if row.owner_id in everybody.people else None
        above = everybody.lead_for(team) or everybody.executive()
        words = f"The date of a change has passed, and it is not live: {row.change}"
        for one in {row.owner_id, *([above.id] if above else [])}:
            tell(
                one, about=("improvement", row.pk), topic="improvement.late", words=words, link=address(row.pk),
                by=SYSTEM, now=now,
            )  # fmt: skip


def recount(row: Improvement, now: datetime) -> None:
    """Count anew what it is judged by; once it is live, again in a day."""
    zone = organisation().zone.key
    row.counted = count(row.cause_id, row.kind_id, live_at=row.live_at, zone=zone, now=now)
    row.next_count_at = now + DAY
    row.save(update_fields=["counted", "next_count_at"])


def say_whether_improved(cause_id: int) -> None:
    """Let the room of cases know since when the cause is changed, if it is."""
    standing = Improvement.objects.filter(cause_id=cause_id, state__in=LETS_US_SAY).order_by("live_at")
    note_improved(cause_id, since=standing.values_list("live_at", flat=True).first())


def address(number: int) -> str:
    """Where an improvement is seen at the desk."""
    return f"/improvements/{number}/"


def _held(number: int, scope: Scope) -> Improvement:
    row = (
        Improvement.objects.select_for_update(of=("self",)).select_related("promise").filter(pk=number).first()
    )  # fmt: skip
    if row is None or not (scope.sees_customers or row.owner_id == scope.staff_id):
        raise missing("improvement.unknown", "There is no such improvement.")
    if not may_move(scope, row.owner_id):
        raise forbidden("improvement.not_yours", "Its owner does this, or a lead or manager.")
    return row


def _change(text: str, now: datetime) -> str:
    change = one_line(text)
    if not change:
        raise invalid(
            "improvement.no_change", "Say what changes, such as: bins are labelled on both sides.", field="change"
        )
    if len(change) > CHANGE_LIMIT:
        raise invalid("improvement.bad_value", f"Up to {CHANGE_LIMIT} characters, please.", field="change")
    check_names_nobody([change], [one.name for one in roster(now).people.values()], field="change")
    return change


def _check_measure(less_by: int, exposure: int) -> None:
    if not 1 <= less_by <= 100:
        raise invalid("improvement.bad_value", "Give 1 to 100 per cent fewer failures.", field="less_by")
    if not 1 <= exposure <= MOST_EXPOSURE:
        raise invalid("improvement.bad_value", "Give after how many promises due it is judged.", field="exposure")


def _last_failed(cause: Cause, signal: int | None, now: datetime) -> int:
    cases = Case.objects.filter(Q(cause=cause) | Q(cause__parent=cause)).order_by("-pk")
    found: int | None = cases.values_list("customer_id", flat=True).first()
    candidate = Candidate.objects.filter(pk=signal or 0).first() if found is None else None
    if candidate is not None:
        failed = failed_of(candidate, zone=organisation().time_zone, before=now, most=1)
        found = failed[0].customer_id if failed else None
    if found is None:
        raise invalid(
            "improvement.no_case", "No case is put down to this cause yet: what changes is measured by them.",
            field="cause",
        )  # fmt: skip
    return found


def _record(verb: str, row: Improvement, by: Actor, now: datetime, data: dict[str, Any] | None = None) -> None:
    told = {"improvement": row.pk, "cause": row.cause.slug, "change": row.change, **(data or {})}
    record(f"improvement.{verb}", by=by, at=now, subject=("improvement", row.pk), data=told)
