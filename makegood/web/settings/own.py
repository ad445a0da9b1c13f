"""Settings: one's own desk."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.kernel.refusals import Refusal
from makegood.people.actions import change_staff
from makegood.people.queries import people_page, staff_for
from makegood.web.answers import done, errors_of
from makegood.web.desk import DeskRequest, at_desk
from makegood.web.notices.channels import told_at
from makegood.web.tables import Choice, number_or_none


@at_desk("GET", "POST", for_owners=True)
def you(request: DeskRequest) -> HttpResponse:
    """Keys, time zone, language and deputy of the one who asks; the theme is kept by the device."""
    desk = request.desk
    errors: dict[str, str] = {}
    if request.method == "POST":
        typed = request.POST
        try:
            change_staff(
                desk.staff_id, time_zone=typed.get("time_zone", "").strip(), language=typed.get("language", "") or "en",
                deputy_id=number_or_none(typed.get("deputy")), single_keys=bool(typed.get("single_keys")),
                by=desk.actor, now=desk.now,
            )  # fmt: skip
            return done(request, _("Changed."), to="/settings/you/")
        except Refusal as no:
            errors = errors_of(no, {"deputy_id": "deputy"})
    card = staff_for(desk.scope, desk.staff_id, desk.now)
    values = request.POST if errors else {
        "time_zone": card.facts.time_zone, "language": card.language, "deputy": card.standing_deputy_id or "",
        "single_keys": card.facts.single_keys,
    }  # fmt: skip
    people = people_page(desk.scope, desk.now).staff
    deputies = [Choice(str(one.id), one.name) for one in people if one.is_active and one.id != desk.staff_id]
    context = {
        "card": card, "values": values, "errors": errors, "deputies": deputies, "slim": True,
    } | told_at(desk)  # fmt: skip
    return render(request, "web/settings/you.html", context, status=422 if errors else 200)
