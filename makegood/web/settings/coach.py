"""Settings: where a message must be clean before it leaves, and what left all the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.conversation import actions
from makegood.conversation.queries import coach_policy, overridden
from makegood.conversation.rules.policy import JUDGED, SEVERITIES
from makegood.kernel.refusals import Refusal
from makegood.people.rules import Ability
from makegood.web.answers import done, errors_of
from makegood.web.cases.coaching import name_of
from makegood.web.cases.composing import names_of_ways
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.tables import Choice, Column, Row, number_or_none

HOME = "/settings/coach/"
_LOOKED_BACK = timedelta(days=90)


@at_desk("GET", "POST")
def coach(request: DeskRequest) -> HttpResponse:
    """What is set and what was overridden; sent, what one channel requires."""
    desk, typed = request.desk, request.POST
    if request.method != "POST":
        return _shown(request, {})
    try:
        least = number_or_none(typed.get("from_severity"))
        actions.require_clean(typed.get("channel", ""), from_severity=least, by=desk.actor, now=desk.now)
    except Refusal as no:
        return _shown(request, errors_of(no))
    return done(request, _("Set. It holds from now on."), to=HOME)


def _shown(request: DeskRequest, errors: Mapping[str, str]) -> HttpResponse:
    policy, desk = coach_policy(), request.desk
    context: dict[str, Any] = {
        "channels": [
            (way.value, name, str(policy.get(way, "")), _from(policy.get(way)))
            for way, name in names_of_ways().items() if way in JUDGED
        ],
        "severities": [Choice(str(one), _from(one)) for one in SEVERITIES],
        "may_change": desk.administers, "errors": errors, "slim": True,
        "columns": [Column(_("Fault")), Column(_("Team")), Column(_("Messages"), True)], "rows": _report(desk),
        "may_read": desk.scope.sees_all or desk.scope.may(Ability.ASSIGN),
    }  # fmt: skip
    return render(request, "web/settings/coach.html", context, status=422 if errors else 200)


def _from(least: int | None) -> str:
    if least is None:
        return _("It advises")
    return _("Every case") if least == SEVERITIES[0] else _("From severity {} on").format(least)


def _report(desk: Desk) -> list[Row]:
    """By fault and team: nobody is named."""
    if not (desk.scope.sees_all or desk.scope.may(Ability.ASSIGN)):
        return []
    told = overridden(desk.scope, since=desk.now - _LOOKED_BACK)
    return [Row([name_of(one.code), one.team or _("No team"), one.messages]) for one in told]
