"""Settings: what is written to the reader about changes of theirs, and how it reads."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.learning import actions
from makegood.learning.queries.letters import last_letters, needs_of, wants_digest
from makegood.learning.queries.line_up import wish_of
from makegood.learning.rules.letters import digest_letter
from makegood.web import clocks
from makegood.web.answers import done
from makegood.web.desk import DeskRequest, at_desk

HOME = "/settings/you/mail/"


@at_desk("GET", "POST", for_owners=True)
def mail(request: DeskRequest) -> HttpResponse:
    """The switch, and the letter as it would be written now; sent, the switch is set."""
    desk = request.desk
    if request.method == "POST":
        wanted = bool(request.POST.get("wanted"))
        actions.want_digest(wanted=wanted, by=desk.actor, now=desk.now)
        said = _("You are written to when something needs you.") if wanted else _("You are written to no more.")
        return done(request, said, to=HOME)
    context = {
        "wanted": wants_digest(desk.staff_id),
        "letter": digest_letter(needs_of(desk.staff_id, desk.zone, desk.now), settings.BASE_URL),
        "by_mail": bool(settings.NOTICES_MAIL), "wish": wish_of(desk.staff_id), "slim": True,
        "letters": [
            (one, clocks.moment(one.made_at, desk.now), clocks.moment(one.sent_at, desk.now) if one.sent_at else "")
            for one in last_letters(desk.staff_id)
        ],
    }  # fmt: skip
    return render(request, "web/learning/own_mail.html", context)
