"""Who sits at the desk: what every view of it is given, and what it answers when a room says no."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from makegood.journal.actors import Actor, ActorKind
from makegood.journal.queries import latest_cursor
from makegood.kernel.refusals import Refusal, missing
from makegood.people.rules import Ability, Role, Scope
from makegood.platform.installation import Organisation, organisation
from makegood.web.answers import SEE_OTHER, say, see_other

P = ParamSpec("P")
_MOST_READ = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Who asks, what they may see, and the one `now` (aware UTC) of the request. `zone` is the reader's own.

    `cursor` is where the journal stood before anything was read for a page, "" when none is being opened.
    """

    now: datetime
    scope: Scope
    actor: Actor
    name: str
    email: str
    single_keys: bool
    zone: ZoneInfo
    organisation: Organisation
    cursor: str = ""

    @property
    def staff_id(self) -> int:
        """The member of staff who asks."""
        assert self.scope.staff_id is not None  # noqa: S101 - a desk always has somebody at it
        return self.scope.staff_id

    @property
    def may_work(self) -> bool:
        """Whether forms that change the work are worth showing; the actions check for themselves."""
        return self.scope.may(Ability.WORK)

    @property
    def may_import(self) -> bool:
        """Whether the way to the imports is worth showing; the queries and actions check for themselves."""
        return self.scope.may(Ability.IMPORT)

    @property
    def owns_processes(self) -> bool:
        """Whether this is a process owner, whose desk is one page and who sees no customers."""
        return not self.scope.sees_customers

    @property
    def compares(self) -> bool:
        """Whether what was given for the like is theirs to compare; the query checks for itself."""
        return self.scope.sees_all or self.scope.may(Ability.ASSIGN)

    @property
    def sees_all(self) -> bool:
        """Whether the way to what tells of every team is worth showing; the queries check for themselves."""
        return self.scope.sees_all

    @property
    def sets_remedies(self) -> bool:
        """Whether the way to the limits is worth showing; the actions check for themselves."""
        return self.scope.may(Ability.SET_REMEDIES)

    @property
    def administers(self) -> bool:
        """Whether forms of the settings are worth showing; the actions check for themselves."""
        return self.scope.may(Ability.ADMINISTER)


class DeskRequest(HttpRequest):
    """A request of somebody who is signed in. A view that counted what is broken of theirs leaves it in `broken`."""

    desk: Desk
    broken: int
    htmx: HtmxDetails


View = Callable[Concatenate[DeskRequest, P], HttpResponse]
Opened = Callable[Concatenate[HttpRequest, P], HttpResponse]


def at_desk(*methods: str, for_owners: bool = False) -> Callable[[View[P]], Opened[P]]:
    """A view for those who are signed in, reading and writing times in their zone, whose refusals are answered. For
    process owners, who see no customers, there is nothing but what is `for_owners`."""

    def wrap(view: View[P]) -> Opened[P]:
        @wraps(view)
        def seated(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            if request.method not in methods and not (request.method == "HEAD" and "GET" in methods):
                return HttpResponseNotAllowed(methods)
            asked = cast(DeskRequest, request)
            asked.desk = _desk_of(request)
            with timezone.override(asked.desk.zone):
                try:
                    if not (for_owners or asked.desk.scope.sees_customers):
                        raise missing("people.nothing_here", _("There is nothing here for you to see."))
                    return view(asked, *args, **kwargs)
                except Refusal as no:
                    return refused(asked, no)

        # Read by `opens_to_owners`: what is shut to process owners is told by the view itself.
        seated.for_owners = for_owners  # type: ignore[attr-defined]
        return cast(Opened[P], seated)

    return wrap


def opens_to_owners(address: str) -> bool:
    """Whether there is something for a process owner at an address of the desk."""
    try:
        return bool(getattr(resolve(address.partition("?")[0].partition("#")[0]).func, "for_owners", False))
    except Resolver404:
        return False


def refused(request: DeskRequest, no: Refusal) -> HttpResponse:
    """What is answered when a view did not answer a refusal itself: a page for a page, one line for a deed."""
    if request.method == "GET":
        status = no.status if no.status in (403, 404) else 400
        return render(request, f"{status}.html", {"say": no.message}, status=status)
    if request.htmx:
        response = HttpResponse(status=204)
        say(response, no.message, kind="refused")
        return response
    messages.error(request, no.message)
    return see_other(_came_from(request))


def _desk_of(request: HttpRequest) -> Desk:
    staff: Any = request.user
    house = organisation()
    return Desk(
        now=timezone.now(),
        scope=Scope(Role(staff.role), staff.pk, staff.team_id),
        actor=Actor(ActorKind.STAFF, staff.pk, staff.name),
        name=staff.name,
        email=staff.email,
        single_keys=staff.single_keys,
        zone=ZoneInfo(staff.time_zone) if staff.time_zone else house.zone,
        organisation=house,
        # What happens while the page is being read is news to it.
        cursor=latest_cursor() if _opens_page(request) else "",
    )


def _opens_page(request: HttpRequest) -> bool:
    """Whether a browser goes to a page; fragments and polls are asked for by script, which takes anything."""
    return request.method == "GET" and "text/html" in request.headers.get("Accept", "")


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back. What script asks for is refused: the page says so and keeps what was typed. Words
    that a form brought without script are shown, to be taken along."""
    if "HX-Request" in request.headers:
        return HttpResponse(status=401)
    if typed := _words_typed(request):
        back = redirect_to_login(_came_from(request))["Location"]
        return render(request, "web/signed_out.html", {"typed": typed, "sign_in": back}, status=401)
    response = redirect_to_login(request.get_full_path() if request.method == "GET" else _came_from(request))
    response.status_code = SEE_OTHER
    return response


def _words_typed(request: HttpRequest) -> list[str]:
    """What somebody wrote, of what a form brought: whatever has a space in it. Too much is not read at all."""
    if request.method != "POST" or int(request.META.get("CONTENT_LENGTH") or 0) > _MOST_READ:
        return []
    return [value for _, values in request.POST.lists() for value in values if " " in value.strip()]


def _came_from(request: HttpRequest) -> str:
    """The page of ours that a form was sent from, else Today."""
    sent = urlsplit(request.headers.get("Referer", ""))
    if sent.netloc != request.get_host() or not url_has_allowed_host_and_scheme(sent.path, allowed_hosts=None):
        return "/today/"
    return f"{sent.path}?{sent.query}" if sent.query else sent.path
