"""Whose work a list shows: the choices that the filter bars of lists share."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from makegood.people.queries import StaffFacts, roster
from makegood.web.desk import Desk
from makegood.web.tables import Choice


def owners(desk: Desk, *, may_choose: Callable[[StaffFacts], bool] = lambda one: True) -> list[Choice]:
    """One's own, one's team's, and those of each colleague who is there and `may_choose` lets pass."""
    own = [Choice("me", _("Mine")), *([Choice("team", _("My team’s"))] if desk.scope.team_id else [])]
    others = [one for one in roster(desk.now).present() if one.id != desk.staff_id and may_choose(one)]
    return [*own, *(Choice(str(one.id), one.name) for one in others)]
