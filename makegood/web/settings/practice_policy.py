"""Settings: which scenes are the basic ones, and whether whoever has not passed them writes with a lead's look."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.kernel.refusals import Refusal
from makegood.practice import actions
from makegood.practice.queries import basics, scenes
from makegood.web.answers import done, errors_of
from makegood.web.desk import DeskRequest, at_desk

HOME = "/settings/practice/"


@at_desk("GET", "POST")
def policy(request: DeskRequest) -> HttpResponse:
    """How it is set; sent, how it is to be."""
    desk, typed, errors = request.desk, request.POST, dict[str, str]()
    if request.method == "POST":
        try:
            chosen = typed.getlist("scenes")
            actions.set_basics(on=bool(typed.get("on")), scenes=chosen, by=desk.actor, now=desk.now)
        except Refusal as no:
            errors = errors_of(no)
        else:
            return done(request, _("Set. It holds from now on."), to=HOME)
    now = basics()
    chosen = typed.getlist("scenes") if errors else list(now.scenes)
    context = {
        "on": now.on, "may_change": desk.administers, "errors": errors, "slim": True,
        "scenes": [
            (one.scene.id, one.scene.name, one.scene.trade, one.scene.id in chosen) for one in scenes(desk.scope)
        ],
    }  # fmt: skip
    return render(request, "web/settings/practice.html", context, status=422 if errors else 200)
