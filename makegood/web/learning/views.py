"""Improvements: the list with one's own first, beginning one, and one with its test."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.cases.queries import causes
from makegood.kernel.refusals import Refusal, invalid
from makegood.learning import actions
from makegood.learning.queries.improvements import ImprovementFacts, improvement_for, improvements
from makegood.learning.queries.telling import telling_of
from makegood.learning.rules.recurrence import State, Why
from makegood.people.queries import roster
from makegood.promises.queries import kinds
from makegood.promises.rules import State as PromiseState
from makegood.web import clocks
from makegood.web.answers import done, errors_of
from makegood.web.desk import DeskRequest, at_desk
from makegood.web.learning.chart import weeks_drawn
from makegood.web.promises.deadlines import read_plain
from makegood.web.tables import Choice, Column, Row, number_or_none

HOME = "/improvements/"


@at_desk("GET")
def every(request: DeskRequest) -> HttpResponse:
    """Those under way, one's own first."""
    desk = request.desk
    ended = request.GET.get("state") == "all"
    found = improvements(desk.scope, ended=ended)
    mine = [one for one in found if one.owner_id == desk.staff_id]
    context = {
        "columns": [
            Column(_("Change")), Column(_("Cause")), Column(_("State")), Column(_("Per 1,000 due"), n=True),
            Column(_("Owner")), Column(_("By"), n=True),
        ],
        "rows": [_row(one, request) for one in mine],
        "others": [_row(one, request) for one in found if one not in mine], "ended": ended,
    }  # fmt: skip
    return render(request, "web/learning/improvements.html", context)


@at_desk("GET", "POST")
def new(request: DeskRequest) -> HttpResponse:
    """Begin one."""
    desk, errors = request.desk, {}
    if request.method == "POST":
        try:
            return done(request, _("Begun. Its owner is told."), to=f"{HOME}{_begin(request)}/")
        except Refusal as no:
            errors = errors_of(no, {"due_at": "when"})
    values = request.POST if errors else {
        "cause": request.GET.get("cause", ""), "signal": request.GET.get("signal", ""),
        "less_by": "50", "exposure": "200", "owner": str(desk.staff_id),
    }  # fmt: skip
    context = {
        "errors": errors, "values": values, "slim": True,
        "causes": [Choice(one.slug, f"– {one.name}" if one.parent else one.name) for one in causes()],
        "kinds": [Choice(one.slug, one.name) for one in kinds(inside_case=False)],
        "people": [Choice(str(one.id), one.name, one.team_name) for one in roster(desk.now).present()],
    }  # fmt: skip
    return render(request, "web/learning/new.html", context, status=422 if errors else 200)


def _begin(request: DeskRequest) -> int:
    desk, typed = request.desk, request.POST
    due = read_plain(typed.get("when", ""), desk)
    owner = number_or_none(typed.get("owner"))
    if owner is None:
        raise invalid("case.nobody", _("Choose somebody."), field="owner")
    return actions.begin(
        cause=typed.get("cause", ""), change=typed.get("change", ""), owner_id=owner, due_at=due.due_at,
        kind=typed.get("kind", ""), less_by=number_or_none(typed.get("less_by")) or 0,
        exposure=number_or_none(typed.get("exposure")) or 0,
        signal=number_or_none(typed.get("signal")), by=desk.actor, now=desk.now,
    )  # fmt: skip


@at_desk("GET", for_owners=True)
def one(request: DeskRequest, number: int) -> HttpResponse:
    """One improvement: what changes, and whether it held."""
    return _shown(request, number)


@at_desk("POST", for_owners=True)
def act(request: DeskRequest, number: int, deed: str) -> HttpResponse:
    """It is live, or it is dropped."""
    desk = request.desk
    known: dict[str, Any] = {"scope": desk.scope, "by": desk.actor, "now": desk.now}
    try:
        if deed == "live":
            actions.bring_live(number, **known)
            said = _("Live. Failures are counted from now on.")
        else:
            actions.drop(number, reason=request.POST.get("reason", ""), **known)
            said = _("Dropped.")
    except Refusal as no:
        return _shown(request, number, errors_of(no), no.status)
    return done(request, said, to=f"{HOME}{number}/")


