"""What is aimed at, links to the insights, and the report of every month."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal, InvalidOperation

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from makegood.kernel.refusals import Refusal, invalid
from makegood.measurement import actions
from makegood.measurement.aims import Aim
from makegood.measurement.queries.aims import aims
from makegood.measurement.queries.sharing import reader, shared_address, shared_by
from makegood.people.rules import Ability
from makegood.web.answers import done, errors_of, see_other
from makegood.web.desk import DeskRequest, at_desk
from makegood.web.insights.tabs import tabs
from makegood.web.tables import number_or_none

HOME = "/insights/targets/"


@at_desk("GET", "POST")
def targets(request: DeskRequest) -> HttpResponse:
    """What is aimed at; sent, each figure that was changed."""
    desk, typed = request.desk, request.POST
    if request.method != "POST":
        return _shown(request, {})
    before = aims()
    try:
        for aim in Aim:
            value = _number(typed.get(aim.value, ""), aim)
            if value is not None and float(value) != before[aim]:
                actions.set_aim(aim, value, by=desk.actor, now=desk.now)
    except Refusal as no:
        return _shown(request, errors_of(no))
    return done(request, _("Set. It holds from now on."), to=HOME)


@at_desk("POST")
def share(request: DeskRequest) -> HttpResponse:
    """Make a link to a page with its filters, and show it this once."""
    desk = request.desk
    days = timedelta(days=number_or_none(request.POST.get("days")) or 0)
    token = actions.share_view(request.POST.get("address", ""), holds_for=days, by=desk.actor, now=desk.now)
    return _shown(request, {}, link=f"{settings.BASE_URL}/insights/shared/{token}/")


@at_desk("POST")
def revoke(request: DeskRequest, number: int) -> HttpResponse:
    """Take a link of one's own back."""
    actions.revoke_view(number, by=request.desk.actor, now=request.desk.now)
    return done(request, _("Taken back. It leads nowhere from now on."), to=HOME)


@at_desk("GET")
def shared(request: DeskRequest, token: str) -> HttpResponse:
    """Where a link leads: to the same page, of what is the reader's to see."""
    return see_other(shared_address(token, request.desk.now))


@at_desk("POST")
def monthly(request: DeskRequest) -> HttpResponse:
    """Get the report of every month, or get it no more."""
    desk = request.desk
    if request.POST.get("wanted"):
        actions.subscribe(by=desk.actor, now=desk.now)
        return done(request, _("The next report comes on the first of the month."), to=HOME)
    actions.unsubscribe(by=desk.actor, now=desk.now)
    return done(request, _("No more reports come."), to=HOME)


def _number(text: str, aim: Aim) -> Decimal | None:
    try:
        return Decimal(text) if text.strip() else None
    except InvalidOperation:
        raise invalid("aim.bad_value", _("Give a number."), field=aim.value) from None


def _shown(request: DeskRequest, errors: dict[str, str], link: str = "") -> HttpResponse:
    desk, now = request.desk, aims()
    names = {
        Aim.KEPT: _("Promises kept, per cent"), Aim.CONTACT: _("Time to acknowledge, minutes"),
        Aim.TOLD_FIRST: _("Told before they asked, per cent"), Aim.RIGHT: _("Customer says it is right, per cent"),
        Aim.SECOND: _("Second failures, per cent"),
    }  # fmt: skip
    context = {
        "tabs": tabs(HOME, desk, ""), "errors": errors, "link": link,
        "fields": [(aim.value, name, request.POST.get(aim.value) or f"{now[aim]:g}", errors.get(aim.value, ""))
                   for aim, name in names.items()],
        "may_set": desk.scope.may(Ability.SET_LADDER), "may_read": desk.scope.sees_all,
        "reader": reader(desk.staff_id or 0),
        "links": [
            (one, date_format(one.expires_at.astimezone(desk.zone), "j M Y"))
            for one in shared_by(desk.staff_id or 0, desk.now)
        ],
    }  # fmt: skip
    return render(request, "web/insights/targets.html", context, status=422 if errors else 200)
