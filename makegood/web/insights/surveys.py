"""Surveys: whom we asked, who answered, and what it came to, as a page, a table and a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from makegood.measurement.queries import Rate, asking, response_rates
from makegood.measurement.rules.shares import interval
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.insights.tabs import tabs
from makegood.web.periods import period_asked, periods, since_of
from makegood.web.sheets import sheet
from makegood.web.tables import Column, Row

ADDRESS = "/insights/surveys/"
_FIELDS = (
    "month",
    "occasion",
    "asked",
    "answered",
    "skipped",
    "unreached",
    "silent",
    "reminded",
    "rate",
    "rate_low",
    "rate_high",
)


@at_desk("GET")
def rates(request: DeskRequest) -> HttpResponse:
    """Asked and answered, by occasion and month."""
    desk = request.desk
    period, found = _found(request)
    context = {
        "title": _title(found), "period": period, "periods": periods(),
        "columns": _columns(), "rows": [Row(_cells(one)) for one in found], "is_on": asking().is_on,
        "administers": desk.administers, "tabs": tabs(ADDRESS, desk, ""),
        "csv": f"/insights/surveys.csv?period={period}",
    }  # fmt: skip
    return render(request, "web/insights/surveys.html", context)


@at_desk("GET")
def rates_csv(request: DeskRequest) -> HttpResponse:
    """The same as a file; rates as a share of one."""
    _period, found = _found(request)
    lines = [
        [
            f"{one.month:%Y-%m}", one.occasion, one.asked, one.answered, one.skipped, one.unreached, one.silent,
            one.reminded, *("" if share is None else f"{share:.4f}" for share in _rate(one)),
        ]
        for one in found
    ]  # fmt: skip
    return sheet("surveys.csv", _FIELDS, lines)


def _found(request: DeskRequest) -> tuple[str, Sequence[Rate]]:
    desk, asked = request.desk, request.GET.get("period", "")
    period = period_asked(asked, periods(), "all")
    since = since_of(period, desk) or _beginning(desk)
    return period, response_rates(desk.scope, since=since, before=desk.now + timedelta(days=1))


def _beginning(desk: Desk) -> datetime:
    return desk.now - timedelta(days=20 * 365)


def _title(found: Sequence[Rate]) -> str:
    """The finding, computed."""
    reached, answered = sum(one.reached for one in found), sum(one.answered for one in found)
    if not found:
        return _("Nobody was asked in this time")
    if not reached:
        return _("Nobody who was asked was reached")
    return _("{share} of {reached} who were reached answered").format(
        share=f"{answered / reached:.0%}", reached=f"{reached:,}"
    )


def _rate(one: Rate) -> tuple[float | None, float | None, float | None]:
    """Answered of those who were reached, with its interval; nothing of nobody."""
    return (one.answered / one.reached, *interval(one.answered, one.reached)) if one.reached else (None, None, None)


def _columns() -> list[Column]:
    figures = (_("Asked"), _("Answered"), _("Rate"), _("95% interval"), _("Skipped"), _("Silent"),
               _("Not reached"), _("Reminded"))  # fmt: skip
    return [Column(_("Month")), Column(_("Occasion"), plain=True), *(Column(label, n=True) for label in figures)]


def _cells(one: Rate) -> Sequence[str]:
    rate, low, high = _rate(one)
    occasion = _("By lot") if one.occasion == "pulse" else _("After a case")
    return [
        date_format(one.month, "F Y"), occasion, f"{one.asked:,}", f"{one.answered:,}",
        "–" if rate is None else f"{rate:.0%}", "–" if rate is None else f"{low:.0%}–{high:.0%}", f"{one.skipped:,}",
        f"{one.silent:,}", f"{one.unreached:,}", f"{one.reminded:,}",
    ]  # fmt: skip
