"""A case becomes the draft of a scene, with nobody in it by whom somebody could be known."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from makegood.journal.actors import Actor
from makegood.people.rules import Scope
from makegood.practice.actions.writing import save_scene
from makegood.practice.queries.from_case import case_told
from makegood.practice.rules.from_case import draft
from makegood.practice.rules.redacting import redacted
from makegood.practice.rules.scene_form import short_name


@transaction.atomic
def draft_from_case(number: int, *, name: str, scope: Scope, by: Actor, now: datetime) -> str:
    """Keep a scene drafted from a case that one may see, under a name. Returns its short name.

    It can be played as it stands. As long as the case is there, neither its draft nor what is played may name somebody
    of it. Raises Refusal "people.not_allowed", "case.unknown" and what `save_scene` raises.
    """
    told, secrets = case_told(scope, number)
    name = redacted(" ".join(name.split()), secrets)
    slug = short_name(name)
    save_scene(slug, draft(told, secrets, name=name), based_on=0, case=number, by=by, now=now)
    return slug
