"""Letting the customer choose, at the desk: making an offer of what is ticked, and what is done with one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from makegood.cases.queries import CaseFacts, parse_number
from makegood.kernel.money import format_money
from makegood.kernel.texts import first_name
from makegood.remedies import actions
from makegood.remedies.queries import Picker, Reckoned
from makegood.remedies.rules.offering import FEWEST, Silence, usual_until
from makegood.web import clocks
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.remedies.answering import answered
from makegood.web.remedies.offers import Standing
from makegood.web.tables import Choice, number_or_none


@at_desk("POST")
def choose(request: DeskRequest, ref: str, offer: int) -> HttpResponse:
    """Record what the customer chose in a conversation."""
    desk, option = request.desk, number_or_none(request.POST.get("option")) or 0
    actions.choose_for(offer, option, scope=desk.scope, by=desk.actor, now=desk.now)
    return answered(request, parse_number(ref), _("It is promised."))


def let_choose(number: int, found: Picker, typed: QueryDict, until: datetime | None, desk: Desk) -> str:
    """Make an offer of what is ticked, or ask whether it may be made: whichever the button had said."""
    one_of, dues, words = found.one_of, _dues(found.one_of), typed.get("to_them", "")
    actions.let_choose(
        number, one_of.choices, until=until or usual_until(dues, now=desk.now), words=words,
        silence=typed.get("silence", Silence.FIRST), currency=found.currency, reason=typed.get("reason", ""),
        ask=not one_of.mine, note=typed.get("note", ""), scope=desk.scope, by=desk.actor, now=desk.now,
    )  # fmt: skip
    name = one_of.decider.name if one_of.decider else ""
    asked = _("{} is asked whether it may be offered.").format(name)
    return _("It stands on their page. Hand them the link.") if one_of.mine else asked


def letting(found: Picker, typed: QueryDict, desk: Desk, case: CaseFacts, standing: Standing | None) -> dict[str, Any]:
    """What the form for an offer shows; empty while fewer than two things are ticked, or an offer stands."""
    one_of = found.one_of
    if len(one_of.choices) < FEWEST or standing is not None:
        return {}
    first = first_name(case.customer_name)
    until = usual_until(_dues(one_of), now=desk.now)
    return {
        "press": _press(one_of, found.currency, first), "barred": not one_of.mine and one_of.decider is None,
        "asks": not one_of.mine, "until": clocks.ahead(until, desk.now), "first": first, "owed": bool(one_of.owed),
        "typed": {name: typed.get(name, "") for name in ("until", "to_them", "silence")},
        "silences": [
            Choice(Silence.FIRST, _("They get the first: {}").format(one_of.choices[0].whole)),
            Choice(Silence.IN_TOUCH, _("You get in touch within the hour")),
        ],
    }  # fmt: skip


def _dues(one_of: Reckoned) -> list[datetime]:
    return [one.due_at for choice in one_of.choices for one in choice.parts]


def _press(one_of: Reckoned, currency: str, first: str) -> str:
    """What the button will do, in words."""
    if one_of.mine:
        return _("Let {} choose").format(first)
    if one_of.decider is None:
        return _("Nobody who is there may offer this much")
    total = format_money(one_of.total, currency)
    return _("Ask {name} to let {first} choose (up to {total})").format(
        name=first_name(one_of.decider.name), first=first, total=total
    )
