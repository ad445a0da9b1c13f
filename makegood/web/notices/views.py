"""Notices: the list, opening one, and having read them all."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext

from makegood.cases.queries import stakes
from makegood.notices.actions import mark_all_read, mark_read
from makegood.notices.queries import notices_of
from makegood.web.answers import done, see_other
from makegood.web.desk import DeskRequest, at_desk, opens_to_owners
from makegood.web.tables import number_or_none, pages, place

ADDRESS = "/notices/"
_CALLS = ("case.drawn_in", "case.sponsor", "case.offered", "case.given", "case.stands_in")
"""What brings somebody to a customer: beside it stands what that customer told us. It is not sent outside."""


@at_desk("GET", for_owners=True)
def notices(request: DeskRequest) -> HttpResponse:
    """What the reader was told, the newest first; `?unread=1` leaves out what they have read."""
    desk, asked = request.desk, request.GET
    unread_only = bool(asked.get("unread"))
    found = notices_of(desk.staff_id, unread_only=unread_only, **place(asked))
    page = pages(request.path, asked, found)
    called = {one.about_id for one in found.rows if one.topic in _CALLS}
    at_stake = stakes(desk.scope, called) if called else {}
    context = {
        "notices": [(one, at_stake.get(one.about_id) if one.topic in _CALLS else None) for one in found.rows],
        "page": page, "unread_only": unread_only, "slim": True,
        "newest": found.rows[0].id if found.rows and not page.start_url else None,
        "any_unread": any(one.read_at is None for one in found.rows),
    }  # fmt: skip
    template = "web/notices/notices.html#results" if request.htmx else "web/notices/notices.html"
    return render(request, template, context)


@at_desk("POST", for_owners=True)
def read(request: DeskRequest, number: int) -> HttpResponse:
    """Open what a notice is about; it counts as read from then on."""
    leads_to = mark_read(request.desk.staff_id, number, now=request.desk.now)
    # Told when they had another role: what it was about is no more theirs to see.
    return see_other(ADDRESS if request.desk.owns_processes and not opens_to_owners(leads_to) else leads_to)


@at_desk("POST", for_owners=True)
def read_all(request: DeskRequest) -> HttpResponse:
    """Everything the reader had before them is read."""
    desk = request.desk
    count = mark_all_read(desk.staff_id, up_to=number_or_none(request.POST.get("up_to")) or 0, now=desk.now)
    return done(request, ngettext("{} notice read.", "{} notices read.", count).format(count), to=ADDRESS)
