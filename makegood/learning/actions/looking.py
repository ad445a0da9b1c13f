"""Looking through all promises once a day for what fails beyond chance, and what becomes of what is found."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from makegood.cases.actions.closing import name_cause_finder
from makegood.cases.models import Case
from makegood.journal.actions import record
from makegood.journal.actors import SYSTEM, Actor
from makegood.kernel.refusals import Refusal, forbidden, invalid, missing
from makegood.learning.actions.letters import watch_for
from makegood.learning.models import Candidate, Look
from makegood.learning.queries.candidates import DAYS, failed_of, kinds_and_causes, touched_by
from makegood.learning.queries.counting import beyond_chance
from makegood.learning.rules.signals import Signal, group_words
from makegood.notices.actions import News, tell_many
from makegood.people.queries import roster
from makegood.people.rules import Ability, Scope, may
from makegood.platform.installation import organisation
from makegood.promises.models import Kind

EVERY = timedelta(days=1)
QUIET = timedelta(days=DAYS)
"""For so long nobody is asked again about what was dismissed."""
_MOST_SEARCHED = 200


@transaction.atomic
def look_through(*, now: datetime) -> bool:
    """Look through all promises if that is due: keep what fails beyond chance, and tell managers what is new, once.
    Whether it was due."""
    if not Look.objects.exists():
        Look.objects.get_or_create(pk=1, defaults={"next_look_at": now})
    row = Look.objects.select_for_update(skip_locked=True).filter(next_look_at__lte=now).first()
    if row is None:
        return False
    found = beyond_chance(days=DAYS, before=now, zone=organisation().time_zone)
    fresh = [made for one in found if (made := _keep(one, now)) is not None]
    Candidate.objects.filter(last_at__lt=now, standing=True).update(standing=False)
    _tell(fresh, now)
    row.looked_at, row.next_look_at = now, now + EVERY
    row.save()
    return True


@transaction.atomic
def dismiss(number: int, *, reason: str, scope: Scope, by: Actor, now: datetime) -> None:
    """Say why it needs nothing: it is shown no more for ninety days.

    Raises Refusal "signal.unknown", "signal.may_not", "signal.no_reason", "signal.dismissed".
    """
    row = _hold(number, scope)
    why = " ".join(reason.split())[:500]
    if not why:
        raise invalid("signal.no_reason", "Say why it needs nothing, such as: that depot was rebuilt.", field="reason")
    if row.dismissed_at is not None:
        raise Refusal("signal.dismissed", "It was dismissed already.")
    row.dismissed_at, row.dismissed_by_id, row.reason = now, by.id, why
    row.save(update_fields=["dismissed_at", "dismissed_by", "reason"])
    _record("dismissed", row, by, now, {"reason": why})


@transaction.atomic
def search_cause(number: int, *, staff_id: int, due_at: datetime, scope: Scope, by: Actor, now: datetime) -> int:
    """Have somebody find out why: the last case of the group that has no cause yet is theirs to find it in, by a date,
    which is a promise. Answers with the case.

    Raises Refusal "signal.unknown", "signal.may_not", "signal.no_case", and as `name_cause_finder` does.
    """
    row = _hold(number, scope)
    failed = failed_of(row, zone=organisation().time_zone, before=now, most=_MOST_SEARCHED)
    open_ones = [one.case_number for one in failed if one.case_number is not None]
    case = _without_cause(open_ones)
    if case is None:
        raise Refusal("signal.no_case", "None of its open cases waits for a cause. Begin an improvement instead.")
    name_cause_finder(case, staff_id=staff_id, due_at=due_at, scope=scope, by=by, now=now)
    row.case_id = case
    row.save(update_fields=["case"])
    _record("searched", row, by, now, {"case": case, "person": staff_id})
    return case


def _without_cause(numbers: list[int]) -> int | None:
    waits = Case.objects.filter(pk__in=numbers, cause=None, closed_at=None).values_list("pk", flat=True)
    return max(waits, default=None)


def _keep(one: Signal, now: datetime) -> Candidate | None:
    """Write down what was found; the row when it is news to managers."""
    seen: dict[str, Any] = {
        "due": one.due,
        "failed": one.failed,
        "expected": one.expected,
        "share": one.share,
        "last_at": now,
    }
    kinds, causes = kinds_and_causes(one.what, one.value, zone=organisation().time_zone, before=now)
    seen |= {"kinds": kinds, "causes": causes}
    row, is_new = Candidate.objects.get_or_create(
        what=one.what, value=one.value, defaults=seen | {"first_at": now}
    )  # fmt: skip
    if is_new:
        return row
    back = not row.standing and row.dismissed_at is None and row.improvement_id is None
    asked_again = row.dismissed_at is not None and row.dismissed_at < now - QUIET
    for name, value in seen.items():
        setattr(row, name, value)
    row.standing = True
    if asked_again:
        row.dismissed_at, row.dismissed_by_id, row.reason = None, None, ""
    row.save()
    return row if back or asked_again else None


def _tell(fresh: list[Candidate], now: datetime) -> None:
    """Tell managers what is new, and those who answer for it; these are written to as well."""
    people = roster(now).people
    managers = {one.id for one in people.values() if one.is_active and may(one.role, Ability.SET_CAUSES)}
    news = list[News]()
    for row in fresh:
        touched = {one for one in touched_by(row.pk) if one in people and people[one].is_active}
        news += [_news(row, one, f"/signals/{row.pk}/", now) for one in sorted(managers)]
        news += [_news(row, one, "/asked/#signals", now) for one in sorted(touched - managers)]
        for one in sorted(touched):
            watch_for(one, now)
    tell_many(news, by=SYSTEM, now=now)


def _news(row: Candidate, staff_id: int, link: str, now: datetime) -> News:
    name = Kind.objects.get(slug=row.value).name if row.what == "kind" else row.value
    return News(
        staff_id=staff_id, about=("signal", row.pk), topic="signal.found", occasion=now.date().isoformat(),
        words=f"Fails beyond chance: {group_words(row.what, row.value, name)}, {row.failed} of {row.due} due,"
        f" {row.expected:.0f} expected.", link=link,
    )  # fmt: skip


def _hold(number: int, scope: Scope) -> Candidate:
    row = Candidate.objects.select_for_update().filter(pk=number).first()
    if row is None:
        raise missing("signal.unknown", "There is no such signal.")
    if not scope.may(Ability.SET_CAUSES):
        raise forbidden("signal.may_not", "A manager decides what becomes of a signal.")
    return row


def _record(verb: str, row: Candidate, by: Actor, now: datetime, data: dict[str, Any]) -> None:
    told = {"what": row.what, "value": row.value, **data}
    record(f"signal.{verb}", by=by, at=now, subject=("signal", row.pk), data=told)
