"""A colleague's page: what customers and colleagues owe to them, and a line of thanks."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.followups.actions import thank
from makegood.followups.queries import colleague_of, may_read, recognition_of
from makegood.kernel.refusals import Refusal
from makegood.kernel.texts import first_name
from makegood.web.answers import done, errors_of
from makegood.web.desk import DeskRequest, at_desk
from makegood.web.shell import role_name


@at_desk("GET", "POST")
def person(request: DeskRequest, number: int) -> HttpResponse:
    """Their page; sent, they are thanked. Whoever may not read what is kept of them may thank them all the same."""
    desk, errors = request.desk, dict[str, str]()
    known = colleague_of(number, desk.now)
    if request.method == "POST":
        try:
            thank(number, words=request.POST.get("words", ""), by=desk.actor, now=desk.now)
            return done(request, _("{} reads it.").format(first_name(known.name)), to=f"/people/{number}/")
        except Refusal as no:
            errors = errors_of(no)
    reads = may_read(desk.scope, known, desk.now)
    context = {
        "person": known, "role": role_name(known.role), "reads": reads, "errors": errors, "slim": True,
        "rows": recognition_of(desk.scope, number, desk.now).rows if reads else (),
        "thanks": desk.may_work and known.is_active and number != desk.staff_id, "typed": request.POST,
        "mine": number == desk.staff_id,
    }  # fmt: skip
    return render(request, "web/people/person.html", context, status=422 if errors else 200)
