"""The queue in its three groups: broken, at risk, waiting on you."""

from __future__ import annotations

from django.utils.translation import gettext as _

from makegood.promises.queries import LedgerFilter, PromiseFacts, count_open, ledger
from makegood.promises.rules import State
from makegood.web.clocks import span
from makegood.web.desk import Desk
from makegood.web.today.rows import Group, promise_row

SHOWN = 12


def groups_for(who: str, desk: Desk) -> list[Group]:
    """The three groups in their fixed order."""
    return [_promises(State.BROKEN, who, desk), _promises(State.AT_RISK, who, desk)]


def _promises(state: State, who: str, desk: Desk) -> Group:
    mine = desk.staff_id if who == "me" else None
    narrow = LedgerFilter(states=(state,), owner_id=mine)
    found = ledger(desk.scope, narrow, limit=SHOWN)
    rows = [promise_row(promise, f"/today/?who={who}&") for promise in found.rows]
    count = count_open(desk.scope, narrow, at_most=1000) if found.next else len(rows)
    owner = "&owner=me" if mine else ""
    return Group(
        key=state, label=_LABELS[state](), count=count, rows=rows, calm=_CALM[state](), aside=_aside(found.rows, desk),
        more=_("All {}").format(f"{count:,}") if found.next else "",
        more_url=f"/promises/?state={state}&due=any{owner}" if found.next else "",
    )  # fmt: skip


def _aside(rows: tuple[PromiseFacts, ...], desk: Desk) -> str:
    if not rows:
        return ""
    first = rows[0].due_at
    if first > desk.now:
        return _("next in {}").format(span(first - desk.now))
    return _("oldest {}").format(span(desk.now - first))


_LABELS = {State.BROKEN: lambda: _("Broken"), State.AT_RISK: lambda: _("At risk")}
_CALM = {
    State.BROKEN: lambda: _("No promise is broken."),
    State.AT_RISK: lambda: _("No promise is in danger."),
}
