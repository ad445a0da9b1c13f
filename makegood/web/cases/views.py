"""Cases: the list, one in full, one beside a list."""

from __future__ import annotations

from collections.abc import Collection

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from makegood.cases.queries import CaseFilter, CaseLine, cases_list, count_open, parse_number
from makegood.conversation.queries import awry_among
from makegood.customers.queries import ids_of
from makegood.promises.queries import kinds
from makegood.web import clocks
from makegood.web.cases import panel
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.tables import PLACES, Choice, Column, Row, Select, number_or_none, pages, place
from makegood.web.templatetags.desk import clock, icon, person, pips
from makegood.web.whose import owners

_COUNTED = 10_000


@at_desk("GET")
def cases(request: DeskRequest) -> HttpResponse:
    """A view of the cases; its address is the view."""
    desk, asked = request.desk, request.GET
    narrow = read_filter(asked, desk)
    found = cases_list(desk.scope, narrow, **place(asked))
    astray = awry_among([line.number for line in found.rows])
    context = {
        "columns": [
            Column(_("Case")), Column(_("Customer")), Column(_("Promise"), n=True), Column(_("Conversation")),
            Column(_("Next"), n=True), Column(_("Cause")), Column(_("Owner")), Column(_("Opened"), n=True),
        ],
        "rows": [Row(_cells(line, desk, astray), f"/cases/{line.ref}/") for line in found.rows],
        "count": _counted(desk, narrow) if found.rows else "",
        "page": pages(request.path, asked, found),
        "filtered": any(value for name, value in asked.items() if name not in PLACES), "q": narrow.q,
    }  # fmt: skip
    if request.htmx and request.htmx.target == "results":
        return render(request, "web/cases/cases.html#results", context)
    context |= {"selects": _selects(asked, desk), "query": asked.urlencode()}
    return render(request, "web/cases/cases.html", context)


@at_desk("GET")
def case(request: DeskRequest, ref: str) -> HttpResponse:
    """One case, in full."""
    return render(request, "web/cases/case.html", panel.context(parse_number(ref), request.desk) | {"pane": "case"})


@at_desk("GET")
def beside(request: DeskRequest, ref: str) -> HttpResponse:
    """The same beside a list."""
    return render(request, "web/cases/panel.html", panel.context(parse_number(ref), request.desk))


def read_filter(asked: QueryDict, desk: Desk) -> CaseFilter:
    """The filters of an address; what it does not understand is left out."""
    owner, state = asked.get("owner", ""), asked.get("state", "open")
    customer = number_or_none(asked.get("customer"))
    return CaseFilter(
        state=state if state in ("open", "closed") else "", kind=asked.get("kind", "")[:40],
        owner_id=desk.staff_id if owner == "me" else number_or_none(owner),
        team_id=desk.scope.team_id if owner == "team" else None, severity=number_or_none(asked.get("severity")),
        repeat=bool(asked.get("repeat")), detected_by=asked.get("known", "")[:10], q=asked.get("q", "")[:200],
        customer_ids=ids_of(customer) or (0,) if customer else (),
    )  # fmt: skip


def _selects(asked: QueryDict, desk: Desk) -> list[Select]:
    states = [Choice("open", _("Open")), Choice("closed", _("Closed")), Choice("all", _("Open and closed"))]
    first = [Choice("watch", _("The watch knew")), Choice("forecast", _("Before it broke"))]
    known = [*first, Choice("customer", _("The customer said")), Choice("staff", _("We noticed"))]
    return [
        Select("state", _("State"), states, asked.get("state", "open")),
        Select("owner", _("Owner"), owners(desk), asked.get("owner", ""), _("Anybody’s")),
        Select("kind", _("Kind"), _kinds(), asked.get("kind", ""), _("Any kind")),
        Select("known", _("Who knew first"), known, asked.get("known", ""), _("Whoever knew first")),
        Select("repeat", _("Repeats"), [Choice("1", _("Second failures"))], asked.get("repeat", ""), _("First or not")),
    ]


def _kinds() -> list[Choice]:
    return [Choice(kind.slug, kind.name) for kind in kinds(inside_case=False)]


def _cells(line: CaseLine, desk: Desk, astray: Collection[int]) -> list[object]:
    customer = format_html('<a href="/customers/{}/">{}</a>', line.customer_id, line.customer_name)
    mark = person(line.owner_name, label="")
    owner = format_html('<span class="person">{}<span class="clip">{}</span></span>', mark, line.owner_name)
    again = icon("repeat", _("Second failure")) if line.repeat else ""
    title = f"{line.ref} {line.title}"
    steps = pips(sum(line.pips)) if line.closed_at is None else _("Closed")
    lost = icon("warn", _("A message did not reach them")) if line.number in astray else ""
    done = format_html('<span class="person">{}{}{}</span>', steps, again, lost)
    ahead, cause = (line.next_due_at and clock(line.next_due_at, desk.now)) or "", line.cause_name
    if line.closed_at is None:
        ahead = _at_hand(line, "when", ahead or _soft(_("Add")), _("change the time"), desk)
        owner = _at_hand(line, "owner", owner, _("change the owner"), desk)
    cause = _at_hand(line, "cause", cause or _soft(_("Say why")), _("change the cause"), desk)
    return [title, customer, promise_clock(line, desk), done, ahead, cause, owner, clocks.due(line.opened_at, desk.now)]


def _soft(words: str) -> SafeString:
    return format_html('<span class="soft">{}</span>', words)


def _at_hand(line: CaseLine, part: str, shown: object, what: str, desk: Desk) -> SafeString:
    """A cell that opens the form that changes it, over the list."""
    if not desk.may_work:
        return format_html("{}", shown)
    link = '<a class="at-hand" href="/cases/{}/change/{}/" data-pop>{}<span class="sr">: {}</span></a>'
    return format_html(link, line.ref, part, shown, what)


def promise_clock(line: CaseLine, desk: Desk) -> SafeString:
    """The clock of the promise that failed; nothing for a harm that somebody reported."""
    if line.promise_due_at is None:
        return SafeString("")
    return clock(
        line.promise_due_at, desk.now, state=line.promise_state or "open", on=line.promise_due_on,
        breaks=line.promise_breaks_at, ended=line.promise_settled_at,
    )  # fmt: skip


def _counted(desk: Desk, narrow: CaseFilter) -> str:
    number = count_open(desk.scope, narrow, at_most=_COUNTED)
    if number == _COUNTED:
        return _("More than 10,000 cases")
    return ngettext("{} case", "{} cases", number).format(f"{number:,}")
