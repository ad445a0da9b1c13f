"""The ledger's filters, read from its address, and its rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from makegood.customers.queries import customer_for
from makegood.customers.queries import search as customers_named
from makegood.promises.queries import LedgerFilter, PromiseFacts, kinds, search
from makegood.promises.rules import UNKEPT, State
from makegood.web import clocks
from makegood.web.days import DAY, span_of_day, today
from makegood.web.desk import Desk
from makegood.web.tables import Choice, Column, Row, Select, number_or_none
from makegood.web.templatetags.desk import LOOKS, clock, person, stated
from makegood.web.whose import owners

_UNKEPT, _STANDING = "unkept", "standing"
STANDING = (State.KEPT, State.KEPT_LATE, State.BROKEN, State.AT_RISK, State.OPEN)
"""What nobody called off: neither replaced, withdrawn nor released."""
OUTSIDE = ":outside"
"""In the place of a kind: whatever was promised outside cases. No kind can be called so."""
_FAILED = frozenset({State.BROKEN, State.KEPT_LATE, State.RELEASED})
_MOST_CUSTOMERS = 200
NOTHING = LedgerFilter(customer_ids=(0,))
"""A filter that finds nothing: no customer has the number 0."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address of the ledger asks for."""

    q: str
    state: str
    kind: str
    owner: str
    due: str
    customer: int | None
    customer_name: str
    narrow: LedgerFilter

    @property
    def counted(self) -> LedgerFilter:
        """The same for counting: how many are in a state is told by an index, as long as no day bounds it."""
        return replace(self.narrow, due_before=None) if self.due == "any" else self.narrow


def read(asked: QueryDict, desk: Desk) -> Asked:
    """The filters of an address; what it does not understand is left out."""
    q = " ".join(asked.get("q", "").split())[:200]
    customer = number_or_none(asked.get("customer"))
    due = asked.get("due") or ("any" if q or customer else "today")
    state, kind, owner = asked.get("state", ""), asked.get("kind", ""), asked.get("owner", "")
    narrow = _bounded(replace(_due(due, desk), **_kind(kind), **_states(state), **_owner(owner, desk)), desk)
    name = ""
    if customer:
        facts = customer_for(desk.scope, customer)
        narrow, name = replace(narrow, customer_ids=facts.ids), facts.name
    return Asked(q, state, kind, owner, due, customer, name, _worded(q, narrow, desk) if q else narrow)


def _kind(kind: str) -> dict[str, Any]:
    return {"to_customers": True} if kind == OUTSIDE else {"kind": kind[:40]}


def _states(state: str) -> dict[str, Any]:
    if state in (_UNKEPT, _STANDING):
        return {"states": tuple(sorted(UNKEPT if state == _UNKEPT else STANDING))}
    return {"states": (State(state),) if state in list(State) else ()}


def _bounded(narrow: LedgerFilter, desk: Desk) -> LedgerFilter:
    """What was not kept in time was due before now. Told so, the list need not be read through all that is ahead."""
    if narrow.states and _FAILED.issuperset(narrow.states) and narrow.due_before is None:
        return replace(narrow, due_before=_soon(desk))
    return narrow


def _soon(desk: Desk) -> datetime:
    return desk.now + timedelta(microseconds=1)


def _owner(owner: str, desk: Desk) -> dict[str, Any]:
    if owner == "me":
        return {"owner_id": desk.staff_id}
    if owner == "team":
        return {"team_id": desk.scope.team_id}
    return {"owner_id": number_or_none(owner)}


def _due(due: str, desk: Desk) -> LedgerFilter:
    """The span of a choice of days, in the order in which it is read: what comes next first, what is past last."""
    day = today(desk.now, desk.zone)
    spans = {"today": (day, 1), "tomorrow": (day + DAY, 1), "week": (day, 7)}
    if due in spans:
        first, days = spans[due]
        begins, ends = span_of_day(first, desk.zone, days)
        return LedgerFilter(due_from=begins, due_before=ends)
    begins, ends = span_of_day(day, desk.zone)
    if due == "ahead":
        return LedgerFilter(due_from=desk.now)
    if due == "past":
        return LedgerFilter(due_before=_soon(desk), newest_first=True)
    return LedgerFilter(newest_first=True)


def _worded(q: str, narrow: LedgerFilter, desk: Desk) -> LedgerFilter:
    """Words are a reference or a number of a promise when one begins so; otherwise they name customers."""
    if " " not in q and (found := search(desk.scope, q, limit=1)):
        if found[0].reference and found[0].reference.startswith(q):
            return replace(narrow, reference=q)
        return replace(narrow, customer_ids=(found[0].customer_id,))
    ids = tuple(line.id for line in customers_named(desk.scope, q, limit=_MOST_CUSTOMERS))
    wanted = tuple(set(ids) & set(narrow.customer_ids)) if narrow.customer_ids else ids
    return replace(narrow, customer_ids=wanted) if wanted else NOTHING


def selects(asked: Asked, desk: Desk) -> list[Select]:
    """The drop-downs of the filter bar."""
    states = [Choice(_UNKEPT, _("Not kept yet")), Choice(_STANDING, _("Not called off"))]
    states += (Choice(state, str(LOOKS[state][1])) for state in State)
    return [
        Select("due", _("Due"), _days(), asked.due),
        Select("state", _("State"), states, asked.state, _("Any state")),
        Select("kind", _("Kind"), _kinds(), asked.kind, _("Any kind")),
        Select("owner", _("Owner"), owners(desk), asked.owner, _("Anybody’s")),
    ]


def _kinds() -> list[Choice]:
    return [Choice(OUTSIDE, _("Outside cases")), *(Choice(kind.slug, kind.name) for kind in kinds())]


def _days() -> list[Choice]:
    return [
        Choice("today", _("Due today")),
        Choice("tomorrow", _("Due tomorrow")),
        Choice("week", _("Due in 7 days")),
        Choice("ahead", _("All to come")),
        Choice("past", _("All gone by")),
        Choice("any", _("Any day")),
    ]


def columns() -> list[Column]:
    """The headings of the ledger."""
    return [
        Column(_("Promise")), Column(_("Customer")), Column(_("State")), Column(_("Due"), n=True),
        Column(_("Clock"), n=True), Column(_("Owner")),
    ]  # fmt: skip


def rows(promises: Iterable[PromiseFacts], desk: Desk) -> list[Row]:
    """The lines of the ledger."""
    return [Row(_cells(promise, desk), f"/promises/{promise.id}/") for promise in promises]


def _cells(promise: PromiseFacts, desk: Desk) -> list[object]:
    customer = format_html('<a href="/customers/{}/">{}</a>', promise.customer_id, promise.customer_name)
    due = clocks.due(promise.due_at, desk.now, promise.due_on)
    return [promise.title, customer, stated(promise.state), due, clock_of(promise, desk), owner(promise.owner_name)]


def owner(name: str) -> SafeString | str:
    """The mark and name of who answers for something; nothing for nobody."""
    if not name:
        return ""
    return format_html('<span class="person">{}<span class="clip">{}</span></span>', person(name, label=""), name)


def clock_of(promise: PromiseFacts, desk: Desk) -> SafeString:
    """Its ticking clock."""
    return clock(
        promise.due_at,
        desk.now,
        state=promise.state,
        on=promise.due_on,
        breaks=promise.breaks_at,
        warn=promise.warn_at,
        ended=promise.kept_at or promise.settled_at,
    )
