"""The tree of causes, written by the organisation that owns it. Nothing that a case has is ever taken from it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils.text import slugify

from makegood.cases.causes import CauseSaid, checked, names_a_person, phrases_in
from makegood.cases.models import Cause
from makegood.cases.rules import names_in
from makegood.customers.queries import names_among
from makegood.journal.actions import record
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, invalid, missing
from makegood.people.queries import require, roster
from makegood.people.rules import Ability

MOST_CAUSES = 300


@transaction.atomic
def save_cause(said: CauseSaid, *, slug: str = "", by: Actor, now: datetime) -> str:
    """Add a cause, or change the one of that `slug`, which it keeps; answers with the slug.

    A new name is the new name of past cases too: to mean something else, retire one and add another. Raises Refusal
    "people.not_allowed", "cause.unknown", "cause.no_name", "cause.bad_value", "cause.names_a_person", "cause.taken",
    "cause.bad_parent", "cause.too_many".
    """
    require(by, Ability.SET_CAUSES)
    return _write(said, _held(slug) if slug else Cause(), by, now)


def _write(said: CauseSaid, cause: Cause, by: Actor, now: datetime) -> str:
    said = checked(said)
    _check_names_nobody(said, now)
    if Cause.objects.filter(name__iexact=said.name).exclude(pk=cause.pk).exists():
        raise invalid("cause.taken", "There is a cause of that name already, perhaps a retired one.", field="name")
    before = _told(cause) if cause.pk else None
    cause.parent = _parent(said.parent, cause)
    if before is None:
        if Cause.objects.count() >= MOST_CAUSES:
            raise invalid("cause.too_many", f"Up to {MOST_CAUSES} causes: among more nobody finds the right one.")
        cause.slug, cause.position = cause.slug or _free_slug(said.name), _end_of(cause.parent)
    cause.name, cause.function = said.name, said.function
    cause.controllability, cause.stability = said.controllability, said.stability
    if _told(cause) != before:
        cause.save()
        _record("saved", cause, by, now, _told(cause) | ({"before": before} if before else {}))
    return cause.slug


@transaction.atomic
def retire_cause(slug: str, *, by: Actor, now: datetime) -> None:
    """Offer a cause no more, nor any below it; cases that have it keep it.

    Raises Refusal "people.not_allowed", "cause.unknown", "cause.retired".
    """
    require(by, Ability.SET_CAUSES)
    cause = _held(slug)
    if cause.retired_at is not None:
        raise Refusal("cause.retired", "This cause is retired already.")
    _set_retired(cause, now)
    _record("retired", cause, by, now)


@transaction.atomic
def restore_cause(slug: str, *, by: Actor, now: datetime) -> None:
    """Offer a retired cause again. Raises Refusal "people.not_allowed", "cause.unknown", "cause.not_retired"."""
    require(by, Ability.SET_CAUSES)
    cause = _held(slug)
    if cause.retired_at is None:
        raise Refusal("cause.not_retired", "This cause is offered already.")
    _set_retired(cause, None)
    _record("restored", cause, by, now)


@transaction.atomic
def move_cause(slug: str, *, up: bool, by: Actor, now: datetime) -> None:
    """Change places with the cause before it under the same one above, or with the one after it; at an end nothing
    changes. Raises Refusal "people.not_allowed", "cause.unknown"."""
    require(by, Ability.SET_CAUSES)
    cause = _held(slug)
    row = list(Cause.objects.select_for_update().filter(parent=cause.parent_id).order_by("position", "name"))
    at = next(place for place, one in enumerate(row) if one.pk == cause.pk)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(row):
        return
    row[at], row[to] = row[to], row[at]
    for position, one in enumerate(row, 1):
        one.position = position
    Cause.objects.bulk_update(row, ["position"])
    _record("moved", cause, by, now, {"up": up})


@transaction.atomic
def bring_causes(said: Sequence[tuple[str, CauseSaid]], *, by: Actor, now: datetime) -> int:
    """Add or change many, given with their slugs and parents before their children; those not named stay as they are.
    Answers with how many were given. Raises Refusal as `save_cause` does."""
    require(by, Ability.SET_CAUSES)
    known = set(Cause.objects.values_list("slug", flat=True))
    for slug, one in said:
        _write(one, _held(slug) if slug in known else Cause(slug=slug), by, now)
    return len(said)


def note_improved(cause_id: int, *, since: datetime | None) -> None:
    """Since when a change about this cause is live and has not failed; None when there is none. Whoever moves the
    improvement says so in the journal."""
    Cause.objects.filter(pk=cause_id).update(improved_at=since)


def check_names_nobody(texts: Collection[str], names: Collection[str], *, field: str) -> None:
    """Raises Refusal "cause.names_a_person" when one of these texts holds one of these names."""
    for text in texts:
        if named := names_in(text, names):
            raise names_a_person(field, named)


def _check_names_nobody(said: CauseSaid, now: datetime) -> None:
    staff = [one.name for one in roster(now).people.values()]
    check_names_nobody([said.name], staff, field="name")
    check_names_nobody([said.function], staff, field="function")
    if customers := names_among(set(phrases_in(said.name))):
        raise names_a_person("name", min(customers))


def _held(slug: str) -> Cause:
    found = Cause.objects.select_for_update(of=("self",)).select_related("parent").filter(slug=slug).first()
    if found is None:
        raise missing("cause.unknown", "There is no such cause.")
    return found


def _parent(slug: str, cause: Cause) -> Cause | None:
    """The cause above: the tree has two steps, so that the right one is found in two taps."""
    if not slug:
        return None
    parent = Cause.objects.filter(slug=slug).first()
    has_children = cause.pk is not None and Cause.objects.filter(parent=cause).exists()
    if parent is None or parent.parent_id is not None or parent.pk == cause.pk or has_children:
        raise invalid("cause.bad_parent", "Choose a cause at the top, for one that has none below it.", field="parent")
    return parent


def _free_slug(name: str) -> str:
    stem = slugify(name)[:50].strip("-") or "cause"
    taken = set(Cause.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(slug for slug in (stem, *(f"{stem}-{n}" for n in range(2, MOST_CAUSES + 2))) if slug not in taken)


def _end_of(parent: Cause | None) -> int:
    last = Cause.objects.filter(parent=parent).order_by("-position").values_list("position", flat=True).first()
    return (last or 0) + 1


def _set_retired(cause: Cause, at: datetime | None) -> None:
    cause.retired_at = at
    cause.save(update_fields=["retired_at"])


def _told(cause: Cause) -> dict[str, str]:
    parent = cause.parent.slug if cause.parent else ""
    return asdict(
        CauseSaid(
            name=cause.name,
            parent=parent,
            controllability=cause.controllability,
            stability=cause.stability,
            function=cause.function,
        )
    )


def _record(verb: str, cause: Cause, by: Actor, now: datetime, data: dict[str, object] | None = None) -> None:
    told = {"cause": cause.slug, "name": cause.name, **(data or {})}
    record(f"cause.{verb}", by=by, at=now, subject=("cause", cause.pk), data=told)
