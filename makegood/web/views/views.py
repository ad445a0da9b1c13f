"""Saved views: a list's address with a name."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpResponse, JsonResponse, QueryDict
from django.utils.translation import gettext as _

from makegood.people.actions import remove_view, rename_view, save_view
from makegood.people.queries import view_by_slug
from makegood.web.answers import done, see_other
from makegood.web.desk import DeskRequest, at_desk
from makegood.web.tables import without_place
from makegood.web.views.counting import counted

_LISTS = ("/promises/", "/cases/", "/follow-ups/", "/customers/")


@at_desk("POST")
def save(request: DeskRequest) -> HttpResponse:
    """Name the list that the form stands on, as it is filtered at this moment."""
    desk = request.desk
    path = request.GET.get("path", "")
    path = path if path in _LISTS else _LISTS[0]
    slug = save_view(request.POST.get("name", ""), path, _query(request, path), by=desk.actor, now=desk.now)
    return done(request, _("The view is saved."), to=view_by_slug(slug).address)


@at_desk("GET")
def view(request: DeskRequest, slug: str) -> HttpResponse:
    """To the list that a view names."""
    return see_other(view_by_slug(slug).address)


@at_desk("POST")
def rename(request: DeskRequest, slug: str) -> HttpResponse:
    """Call a view otherwise; it opens where it did."""
    rename_view(slug, request.POST.get("name", ""), by=request.desk.actor, now=request.desk.now)
    return done(request, _("The view is renamed."), to=view_by_slug(slug).address)


@at_desk("GET")
def counts(request: DeskRequest) -> HttpResponse:
    """How many rows each saved view holds for the reader, for the rail: asked for once a page stands."""
    return JsonResponse({"counts": counted(request.desk)})


@at_desk("POST")
def remove(request: DeskRequest, slug: str) -> HttpResponse:
    """Take a view away; the list itself stays."""
    found = view_by_slug(slug)
    remove_view(slug, by=request.desk.actor, now=request.desk.now)
    return done(request, _("The view {} is removed.").format(found.name), to=found.path)


def _query(request: DeskRequest, path: str) -> str:
    """The filters now in the address: filtering while typing changes it without a new page. A view begins at the
    beginning of its list, wherever in it the reader is."""
    sent = urlsplit(request.headers.get("Referer", ""))
    here = sent.netloc == request.get_host() and sent.path == path
    return without_place(QueryDict(sent.query if here else request.POST.get("query", "")))
