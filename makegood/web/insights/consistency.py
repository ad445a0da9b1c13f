"""Same failure, different remedy: how far apart what was given lies, and asking why where it stands out."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from makegood.cases.queries import parse_number
from makegood.kernel.money import format_money
from makegood.people.rules import Ability
from makegood.promises.queries import kinds
from makegood.remedies.actions import explain_difference
from makegood.remedies.queries import Alike, Consistency, Standout, consistency
from makegood.remedies.rules.fit import FailureKind
from makegood.web import clocks
from makegood.web.answers import done
from makegood.web.days import starts, today
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.insights.tabs import tabs
from makegood.web.periods import period_asked, periods, since_of
from makegood.web.remedies.words import FAILURES, per_cent
from makegood.web.tables import Choice, Column, Row

ADDRESS = "/insights/consistency/"


@at_desk("GET")
def differences(request: DeskRequest) -> HttpResponse:
    """The groups and the cases that stand out, for leads of their own team, for others of every team."""
    desk, asked = request.desk, request.GET
    by = "team" if asked.get("by") == "team" else ""
    promised = kinds(inside_case=False)
    kind = asked.get("kind", "") if asked.get("kind", "") in {one.slug for one in promised} else ""
    months = _months(desk)
    month = asked.get("month", "") if asked.get("month", "") in {one.key for one in months} else ""
    period = "" if month else period_asked(asked.get("period", ""), periods(), "30")
    since, before = _span(month, desk) if month else (since_of(period, desk), None)
    whole = bool(asked.get("whole"))
    found = consistency(desk.scope, by_team=by == "team", kind=kind, since=since, before=before, whole=whole)
    context = {
        "tabs": tabs(ADDRESS, desk, ""), "title": _title(found), "by": by, "period": period, "found": found,
        "groups": [Choice("", _("All teams together")), Choice("team", _("By team"))],
        "periods": periods(), "columns": _columns(by),
        "rows": [_row(one, by) for one in found.groups], "standouts": [_told(one) for one in found.standouts],
        "kind": kind, "month": month, "kinds": [Choice(one.slug, one.name) for one in promised], "months": months,
        "bound": _bound(found, desk), "bounded": found.compared_from is not None,
        "may_explain": desk.scope.may(Ability.ASSIGN),
    }  # fmt: skip
    return render(request, "web/insights/consistency.html", context)


@at_desk("POST")
def explain(request: DeskRequest, ref: str) -> HttpResponse:
    """Record why a case differs."""
    desk = request.desk
    explain_difference(
        parse_number(ref), reason=request.POST.get("reason", ""), scope=desk.scope, by=desk.actor, now=desk.now
    )
    return done(request, _("Noted with the case."), to=ADDRESS)


def _title(found: Consistency) -> str:
    """The finding, computed."""
    if not any(one.money for one in found.groups):
        return _("Too few remedies to compare")
    count = len(found.standouts)
    if not count:
        return _("No remedy stands out from its like")
    return ngettext("{} case stands out from its like", "{} cases stand out from their like", count).format(count)


def _bound(found: Consistency, desk: Desk) -> str:
    """What was compared: all that was asked about, or since when."""
    if found.compared_from is None:
        every = ngettext(
            "Compared is the one remedy of this time.", "Compared are all {} remedies of this time.", found.remedies
        )
        return every.format(f"{found.remedies:,}") if found.remedies else ""
    return _("Compared are the latest {many} remedies of this time, given since {when}.").format(
        many=f"{found.remedies:,}", when=clocks.moment(found.compared_from, desk.now)
    )


def _months(desk: Desk) -> list[Choice]:
    """This month and the twelve before it."""
    now = today(desk.now, desk.zone)
    whole = now.year * 12 + now.month - 1
    firsts = [date(one // 12, one % 12 + 1, 1) for one in range(whole, whole - 13, -1)]
    return [Choice(f"{first:%Y-%m}", date_format(first, "F Y")) for first in firsts]


def _span(month: str, desk: Desk) -> tuple[datetime, datetime]:
    """A local month as a half-open span of instants."""
    first = date.fromisoformat(f"{month}-01")
    return starts(first, desk.zone), starts((first + timedelta(days=32)).replace(day=1), desk.zone)


def _columns(by: str) -> list[Column]:
    first = [Column(_("Failure")), *([Column(_("Team"), plain=True)] if by else [])]
    figures = (
        _("Cases"), _("Median"), _("Middle half"), _("Least to most"), _("Of the loss, median"), _("Middle half"),
        _("Owed"), _("Correction"), _("Goodwill"),
    )  # fmt: skip
    return [*first, *(Column(label, n=True) for label in figures)]


def _name(failure: str, kind: str, severity: int) -> str:
    what = FAILURES[FailureKind(failure)] if failure else _("not judged")
    return _("{kind}, {what}, severity {severity}").format(kind=kind, what=what, severity=severity)


def _row(one: Alike, by: str) -> Row:
    cells = [_name(one.failure, one.kind, one.severity), *([one.team or _("No team")] if by else [])]
    return Row([*cells, f"{one.cases:,}", *_money(one), *_share(one), *(
        format_money(amount, one.currency) for amount in (one.entitled, one.correction, one.goodwill)
    )])  # fmt: skip


def _money(one: Alike) -> tuple[str, str, str]:
    spread = one.money
    if spread is None:
        return _("too few to say"), "–", "–"
    shown = {name: format_money(getattr(spread, name), one.currency) for name in spread.__slots__}
    return shown["median"], f"{shown['lower']}–{shown['upper']}", f"{shown['least']}–{shown['most']}"


def _share(one: Alike) -> tuple[str, str]:
    spread = one.share
    return (per_cent(spread.median), f"{per_cent(spread.lower)}–{per_cent(spread.upper)}") if spread else ("–", "–")


def _told(one: Standout) -> dict[str, Any]:
    own = per_cent(one.share) if one.share is not None else format_money(one.total, one.currency)
    usual = per_cent(one.median) if one.share is not None else format_money(one.median, one.currency)
    words = _("{own}, where {usual} is usual") if one.share is None else _("{own} of the loss, where {usual} is usual")
    return {
        "ref": f"SR-{one.case}", "title": one.title, "name": _name(one.failure, one.kind, one.severity),
        "words": words.format(own=own, usual=usual), "total": format_money(one.total, one.currency),
        "reason": one.reason, "reason_by": one.reason_by,
    }  # fmt: skip
