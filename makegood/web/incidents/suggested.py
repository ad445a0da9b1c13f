"""What Today suggests as one incident: dismissed when it is none, and asked about again."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _

from makegood.incidents import actions
from makegood.incidents.rules.suggesting import Question
from makegood.web.answers import done
from makegood.web.desk import DeskRequest, at_desk


@at_desk("POST")
def dismiss(request: DeskRequest) -> HttpResponse:
    """It is no incident: nobody is asked again for a day, unless half as many customers again are hit."""
    desk = request.desk
    asked = Question(*(request.POST.get(name, "") for name in Question._fields))
    number = actions.dismiss(asked, least=settings.INCIDENT_FROM, scope=desk.scope, by=desk.actor, now=desk.now)
    said = _("Not asked again for a day, unless many more are hit.")
    return done(request, said, to="/today/", undo=f"/incidents/suggested/{number}/again/")


@at_desk("POST")
def ask_again(request: DeskRequest, dismissal: int) -> HttpResponse:
    """Take that back."""
    desk = request.desk
    actions.ask_again(dismissal, scope=desk.scope, by=desk.actor, now=desk.now)
    return done(request, _("Taken back. It is asked about again."), to="/today/")
