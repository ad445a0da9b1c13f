"""Who comes by a link, and what every answer to them carries.

A page needs no cookie: what lets somebody in is the token in its address. So no other site can act for the customer
without knowing the token, and one who knows it needs no other site; a form is therefore safe without a token of its own
and `csrf_exempt`. A browser that says a form came from another site is turned away all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, cast
from zoneinfo import ZoneInfo

from csp.decorators import csp
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page

from makegood.customers.queries import CustomerFacts, customer_for
from makegood.journal.actors import Actor, ActorKind
from makegood.kernel.refusals import Refusal
from makegood.links.actions import count_try, mark_opened
from makegood.links.queries import LinkFacts, link_by_token
from makegood.links.rules import LinkState, Tried
from makegood.people.rules import READS_ALL
from makegood.platform.installation import Organisation, organisation
from makegood.portal.languages import Language, language_of
from makegood.portal.moments import Moments

LARGEST = 64 * 1024
"""Of what is sent, in bytes: ten thousand characters of any writing, and more."""
POLICY = {
    "default-src": ["'none'"], "style-src": ["'self'"], "img-src": ["'self'"], "font-src": ["'self'"],
    "form-action": ["'self'"], "base-uri": ["'none'"], "frame-ancestors": ["'none'"],
}  # fmt: skip
_HEADERS = {
    "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive",
}  # fmt: skip
View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """A customer with a link that works. `now` (aware UTC) is read once."""

    token: str
    link: LinkFacts
    customer: CustomerFacts
    house: Organisation
    language: Language
    moments: Moments
    now: datetime

    @property
    def by(self) -> Actor:
        """The customer as the journal names them."""
        return Actor(ActorKind.CUSTOMER, self.customer.id, self.customer.name[:120])


def private(view: View) -> View:
    """A view of the customer's pages: no cookie asked for, nothing kept, nothing told to anybody else."""

    @csrf_exempt
    @gzip_page
    @csp(POLICY)
    @wraps(view)
    def answered(request: HttpRequest, **where: str) -> HttpResponse:
        response = _answer(view, request, where)
        for name, value in _HEADERS.items():
            response.headers[name] = value
        # Django would write the address of what it could not answer into the log, and the address is the key.
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response

    return cast(View, answered)


def with_link(method: str) -> Callable[[View], View]:
    """A view for whoever holds a link that works; everybody else is told as little as helps them on."""

    def wrap(view: View) -> View:
        @private
        @wraps(view)
        def let_in(request: HttpRequest, token: str) -> HttpResponse:
            asked = "GET" if request.method == "HEAD" else request.method
            if asked != method:
                # A phone that opens its tabs anew asks for the address of the form that was sent as for a page.
                return HttpResponseRedirect(f"/p/{token}/") if asked == "GET" else HttpResponseNotAllowed([method])
            now = timezone.now()
            link = link_by_token(token, now=now)
            if link is None:
                count_try(Tried.MISS, address_of(request), now=now)
                return shown(request, "portal/unknown.html", {}, status=404)
            if link.state is not LinkState.LIVE:
                return shown(request, "portal/ended.html", {"token": token}, status=410)
            guest = _guest(request, token, link, now)
            if method == "POST":
                count_try(Tried.BY_LINK, str(link.id), now=now)
            with override(guest.language.code):
                response = view(request, guest)
            if method == "POST" and response.status_code < 400:
                mark_opened(link, by=guest.by, now=now)
            return response

        return let_in

    return wrap


def guest_of(
    link: LinkFacts, customer: CustomerFacts, language: Language, house: Organisation, now: datetime, token: str = ""
) -> Guest:
    """The customer of a link, on their own clock."""
    zone = ZoneInfo(customer.time_zone or house.time_zone)
    return Guest(
        token=token, link=link, customer=customer, house=house, language=language,
        moments=Moments(language.locale, zone, now), now=now,
    )  # fmt: skip


def shown(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page for somebody of whom nothing is known but their browser."""
    language = language_of(request.GET.get("lang", ""), "", request.headers.get("Accept-Language", ""))
    with override(language.code):
        around = {"organisation": organisation().name, "language": language.code}
        return render(request, template, {**around, **context}, status=status)


def address_of(request: HttpRequest) -> str:
    """The network address of whoever asks. Behind a proxy, whose word is taken as for https, the one that it saw."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")


def _answer(view: View, request: HttpRequest, where: dict[str, str]) -> HttpResponse:
    try:
        if request.method == "POST":
            _check_sent(request)
        return view(request, **where)
    except Refusal as no:
        with override(language_of("", "", request.headers.get("Accept-Language", "")).code):
            say = _("That was too often. Please try again in an hour.") if no.status == 429 else no.message
        return shown(request, "portal/refused.html", {"say": say}, status=no.status)


def _check_sent(request: HttpRequest) -> None:
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise Refusal("link.elsewhere", "This form came from another site. Open your own link.", status=403)
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        raise Refusal("link.too_large", "That is too much at once. Please write less.", status=413)
    count_try(Tried.BY_ADDRESS, address_of(request), now=timezone.now())


def _guest(request: HttpRequest, token: str, link: LinkFacts, now: datetime) -> Guest:
    customer = customer_for(READS_ALL, link.customer_id)
    asked, accepted = request.GET.get("lang", ""), request.headers.get("Accept-Language", "")
    return guest_of(link, customer, language_of(asked, customer.language, accepted), organisation(), now, token)
