"""What failing and preventing cost, and what became of those who were failed: page, files, and what people enter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.kernel.money import format_money
from makegood.kernel.refusals import Refusal, invalid
from makegood.learning.queries.improvements import improvements
from makegood.measurement.actions.costs import add_cost, enter_rate
from makegood.measurement.queries.costs import BY, KEPT_AFTER, CostReport, Given, cost_report, cost_rows
from makegood.people.rules import Ability
from makegood.promises.queries import kinds
from makegood.web import clocks
from makegood.web.answers import done, errors_of
from makegood.web.days import today
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.insights.tabs import tabs
from makegood.web.periods import period_asked, periods, since_of
from makegood.web.sheets import sheet
from makegood.web.tables import Choice, Column, Row, number_or_none

HOME = "/insights/cost/"


@at_desk("GET")
def cost(request: DeskRequest) -> HttpResponse:
    """All of it, by kind or team."""
    return _shown(request)


@at_desk("POST")
def rate(request: DeskRequest) -> HttpResponse:
    """Enter what an hour of staff costs; an empty sum takes it back."""
    desk, typed = request.desk, request.POST
    try:
        text = typed.get("amount", "").strip()
        enter_rate(_money(text) if text else None, source=typed.get("source", ""), by=desk.actor, now=desk.now)
    except Refusal as no:
        return _shown(request, "rate", errors_of(no), 422)
    return done(request, _("Entered, with your name and the date."), to=HOME)


@at_desk("POST")
def change(request: DeskRequest) -> HttpResponse:
    """Enter what a change about a cause cost."""
    desk, typed = request.desk, request.POST
    try:
        add_cost(
            number_or_none(typed.get("improvement")) or 0, amount=_money(typed.get("amount", "")),
            words=typed.get("words", ""), spent_on=_day(typed.get("spent_on", "")), by=desk.actor, now=desk.now,
        )  # fmt: skip
    except Refusal as no:
        return _shown(request, "change", errors_of(no), 422)
    return done(request, _("Entered, with your name and the date."), to=HOME)


@at_desk("GET")
def cost_csv(request: DeskRequest) -> HttpResponse:
    """The figures of what was given as a file, in plain numbers."""
    by, kind, period = _asked(request.GET)
    found = _report(request.desk, by, kind, period)
    heading = (by or "all", "currency", "owed", "correction", "goodwill", "total", "of_second_failures", "remedies")
    rows = [
        (one.name, one.currency, one.owed, one.correction, one.goodwill, one.total, one.again, one.remedies)
        for one in found.given
    ]
    return sheet("cost.csv", heading, rows)


@at_desk("GET")
def rows_csv(request: DeskRequest) -> HttpResponse:
    """Every remedy, call and cost of a change behind the figures."""
    desk = request.desk
    _by, kind, period = _asked(request.GET)
    found = cost_rows(desk.scope, since=since_of(period, desk), before=desk.now, kind=kind, now=desk.now)
    names = ("what", "number", "day", "words", "owed", "correction", "goodwill", "minutes", "spent", "currency")
    return sheet("cost-rows.csv", names, [[getattr(one, name) for name in names] for one in found])


def _asked(asked: QueryDict) -> tuple[str, str, str]:
    by, kind, period = asked.get("by", "kind"), asked.get("kind", "")[:40], asked.get("period", "")
    return by if by in BY else "kind", kind, period_asked(period, periods(), "365")


def _report(desk: Desk, by: str, kind: str, period: str) -> CostReport:
    since: datetime | None = since_of(period, desk)
    return cost_report(desk.scope, since=since, before=desk.now, by=by, kind=kind, now=desk.now)


def _shown(
    request: DeskRequest, form: str = "", errors: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:  # fmt: skip
    desk = request.desk
    by, kind, period = _asked(request.GET)
    found = _report(desk, by, kind, period)
    may = desk.scope.may(Ability.MEASURE)
    asked = urlencode({"by": by, "kind": kind, "period": period})
    context = {
        "title": _title(found), "by": by, "kind": kind, "period": period, "tabs": tabs(HOME, desk, ""),
        "periods": periods(),
        "groups": [Choice("kind", _("By kind")), Choice("team", _("By team"))],
        "kinds": [Choice(one.slug, one.name) for one in kinds(inside_case=False)],
        "kpis": _kpis(found), "columns": _columns(by), "rows": [Row(_cells(one)) for one in found.given],
        "people_columns": _people_columns(by), "people": _people(found), "csv": f"/insights/cost.csv?{asked}",
        "rows_csv": f"/insights/cost/rows.csv?{asked}", "may": may, "form": form, "errors": errors or {},
        "typed": request.POST, "rate": _rate(found, desk), "days": KEPT_AFTER.days,
        "today": str(today(desk.now, desk.zone)), "currency": desk.organisation.currency,
        "improvements": [Choice(str(one.number), one.change) for one in improvements(desk.scope)] if may else [],
    }  # fmt: skip
    return render(request, "web/insights/cost.html", context, status=status)


def _title(found: CostReport) -> str:
    """The finding: what customers were given, each currency by itself."""
    if not found.given:
        return _("Nothing was given in this time")
    sums = ", ".join(format_money(one.total, one.currency) for one in found.together)
    return _("{} was given to customers we failed").format(sums)


def _kpis(found: CostReport) -> list[dict[str, Any]]:
    shown = [_given(one) for one in found.together]
    minutes, calls = sum(one.minutes for one in found.talked), sum(one.calls for one in found.talked)
    spent = found.rate.of(minutes) if found.rate else None
    shown.append({
        "label": _("Staff time on calls"),
        "value": format_money(spent, found.rate.currency) if found.rate and spent is not None else _("not entered"),
        "note": _("{minutes} minutes of {calls} calls").format(minutes=f"{minutes:,}", calls=f"{calls:,}"),
    })  # fmt: skip
    prevented = ", ".join(format_money(one.amount, one.currency) for one in found.prevented)
    changes = sum(one.changes for one in found.prevented)
    shown.append({
        "label": _("Preventing it"), "value": prevented or _("not entered"),
        "note": _("for {} changes").format(changes) if changes else _("enter what changes cost below"),
    })  # fmt: skip
    shown.append(
        {
            "label": _("Customers at risk"),
            "value": f"{found.at_risk:,}",
            "url": "/cases/",
            "note": _("an open case now"),
        }
    )
    if found.people:
        one = found.everybody
        shown.append({
            "label": _("Lost"), "value": f"{one.lost:,}", "tone": "c-broken" if one.lost else "",
            "note": _("of {failed} failed; {kept} kept, {early} too early to say").format(
                failed=f"{one.failed:,}", kept=f"{one.kept:,}", early=f"{one.early:,}"
            ),
        })  # fmt: skip
    return shown


def _given(one: Given) -> dict[str, Any]:
    parts = _("{owed} owed, {correction} put right, {goodwill} goodwill").format(
        owed=format_money(one.owed, one.currency), correction=format_money(one.correction, one.currency),
        goodwill=format_money(one.goodwill, one.currency),
    )  # fmt: skip
    return {"label": _("Given, {}").format(one.currency), "value": format_money(one.total, one.currency), "note": parts}


def _columns(by: str) -> list[Column]:
    figures = (
        _("Remedies"), _("Owed"), _("Put right"), _("Goodwill"), _("Together"), _("Of it, second failures"),
    )  # fmt: skip
    return [Column(_("Team") if by == "team" else _("Kind")), *(Column(name, n=True) for name in figures)]


def _cells(one: Given) -> Sequence[str]:
    sums = (one.owed, one.correction, one.goodwill, one.total, one.again)
    return [one.name or _("No team"), f"{one.remedies:,}", *(format_money(sum_, one.currency) for sum_ in sums)]


def _people_columns(by: str) -> list[Column]:
    figures = (_("Failed"), _("Kept"), _("Lost"), _("Too early to say"), _("Minutes on calls"))
    return [Column(_("Team") if by == "team" else _("Kind")), *(Column(name, n=True) for name in figures)]


def _people(found: CostReport) -> list[Row]:
    minutes = {one.name: one.minutes for one in found.talked}
    return [
        Row([one.name or _("No team"), f"{one.failed:,}", f"{one.kept:,}", f"{one.lost:,}", f"{one.early:,}",
             f"{minutes.get(one.name, 0):,}"])
        for one in found.people
    ]  # fmt: skip


def _rate(found: CostReport, desk: Desk) -> str:
    """What staff time is reckoned with, and who said so."""
    rate = found.rate
    if rate is None or rate.amount is None:
        return _("What an hour of staff costs is not entered: staff time stands in minutes alone.")
    return _("Staff time is reckoned at {amount} an hour: {source}, entered by {name}, {when}.").format(
        amount=format_money(rate.amount, rate.currency), source=rate.source, name=rate.by, when=clocks.stamp(rate.at)
    )


def _money(text: str) -> Decimal:
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        raise invalid("cost.bad_amount", _("Give an amount, such as 35.50."), field="amount") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise invalid("cost.bad_amount", _("Give the day, such as 2026-11-23."), field="spent_on") from None
