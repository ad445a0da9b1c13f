"""What customers of an incident read: people's own words in the place of ours."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from makegood.incidents import actions
from makegood.incidents.queries import incident_for
from makegood.incidents.rules.saying import LANGUAGES, Line, prepared
from makegood.kernel.refusals import Refusal
from makegood.web.answers import done, errors_of, swapped
from makegood.web.desk import DeskRequest, at_desk
from makegood.web.incidents.planning import Typed
from makegood.web.incidents.views import page


@at_desk("POST")
def words(request: DeskRequest, number: int, language: str) -> HttpResponse:
    """Put one's own words in the place of ours, in one language; what is the same as ours stays ours."""
    desk, typed = request.desk, {str(line): request.POST.get(line, "") for line in Line}
    lines = {line: _own(language, line, text) for line, text in typed.items()} if language in LANGUAGES else {}
    try:
        actions.set_words(number, language=language, lines=lines, scope=desk.scope, by=desk.actor, now=desk.now)
    except Refusal as no:
        if no.field not in typed:
            raise
        found = Typed(language, typed, errors_of(no))
        return page(request, incident_for(desk.scope, number), found, status=swapped(no.status))
    return done(request, _("Kept. The dry run shows them."), to=f"/incidents/{number}/#words")


def _own(language: str, line: str, typed: str) -> str:
    return "" if " ".join(typed.split()) == prepared(language, Line(line)) else typed
