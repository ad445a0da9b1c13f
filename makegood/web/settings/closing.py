"""Settings: who answers for which process, and how often we try to reach a customer who keeps silent."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.cases.queries import causes
from makegood.followups import actions
from makegood.followups.queries import patience, process_owners
from makegood.kernel.refusals import Refusal
from makegood.people.queries import roster
from makegood.promises.queries import kinds
from makegood.web.answers import done, errors_of
from makegood.web.desk import DeskRequest, at_desk
from makegood.web.settings.spans import read_length, write_length
from makegood.web.tables import Choice, Column, Row, number_or_none

HOME = "/settings/closing/"


@at_desk("GET", "POST")
def closing(request: DeskRequest) -> HttpResponse:
    """What is set; sent, how often we try."""
    desk, typed = request.desk, request.POST
    if request.method != "POST":
        return _shown(request, {})
    try:
        wait = read_length(typed.get("wait", ""), "wait", code="patience.bad_value")
        actions.set_patience(tries=number_or_none(typed.get("tries")) or 0, wait=wait, by=desk.actor, now=desk.now)
    except Refusal as no:
        return _shown(request, errors_of(no))
    return done(request, _("Set. It holds from now on."), to=HOME)


@at_desk("POST")
def owners(request: DeskRequest) -> HttpResponse:
    """Name who answers for a process; without a person, nobody does any more."""
    desk, typed = request.desk, request.POST
    what, _dot, slug = typed.get("of", "").partition(":")
    of = {"cause": slug if what == "cause" else "", "kind": slug if what == "kind" else ""}
    try:
        actions.set_process_owner(**of, staff_id=number_or_none(typed.get("staff")), by=desk.actor, now=desk.now)
    except Refusal as no:
        return _shown(request, errors_of(no, {"cause": "of"}))
    return done(request, _("Set. It holds from now on."), to=HOME)


def _shown(request: DeskRequest, errors: dict[str, str]) -> HttpResponse:
    tries, wait = patience()
    context: dict[str, Any] = {
        "columns": [Column(_("Process")), Column(_("Of")), Column(_("Answers for it"))],
        "rows": [
            Row([one.name, _("a cause") if one.cause else _("a kind of promise"), one.staff])
            for one in process_owners()
        ],
        "of": [
            *(Choice(f"cause:{one.slug}", f"– {one.name}" if one.parent else one.name) for one in causes()),
            *(Choice(f"kind:{one.slug}", _("Kind: {}").format(one.name)) for one in kinds(inside_case=False)),
        ],
        "people": [Choice(str(one.id), one.name, one.team_name) for one in roster(request.desk.now).present()],
        "tries": tries, "wait": write_length(wait), "errors": errors, "typed": request.POST,
        "may_change": request.desk.administers, "slim": True,
    }  # fmt: skip
    return render(request, "web/settings/closing.html", context, status=422 if errors else 200)
