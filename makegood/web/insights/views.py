"""Kept and broken: the ledger in figures, as a page, a table and a file."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import timedelta
from io import StringIO
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.followups.queries import ClosureCounts, closure_counts
from makegood.measurement.rules.shares import ENOUGH, interval
from makegood.promises.queries import BY, LedgerRow, ledger_report
from makegood.web.clocks import span
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.insights.tabs import tabs
from makegood.web.periods import period_asked, periods, since_of
from makegood.web.sheets import harmless
from makegood.web.tables import Choice, Column, Row

_FIELDS = (
    "due", "kept", "kept_late", "broken", "open", "at_risk", "replaced", "withdrawn", "released", "right_first_time",
    "late_median_s", "late_p90_s",
)  # fmt: skip


@at_desk("GET")
def ledger(request: DeskRequest) -> HttpResponse:
    """The figures, by kind, team or month."""
    desk = request.desk
    by, period = _asked(request)
    since = since_of(period, desk)
    whole = ledger_report(since=since, before=None, zone=desk.organisation.zone.key)
    rows = ledger_report(by=by, since=since, before=None, zone=desk.organisation.zone.key)
    total = whole[0] if whole else None
    context = {
        "title": _title(total), "by": by, "period": period, "total": total,
        "groups": [Choice("kind", _("By kind")), Choice("team", _("By team")), Choice("month", _("By month"))],
        "periods": periods(),
        "kpis": _kpis(total, period) if total else [], "columns": _columns(by),
        "rows": [Row(_cells(row)) for row in rows],
        "totals": _cells(total, _("All")) if total and len(rows) > 1 else [],
        "closures": _closures(closure_counts(since), desk),
        "tabs": tabs("/insights/ledger/", desk, ""),
        "csv": "/insights/ledger.csv?" + urlencode({"by": by, "period": period}),
    }  # fmt: skip
    return render(request, "web/insights/ledger.html", context)


@at_desk("GET")
def ledger_csv(request: DeskRequest) -> HttpResponse:
    """The same figures as a file; times in seconds, right first time as a share of one."""
    by, period = _asked(request)
    rows = ledger_report(
        by=by, since=since_of(period, request.desk), before=None, zone=request.desk.organisation.zone.key
    )
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([by, *_FIELDS])
    writer.writerows([harmless(row.name), *(getattr(row, name) for name in _FIELDS)] for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="ledger-by-{by}.csv"'}
    return HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def _asked(request: DeskRequest) -> tuple[str, str]:
    by, period = request.GET.get("by", ""), request.GET.get("period", "")
    return by if by in BY else "kind", period_asked(period, periods(), "30")


def _title(total: LedgerRow | None) -> str:
    """The finding, computed: how many of those due were kept."""
    if total is None or not total.due:
        return _("Nothing was due yet")
    if total.due < ENOUGH:
        return _("{kept} of {due} promises were kept on time").format(kept=total.kept, due=total.due)
    share = 100 * total.kept / total.due
    return _("{share} of 100 promises were kept on time").format(
        share=f"{share:.0f}" if share < 99.5 else f"{share:.1f}"
    )


def _kpis(total: LedgerRow, period: str) -> list[dict[str, object]]:
    due = _("{kept} of {due} due").format(kept=f"{total.kept:,}", due=f"{total.due:,}")
    low, high = interval(total.kept, total.due)
    between = _("Between {low} and {high}%, 95% sure").format(low=f"{low:.0%}"[:-1], high=f"{high:.0%}"[:-1])
    share = total.right_first_time
    return [
        {
            "label": _("Right first time"), "value": f"{share:.1%}"[:-1] if share is not None else "–", "unit": "%",
            "note": f"{due}. {between}" if total.due >= ENOUGH else due,
        },
        {"label": _("Broken"), "value": f"{total.broken:,}", "url": "/promises/?state=broken&due=any",
         "tone": "c-broken" if total.broken else "", "note": _("not kept to this moment")},
        {"label": _("Kept late"), "value": f"{total.kept_late:,}", "url": "/promises/?state=kept_late&due=any",
         "note": _("median {} late").format(_late(total.late_median_s)) if total.kept_late else ""},
        {"label": _("Still to come"), "value": f"{total.open + total.at_risk:,}", "url": "/promises/?due=ahead",
         "note": _("{} in danger").format(f"{total.at_risk:,}")},
    ]  # fmt: skip


def _closures(counts: ClosureCounts, desk: Desk) -> dict[str, object]:
    """Of the cases that customers called right: how far the other two closures are; nothing while there are none."""
    total = counts.one + counts.two + counts.three
    if not total:
        return {}
    waits = _("the oldest waits {}").format(span(desk.now - counts.oldest)) if counts.oldest else _("none waits")
    return {
        "title": _("{three} of {total} closed cases have all three closures").format(
            three=f"{counts.three:,}", total=f"{total:,}"
        ),
        "kpis": [
            {"label": _("One closure"), "value": f"{counts.one:,}", "note": _("only the customer’s")},
            {"label": _("Two closures"), "value": f"{counts.two:,}", "note": _("the process, or those who carried it")},
            {"label": _("All three"), "value": f"{counts.three:,}", "note": waits},
        ],
    }  # fmt: skip


def _columns(by: str) -> list[Column]:
    first = {"kind": _("Kind"), "team": _("Team"), "month": _("Month")}[by]
    figures = (
        _("Due"), _("Kept"), _("Kept late"), _("Broken"), _("Released"), _("Open"), _("At risk"),
        _("Right first time"), _("95% between"), _("Late, median"), _("Late, 9 of 10"),
    )  # fmt: skip
    return [Column(first), *(Column(label, n=True) for label in figures)]


def _cells(row: LedgerRow, name: str = "") -> Sequence[str]:
    figures = (row.due, row.kept, row.kept_late, row.broken, row.released, row.open, row.at_risk)
    return [
        name or row.name,
        *(f"{figure:,}" for figure in figures),
        *_right(row),
        _late(row.late_median_s),
        _late(row.late_p90_s),
    ]


def _right(row: LedgerRow) -> tuple[str, str]:
    """Right first time and its interval; too few to say below ten."""
    if not row.due:
        return "–", "–"
    if row.due < ENOUGH:
        return _("too few to say"), "–"
    low, high = interval(row.kept, row.due)
    return f"{row.right_first_time:.1%}", f"{low:.0%}–{high:.0%}"


def _late(seconds: float | None) -> str:
    return span(timedelta(seconds=seconds)) if seconds is not None else "–"
