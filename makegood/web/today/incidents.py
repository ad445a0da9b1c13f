"""Incidents under way on Today: one line each, in place of the many cases that it keeps off the desk."""

from __future__ import annotations

from dataclasses import dataclass

from makegood.incidents.queries import incidents
from makegood.web.desk import Desk
from makegood.web.incidents.words import in_short, state_name

_SHOWN = 4


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident in one line; `hot` when customers of it want something more."""

    url: str
    title: str
    words: str
    state: str
    hot: bool


def under_way(desk: Desk) -> list[IncidentRow]:
    """Those that have not ended, the newest first."""
    return [
        IncidentRow(
            f"/incidents/{one.number}/", one.title, in_short(one.counts), state_name(one.state)[0], one.counts.more > 0
        )
        for one in incidents(desk.scope, ended=False, limit=_SHOWN)
    ]