def _shown(
    request: DeskRequest, number: int, errors: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:  # fmt: skip
    found = improvement_for(request.desk.scope, number)
    now, told = request.desk.now, telling_of(request.desk.scope, number)
    context = {
        "told": told if told.possible or told.began_at else None,
        "facts": found, "finding": finding(found), "state": state_words(found), "errors": errors or {},
        "typed": request.POST, "chart": weeks_drawn(found.weeks, found.live_at), "kpis": _kpis(found),
        "due": clocks.due(found.due_at, now), "late": found.promise_state == PromiseState.BROKEN,
        "live": clocks.due(found.live_at, now) if found.live_at else "",
        "counted": clocks.stamp(found.counted_at) if found.counted_at else "",
        "may_live": found.may and found.state is State.PLANNED,
        "may_drop": found.may and found.state is not State.DROPPED, "slim": True,
        "columns": [Column(_("Week of")), Column(_("Due"), n=True), Column(_("Failed by this cause"), n=True)],
        "rows": [Row([week.begins, f"{week.due:,}", week.failed]) for week in found.weeks],
    }  # fmt: skip
    return render(request, "web/learning/improvement.html", context, status=status)


def _row(one: ImprovementFacts, request: DeskRequest) -> Row:
    row = improvement_row(one, request.desk.now)
    change, *rest = row.cells
    return Row([change, one.cause_name, *rest], row.url)


def improvement_row(one: ImprovementFacts, now: datetime) -> Row:
    """An improvement in a list: what changes, how it stands, its rates, whose it is and by when."""
    rates = " → ".join(
        _rate(count.per_thousand) for count in ((one.before, one.since) if one.live_at else (one.before,))
    )
    return Row(
        [one.change, state_words(one), rates, one.owner, clocks.due(one.due_at, now)], f"{HOME}{one.number}/"
    )  # fmt: skip


def state_words(one: ImprovementFacts) -> str:
    """Where it has got to, in a word or two."""
    if one.state is State.PLANNED and one.promise_state == PromiseState.BROKEN:
        return _("Late")
    if one.state is State.LIVE and one.judged is None:
        return _("Live")
    return {
        State.PLANNED: _("Planned"), State.LIVE: _("Not yet clear"), State.HELD: _("Held"),
        State.CAME_BACK: _("Came back"), State.DROPPED: _("Dropped"),
    }[one.state]  # fmt: skip


def finding(one: ImprovementFacts) -> str:
    """What its test says, in one sentence."""
    if one.state is State.PLANNED:
        return _("It is not live yet. Before it, {rate} of 1,000 promises due failed by this cause.").format(
            rate=_rate(one.before.per_thousand)
        )
    if one.state is State.DROPPED:
        return _("It was dropped: no message says that we changed this.")
    if not one.before.failed:
        return _("Nothing to compare with: nothing failed by this cause in the half year before it went live.")
    if one.judged is None:
        return _("Not enough data yet: about {} more promises must fall due before it is judged.").format(
            f"{one.more_needed:,}"
        )
    return {
        Why.FEWER: _("It held: failures are fewer by as much as was meant, beyond chance."),
        Why.AS_BEFORE: _("It came back: it fails clearly more often than was meant."),
        Why.CHANCE: _("Not yet clear: chance alone could make this difference, or it is smaller than was meant."),
        Why.UNSOLVED: _("Not yet clear: {} failures wait for their cause, and could be of this one.").format(
            one.unsolved
        ),
        Why.SEASON: _("Not yet clear: the same weeks fell a year ago as well, when nothing had been changed."),
        Why.TOO_EARLY: _("Not enough data yet: about {} more promises must fall due.").format(f"{one.more_needed:,}"),
    }[one.judged.why]  # fmt: skip


def _kpis(one: ImprovementFacts) -> list[dict[str, Any]]:
    of = _("{failed} of {due} due")
    shown = [
        {"label": _("Before, per 1,000 due"), "value": _rate(one.before.per_thousand),
         "note": of.format(failed=one.before.failed, due=f"{one.before.due:,}")},
    ]  # fmt: skip
    if one.live_at:
        shown.append({
            "label": _("Since, per 1,000 due"), "value": _rate(one.since.per_thousand),
            "note": of.format(failed=one.since.failed, due=f"{one.since.due:,}"),
        })  # fmt: skip
    if one.ratio is not None:
        high = "∞" if math.isinf(one.ratio.high) else f"{one.ratio.high:.2f}"
        shown.append({
            "label": _("Since ÷ before"), "value": "–" if one.ratio.value is None else f"{one.ratio.value:.2f}",
            "note": _("95% interval {low} to {high}, exact").format(low=f"{one.ratio.low:.2f}", high=high),
        })  # fmt: skip
    meant = {"label": _("Meant"), "value": _("− {}%").format(one.less_by)}
    shown.append(meant | {"note": _("judged each {} promises due").format(f"{one.exposure:,}")})
    return shown


def _rate(rate: float | None) -> str:
    return "–" if rate is None else f"{rate:.1f}"
