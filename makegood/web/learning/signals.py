"""What fails beyond chance, as the last look found it: each leads to its promises, and becomes something or nothing."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.kernel.refusals import Refusal, invalid
from makegood.learning import actions
from makegood.learning.queries.candidates import (
    DAYS,
    CandidateFacts,
    candidate_for,
    candidates,
    failed_of,
    hit_again,
    looked_at,
)
from makegood.learning.queries.improvements import improvements
from makegood.learning.queries.line_up import SignalOfDay
from makegood.learning.rules.recurrence import State
from makegood.people.queries import roster
from makegood.people.rules import Ability
from makegood.promises.rules import State as PromiseState
from makegood.web import clocks
from makegood.web.answers import done, errors_of
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.learning.views import improvement_row
from makegood.web.promises.deadlines import read_plain
from makegood.web.tables import Choice, Column, Row, number_or_none

HOME = "/signals/"
DEEDS = ("dismiss", "search")


@at_desk("GET")
def every(request: DeskRequest) -> HttpResponse:
    """Those that stand; what came back; who was hit again."""
    desk = request.desk
    dismissed = request.GET.get("state") == "dismissed"
    found = candidates(desk.scope, dismissed=dismissed)
    came_back = [one for one in improvements(desk.scope) if one.state is State.CAME_BACK]
    last = looked_at()
    context = {
        "found": [_line(one, desk) for one in found], "dismissed": dismissed, "days": DAYS,
        "looked": clocks.moment(last, desk.now) if last else "",
        "back": [improvement_row(one, desk.now) for one in came_back],
        "back_columns": [
            Column(_("Change")), Column(_("State")), Column(_("Per 1,000 due"), n=True), Column(_("Owner")),
            Column(_("By"), n=True),
        ],
        "columns": [
            Column(_("Customer")), Column(_("Failure"), n=True), Column(_("Last case")), Column(_("When"), n=True)
        ],
        "rows": [
            Row([one.name, _("no. {}").format(one.times), f"SR-{one.case_number}", clocks.moment(one.at, desk.now)],
                f"/cases/SR-{one.case_number}/")
            for one in hit_again(desk.scope, now=desk.now)
        ],
    }  # fmt: skip
    return render(request, "web/learning/signals.html", context)


@at_desk("GET")
def one(request: DeskRequest, number: int) -> HttpResponse:
    """One, with the promises behind it."""
    return _shown(request, number)


@at_desk("POST")
def act(request: DeskRequest, number: str, name: str) -> HttpResponse:
    """Dismiss it, or have its cause searched."""
    desk = request.desk
    hand: dict[str, Any] = {"scope": desk.scope, "by": desk.actor, "now": desk.now}
    try:
        if name == "dismiss":
            actions.dismiss(int(number), reason=request.POST.get("reason", ""), **hand)
            return done(request, _("Dismissed. It is asked about again after 90 days, if it still stands."), to=HOME)
        finder = number_or_none(request.POST.get("finder"))
        if finder is None:
            raise invalid("case.nobody", _("Choose somebody."), field="finder")
        due = read_plain(request.POST.get("when", ""), desk)
        case = actions.search_cause(int(number), staff_id=finder, due_at=due.due_at, **hand)
    except Refusal as no:
        return _shown(request, int(number), errors_of(no, {"due_at": "when"}), no.status)
    return done(request, _("They find out why, in SR-{}.").format(case), to=f"{HOME}{number}/")


def _shown(
    request: DeskRequest, number: int, errors: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:  # fmt: skip
    desk = request.desk
    found = candidate_for(desk.scope, number)
    failed = failed_of(found, zone=desk.organisation.time_zone, before=desk.now)
    context = {
        "signal": found, "line": _line(found, desk), "errors": errors or {}, "typed": request.POST, "days": DAYS,
        "may": desk.scope.may(Ability.SET_CAUSES), "slim": True,
        "people": [Choice(str(one.id), one.name, one.team_name) for one in roster(desk.now).present()],
        "columns": [
            Column(_("Promise")), Column(_("Customer")), Column(_("Due"), n=True), Column(_("State")), Column(_("Case"))
        ],
        "rows": [
            Row([one.title, one.customer, clocks.moment(one.due_at, desk.now), _state(one.state),
                 f"SR-{one.case_number}" if one.case_number else ""], f"/promises/{one.id}/")
            for one in failed
        ],
    }  # fmt: skip
    return render(request, "web/learning/signal.html", context, status=status)


def _line(one: CandidateFacts, desk: Desk) -> dict[str, Any]:
    return {
        "one": one, "url": f"{HOME}{one.id}/", "group": group_name(one), "says": says(one),
        "since": clocks.moment(one.first_at, desk.now),
        "dismissed": clocks.moment(one.dismissed_at, desk.now) if one.dismissed_at else "",
    }  # fmt: skip


def says(one: CandidateFacts) -> str:
    """How much it fails, in a sentence without its full stop."""
    return _("Fails {times} times as often as its likes: {failed} of {due} due, {expected} expected").format(
        times=f"{one.ratio:.1f}", failed=f"{one.failed:,}", due=f"{one.due:,}", expected=f"{one.expected:,.0f}"
    )


def group_name(one: CandidateFacts | SignalOfDay) -> str:
    """What a group is called: "Carrier: Swift", "Tuesdays"."""
    if one.what == "weekday":
        days = (_("Mondays"), _("Tuesdays"), _("Wednesdays"), _("Thursdays"), _("Fridays"), _("Saturdays"),
                _("Sundays"))  # fmt: skip
        return days[int(one.value) - 1]
    named = {"kind": _("Kind"), "team": _("Team"), "word": _("With the word")}
    return f"{named.get(one.what, one.what.replace('_', ' ').capitalize())}: {one.name}"


def _state(state: str) -> str:
    return {
        PromiseState.KEPT_LATE: _("Kept late"), PromiseState.BROKEN: _("Broken"), PromiseState.RELEASED: _("Released"),
    }[PromiseState(state)]  # fmt: skip
