"""How well we put things right: the overview, a page for each chart, its file, and what stands behind each mark."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from makegood.kernel.refusals import missing
from makegood.measurement.queries import latest_paradox
from makegood.measurement.queries.insights import behind
from makegood.people.queries import require_scope
from makegood.people.rules import Ability, Role
from makegood.web.answers import see_other
from makegood.web.days import today
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.insights import putting_right
from makegood.web.insights.board import Board, board_of, selects, whole_period
from makegood.web.insights.cards import Card, Value, recovery_card
from makegood.web.insights.charts import CARDS
from makegood.web.insights.flow import ALONE, BESIDE
from makegood.web.insights.headlines import FIRST, headlines
from makegood.web.insights.tabs import tabs
from makegood.web.periods import CHARTED, periods
from makegood.web.sheets import sheet
from makegood.web.tables import Column, Row

_MARK = re.compile(r"(?:[pv]:(?:\*|[a-z_]+)|f:[a-z_*]+(?::[a-z_*]+){0,2}|(?:own|contact|right|cause):\d+|second)")
_MOST_MARKS = 60
_BEGINS = {Role.ANALYST: "/insights/", Role.PROCESS_OWNER: "/asked/"}


@at_desk("GET", for_owners=True)
def landing(request: DeskRequest) -> HttpResponse:
    """Where somebody begins who signed in: who only looks at the insights, a process owner at what is asked of them,
    everybody else at their work."""
    return see_other(_BEGINS.get(request.desk.scope.role, "/today/"))


@at_desk("GET")
def overview(request: DeskRequest) -> HttpResponse:
    """Five figures and a finding for each chart."""
    board = board_at(request)
    figures, paradox = headlines(board), latest_paradox(request.desk.scope)
    context = around(request.desk, board, "/insights/") | {
        "paradox": putting_right.told(putting_right.card_of(paradox), paradox) if paradox else None,
        "headlines": figures[:FIRST], "further": figures[FIRST:],
        "cards": [
            _told(recovery_card(board, BESIDE if paradox else ALONE), board),
            *(_told(CARDS[key](board), board) for key in ("promises", "acknowledgement", "causes")),
        ],
    }  # fmt: skip
    return render(request, "web/insights/overview.html", context)


@at_desk("GET")
def one(request: DeskRequest, key: str) -> HttpResponse:
    """One chart with its numbers."""
    board = board_at(request)
    card = _told(CARDS[key](board), board)
    return render(request, "web/insights/chart.html", around(request.desk, board, f"/insights/{key}/") | {"card": card})


@at_desk("GET")
def numbers(request: DeskRequest, key: str) -> HttpResponse:
    """The numbers of a chart as a file; shares are of one."""
    card = CARDS[key](board_at(request))
    rows = [[_plain(value) for value in cells] for cells, _url in card.rows]
    return sheet(f"insights-{key}.csv", card.headings, rows)


@at_desk("GET")
def report(request: DeskRequest) -> HttpResponse:
    """The report of the last month as PDF, for those who see every team."""
    from makegood.web.insights.printed import month_printed

    desk = request.desk
    require_scope(desk.scope, Ability.SEE_ALL)
    first = today(desk.now, desk.organisation.zone).replace(day=1)
    month = (first - timedelta(days=1)).replace(day=1)
    headers = {"Content-Disposition": f'inline; filename="insights-{month:%Y-%m}.pdf"'}
    return HttpResponse(month_printed(month, now=desk.now), content_type="application/pdf", headers=headers)


@at_desk("GET")
def behind_mark(request: DeskRequest) -> HttpResponse:
    """The cases or promises that a mark of a chart stands for."""
    desk, asked = request.desk, request.GET
    marks = [mark for mark in asked.get("mark", "").split(",")[:_MOST_MARKS] if _MARK.fullmatch(mark)]
    if not marks:
        raise missing("insights.unknown_mark", "This link names nothing that is counted here.")
    board = board_at(request)
    since, before = _days(asked, board)
    found = behind(desk.scope, marks, since=since, before=before, narrow=board.narrow)
    where = "/promises/{}/" if found.is_promise else "/cases/SR-{}/"
    rows = [
        Row([(one.title if one.may else _("Of another team")) if found.is_promise
             else f"SR-{one.number} {one.title}" if one.may else _("Of another team"),
             one.who, date_format(one.day, "j M Y")], where.format(one.number) if one.may else "")
        for one in found.rows
    ]  # fmt: skip
    many = (
        ngettext("{} promise", "{} promises", found.total) if found.is_promise
        else ngettext("{} case", "{} cases", found.total)
    )  # fmt: skip
    context = {
        "title": many.format(f"{found.total:,}"), "rows": rows, "more": found.total - len(rows),
        "columns": [Column(_("Promise") if found.is_promise else _("Case")), Column(_("Customer")),
                    Column(_("Due") if found.is_promise else _("Opened"), n=True)],
        "from": date_format(since, "j M Y"), "until": date_format(before - timedelta(days=1), "j M Y"),
        "back": f"/insights/?{board.query()}",
    }  # fmt: skip
    return render(request, "web/insights/behind.html", context)


@at_desk("GET")
def method(request: DeskRequest) -> HttpResponse:
    """How the figures come about, in plain words."""
    return render(request, "web/insights/method.html", {"tabs": tabs("/insights/method/", request.desk, "")})


def board_at(request: DeskRequest) -> Board:
    """The figures that a request asks for, of what its reader may see. Days are the organisation's."""
    desk = request.desk
    return board_of(request.GET, scope=desk.scope, now=desk.now, zone=desk.organisation.zone)


def around(desk: Desk, board: Board, here: str) -> dict[str, Any]:
    """What stands around the charts: periods, filters, tabs."""
    return {
        "period": board.period.days, "periods": [(one, board.query(period=one.key)) for one in periods(*CHARTED)],
        "selects": selects(board), "shown": whole_period(board), "query": board.query(), "here": here,
        "board": board, "tabs": tabs(here, desk, board.query()),
    }  # fmt: skip


def _told(card: Card, board: Board) -> dict[str, object]:
    return {
        "key": card.key, "title": card.title, "sub": card.sub, "drawn": card.drawn, "strips": card.strips,
        "broad": card.broad, "foot": card.foot, "open_url": card.open_url, "open_word": card.open_word,
        "columns": [Column(card.headings[0]), *(
            Column(heading, n=_counts(card, place)) for place, heading in enumerate(card.headings[1:], start=1)
        )],
        "rows": [Row([shown(value) for value in cells], url) for cells, url in card.rows],
        "csv": f"/insights/{card.key}.csv?{board.query()}", "method": f"/insights/method/#{card.key}",
    }  # fmt: skip


def _counts(card: Card, place: int) -> bool:
    return any(isinstance(cells[place], int | float) for cells, _url in card.rows)


def shown(value: Value) -> str:
    """A cell of the table."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.1%}"
    if isinstance(value, date):
        return date_format(value, "j M Y")
    return f"{value:,}" if isinstance(value, int) else value


def _plain(value: Value) -> str:
    if value is None:
        return ""
    return str(round(value, 6)) if isinstance(value, float) else str(value)


def _days(asked: QueryDict, board: Board) -> tuple[date, date]:
    found: list[date] = []
    for name, otherwise in (("since", board.period.since), ("before", board.period.before)):
        try:
            found.append(date.fromisoformat(asked.get(name, "")))
        except ValueError:
            found.append(otherwise)
    last = today(board.now, board.zone) + timedelta(days=1)
    return min(found[0], last), found[1]
