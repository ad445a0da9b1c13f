"""Report a failure: what somebody noticed or a customer said, in one form."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.cases.actions import mistakes_of, report_failure
from makegood.cases.queries import case_for, parse_number, reported_to
from makegood.kernel.refusals import Refusal
from makegood.people.queries import require
from makegood.people.rules import Ability
from makegood.promises.queries import PromiseFacts, kinds, promise_for
from makegood.web.answers import done, errors_of, see_other
from makegood.web.customers.choosing import Chosen, choose, named, taken_in
from makegood.web.desk import DeskRequest, at_desk
from makegood.web.shell import by_hand
from makegood.web.tables import Choice, number_or_none


@at_desk("GET", "POST")
def report(request: DeskRequest) -> HttpResponse:
    """The form. The same customer with the same kind of failure still open joins that case.

    `?customer=` and `?promise=` say whose page, or which promise's, led here.
    """
    desk = request.desk
    require(desk.actor, Ability.WORK)
    errors: dict[str, str] = {}
    about = _about(request)
    chosen = Chosen(None, choices=_opened_for(request, about))
    if request.method == "POST":
        chosen = choose(" ".join(request.POST.get("who", "").split())[:200], request.POST.get("customer", ""), desk)
        errors = ({"who": chosen.error} if chosen.error else {}) | _mistakes(request)
        if not errors:
            try:
                return _report(request, chosen, about)
            except Refusal as no:
                errors = errors_of(no, {"name": "who"})
    values = _values(request, about)
    context = {"errors": errors, "values": values, "choices": chosen.choices, "about": about} | _options()
    return render(request, "web/cases/new.html", context, status=422 if errors else 200)


def _told(typed: QueryDict) -> dict[str, Any]:
    """What was typed about the failure, by the names of `report_failure`."""
    return {
        "kind": typed.get("kind", ""), "what": typed.get("what", ""), "harm": typed.get("harm", ""),
        "needs": typed.get("needs", ""), "failure_class": typed.get("failure_class", "outcome"),
        "severity": number_or_none(typed.get("severity")),
        "criticality": number_or_none(typed.get("criticality")) or 2,
        "detected_by": typed.get("detected_by", "customer"),
    }  # fmt: skip


def _mistakes(request: DeskRequest) -> dict[str, str]:
    """All that is wrong with it at once, by the names of the form."""
    found = mistakes_of(**_told(request.POST))
    return {no.field or ("kind" if no.code == "kind.unknown" else ""): no.message for no in found}


def _report(request: DeskRequest, chosen: Chosen, about: PromiseFacts | None) -> HttpResponse:
    desk = request.desk
    # A customer who is new is taken in with the report or not at all.
    with transaction.atomic():
        number = report_failure(
            customer_id=taken_in(chosen, desk), **_told(request.POST), promise_id=about.id if about else None,
            scope=desk.scope, by=desk.actor, now=desk.now,
        ).number  # fmt: skip
    try:
        case_for(desk.scope, number)
    except Refusal:
        return see_other(f"/cases/SR-{number}/reported/")
    return done(request, _("SR-{} has an owner.").format(number), to=f"/today/?case=SR-{number}")


@at_desk("GET")
def reported(request: DeskRequest, ref: str) -> HttpResponse:
    """What became of a report that another team sees through; for whoever made it."""
    told = reported_to(request.desk.staff_id, parse_number(ref))
    return render(request, "web/cases/reported.html", {"told": told, "slim": True})


def _about(request: DeskRequest) -> PromiseFacts | None:
    number = number_or_none(request.POST.get("promise") or request.GET.get("promise"))
    return None if number is None else promise_for(request.desk.scope, number)


def _opened_for(request: DeskRequest, about: PromiseFacts | None) -> tuple[Choice, ...]:
    """The customer whose page, or whose promise's, led here."""
    return named(about.customer_id if about else number_or_none(request.GET.get("customer")), request.desk)


def _values(request: DeskRequest, about: PromiseFacts | None) -> Any:
    if request.method == "POST":
        return request.POST
    who = next((one.name for one in _opened_for(request, about)), request.GET.get("who", ""))
    kind = about.kind if about else ""
    return {"who": who, "kind": kind, "detected_by": "customer", "failure_class": "outcome", "criticality": "2"}


def _options() -> dict[str, Any]:
    return {
        "kinds": by_hand(kinds(inside_case=False)),
        "classes": [
            Choice("outcome", _("It did not come right")), Choice("process", _("Nobody said, slow, or rude")),
        ],
        "severities": [
            Choice("1", _("1, slight")), Choice("2", _("2, a nuisance")), Choice("3", _("3, a loss")),
            Choice("4", _("4, grave")),
        ],
        "criticalities": [
            Choice("1", _("1, hardly")), Choice("2", _("2, some")), Choice("3", _("3, much")),
            Choice("4", _("4, everything hangs on it")),
        ],
        "sources": [Choice("customer", _("The customer told us")), Choice("staff", _("We noticed"))],
        "slim": True,
    }  # fmt: skip
