"""Having the customer's answer phrased by a language model, once the answer is worked out and kept."""

from __future__ import annotations

from django.db import transaction

from makegood.adapters.asking import Asked
from makegood.people.rules import Scope
from makegood.practice.models import Run
from makegood.practice.queries import Played, require_player, run_for
from makegood.practice.rules.voicing import phrased


def phrase(found: Played, *, model: Asked | None, scope: Scope) -> Played:
    """The try with its last answer in the words of a model, when there is one, it answers in time and its words pass.

    It is asked outside any transaction, after the move: whatever it says or does, the try is as it was.
    """
    if model is None or not found.steps:
        return found
    voiced = phrased(model, found.play.scene, found.steps[-1])
    if voiced is None:
        return found
    number = len(found.steps)
    with transaction.atomic():
        row = Run.objects.select_for_update().get(pk=found.one.id, staff_id=require_player(scope))
        row.voiced.setdefault(str(number), list(voiced))
        row.save(update_fields=["voiced"])
    return run_for(scope, found.one.id)
