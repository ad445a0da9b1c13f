"""What staff make of what an experiment proposes in a case."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from makegood.cases.queries import parse_number
from makegood.measurement.actions.arms import heed
from makegood.web.cases.acting import do
from makegood.web.desk import Desk, DeskRequest, at_desk


@at_desk("POST")
def make_of_it(request: DeskRequest, ref: str, experiment: int) -> HttpResponse:
    """Do as an arm proposes, or otherwise with a reason."""
    return do(request, parse_number(ref), f"arm-{experiment}", partial(_heed, experiment))


def _heed(experiment: int, number: int, typed: QueryDict, desk: Desk) -> str:
    done = bool(typed.get("done"))
    heed(
        number, experiment, done=done, reason=typed.get("reason", ""), language=typed.get("language", ""),
        scope=desk.scope, by=desk.actor, now=desk.now,
    )  # fmt: skip
    return _("Done as proposed.") if done else _("Noted: it is done otherwise here.")
