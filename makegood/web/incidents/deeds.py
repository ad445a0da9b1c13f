"""What is done with an incident: collect, release, stop, go on, end; ask and decide; hand the messages out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from makegood.incidents import actions
from makegood.kernel.refusals import invalid
from makegood.web.answers import done
from makegood.web.desk import DeskRequest, at_desk
from makegood.web.sheets import sheet
from makegood.web.tables import number_or_none

_Hand = dict[str, Any]


@at_desk("POST")
def do(request: DeskRequest, number: str, name: str) -> HttpResponse:
    """Do it, and go back to the incident with one line about it."""
    desk = request.desk
    hand = {"scope": desk.scope, "by": desk.actor, "now": desk.now}
    return done(request, _DEEDS[name](request, int(number), hand), to=f"/incidents/{number}/")


def _collect(request: DeskRequest, number: int, hand: _Hand) -> str:
    found = actions.collect(number, **hand)
    if not found.joined and not found.left:
        return _("Nothing new.")
    return _("{joined} promises joined, {left} customers left.").format(joined=found.joined, left=found.left)


def _release(request: DeskRequest, number: int, hand: _Hand) -> str:
    actions.release(number, **_pace(request) | hand)
    return _("Released. The first batch is on its way.")


def _resume(request: DeskRequest, number: int, hand: _Hand) -> str:
    actions.resume(number, **_pace(request) | hand)
    return _("It goes on.")


def _pace(request: DeskRequest) -> _Hand:
    return {
        "batch_size": _typed(request, "batch_size", 100), "every": _typed(request, "every", 60),
        "their_hours": bool(request.POST.get("their_hours")), "despite": request.POST.get("despite", ""),
    }  # fmt: skip


def _typed(request: DeskRequest, name: str, unless_typed: int) -> int:
    """A number of a form. What cannot be read is refused: nobody is told at a pace that was not asked for."""
    typed = request.POST.get(name, "").strip()
    found = number_or_none(typed) if typed else unless_typed
    if found is None:
        raise invalid("incident.bad_batch", _("“{}” is not a whole number.").format(typed[:20]), field=name)
    return found


def _stop(request: DeskRequest, number: int, hand: _Hand) -> str:
    actions.stop(number, reason=request.POST.get("reason", ""), **hand)
    return _("Stopped. Nobody more is told, and what had not left is taken back.")


def _end(request: DeskRequest, number: int, hand: _Hand) -> str:
    actions.end(number, **hand)
    return _("Ended. Nobody joins it any more.")


def _fulfil(request: DeskRequest, number: int, hand: _Hand) -> str:
    owed = request.POST.get("what") == "owed"
    many = actions.fulfil_gifts(number, owed=owed, reference=request.POST.get("reference", ""), **hand)
    return _("Handed over to {}.").format(f"{many:,}")


def _give_owed(request: DeskRequest, number: int, hand: _Hand) -> str:
    found = actions.give_owed_now(number, **hand)
    said = ngettext("Given to {} customer.", "Given to {} customers.", found.given).format(f"{found.given:,}")
    return f"{said} {_('{} still wait for it: press again.').format(f'{found.left:,}')}" if found.left else said


def _ask(request: DeskRequest, number: int, hand: _Hand) -> str:
    actions.ask_approval(number, note=request.POST.get("note", ""), **hand)
    return _("Asked. You hear of it as soon as it is decided.")


def _decide(request: DeskRequest, number: int, hand: _Hand) -> str:
    approve = request.POST.get("decision") == "approve"
    actions.decide(number, approve=approve, reason=request.POST.get("reason", ""), **hand)
    return _("Approved.") if approve else _("Refused.")


_DEEDS: dict[str, Callable[[DeskRequest, int, _Hand], str]] = {
    "collect": _collect, "release": _release, "resume": _resume, "stop": _stop, "end": _end, "ask": _ask,
    "decide": _decide, "fulfil": _fulfil, "give-owed": _give_owed,
}  # fmt: skip
DEEDS = tuple(_DEEDS)
_LETTERS = ("member", "case", "customer", "channel", "address", "language", "link", "message")


@at_desk("POST")
def letters(request: DeskRequest, number: int) -> HttpResponse:
    """The messages of those who were told, each with a private link of its own, as a file to be carried out."""
    desk = request.desk
    found = actions.hand_out(
        number, again=bool(request.POST.get("again")), scope=desk.scope, by=desk.actor, now=desk.now
    )
    rows = (
        (
            one.member, f"SR-{one.case}", one.customer, one.channel, one.address, one.language,
            request.build_absolute_uri(f"/p/{one.token}/"), one.message,
        )
        for one in found
    )  # fmt: skip
    return sheet(f"messages-{number}.csv", _LETTERS, rows)
