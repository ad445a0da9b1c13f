"""The one plan of an incident: its words in each language, what everybody is given, who gets a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from makegood.incidents import actions
from makegood.incidents.queries import IncidentFacts
from makegood.incidents.rules.giving import Gift
from makegood.incidents.rules.judging import Line as Bar
from makegood.incidents.rules.saying import LANGUAGES, PLACES, Line, Words, prepared
from makegood.incidents.rules.standing import Deed
from makegood.kernel.refusals import invalid
from makegood.portal.languages import LANGUAGES as NAMES
from makegood.remedies.rules.fit import RemedyKind
from makegood.web.answers import done
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.incidents.words import line_name
from makegood.web.remedies.words import kind_name
from makegood.web.tables import Choice, number_or_none

_SEVERITIES = ("1", "2", "3", "4")


@dataclass(frozen=True, slots=True)
class Typed:
    """Words that could not be kept: in which language, by line, and why not, at the line that it is about."""

    language: str
    lines: Mapping[str, str]
    errors: Mapping[str, str]


def plan_context(facts: IncidentFacts, desk: Desk, typed: Typed | None = None) -> dict[str, Any]:
    """The plan as the page shows it, each language with our words and those that stand in their place."""
    plan = facts.plan
    return {
        "languages": [_language(code, plan.words, typed) for code in LANGUAGES],
        "places": [f"{{{place}}}" for place in PLACES],
        "gift_is": plan.gift, "titles": [(code, NAMES[code], _title(plan.gift, code)) for code in LANGUAGES],
        "remedies": [Choice(kind, kind_name(kind)) for kind in RemedyKind], "bar": plan.line,
        "gives_owed": plan.gives_owed,
        "severities": [Choice(one, one) for one in _SEVERITIES], "may_plan": Deed.PLAN in facts.deeds,
    }  # fmt: skip


def _language(code: str, said: Words, typed: Typed | None) -> dict[str, Any]:
    new = typed if typed and typed.language == code else None
    lines = [_line(code, line, said.of(code, line), new) for line in Line]
    own = sum(bool(said.of(code, line)) for line in Line)
    return {"code": code, "name": NAMES[code], "lines": lines, "own": own, "open": new is not None}


def _line(code: str, line: Line, own: str, typed: Typed | None) -> dict[str, str]:
    name, hint = line_name(line)
    shown = {"own": typed.lines.get(line, ""), "error": typed.errors.get(line, "")} if typed else {"own": own}
    return {"key": line, "name": name, "hint": hint, "prepared": prepared(code, line)} | shown


def _title(gift: Gift | None, code: str) -> str:
    return gift.titles.get(code, "") if gift else ""


@at_desk("POST")
def gift(request: DeskRequest, number: int) -> HttpResponse:
    """Say what everybody is given, or nothing."""
    desk = request.desk
    wanted = None if request.POST.get("none") else read_gift(request.POST, desk)
    actions.set_gift(number, wanted, scope=desk.scope, by=desk.actor, now=desk.now)
    said = _("Kept. The dry run shows what it comes to.") if wanted else _("Nothing is given.")
    return done(request, said, to=f"/incidents/{number}/#gift")


def read_gift(typed: QueryDict, desk: Desk) -> Gift:
    """A gift as it was typed. Raises Refusal "grant.bad_amount"."""
    titles = {code: " ".join(typed.get(f"title-{code}", "").split()) for code in LANGUAGES}
    kind = typed.get("remedy", "")
    return Gift(
        remedy=RemedyKind(kind) if kind in list(RemedyKind) else RemedyKind.CREDIT,
        titles={code: title for code, title in titles.items() if title}, amount=_amount(typed.get("amount", "")),
        currency=desk.organisation.currency, within=_days(typed.get("within", "").strip()),
    )  # fmt: skip


def _days(text: str) -> int:
    found = number_or_none(text) if text else 7
    if found is None:
        raise invalid("incident.bad_within", _("Write in how many days they have it, such as 7."), field="within")
    return found


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text.strip().replace(",", ".") or "0")
    except InvalidOperation:
        raise invalid("grant.bad_amount", _("Write an amount such as 15 or 15.50."), field="amount") from None


@at_desk("POST")
def owed(request: DeskRequest, number: int) -> HttpResponse:
    """Say whether what rules owe to each is given along with the message."""
    desk, give = request.desk, bool(request.POST.get("give"))
    actions.set_owed(number, give=give, scope=desk.scope, by=desk.actor, now=desk.now)
    said = (
        _("Kept. Each is given what is owed along with the message.")
        if give
        else _("Kept. People give it, case by case.")
    )
    return done(request, said, to=f"/incidents/{number}/#owed")


@at_desk("POST")
def bar(request: DeskRequest, number: int) -> HttpResponse:
    """Say from where on somebody gets a full case."""
    desk, typed = request.desk, request.POST
    value = typed.get("value", "").strip()
    wanted = Bar(
        severity=number_or_none(typed.get("severity")), criticality=number_or_none(typed.get("criticality")),
        value=_amount(value) if value else None, failed_before=bool(typed.get("failed_before")),
        owed=bool(typed.get("owed")),
    )  # fmt: skip
    actions.set_bar(number, wanted, scope=desk.scope, by=desk.actor, now=desk.now)
    return done(request, _("Kept."), to=f"/incidents/{number}/#bar")
