"""The customer's page, seen from the desk: its links, when it was opened, and the page itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import override

from makegood.cases.queries import CaseFacts, case_for, parse_number
from makegood.customers.queries import customer_for
from makegood.kernel.texts import first_name
from makegood.links import actions as links
from makegood.links.queries import LinkFacts, links_of
from makegood.links.rules import LinkState, expires_at
from makegood.portal.guest import guest_of
from makegood.portal.languages import language_of
from makegood.portal.views import written
from makegood.web import clocks
from makegood.web.answers import done
from makegood.web.cases.handing import Handing, handing_of, ways
from makegood.web.desk import Desk, DeskRequest, at_desk


@at_desk("GET")
def page(request: DeskRequest, ref: str) -> HttpResponse:
    """The links to the customer's page, and what is known of them."""
    return _shown(request, case_for(request.desk.scope, parse_number(ref)))


@at_desk("POST")
def make(request: DeskRequest, ref: str) -> HttpResponse:
    """Make a link. Its address is on this answer and nowhere else."""
    desk, case = request.desk, case_for(request.desk.scope, parse_number(ref))
    token = links.make_link(case.number, scope=desk.scope, by=desk.actor, now=desk.now)
    address = f"{settings.BASE_URL}/p/{token}/"
    return _shown(request, case, handing_of(case, customer_for(desk.scope, case.customer_id), address, desk))


@at_desk("POST")
def given(request: DeskRequest, ref: str) -> HttpResponse:
    """Staff say how they gave the link to the customer."""
    desk, case = request.desk, case_for(request.desk.scope, parse_number(ref))
    links.note_given(case.number, way=request.POST.get("way", ""), scope=desk.scope, by=desk.actor, now=desk.now)
    return done(request, _("Noted: {} has the link.").format(first_name(case.customer_name)), to=f"/cases/{case.ref}/")


@at_desk("POST")
def revoke(request: DeskRequest, ref: str) -> HttpResponse:
    """Take back every link of the case."""
    desk, case = request.desk, case_for(request.desk.scope, parse_number(ref))
    links.revoke_links(case.number, scope=desk.scope, by=desk.actor, now=desk.now)
    return done(request, _("No link leads to this page any more."), to=f"/cases/{case.ref}/page/")


@at_desk("GET")
def preview(request: DeskRequest, ref: str) -> HttpResponse:
    """Exactly what the customer sees; nothing on it can be pressed."""
    desk, case = request.desk, case_for(request.desk.scope, parse_number(ref))
    customer = customer_for(desk.scope, case.customer_id)
    language = language_of(request.GET.get("lang", ""), customer.language, "")
    known = next(iter(links_of(desk.scope, case.number, now=desk.now)), None) or _no_link(case, desk.now)
    with override(language.code):
        return written(request, guest_of(known, customer, language, desk.organisation, desk.now), preview=True)


def _shown(request: DeskRequest, case: CaseFacts, handing: Handing | None = None) -> HttpResponse:
    desk = request.desk
    known = links_of(desk.scope, case.number, now=desk.now)
    context: dict[str, Any] = {
        "case": case, "first": first_name(case.customer_name), "url": f"/cases/{case.ref}/page/",
        "handing": handing, "ways": ways(), "slim": True,
        "links": [_line(one, desk) for one in known], "works": any(one.state is LinkState.LIVE for one in known),
    }  # fmt: skip
    return render(request, "web/cases/page.html", context)


def _line(link: LinkFacts, desk: Desk) -> dict[str, str]:
    made = _("{name} made it {when}").format(name=link.made_by, when=clocks.stamp(link.made_at))
    names = {one.key: one.name for one in ways()}
    if link.given_at is not None:
        made += _("; {way}, {when}").format(way=names.get(link.given_by, ""), when=clocks.stamp(link.given_at))
    opened = _("opened {when}").format(when=clocks.stamp(link.opened_at)) if link.opened_at else _("not opened so far")
    ended = {
        LinkState.REVOKED: _("taken back"),
        LinkState.EXPIRED: _("ended"),
        LinkState.LIVE: _works_until(link.expires_at),
    }[link.state]
    return {"made": made, "opened": opened, "ended": ended, "image": "eye" if link.opened_at else "link"}


def _works_until(ends: datetime | None) -> str:
    return _("works until {when}").format(when=clocks.stamp(ends)) if ends else _("works")


def _no_link(case: CaseFacts, now: datetime) -> LinkFacts:
    """A link that nobody has, to show the page before one is made."""
    return LinkFacts(
        id=0, case=case.number, customer_id=case.customer_id, customer_name=case.customer_name, made_at=now,
        made_by="", given_at=None, given_by="", opened_at=None, revoked_at=None,
        expires_at=expires_at(now, case.closed_at),
        state=LinkState.LIVE,
    )  # fmt: skip
