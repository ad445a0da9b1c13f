"""Closures: what is left once the customer says it is right, for whoever has a part in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.cases.queries import parse_number
from makegood.cases.rules import Outcome
from makegood.followups import actions
from makegood.followups.queries import ClosureFacts, closures
from makegood.kernel.refusals import Refusal, invalid
from makegood.people.queries import roster
from makegood.promises.rules import UNKEPT
from makegood.web import clocks
from makegood.web.answers import done, errors_of
from makegood.web.cases.panel import Typed
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.promises.deadlines import read_plain
from makegood.web.tables import Choice, number_or_none

HOME = "/closures/"
Deed = Callable[[int, QueryDict, Desk], str]


@at_desk("GET")
def every(request: DeskRequest) -> HttpResponse:
    """What is left, mine or everybody's."""
    return _shown(request)


@at_desk("POST")
def act(request: DeskRequest, ref: str, deed: str) -> HttpResponse:
    """Make good one thing; what was typed comes back with the reason when it is refused."""
    number = parse_number(ref)
    try:
        said = DEEDS[deed](number, request.POST, request.desk)
    except Refusal as no:
        return _shown(request, (number, Typed(deed, errors_of(no, {"due_at": "when"}), request.POST)))
    return done(request, said, to=f"{HOME}#SR-{number}")


def _shown(request: DeskRequest, refused: tuple[int, Typed] | None = None) -> HttpResponse:
    desk = request.desk
    everybody = request.GET.get("who") == "all" and desk.scope.sees_all
    found = closures(desk.scope, every=everybody)
    number, typed = refused or (0, None)
    errors = typed.errors if typed else {}
    context = {
        "cases": [_case(one, desk, typed if one.number == number else None) for one in found], "errors": errors,
        "everybody": everybody, "sees_all": desk.scope.sees_all, "people": _people(desk),
    }  # fmt: skip
    return render(request, "web/closures/closures.html", context, status=422 if errors else 200)


def _case(one: ClosureFacts, desk: Desk, typed: Typed | None) -> dict[str, Any]:
    return {
        "facts": one, "url": f"{HOME}{one.ref}/", "typed": typed, "outcome": _outcome(one.outcome),
        "since": clocks.span(desk.now - one.customer_at), "made": _("{} of 3 closures").format(one.made),
        "change_at": clocks.due(one.change_due_at, desk.now) if one.change_due_at else "",
        "live": one.change_state in UNKEPT,
    }  # fmt: skip


def _outcome(outcome: str) -> str:
    names: dict[str, str] = {
        Outcome.SATISFIED: _("the customer is satisfied"), Outcome.NOT_SATISFIED: _("the customer is not satisfied"),
        Outcome.SATISFIED_AFTER_MORE: _("the customer is satisfied, after more"),
        Outcome.WILL_NOT_FORGIVE: _("the customer will not forgive us"),
        Outcome.UNREACHABLE: _("the customer could not be reached"),
    }  # fmt: skip
    return names.get(outcome, outcome)


def _people(desk: Desk) -> list[Choice]:
    return [Choice(str(one.id), one.name, one.team_name) for one in roster(desk.now).present() if one.may_work]


def _known(desk: Desk) -> dict[str, Any]:
    return {"scope": desk.scope, "by": desk.actor, "now": desk.now}


def _process(number: int, typed: QueryDict, desk: Desk) -> str:
    due = read_plain(typed.get("when", ""), desk) if typed.get("when", "").strip() else None
    actions.close_process(
        number, words=typed.get("words", ""), who=number_or_none(typed.get("who")), due_at=due.due_at if due else None,
        **_known(desk),
    )  # fmt: skip
    return _("The process closure of SR-{} is made.").format(number)


def _change(number: int, typed: QueryDict, desk: Desk) -> str:
    actions.keep_change(number, **_known(desk))
    return _("Changed.")


def _said(number: int, typed: QueryDict, desk: Desk) -> str:
    actions.say_how_it_was(number, cost=typed.get("cost", ""), helped=typed.get("helped", ""), **_known(desk))
    return _("Your lead reads it, and nobody else.")


def _heard(number: int, typed: QueryDict, desk: Desk) -> str:
    actions.hear_carrier(
        number, staff_id=_person(typed), word=typed.get("word", ""), is_well=typed.get("well") == "yes", **_known(desk)
    )
    return _("Heard.")


def _carrier(number: int, typed: QueryDict, desk: Desk) -> str:
    actions.name_carrier(number, staff_id=_person(typed), **_known(desk))
    return _("They are to be heard, too.")


def _person(typed: QueryDict) -> int:
    number = number_or_none(typed.get("who"))
    if number is None:
        raise invalid("case.nobody", _("Choose somebody."), field="who")
    return number


DEEDS: dict[str, Deed] = {
    "process": _process, "change": _change, "said": _said, "heard": _heard, "carriers": _carrier,
}  # fmt: skip
