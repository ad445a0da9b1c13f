"""Playing: beginning a try, and each move in it. Each try is its player's; their lead reads what was assigned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from makegood.journal import actions as journal
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, invalid, missing
from makegood.people.rules import Scope
from makegood.practice.actions.basics import trust_who_passed
from makegood.practice.models import Assignment, Run
from makegood.practice.queries import Played, require_player, run_for, scene_to_begin
from makegood.practice.rules.engine import step
from makegood.practice.rules.hearing import hear
from makegood.practice.rules.moves import Leave, Look, Move, Wait, written
from makegood.practice.rules.passing import PASSED
from makegood.practice.rules.values import Grade

LONGEST_WAIT = 1440


@transaction.atomic
def start(
    scene: str, *, role: Grade = Grade.AGENT, second: bool = False, scope: Scope, by: Actor, now: datetime
) -> int:  # fmt: skip
    """Begin a try at a scene for oneself and give its number. Raises Refusal "practice.no_scene",
    "practice.needs_a_person"."""
    return _begin(Run(staff_id=require_player(scope), scene=scene, role=role, second=second), by, now)


@transaction.atomic
def start_assigned(assignment: int, *, scope: Scope, by: Actor, now: datetime) -> int:
    """Begin a try at what was assigned, as it was: whoever leads the player may read it. Raises Refusal
    "practice.no_assignment" for what is another's or was taken back, and as `start` does."""
    mine = Assignment.objects.filter(pk=assignment, staff_id=require_player(scope), withdrawn_at=None).first()
    if mine is None:
        raise missing("practice.no_assignment", "This is not assigned to you, or was taken back.")
    row = Run(staff_id=mine.staff_id, assignment=mine, scene=mine.scene, role=mine.role, second=mine.second)
    return _begin(row, by, now)


def _begin(row: Run, by: Actor, now: datetime) -> int:
    row.text, row.began_at = scene_to_begin(row.scene)[1], now
    row.save()
    data: dict[str, Any] = {"scene": row.scene, "role": str(row.role)}
    if row.assignment_id is not None:
        data["assignment"] = row.assignment_id
    journal.record("practice.started", by=by, at=now, subject=("practice", row.pk), data=data)
    return row.pk


def say(
    number: int, text: str, *, give: str = "", after: int | None = None, scope: Scope, by: Actor, now: datetime
) -> Played:  # fmt: skip
    """Say something to the customer, and `give` an option with it.

    `after` is how many moves the player had seen; another number is refused. Raises Refusal "practice.no_run",
    "practice.ended", "practice.stale", "practice.no_words", "practice.too_long", "practice.no_option".
    """

    def heard(so_far: Played) -> Move:
        return hear(so_far.play, so_far.standing, text, give=give, theirs=so_far.theirs)

    return _move(number, heard, after, scope, by, now)


def look_up(
    number: int, fact: str, *, after: int | None = None, scope: Scope, by: Actor, now: datetime
) -> Played:  # fmt: skip
    """Look a fact up. Raises Refusal "practice.no_fact" and as `say` does."""

    def looked(so_far: Played) -> Move:
        if so_far.play.scene.fact(fact) is None:
            raise invalid("practice.no_fact", f"This scene has no fact {fact!r}.", field="fact")
        return Look(fact)

    return _move(number, looked, after, scope, by, now)


def wait(
    number: int, minutes: int | None, *, after: int | None = None, scope: Scope, by: Actor, now: datetime
) -> Played:  # fmt: skip
    """Let minutes of the scene pass, or (None) the time until what was promised falls due.

    Raises Refusal "practice.bad_wait" and as `say` does.
    """
    if minutes is not None and not 1 <= minutes <= LONGEST_WAIT:
        raise invalid("practice.bad_wait", f"Let 1 to {LONGEST_WAIT} minutes pass.", field="minutes")
    return _move(number, lambda _: Wait(minutes=minutes or 0, until_due=minutes is None), after, scope, by, now)


def leave(number: int, *, after: int | None = None, scope: Scope, by: Actor, now: datetime) -> Played:
    """End the conversation. Raises Refusal as `say` does."""
    return _move(number, lambda _: Leave(), after, scope, by, now)


def _passed(row: Run, now: datetime) -> None:
    """It ended well: what was assigned is done, and perhaps the basic scenes are."""
    if row.assignment_id is not None:
        Assignment.objects.filter(pk=row.assignment_id, passed_at=None).update(passed_at=now)
    trust_who_passed([row.staff_id])


@transaction.atomic
def _move(
    number: int, read: Callable[[Played], Move], after: int | None, scope: Scope, by: Actor, now: datetime
) -> Played:
    row = Run.objects.select_for_update().filter(pk=number, staff_id=require_player(scope)).first()
    if row is None:
        raise missing("practice.no_run", "There is no such try of yours.")
    if row.end:
        raise Refusal("practice.ended", "This try has ended. Begin another one.")
    if after is not None and after != len(row.moves):
        raise Refusal("practice.stale", "The scene has gone on meanwhile. Read what was said, then go on.")
    so_far = run_for(scope, number)
    one = step(so_far.play, so_far.standing, read(so_far))
    row.moves.append(written(one.move))
    if one.after.end:
        feeling = one.after.feeling
        row.end, row.ended_at = one.after.end, now
        row.trust, row.anger, row.effort = feeling.trust, feeling.anger, feeling.effort
        data = {"scene": row.scene, "end": row.end}
        journal.record("practice.ended", by=by, at=now, subject=("practice", row.pk), data=data)
    row.save()
    if row.end in PASSED:
        _passed(row, now)
    return run_for(scope, number)
