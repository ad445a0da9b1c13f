"""What a deed in the picker answers: the case, with what was done."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django_htmx.http import trigger_client_event

from makegood.web.answers import done, say
from makegood.web.cases import panel
from makegood.web.cases.undoing import last_deed_of
from makegood.web.desk import DeskRequest


def answered(request: DeskRequest, number: int, said: str) -> HttpResponse:
    """The open case, or the way back to it where no script runs."""
    if not request.htmx:
        return done(request, said, to=f"/cases/SR-{number}/", undo=last_deed_of(number, request.desk))
    context = panel.context(number, request.desk)
    page = render(request, "web/cases/panel.html", {**context, "pane": "case"})
    return trigger_client_event(say(page, said, undo=context["undo_last"]), "live-today")
