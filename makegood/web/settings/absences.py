"""Settings: who is away, and who stands in."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.kernel.refusals import Refusal, invalid, missing
from makegood.people.actions import end_absence, set_absence
from makegood.people.queries import people_page, staff_for
from makegood.web import clocks
from makegood.web.answers import done, errors_of
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.tables import Choice, number_or_none

_NAMES = {"starts_at": "from", "ends_at": "to", "deputy_id": "deputy"}


@at_desk("GET", "POST")
def absence(request: DeskRequest, number: int) -> HttpResponse:
    """Note that somebody is away. Their cases go to the deputy at once."""
    desk = request.desk
    page = people_page(desk.scope, desk.now)
    person = next((one for one in page.staff if one.id == number), None)
    if person is None:
        raise missing("people.unknown", _("There is no such member of staff."))
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            _set(request, number)
            return done(request, _("Noted. Their cases are looked after."), to="/settings/people/")
        except Refusal as no:
            errors = errors_of(no, _NAMES)
    local = desk.now.astimezone(desk.zone)
    context = {
        "person": person, "errors": errors, "slim": True, "absences": _coming(number, desk),
        "values": request.POST if errors else {"from": f"{local:%Y-%m-%dT%H:%M}"},
        "deputies": [Choice(str(one.id), one.name) for one in page.staff if one.is_active and one.id != number],
    }  # fmt: skip
    return render(request, "web/settings/absence.html", context, status=422 if errors else 200)


@at_desk("POST")
def back(request: DeskRequest, number: int, absence: int) -> HttpResponse:
    """Somebody is back early, or does not go."""
    end_absence(absence, by=request.desk.actor, now=request.desk.now)
    return done(request, _("They are there again."), to=f"/settings/people/{number}/absence/")


def _set(request: DeskRequest, number: int) -> None:
    desk, typed = request.desk, request.POST
    starts = _instant(typed.get("from", ""), "from", desk) or desk.now
    set_absence(
        number, starts_at=starts, ends_at=_instant(typed.get("to", ""), "to", desk),
        deputy_id=number_or_none(typed.get("deputy")), reason=typed.get("reason", ""), by=desk.actor, now=desk.now,
    )  # fmt: skip


def _instant(text: str, field: str, desk: Desk) -> datetime | None:
    """A date-and-time field on the reader's clock; None when it was left empty."""
    if not text.strip():
        return None
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=desk.zone).astimezone(UTC)
    except ValueError:
        raise invalid("absence.bad_time", _("Give a day and a time."), field=field) from None


def _coming(number: int, desk: Desk) -> list[dict[str, object]]:
    """Absences that are not over, for those who may read them."""
    try:
        card = staff_for(desk.scope, number, desk.now)
    except Refusal:
        return []
    return [
        {
            "id": one.id,
            "words": _("{start} to {end}").format(start=clocks.stamp(one.starts_at), end=clocks.stamp(one.ends_at)),
            "note": ", ".join(filter(None, (one.deputy_name, one.reason))),
        }
        for one in card.absences
    ]
