"""Assigning scenes to staff, and taking that back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from makegood.journal import actions as journal
from makegood.journal.actors import Actor
from makegood.kernel.refusals import forbidden, invalid, missing
from makegood.kernel.texts import is_text, one_line
from makegood.notices.actions import News, tell_many
from makegood.people.rules import Scope
from makegood.platform.installation import organisation
from makegood.platform.rows import fetch_rows
from makegood.practice.models import Assignment
from makegood.practice.queries import require_player, scene_to_begin
from makegood.practice.queries.assigning import LED, PRACTISES, asker, require_lead
from makegood.practice.rules.values import Grade

LONGEST_WHY = 300
_MOST = 500


@transaction.atomic
def assign(
    *,
    people: Sequence[int],
    scenes: Sequence[str],
    role: Grade = Grade.AGENT,
    second: bool = False,
    due_on: date,
    why: str,
    scope: Scope,
    by: Actor,
    now: datetime,
) -> tuple[int, ...]:
    """Ask people to play scenes by the end of a day, and tell them. What somebody is asked already stays as it is, with
    its day. The numbers of what is new.

    Raises Refusal "people.not_allowed", "practice.not_led", "practice.nobody", "practice.nothing", "practice.no_scene",
    "practice.bad_day", "practice.no_reason", "practice.too_many".
    """
    require_lead(scope)
    me, reason = require_player(scope), _reason(why, "why")
    if due_on < now.astimezone(organisation().zone).date():
        raise invalid("practice.bad_day", "That day is over. Choose today or a later one.", field="due_on")
    names = {one: scene_to_begin(one)[0] for one in dict.fromkeys(scenes)}
    if not names:
        raise invalid("practice.nothing", "Choose at least one scene.", field="scenes")
    led = _led(people, scope)
    if len(led) * len(names) > _MOST:
        raise invalid("practice.too_many", f"Assign up to {_MOST} at once.", field="people")
    before = max(Assignment.objects.order_by("-pk").values_list("pk", flat=True)[:1], default=0)
    Assignment.objects.bulk_create(
        [
            Assignment(
                staff_id=staff, scene=scene, name=found.name[:120], role=role, due_on=due_on, why=reason,
                second=second and found.second is not None, by_id=me, by_name=by.name[:120], at=now,
            )
            for staff in led for scene, found in names.items()
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    made = list(Assignment.objects.filter(pk__gt=before, at=now, by_id=me, staff_id__in=led).order_by("pk"))
    for row in made:
        data = {"staff": row.staff_id, "scene": row.scene, "role": str(row.role), "second": row.second,
                "due_on": row.due_on.isoformat(), "why": row.why}  # fmt: skip
        journal.record("practice.assigned", by=by, at=now, subject=("assignment", row.pk), data=data)
    tell_many([_news(row, by) for row in made], by=by, now=now)
    return tuple(row.pk for row in made)


@transaction.atomic
def take_back(assignment: int, *, reason: str, scope: Scope, by: Actor, now: datetime) -> None:
    """Ask for it no more, and tell the person why. What was played stays. Raises Refusal "people.not_allowed",
    "practice.no_assignment", "practice.no_reason"."""
    require_lead(scope)
    words = _reason(reason, "reason")
    row = Assignment.objects.select_for_update().filter(pk=assignment, withdrawn_at=None, passed_at=None).first()
    if row is None or not _is_led(row.staff_id, scope):
        raise missing("practice.no_assignment", "There is no such assignment that still stands.")
    row.withdrawn_at = now
    row.save(update_fields=["withdrawn_at"])
    data = {"staff": row.staff_id, "scene": row.scene, "reason": words}
    journal.record("practice.taken_back", by=by, at=now, subject=("assignment", row.pk), data=data)
    told = News(
        staff_id=row.staff_id, about=("assignment", row.pk), topic="practice.taken_back", link="/practice/",
        words=f"You are not asked to practise “{row.name}” any more: {words}",
    )  # fmt: skip
    tell_many([told], by=by, now=now)


def _news(row: Assignment, by: Actor) -> News:
    return News(
        staff_id=row.staff_id, about=("assignment", row.pk), topic="practice.assigned", link=f"/practice/{row.scene}/",
        words=f"{by.name} asks you to practise “{row.name}” by {row.due_on:%d %B %Y}: {row.why}",
    )  # fmt: skip


def _reason(text: str, field: str) -> str:
    found = one_line(text)
    if not (is_text(found) and 0 < len(found) <= LONGEST_WHY):
        raise invalid("practice.no_reason", f"Say why, in up to {LONGEST_WHY} characters.", field=field)
    return found


def _led(people: Sequence[int], scope: Scope) -> list[int]:
    """These people, each once. Raises Refusal "practice.nobody", "practice.not_led"."""
    wanted = list(dict.fromkeys(people))
    if not wanted:
        raise invalid("practice.nobody", "Choose at least one person.", field="people")
    found = {number for (number,) in fetch_rows(_WHO, asker(scope) | {"people": wanted})}
    if found != set(wanted):
        raise forbidden("practice.not_led", "You assign scenes to people of your own team who work with customers.")
    return wanted


def _is_led(staff: int, scope: Scope) -> bool:
    return bool(fetch_rows(_WHOM, asker(scope) | {"staff": staff}))


_WHOM = f"SELECT 1 FROM people_staff s WHERE s.id = %(staff)s AND {LED}"  # noqa: S608 - written in our rooms
_WHO = f"""
SELECT s.id FROM people_staff s
WHERE s.id = ANY(%(people)s::bigint[]) AND {PRACTISES} AND {LED}
"""  # noqa: S608 - written in our rooms
