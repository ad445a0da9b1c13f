"""The queue in its three groups: broken, at risk, waiting on you."""

from __future__ import annotations

from typing import Literal

from django.utils.translation import gettext as _

from makegood.cases.queries import DeskGroup, DeskRow, desk_rows
from makegood.web.clocks import span
from makegood.web.desk import Desk
from makegood.web.today.rows import Group, QueueRow, case_row, promise_row

SHOWN = 15
Who = Literal["me", "team"]


def groups_for(who: Who, desk: Desk) -> list[Group]:
    """The three groups in their fixed order."""
    return [_group(group, who, desk) for group in desk_rows(desk.scope, who=who).groups]


def _group(group: DeskGroup, who: Who, desk: Desk) -> Group:
    base = f"/today/?who={who}&"
    label, calm, url = _words()[group.key]
    more = group.count > SHOWN
    return Group(
        key=group.key, label=label, count=group.count, calm=calm, aside=_aside(group, desk),
        rows=[_row(row, base, group.key) for row in group.rows[:SHOWN]],
        more=_("All {}").format(f"{group.count:,}") if more else "",
        more_url="" if not more else f"{url}&owner=me" if who == "me" else url,
    )  # fmt: skip


def _row(row: DeskRow, base: str, key: str) -> QueueRow:
    if row.case is not None:
        return case_row(row.case, row.why, base, key)
    assert row.promise is not None  # noqa: S101 - a row is one or the other
    return promise_row(row.promise, base)


def _aside(group: DeskGroup, desk: Desk) -> str:
    """The oldest of the group, or the next of it to come."""
    if not group.rows:
        return ""
    # What waits counts from the opening of its case, as its rows do.
    first = min(row.case.opened_at if group.key == "waiting" and row.case else row.since for row in group.rows)
    coming = [row.since for row in group.rows if row.since > desk.now]
    if group.key == "at_risk" and coming:
        return _("next in {}").format(span(min(coming) - desk.now))
    return _("oldest {}").format(span(desk.now - first)) if first <= desk.now else ""


def _words() -> dict[str, tuple[str, str, str]]:
    """By group: its name, what it says when it is empty, and the list that holds all of it."""
    return {
        "broken": (_("Broken"), _("Nothing is broken."), "/cases/?state=open"),
        "at_risk": (_("At risk"), _("No promise is in danger."), "/promises/?state=at_risk&due=any"),
        "waiting": (_("Waiting on you"), _("Nobody waits for you."), "/cases/?state=open"),
    }
