"""From a view of the ledger to an incident of the same promises."""

from __future__ import annotations

from urllib.parse import urlencode

from makegood.people.rules import Ability
from makegood.promises.rules import State
from makegood.web.desk import Desk
from makegood.web.incidents.filtering import local
from makegood.web.promises.ledger import Asked

_STATES = {State.AT_RISK: "at_risk", State.BROKEN: "broken", "unkept": "unkept"}


def incident_url(asked: Asked, desk: Desk) -> str:
    """The address at which an incident of this view is opened, "" for those who may open none."""
    if not desk.scope.may(Ability.ASSIGN):
        return ""
    narrow = asked.narrow
    fields = {
        "kind": narrow.kind, "state": _STATES.get(asked.state, "trouble"), "refs": narrow.reference,
        "source": narrow.source, "due_from": local(narrow.due_from, desk.zone),
        "due_to": local(narrow.due_before, desk.zone),
    }  # fmt: skip
    return "/incidents/new/?" + urlencode({name: value for name, value in fields.items() if value})
