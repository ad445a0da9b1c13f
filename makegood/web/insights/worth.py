"""Whether customers stay whom we failed, and what failing cost: read off the rows, so beside the page and not in it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from makegood.kernel.money import format_money
from makegood.measurement.queries.costs import KEPT_AFTER, what_was_spent, who_was_failed
from makegood.measurement.rules.headlines import Share
from makegood.people.queries import require_scope
from makegood.people.rules import Ability
from makegood.web.days import starts
from makegood.web.desk import DeskRequest, at_desk
from makegood.web.insights.board import Board, day_short
from makegood.web.insights.headlines import Said
from makegood.web.insights.overview import board_at

COST = "/insights/cost/"


@at_desk("GET")
def worth(request: DeskRequest) -> HttpResponse:
    """Two figures of the period, for who sees every team."""
    require_scope(request.desk.scope, Ability.SEE_ALL)
    board = board_at(request)
    told = [_kept(board), _cost(board)]
    return render(request, "web/insights/headlines.html", {"figures": told, "css": "more"})


def _asked(board: Board, *, back: timedelta) -> dict[str, Any]:
    since, before = (starts(day, board.zone) - back for day in (board.period.since, board.period.before))
    return {
        "since": since, "before": before, "kind": board.kind.slug if board.kind else "", "team_id": board.narrow.team,
        "now": board.now,
    }  # fmt: skip


def _kept(board: Board) -> Said:
    """Of the customers failed in as long a time, so long ago that it can be told: who neither left nor will not
    forgive."""
    people = who_was_failed(board.scope, **_asked(board, back=KEPT_AFTER))
    lost, early, share = people.lost, people.early, Share(people.kept, people.kept + people.lost)
    label = _("Customers kept")
    if not share.enough:
        return Said(key="customers", label=label, shown="–", unit="", url=COST,
                    note=_("too few to say, of {} failed 90 days ago or more").format(f"{share.whole:,}"))  # fmt: skip
    words = _("{lost} of {whole} lost · failed {since} to {until}, 90 days on · 95%: {low}\u00a0to\u00a0{high}")
    note = words.format(
        lost=f"{lost:,}", whole=f"{share.whole:,}", since=day_short(board.period.since - KEPT_AFTER),
        until=day_short(board.period.before - KEPT_AFTER - timedelta(days=1)), low=f"{share.low * 100:.0f}",
        high=f"{share.high * 100:.0f}",
    )  # fmt: skip
    if early:
        note += " · " + _("{} too early to say").format(f"{early:,}")
    return Said(key="customers", label=label, shown=f"{share.value * 100:.0f}", unit="%", note=note, url=COST)


def _cost(board: Board) -> Said:
    """What was given and what staff time cost, in the currency in which an hour was entered; nothing is guessed."""
    given, talked, rate = what_was_spent(board.scope, **_asked(board, back=timedelta(0)))
    minutes, calls = sum(one.minutes for one in talked), sum(one.calls for one in talked)
    spent, label = rate.of(minutes) if rate else None, _("Cost of failure")
    said = ngettext("{minutes} minutes of {calls} call", "{minutes} minutes of {calls} calls", calls).format(
        minutes=f"{minutes:,}", calls=f"{calls:,}"
    )
    if rate is None or spent is None:
        missing = format_html('{} · <a href="{}">{}</a>', said, COST, _("enter what an hour costs"))
        return Said(key="failing", label=label, shown=_("not entered"), unit="", note=missing, url="")
    handed = sum((one.total for one in given if one.currency == rate.currency), Decimal(0))
    note = _("{given} given, {spent} for {said}").format(
        given=format_money(handed, rate.currency), spent=format_money(spent, rate.currency), said=said
    )
    shown = format_money(handed + spent, rate.currency)
    return Said(key="failing", label=label, shown=shown, unit="", note=note, url=COST)
