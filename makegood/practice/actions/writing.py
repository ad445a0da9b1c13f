"""Writing scenes of one's own. A draft may have faults; what is played has none and is never changed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from makegood.journal import actions as journal
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, invalid, missing
from makegood.people.queries import require
from makegood.people.rules import Ability
from makegood.practice.models import OwnScene, SceneVersion
from makegood.practice.queries.basics import basics
from makegood.practice.queries.from_case import secrets_of
from makegood.practice.rules.from_case import require_nobody
from makegood.practice.rules.scene_file import is_name, shipped
from makegood.practice.rules.scene_form import MOST_LETTERS, TOO_LONG, faults, tree_of, value

RESERVED = frozenset({"assigned", "first-day", "runs", "scenes", "new", "team", "comments"})
"""Names that pages of practice have."""


@transaction.atomic
def save_scene(
    slug: str, text: str, *, based_on: int | None = None, case: int | None = None, by: Actor, now: datetime
) -> int:  # fmt: skip
    """Keep a draft, with faults or without. Returns how often it was saved.

    `based_on` is the number that whoever saves had before them; 0 says that there must be none of that name yet. The
    same again changes nothing. A new one may be drafted from a `case` (its number): then nobody may be known by it
    for as long as the case knows them. Raises Refusal "people.not_allowed", "practice.no_name", "practice.bad_name",
    "practice.name_taken", "practice.renamed", "practice.too_long", "practice.stale", "practice.knows_somebody".
    """
    require(by, Ability.SET_SCENES)
    _check_text(slug, text)
    row, made = OwnScene.objects.select_for_update().get_or_create(
        slug=slug, defaults={"text": text, "saved_at": now, "saved_by": by.name, "case_id": case}
    )
    if not made:
        if based_on == 0:
            raise _taken(slug)
        if based_on is not None and based_on != row.edit:
            raise Refusal("practice.stale", f"{row.saved_by} saved it while you were writing. Look at that first.")
        if row.text == text:
            return row.edit
    if row.case_id is not None:
        require_nobody(text, secrets_of(row.case_id))
    if not made:
        row.text, row.edit, row.saved_at, row.saved_by = text, row.edit + 1, now, by.name
        row.save(update_fields=["text", "edit", "saved_at", "saved_by"])
    data = {"scene": slug} | ({"case": case} if case else {})
    journal.record("scene.saved", by=by, at=now, subject=("scene", row.pk), data=data)
    return row.edit


def _check_text(slug: str, text: str) -> None:
    if not slug:
        raise invalid(
            "practice.no_name", "A name is missing. Give the scene one with letters from a to z in it.", field="slug"
        )
    if not is_name(slug):
        said = "Give it a short name of 2 to 40 small letters, digits and hyphens, such as late-taxi."
        raise invalid("practice.bad_name", said, field="slug")
    if slug in RESERVED or slug in shipped():
        raise _taken(slug)
    if len(text) > MOST_LETTERS:
        raise invalid("practice.too_long", TOO_LONG, field="source")
    tree = tree_of(text)
    if tree is not None and value(tree, "scene") not in ("", slug):
        said = f"The text is of the scene {value(tree, 'scene')!r}, not of {slug!r}. A name stays."
        raise invalid("practice.renamed", said, field="source")


def _taken(slug: str) -> Refusal:
    return invalid("practice.name_taken", f"There is {slug!r} already. Choose another name.", field="slug")


@transaction.atomic
def publish_scene(slug: str, *, by: Actor, now: datetime) -> int:
    """Let the draft be played from now on, as the next version. Returns its number; the same again changes nothing.

    Raises Refusal "people.not_allowed", "practice.no_scene", "practice.faults" with every fault.
    """
    row = _held(slug, by)
    if found := faults(row.text):
        raise invalid("practice.faults", " ".join(fault.sentence for fault in found))
    played = SceneVersion.objects.filter(scene=row, number=row.version).first()
    if played is not None and played.text == row.text and row.withdrawn_at is None:
        return row.version
    row.version, row.withdrawn_at = row.version + 1, None
    row.save(update_fields=["version", "withdrawn_at"])
    SceneVersion.objects.create(
        scene=row, number=row.version, text=row.text, published_at=now, published_by=by.name
    )  # fmt: skip
    data = {"scene": slug, "version": row.version}
    journal.record("scene.published", by=by, at=now, subject=("scene", row.pk), data=data)
    return row.version


@transaction.atomic
def withdraw_scene(slug: str, *, by: Actor, now: datetime) -> None:
    """Let nobody begin it any more; tries at it stay. Raises Refusal "people.not_allowed", "practice.no_scene",
    "practice.not_published", "practice.is_basic"."""
    row = _held(slug, by)
    if slug in basics().scenes:
        raise Refusal("practice.is_basic", "This is one of the basic scenes. Choose others in the settings first.")
    if not row.version or row.withdrawn_at is not None:
        raise Refusal("practice.not_published", "Only a scene that is published can be withdrawn.")
    row.withdrawn_at = now
    row.save(update_fields=["withdrawn_at"])
    data = {"scene": slug, "version": row.version}
    journal.record("scene.withdrawn", by=by, at=now, subject=("scene", row.pk), data=data)


def _held(slug: str, by: Actor) -> OwnScene:
    require(by, Ability.SET_SCENES)
    row = OwnScene.objects.select_for_update().filter(slug=slug).first()
    if row is None:
        raise missing("practice.no_scene", f"The organisation has no scene {slug!r} of its own.")
    return row
