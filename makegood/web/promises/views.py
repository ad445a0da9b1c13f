"""The ledger: every promise, and one."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from makegood.people.rules import Scope
from makegood.promises.queries import LedgerFilter, count_open, promise_for
from makegood.promises.queries import ledger as ledger_of
from makegood.web.desk import DeskRequest, at_desk
from makegood.web.promises import ledger, one
from makegood.web.promises.gathering import incident_url
from makegood.web.tables import pages, place

_COUNTED = 10_000


@at_desk("GET")
def promises(request: DeskRequest) -> HttpResponse:
    """A view of the ledger; its address is the view."""
    desk = request.desk
    asked = ledger.read(request.GET, desk)
    found = ledger_of(desk.scope, asked.narrow, **place(request.GET))
    context = {
        "asked": asked,
        "columns": ledger.columns(),
        "rows": ledger.rows(found.rows, desk),
        "count": _counted(desk.scope, asked.counted) if found.rows else "",
        "page": pages(request.path, request.GET, found),
        "incident_url": incident_url(asked, desk),
        "filtered": any((asked.q, asked.state, asked.kind, asked.owner, asked.customer)),
    }
    if request.htmx and request.htmx.target == "results":
        return render(request, "web/promises/ledger.html#results", context)
    context |= {"selects": ledger.selects(asked, desk), "query": request.GET.urlencode()}
    return render(request, "web/promises/ledger.html", context)


@at_desk("GET")
def promise(request: DeskRequest, number: int) -> HttpResponse:
    """One promise: what is known of it, how its date came about, and what may be done with it."""
    facts = promise_for(request.desk.scope, number)
    return render(request, "web/promises/promise.html", one.context(facts, request.desk))


@at_desk("GET")
def panel(request: DeskRequest, number: int) -> HttpResponse:
    """The same beside a list."""
    facts = promise_for(request.desk.scope, number)
    return render(request, "web/promises/panel.html", one.context(facts, request.desk))


def _counted(scope: Scope, narrow: LedgerFilter) -> str:
    number = count_open(scope, narrow, at_most=_COUNTED)
    if number == _COUNTED:
        return _("More than 10,000 promises")
    return ngettext("{} promise", "{} promises", number).format(f"{number:,}")
