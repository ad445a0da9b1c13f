"""Root causes: which few make most of what fails, cost or lost customers; and one cause with its cases."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from makegood.cases.causes import Controllability, Stability
from makegood.cases.queries import CaseFilter, CaseLine, CauseFacts, cases_list, cause_named
from makegood.kernel.money import format_money
from makegood.learning.queries.improvements import improvements_about
from makegood.measurement.queries.causes import CauseLine, Measure, Pareto, pareto
from makegood.measurement.rules.headlines import stands_out
from makegood.measurement.rules.shares import ENOUGH, interval
from makegood.promises.queries import kinds
from makegood.web import clocks
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.fractions import begins, few_make, in_words, number_word
from makegood.web.learning.views import improvement_row
from makegood.web.periods import CHARTED, period_asked, periods, since_of
from makegood.web.sheets import sheet
from makegood.web.tables import Choice, Column, Row, pages, place

HOME = "/causes/"
_BAR = 100.0
_PERIODS = (*CHARTED, "all")
_FIELDS = (
    "cause", "name", "function", "cases", "cost", "customers_lost", "share", "share_low", "share_high", "running",
    "improvement", "improvement_owner",
)  # fmt: skip


@at_desk("GET")
def every(request: DeskRequest) -> HttpResponse:
    """The Pareto: bars in order, with what they are running to, as a table and a file."""
    asked = _asked(request)
    found = _found(request, asked)
    unowned = [one for one in found.vital if not one.improvement]
    context = {
        **asked, "title": title_of(found), "found": found, "sub": _sub(found), "bars": _bars(found, asked),
        "unowned": _unowned(len(unowned)), "assign": _assign(unowned), "query": urlencode(asked),
        "measures": [
            Choice("count", _("By count")), Choice("cost", _("By cost")), Choice("lost", _("By customers lost"))
        ],
        "periods": periods(*_PERIODS),
        "kinds": [Choice(kind.slug, kind.name) for kind in kinds(inside_case=False)],
        "columns": _columns(), "rows": [_row(one, found, asked) for one in found.rows],
    }  # fmt: skip
    return render(request, "web/learning/causes.html", context)


@at_desk("GET")
def every_csv(request: DeskRequest) -> HttpResponse:
    """The same as a file."""
    found = _found(request, _asked(request))
    return sheet("causes.csv", _FIELDS, (_cells(one, found) for one in found.rows))


@at_desk("GET")
def one(request: DeskRequest, slug: str) -> HttpResponse:
    """One cause: the cases behind it, what is changed about it, before and after."""
    desk, asked = request.desk, _asked(request)
    cause = cause_named(slug)
    since = since_of(asked["period"], desk)
    found = pareto(since=since, before=desk.now, kind=asked["kind"], cause=slug)
    narrow = CaseFilter(state="", kind=asked["kind"], cause=slug, opened_from=since)
    listed = cases_list(desk.scope, narrow, **place(request.GET), limit=20)
    changes = improvements_about(desk.scope, slug)
    context = {
        **asked, "cause": cause, "facts": _facts(cause), "kpis": _kpis(found, desk, asked, slug),
        "changes": [improvement_row(one, desk.now) for one in changes], "change_columns": _change_columns(),
        "below": [
            Row(row.cells[:4], row.url)
            for row in (_row(one, found, asked) for one in found.rows if one.slug != slug)
        ],
        "below_columns": _columns()[:4],
        "periods": periods(*_PERIODS),
        "columns": [Column(_("Case")), Column(_("Customer")), Column(_("Opened"), n=True), Column(_("Ended"))],
        "rows": [_case(line, desk) for line in listed.rows], "page": pages(request.path, request.GET, listed),
        "begins": f"/improvements/new/?cause={slug}",
    }  # fmt: skip
    return render(request, "web/learning/cause.html", context)


def _asked(request: DeskRequest) -> dict[str, str]:
    by, period = request.GET.get("by", ""), request.GET.get("period", "")
    return {
        "by": by if by in list(Measure) else Measure.COUNT.value,
        "period": period_asked(period, periods(*_PERIODS), "90"),
        "kind": request.GET.get("kind", "")[:40],
    }  # fmt: skip


def _found(request: DeskRequest, asked: dict[str, str]) -> Pareto:
    desk = request.desk
    return pareto(
        measure=Measure(asked["by"]), since=since_of(asked["period"], desk), before=desk.now, kind=asked["kind"]
    )


def title_of(found: Pareto) -> str:
    """The finding, computed: how few causes make how much."""
    if found.known < ENOUGH:
        return _("Too few to say: {} cases with a cause").format(found.known)
    if not found.total:
        return {
            Measure.COST: _("Nothing was given for what failed"),
            Measure.LOST: _("No customer was lost that we know of"),
        }.get(found.measure, "")  # fmt: skip
    few, running = len(found.vital), found.vital[-1].running
    if not stands_out(few, len(found.rows)):
        return _("No few causes stand out")
    if found.measure is Measure.COUNT:
        return few_make(few, in_words(running))
    causes, single = begins(_few(few)), few == 1
    if found.measure is Measure.COST:
        words = (
            _("{causes} makes {share} of what was given") if single else _("{causes} make {share} of what was given")
        )
        return words.format(causes=causes, share=_("{}%").format(round(100 * running)))
    words = _("{causes} makes {share} customers lost") if single else _("{causes} make {share} customers lost")
    return words.format(causes=causes, share=in_words(running))


def _few(many: int) -> str:
    return ngettext("{} cause", "{} causes", many).format(number_word(many))


def _sub(found: Pareto) -> str:
    told = [_("{} cases with a cause.").format(f"{found.known:,}")]
    if found.unknown:
        told.append(_("{} more have none yet.").format(f"{found.unknown:,}"))
    if found.measure is Measure.COST:
        told.append(_("What was given, {} in all.").format(format_money(found.total, found.currency)))
        if found.foreign:
            told.append(_("{} remedies in other currencies are not in it.").format(found.foreign))
    if found.measure is Measure.LOST:
        told.append(_("Who left within 180 days after a case, or will not forgive: each once, by their last case."))
    return " ".join(told)


def _bars(found: Pareto, asked: dict[str, str]) -> list[dict[str, Any]]:
    """A bar for each, the longest over the whole width."""
    longest = max((one.share for one in found.rows), default=0) or 1.0
    few = found.vital if stands_out(len(found.vital), len(found.rows)) else ()
    last = few[-1] if few else None
    return [
        {
            "name": one.name, "url": _address(one.slug, asked), "vital": one in few, "last": one is last,
            "width": f"{_BAR * one.share / longest:.1f}", "value": _value(one, found),
            "share": f"{100 * one.share:.0f}%", "running": f"{100 * one.running:.0f}%",
        }
        for one in found.rows if one.share
    ]  # fmt: skip


def _value(one: CauseLine, found: Pareto) -> str:
    if found.measure is Measure.COST:
        return format_money(one.cost, found.currency)
    return f"{one.cases if found.measure is Measure.COUNT else one.lost:,}"


def _address(slug: str, asked: dict[str, str]) -> str:
    kept = {name: asked[name] for name in ("period", "kind") if asked[name]}
    return f"{HOME}{slug}/?{urlencode(kept)}"


def _unowned(many: int) -> str:
    if not many:
        return _("Each of these has an improvement.")
    told = ngettext("{} has no improvement owner.", "{} have no improvement owner.", many)
    return begins(told.format(number_word(many)))


def _assign(unowned: list[CauseLine]) -> str:
    return f"/improvements/new/?cause={unowned[0].slug}" if unowned else ""


def _columns() -> list[Column]:
    return [
        Column(_("Cause")), Column(_("Cases"), n=True), Column(_("Given"), n=True), Column(_("Customers lost"), n=True),
        Column(_("Share"), n=True), Column(_("95% sure"), n=True), Column(_("Running"), n=True),
        Column(_("Changed by")),
    ]  # fmt: skip


def _row(one: CauseLine, found: Pareto, asked: dict[str, str]) -> Row:
    low, high = _between(one, found)
    sure = f"{100 * low:.0f}–{100 * high:.0f}%" if high else "–"
    cells = [
        one.name, f"{one.cases:,}", format_money(one.cost, found.currency), f"{one.lost:,}", f"{100 * one.share:.0f}%",
        sure, f"{100 * one.running:.0f}%", one.improvement_owner or _("nobody"),
    ]  # fmt: skip
    return Row(cells, _address(one.slug, asked))


def _between(one: CauseLine, found: Pareto) -> tuple[float, float]:
    """The interval of its share; sums of money have none that would mean anything."""
    if found.measure is Measure.COST or not found.total:
        return 0.0, 0.0
    return interval(one.cases if found.measure is Measure.COUNT else one.lost, int(found.total))


def _cells(one: CauseLine, found: Pareto) -> tuple[object, ...]:
    low, high = _between(one, found)
    return (
        one.slug, one.name, one.function, one.cases, one.cost, one.lost, f"{one.share:.4f}", f"{low:.4f}",
        f"{high:.4f}", f"{one.running:.4f}", one.improvement or "", one.improvement_owner,
    )  # fmt: skip


def _facts(cause: CauseFacts) -> str:
    """What is said of a cause, in a sentence or two."""
    ours = {
        Controllability.OURS: _("We could have prevented it."), Controllability.PARTLY: _("In part ours to prevent."),
        Controllability.OUTSIDE: _("It lies outside us."),
    }.get(cause.controllability) if cause.controllability else ""  # fmt: skip
    again = {
        Stability.LASTING: _("It comes again until something changes."), Stability.ONE_OFF: _("It hardly comes again."),
    }.get(cause.stability) if cause.stability else ""  # fmt: skip
    lands = _("Lands on {}.").format(cause.function) if cause.function else ""
    return " ".join(filter(None, (lands, ours, again)))


def _kpis(found: Pareto, desk: Desk, asked: dict[str, str], slug: str) -> list[dict[str, Any]]:
    """So many in this time, and in as long a time before it."""
    cases = sum(one.cases for one in found.rows)
    since = since_of(asked["period"], desk)
    note = ""
    if since is not None:
        earlier = pareto(since=since - (desk.now - since), before=since, kind=asked["kind"], cause=slug)
        note = _("{} in as long a time before").format(f"{earlier.known:,}")
    return [
        {"label": _("Cases"), "value": f"{cases:,}", "note": note},
        {"label": _("Given"), "value": format_money(sum((one.cost for one in found.rows), found.total * 0),
                                                    found.currency)},
        {"label": _("Customers lost"), "value": f"{sum(one.lost for one in found.rows):,}",
         "note": _("left within 180 days, or will not forgive")},
    ]  # fmt: skip


def _change_columns() -> list[Column]:
    return [
        Column(_("Change")), Column(_("State")), Column(_("Per 1,000 due"), n=True), Column(_("Owner")),
        Column(_("By"), n=True),
    ]  # fmt: skip


def _case(line: CaseLine, desk: Desk) -> Row:
    ended = clocks.moment(line.closed_at, desk.now) if line.closed_at else _("open")
    return Row(
        [line.title, line.customer_name, clocks.moment(line.opened_at, desk.now), ended], f"/cases/{line.ref}/"
    )  # fmt: skip
