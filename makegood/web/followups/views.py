"""Follow-ups: whom we come back to, what is late, due today or ahead, one tap from the case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from makegood.customers.queries import search as customers_named
from makegood.followups.queries import FollowUpFilter, FollowUpLine, count_follow_ups, follow_ups
from makegood.people.queries import StaffFacts
from makegood.web import clocks
from makegood.web.cases.following import goes_out, trouble_of
from makegood.web.days import span_of_day, today
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.promises.ledger import owner
from makegood.web.tables import PLACES, Choice, Column, Row, Select, number_or_none, pages, place
from makegood.web.telling import read_in
from makegood.web.templatetags.desk import clock
from makegood.web.ways import ways
from makegood.web.whose import owners

_COUNTED = 1_000
_MOST_CUSTOMERS = 200
_NOBODY = (0,)
"""No customer has the number 0."""


@at_desk("GET")
def every(request: DeskRequest) -> HttpResponse:
    """A list of follow-ups that are still to be done; its address is the view."""
    desk, asked = request.desk, request.GET
    narrow = read_filter(asked, desk)
    found = follow_ups(desk.scope, narrow, **place(asked))
    context = {
        "columns": [
            Column(_("What we ask")), Column(_("Customer"), plain=True), Column(_("Case"), plain=True),
            Column(_("Due"), n=True), Column(_("Clock"), n=True, lead=True), Column(_("Owner")),
        ],
        "rows": [Row(_cells(line, desk), f"/cases/{line.ref}/#follow-ups-h") for line in found.rows],
        "count": _counted(desk, narrow) if found.rows else "", "page": pages(request.path, asked, found),
        "filtered": any(value for name, value in asked.items() if name not in PLACES), "q": asked.get("q", ""),
        "whose": _whose(asked, desk),
    }  # fmt: skip
    if request.htmx and request.htmx.target == "results":
        return render(request, "web/followups/follow_ups.html#results", context)
    context |= {"selects": _selects(asked, desk), "query": asked.urlencode()}
    return render(request, "web/followups/follow_ups.html", context)


def _whose(asked: QueryDict, desk: Desk) -> str:
    """Whose are shown: one's own unless the address says otherwise, or one's role does not work cases."""
    return asked.get("owner", "me" if desk.may_work else "")


def read_filter(asked: QueryDict, desk: Desk) -> FollowUpFilter:
    """What an address asks for; what it does not understand is left out."""
    whose = _whose(asked, desk)
    return FollowUpFilter(
        owner_id=desk.staff_id if whose == "me" else number_or_none(whose),
        team_id=desk.scope.team_id if whose == "team" else None, customer_ids=_customers(asked.get("q", ""), desk),
        **_span(asked.get("due", ""), desk),
    )  # fmt: skip


def _span(due: str, desk: Desk) -> Mapping[str, datetime]:
    _begins, ends = span_of_day(today(desk.now, desk.zone), desk.zone)
    spans = {
        "late": {"due_before": desk.now}, "now": {"due_before": ends},
        "today": {"due_from": desk.now, "due_before": ends}, "ahead": {"due_from": ends},
    }  # fmt: skip
    return spans.get(due, {})


def _customers(q: str, desk: Desk) -> tuple[int, ...]:
    words = " ".join(q.split())[:200]
    if not words:
        return ()
    return tuple(one.id for one in customers_named(desk.scope, words, limit=_MOST_CUSTOMERS)) or _NOBODY


def _selects(asked: QueryDict, desk: Desk) -> list[Select]:
    dues = [
        Choice("now", _("Late or due today")), Choice("late", _("Late")), Choice("today", _("Still due today")),
        Choice("ahead", _("After today")),
    ]  # fmt: skip
    return [
        Select("owner", _("Owner"), owners(desk, may_choose=partial(_may_choose, desk)), _whose(asked, desk),
               _("Anybody’s")),
        Select("due", _("Due"), dues, asked.get("due", ""), _("Any day")),
    ]  # fmt: skip


def _may_choose(desk: Desk, one: StaffFacts) -> bool:
    return desk.scope.sees_all or (one.team_id is not None and one.team_id == desk.scope.team_id)


def _cells(line: FollowUpLine, desk: Desk) -> list[object]:
    customer = format_html('<a href="/customers/{}/">{}</a>', line.customer_id, line.customer_name)
    case = format_html('<a href="/cases/{0}/">{0}</a>', line.ref)
    runs = clock(line.due_at, desk.now, state=line.state, breaks=line.breaks_at, warn=line.warn_at)
    asked = " · ".join(filter(None, (read_in(line.texts, line.title), ways().get(line.channel, ""))))
    trouble, out = trouble_of(line.trouble), goes_out(line.asks_at, desk.now)
    notes = [pair for pair in (("c-broken", trouble), ("soft", out)) if pair[1]]
    said = format_html_join("", '<br><small class="{}">{}</small>', notes)
    return [
        format_html("{}{}", asked, said),
        customer,
        case,
        clocks.due(line.due_at, desk.now),
        runs,
        owner(line.owner),
    ]


def _counted(desk: Desk, narrow: FollowUpFilter) -> str:
    number = count_follow_ups(desk.scope, narrow, at_most=_COUNTED)
    if number == _COUNTED:
        return _("More than 1,000 follow-ups")
    return ngettext("{} follow-up", "{} follow-ups", number).format(number)
