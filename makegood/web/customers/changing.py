"""Changing a customer: details, ways to reach them, two rows that are one person."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.cases import actions as cases
from makegood.customers import actions
from makegood.customers.queries import customer_for, search
from makegood.kernel.refusals import Refusal, missing
from makegood.web.answers import done, errors_of
from makegood.web.customers.details import changes, channels, peace, values_of
from makegood.web.desk import DeskRequest, at_desk
from makegood.web.tables import Choice, number_or_none

_CANDIDATES = 8


@at_desk("GET", "POST")
def change(request: DeskRequest, number: int) -> HttpResponse:
    """The form about a customer."""
    desk = request.desk
    found = customer_for(desk.scope, number)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            news = changes(request.POST, found)
            cases.change_customer(found.id, by=desk.actor, now=desk.now, **news)
            return done(request, _("Changed."), to=f"/customers/{found.id}/")
        except Refusal as no:
            errors = errors_of(no)
    context = {
        "customer": found, "channels": channels(), "peace": peace(), "errors": errors, "slim": True,
        "values": request.POST if errors else values_of(found),
    }  # fmt: skip
    return render(request, "web/customers/change.html", context, status=422 if errors else 200)


@at_desk("POST")
def add_contact(request: DeskRequest, number: int) -> HttpResponse:
    """Another way to reach a customer."""
    desk = request.desk
    found = customer_for(desk.scope, number)
    channel, value = request.POST.get("channel", ""), request.POST.get("contact", "")
    try:
        actions.add_contact(found.id, channel, value, by=desk.actor, now=desk.now)
    except Refusal as no:
        context = {
            "customer": found, "channels": channels(), "peace": peace(), "errors": errors_of(no), "slim": True,
            "values": {**values_of(found), "contact": value, "channel": channel},
        }  # fmt: skip
        return render(request, "web/customers/change.html", context, status=422)
    return done(request, _("Added."), to=f"/customers/{found.id}/change/")


@at_desk("POST")
def remove_contact(request: DeskRequest, number: int, contact: int) -> HttpResponse:
    """A way to reach a customer that no longer holds."""
    desk = request.desk
    found = customer_for(desk.scope, number)
    if contact not in {one.id for one in found.contacts}:
        raise missing("customer.unknown_contact", _("There is no such way to reach them. It may be gone already."))
    actions.remove_contact(contact, by=desk.actor, now=desk.now)
    return done(request, _("Removed."), to=f"/customers/{found.id}/change/")


@at_desk("GET", "POST")
def merge(request: DeskRequest, number: int) -> HttpResponse:
    """Choose the other row of the same person, and make both one."""
    desk = request.desk
    found = customer_for(desk.scope, number)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            actions.merge(found.id, number_or_none(request.POST.get("other")) or 0, by=desk.actor, now=desk.now)
            return done(request, _("Made one."), to=f"/customers/{found.id}/")
        except Refusal as no:
            errors = {"q": no.message}
    q = request.POST.get("q", request.GET.get("q", found.name))
    lines = [line for line in search(desk.scope, q, limit=_CANDIDATES) if line.id != found.id]
    others = [Choice(str(one.id), one.name, ", ".join(filter(None, (one.key, one.contact)))) for one in lines]
    context = {"customer": found, "q": q, "others": others, "errors": errors, "slim": True}
    return render(request, "web/customers/merge.html", context, status=422 if errors else 200)
