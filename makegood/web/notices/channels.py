"""Where the reader is told outside the app. Theirs alone: nobody sets or sees another's."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.adapters.telling import MAIL, Teller
from makegood.kernel.refusals import Refusal, invalid
from makegood.notices.actions import add_channel, check_address, record_test, remove_channel
from makegood.notices.queries import address_of, channels_of
from makegood.web.answers import done, errors_of, see_other
from makegood.web.desk import Desk, DeskRequest, at_desk

ADDRESS = "/settings/you/channels/"


@at_desk("GET", "POST", for_owners=True)
def channels(request: DeskRequest) -> HttpResponse:
    """The places, and a form to add one, whose address is read by the service it names before it is kept."""
    desk = request.desk
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            _add(request)
            return done(request, _("Added. Send a test to see that it arrives."), to=ADDRESS)
        except Refusal as no:
            errors = errors_of(no)
    # The address is not shown again, also not to whoever typed it: the page may be kept or looked at.
    values = {name: request.POST.get(name, "") for name in ("name", "urgent_only")}
    context = {"values": values, "errors": errors, "slim": True} | told_at(desk)
    return render(request, "web/notices/channels.html", context, status=422 if errors else 200)


@at_desk("POST", for_owners=True)
def test(request: DeskRequest, number: int) -> HttpResponse:
    """Send a test, and say whether the service accepted it, or what is wrong."""
    desk = request.desk
    address = address_of(desk.staff_id, number)
    with Teller(settings.PRIVATE_NETWORKS, mail=settings.NOTICES_MAIL) as teller:
        told = teller.send(address, _("A test from Makegood"), settings.BASE_URL)
    record_test(desk.staff_id, number, told.problem, now=desk.now)
    if told.problem:
        messages.error(request, _("The test did not leave. {}").format(told.problem))
        return see_other(ADDRESS)
    return done(request, _("{} accepted the test. Look whether it has arrived.").format(told.service), to=ADDRESS)


@at_desk("POST", for_owners=True)
def remove(request: DeskRequest, number: int) -> HttpResponse:
    """Tell the reader there no more."""
    remove_channel(request.desk.staff_id, number, by=request.desk.actor, now=request.desk.now)
    return done(request, _("Removed. Nothing is sent there any more."), to=ADDRESS)


def told_at(desk: Desk) -> dict[str, object]:
    """The places, whether there is a mail account for notices, and until the reader is told by mail their address."""
    mine = channels_of(desk.staff_id)
    by_mail = bool(settings.NOTICES_MAIL)
    suggested = by_mail and not any(one.service == MAIL for one in mine)
    return {"channels": mine, "by_mail": by_mail, "own_mail": desk.email if suggested else ""}


def _add(request: DeskRequest) -> None:
    typed, desk = request.POST, request.desk
    address = typed.get("address", "").strip()
    check_address(address)
    with Teller(settings.PRIVATE_NETWORKS, mail=settings.NOTICES_MAIL) as teller:
        told = teller.check(address)
    if told.problem:
        raise invalid("channel.bad_address", _("This address cannot be used. {}").format(told.problem), field="address")
    add_channel(
        desk.staff_id, name=typed.get("name", ""), service=told.service, address=address,
        urgent_only=bool(typed.get("urgent_only")), by=desk.actor, now=desk.now,
    )  # fmt: skip
