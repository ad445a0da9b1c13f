"""Customers: the list, and one with everything promised to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.cases.queries import CaseFilter, CaseLine, cases_list
from makegood.customers.queries import CustomerFacts, customer_for, customers_page
from makegood.journal.queries import history
from makegood.promises.queries import LedgerFilter, PromiseFacts, count_open, of_customer
from makegood.promises.rules import UNKEPT, State
from makegood.web import clocks, telling
from makegood.web.customers.details import details_of
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.tables import Column, Row, pages, place

_SHOWN = 100
_CASES = 20
_FAILED = (State.BROKEN, State.KEPT_LATE, State.RELEASED)
_YEAR = timedelta(days=365)


@at_desk("GET")
def customers(request: DeskRequest) -> HttpResponse:
    """Customers by name, narrowed by words, number, e-mail or phone."""
    q = request.GET.get("q", "")
    found = customers_page(request.desk.scope, q, **place(request.GET))
    context = {
        "q": q,
        "columns": [Column(_("Name")), Column(_("Number")), Column(_("Reached at"))],
        "rows": [Row([one.name, one.key or "", one.contact], f"/customers/{one.id}/") for one in found.rows],
        "page": pages(request.path, request.GET, found),
        "query": request.GET.urlencode(),
    }
    part = "#results" if request.htmx and request.htmx.target == "results" else ""
    return render(request, f"web/customers/customers.html{part}", context)


@at_desk("GET")
def customer(request: DeskRequest, number: int) -> HttpResponse:
    """One customer."""
    return render(request, "web/customers/customer.html", context(number, request.desk))


def context(number: int, desk: Desk, **more: Any) -> dict[str, Any]:
    """What the page of a customer reads. `more` brings what was typed into a form that was refused."""
    found = customer_for(desk.scope, number)
    promises = of_customer(desk.scope, found.ids, limit=_SHOWN)
    live = [promise for promise in promises if promise.state in UNKEPT]
    cases = cases_list(desk.scope, CaseFilter(state="", customer_ids=found.ids), limit=_CASES)
    return {
        "customer": found,
        "cases": [_case(line, desk) for line in cases.rows],
        "facts": _facts(found, live, desk),
        "live": [vow(promise) for promise in sorted(live, key=lambda promise: promise.due_at)],
        "over": [vow(promise) for promise in promises if promise.state not in UNKEPT],
        "details": details_of(found),
        "events": telling.tell(
            history(customer_ids=found.ids, limit=_SHOWN), desk, named=[promise.id for promise in promises]
        ),
    } | more


def vow(promise: PromiseFacts) -> dict[str, Any]:
    """A promise as a line of a list."""
    return {
        "state": promise.state, "title": promise.title, "url": f"/promises/{promise.id}/",
        "note": ", ".join(filter(None, (promise.kind_name, promise.owner_name))), "due_at": promise.due_at,
        "due_on": promise.due_on, "breaks_at": promise.breaks_at, "warn_at": promise.warn_at,
        "ended_at": promise.kept_at or promise.settled_at,
    }  # fmt: skip


def _case(line: CaseLine, desk: Desk) -> dict[str, Any]:
    """A case as a line of a list."""
    opened, closed = (clocks.moment(at, desk.now) if at else "" for at in (line.opened_at, line.closed_at))
    return {
        "said": _("closed {}").format(closed) if closed else _("open since {}").format(opened),
        "state": "mended" if line.closed_at else "waits",
        "title": f"{line.ref} {line.title}",
        "url": f"/cases/{line.ref}/",
        "note": line.owner_name,
    }


def _facts(found: CustomerFacts, live: list[PromiseFacts], desk: Desk) -> list[dict[str, Any]]:
    since = LedgerFilter(states=_FAILED, customer_ids=found.ids, due_from=desk.now - _YEAR)
    failures = count_open(desk.scope, since, at_most=1000)
    broken = sum(promise.state is State.BROKEN for promise in live)
    facts = [
        {"label": _("Promised and not done"), "value": len(live)},
        {"label": _("Broken now"), "value": broken, "tone": "c-broken" if broken else ""},
        {"label": _("Failures in 12 months"), "value": failures, "tone": "c-broken" if failures > 1 else ""},
    ]
    theirs = clocks.elsewhere(desk.now, found.time_zone, desk.zone)
    return [*facts, {"label": _("Their time"), "value": theirs}] if theirs else facts
