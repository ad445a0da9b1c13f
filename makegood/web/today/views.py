"""Today: the day line, what is broken, in danger or waiting, and what is open beside it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from makegood.cases.queries import parse_number
from makegood.kernel.refusals import Refusal
from makegood.people.rules import Role
from makegood.practice.queries import offered_today
from makegood.promises.queries import day_of, promise_for
from makegood.promises.rules import State
from makegood.web import charts
from makegood.web.cases import panel
from makegood.web.days import span_of_day
from makegood.web.days import today as local_day
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.practice.words import part_word
from makegood.web.promises import ledger, one
from makegood.web.tables import number_or_none
from makegood.web.today.groups import Who, groups_for, whose
from makegood.web.today.incidents import under_way
from makegood.web.today.rows import marked


@at_desk("GET")
def today(request: DeskRequest) -> HttpResponse:
    """The whole page, with the open case or promise of its address, or the first of the list."""
    desk = request.desk
    who = _who(request.GET, desk)
    groups = groups_for(who, desk)
    if who == "me":
        # The same number stands in the rail: counting it costs as much as the list.
        request.broken = groups[0].many
    named = _named(request.GET)
    opened = named or next((row.id for group in groups for row in group.rows if row.panel), "")
    context = {
        "groups": marked(groups, opened), "who": who, "pane": "case" if named else "queue",
        "incidents": under_way(desk),
    }  # fmt: skip
    return render(request, "web/today/today.html", context | _path(desk) | _day(who, desk) | _opened(opened, desk))


@at_desk("GET")
def queue(request: DeskRequest) -> HttpResponse:
    """Only the list, asked for again when something happened."""
    groups = groups_for(_who(request.GET, request.desk), request.desk)
    return render(request, "web/today/today.html#queue", {"groups": groups, "incidents": under_way(request.desk)})


@at_desk("GET")
def line(request: DeskRequest) -> HttpResponse:
    """Only the day line and its words, asked for again when something happened."""
    return render(request, "web/today/today.html#line", _day(_who(request.GET, request.desk), request.desk))


def _path(desk: Desk) -> dict[str, Any]:
    """The first day, for whom it is offered."""
    path = offered_today(desk.scope)
    return {"path": path, "path_next": part_word(path.next)[0]} if path and path.next else {}


def _who(asked: QueryDict, desk: Desk) -> Who:
    """Mine or the team's; those who lead or only look start with the team's."""
    who = asked.get("who") or ("me" if desk.scope.role == Role.AGENT else "team")
    return "me" if who == "me" else "team"


def _named(asked: QueryDict) -> str:
    """The row that an address opens."""
    number = number_or_none(asked.get("promise"))
    return f"promise-{number}" if number else asked.get("case", "")


def _day(who: Who, desk: Desk) -> dict[str, Any]:
    """The day line: mine, or my team's; for those in no team everything that they may see."""
    begins, ends = span_of_day(local_day(desk.now, desk.zone), desk.zone)
    people = {"owner_id": desk.staff_id} if who == "me" else {"team_id": desk.scope.team_id}
    day = day_of(desk.scope, starts_at=begins, ends_at=ends, **people)
    marks = [charts.Mark(mark.due_at, mark.state, mark.title, mark.many) for mark in day.marks]
    shown = {state: day.counts.get(state, 0) for state in State}
    count = {str(state): number for state, number in shown.items()} | {
        "due": sum(shown[state] for state in ledger.STANDING)
    }
    return {"drawing": charts.day_line(marks, now=desk.now), "count": count, "line_url": FIRST_HAND + whose(who, desk)}


FIRST_HAND = f"/promises/?due=today&kind={ledger.OUTSIDE}"
"""The list of what the day line counts: without the clocks of cases, which stand on the cases' own line."""


def _opened(key: str, desk: Desk) -> dict[str, Any]:
    """What is open beside the list: what the address names, else the most urgent; why not, when it may not be seen."""
    try:
        return panel_of(key, desk) if key else {}
    except Refusal as no:
        return {"lost": no.message}


def panel_of(key: str, desk: Desk) -> dict[str, Any]:
    """What the panel of a row reads. Raises Refusal when there is no such thing that may be seen."""
    if not key.startswith("promise-"):
        return panel.context(parse_number(key), desk)
    return one.context(promise_for(desk.scope, int(key.removeprefix("promise-"))), desk)
