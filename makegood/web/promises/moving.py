"""Moving one promise by hand: kept, expected, replaced, withdrawn, released."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event

from makegood.cases import actions as cases
from makegood.cases.queries import case_numbers_of_promise
from makegood.kernel.refusals import Refusal, invalid
from makegood.people.queries import require
from makegood.people.rules import Ability
from makegood.promises.queries import Due, PromiseFacts, kind_named, promise_for
from makegood.promises.rules import Move
from makegood.remedies import actions as remedies
from makegood.web.answers import done, errors_of, say
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.promises import one
from makegood.web.promises.deadlines import gone_by, read_due

Deed = Callable[[PromiseFacts, QueryDict, Desk], str]


@at_desk("POST")
def move(request: DeskRequest, number: int, name: str) -> HttpResponse:
    """Make a move on a promise. What was typed comes back with the reason when it is refused."""
    desk = request.desk
    promise = promise_for(desk.scope, number)
    require(desk.actor, Ability.WORK)
    try:
        said = DEEDS[Move(name)](promise, request.POST, desk)
    except Refusal as no:
        typed = {"errors": errors_of(no, {"at": "when", "due_at": "when"}), "values": request.POST, "moving": name}
        return _shown(request, number, status=no.status, **typed)
    if request.htmx:
        return trigger_client_event(say(_shown(request, number), said), "live-today")
    return done(request, said, to=f"/promises/{number}/")


def _shown(request: DeskRequest, number: int, status: int = 200, **typed: Any) -> HttpResponse:
    """The promise as it is now: its page, or beside a list the panel."""
    page = one.context(promise_for(request.desk.scope, number), request.desk, **typed)
    name = "panel" if request.htmx else "promise"
    return render(request, f"web/promises/{name}.html", page, status=status)


def _keep(promise: PromiseFacts, typed: QueryDict, desk: Desk) -> str:
    at = gone_by(typed.get("when", ""), desk)
    number = _case_of(promise, desk)
    if number is None:
        cases.keep_promise(promise.id, at=at, **_known(desk))
    else:
        cases.keep_commitment(number, promise_id=promise.id, at=at, **_known(desk))
    return _("Kept: {}").format(promise.title)


def _forecast(promise: PromiseFacts, typed: QueryDict, desk: Desk) -> str:
    expected = _when(promise, typed, desk)
    if expected.on is not None:
        raise invalid("promise.no_hour", _("Give the hour too, such as “tomorrow 10:00”."), field="when")
    cases.forecast_promise(promise.id, forecast_at=expected.at, **_known(desk))
    return _("Expected {}").format(expected.words)


def _replace(promise: PromiseFacts, typed: QueryDict, desk: Desk) -> str:
    agreed = _when(promise, typed, desk)
    remedies.replace_promise(
        promise.id, title=typed.get("what", "").strip() or None, due_at=agreed.at, due_on=agreed.on, **_known(desk)
    )
    return _("Replaced: now due {}").format(agreed.words)


def _withdraw(promise: PromiseFacts, typed: QueryDict, desk: Desk) -> str:
    remedies.let_off_promise(promise.id, Move.WITHDRAW, reason=typed.get("reason", ""), **_known(desk))
    return _("Withdrawn: {}").format(promise.title)


def _release(promise: PromiseFacts, typed: QueryDict, desk: Desk) -> str:
    remedies.let_off_promise(promise.id, Move.RELEASE, reason=typed.get("reason", ""), **_known(desk))
    return _("Released: {}").format(promise.title)


def _known(desk: Desk) -> dict[str, Any]:
    return {"scope": desk.scope, "by": desk.actor, "now": desk.now}


def _case_of(promise: PromiseFacts, desk: Desk) -> int | None:
    """The case that a promise was made in."""
    if not promise.inside_case:
        return None
    return next(iter(case_numbers_of_promise(desk.scope, promise.id)), None)


def _when(promise: PromiseFacts, typed: QueryDict, desk: Desk) -> Due:
    return read_due(typed.get("when", ""), kind_named(promise.kind), desk)


DEEDS: dict[Move, Deed] = {
    Move.KEEP: _keep,
    Move.FORECAST: _forecast,
    Move.REPLACE: _replace,
    Move.WITHDRAW: _withdraw,
    Move.RELEASE: _release,
}
