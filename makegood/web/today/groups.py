"""The queue in its three groups: broken, at risk, waiting on you."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Literal

from django.utils.translation import gettext as _

from makegood.cases.queries import DeskGroup, DeskRow, desk_rows
from makegood.conversation.queries import awry_among
from makegood.remedies.queries import approvals_asked_of
from makegood.web.desk import Desk
from makegood.web.today.rows import Group, QueueRow, approval_row, case_row, promise_row

SHOWN = 15
Who = Literal["me", "team"]


def groups_for(who: Who, desk: Desk) -> list[Group]:
    """The three groups in their fixed order. Questions that only the reader can decide stand before all that waits."""
    asked = [approval_row(one) for one in approvals_asked_of(desk.staff_id)]
    words, groups = _words(), desk_rows(desk.scope, who=who).groups
    astray = awry_among([row.case.number for group in groups for row in group.rows[:SHOWN] if row.case is not None])
    told = [
        _group(group, words[group.key], who, desk, asked if group.key == "waiting" else ()) for group in groups
    ]  # fmt: skip
    return [replace(group, rows=[_astray(row, astray) for row in group.rows]) for group in told]


def _astray(row: QueueRow, numbers: Collection[int]) -> QueueRow:
    """The row, marked when a message of the case did not reach the customer."""
    return replace(row, awry=True) if row.id in {f"SR-{number}" for number in numbers} else row


Words = tuple[str, str, str, str, str]


def _group(group: DeskGroup, words: Words, who: Who, desk: Desk, before: Sequence[QueueRow]) -> Group:
    base = f"/today/?who={who}&"
    label, calm, word, more, url = words
    count = group.count + len(before)
    rows = [*before, *(_row(row, base, group.key) for row in group.rows[:SHOWN])][:SHOWN]
    return Group(
        key=group.key, label=label, many=count, count=f"{count:,}+" if group.cut else f"{count:,}", calm=calm,
        word=word, first=_row(group.first, base, group.key) if group.first else None, rows=rows,
        more=more if count > len(rows) else "", more_url=url + whose(who, desk),
    )  # fmt: skip


def whose(who: Who, desk: Desk) -> str:
    """What an address of a list adds to hold the same people's work as Today."""
    return "&owner=me" if who == "me" else "&owner=team" if desk.scope.team_id is not None else ""


def _row(row: DeskRow, base: str, key: str) -> QueueRow:
    if row.case is not None:
        return case_row(row.case, row.why, base, key)
    assert row.promise is not None  # noqa: S101 - a row is one or the other
    return promise_row(row.promise, base)


def _words() -> dict[str, Words]:
    """By group: its name, what it says when it is empty, what its first row is to it, and the list that holds all."""
    cases, at_risk = "/cases/?state=open", "/promises/?state=at_risk&due=any"
    oldest, next_one, all_cases = _("oldest"), _("next"), _("All open cases")
    return {
        "broken": (_("Broken"), _("Nothing is broken."), oldest, all_cases, cases),
        "at_risk": (_("At risk"), _("No promise is in danger."), next_one, _("All that is at risk"), at_risk),
        "waiting": (_("Waiting on you"), _("Nobody waits for you."), oldest, all_cases, cases),
    }
