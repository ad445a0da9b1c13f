"""Incidents on Today: those under way, one line each in place of the many cases that they keep off the desk; and what
looks as if it were one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.utils.translation import gettext as _

from makegood.incidents.queries import incidents, suggestions
from makegood.incidents.rules.suggesting import Suspect
from makegood.web.desk import Desk
from makegood.web.incidents.filtering import local
from makegood.web.incidents.words import in_short, state_name

_SHOWN = 4


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident in one line; `hot` when customers of it want something more. `asked` is what a suggestion is about,
    as the form that dismisses it sends it; empty for an incident."""

    url: str
    title: str
    words: str
    state: str
    hot: bool
    asked: tuple[tuple[str, str], ...] = ()


def under_way(desk: Desk) -> list[IncidentRow]:
    """What may be one, for whoever could open it, and those that have not ended, the newest first."""
    found = suggestions(desk.scope, least=settings.INCIDENT_FROM, now=desk.now)
    return [_suggested(one, desk) for one in found] + [
        IncidentRow(
            f"/incidents/{one.number}/", one.title, in_short(one.counts), state_name(one.state)[0], one.counts.more > 0
        )
        for one in incidents(desk.scope, ended=False, limit=_SHOWN)
    ]


def _suggested(one: Suspect, desk: Desk) -> IncidentRow:
    """The question whether it is one, which leads to the filter that finds them."""
    asked = {
        "kind": one.kind, "state": "trouble", "attr": f"{one.name}={one.value}",
        "due_from": local(one.first, desk.zone), "due_to": local(one.last + timedelta(minutes=1), desk.zone),
    }  # fmt: skip
    title = _("{many} customers with {name} {value}").format(many=f"{one.many:,}", name=one.name, value=one.value)
    words = _("All let down within an hour. Make it one incident?")
    return IncidentRow(f"/incidents/new/?{urlencode(asked)}", title, words, _("One cause?"), True,
                       tuple(one.question._asdict().items()))  # fmt: skip
