"""Taking a message back while it waits, and saying of one that went wrong that it arrived, or sending it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.conversation import actions
from makegood.conversation.queries import Waiting, looks_at, message_for, to_look_at
from makegood.conversation.rules.messages import UNDO
from makegood.kernel.refusals import missing
from makegood.people.rules import Ability
from makegood.web import clocks
from makegood.web.answers import done
from makegood.web.cases.acting import do, known
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.messages.shown import shown, waits


@at_desk("POST")
def withdraw(request: DeskRequest, number: int) -> HttpResponse:
    """Take it back; its words are the author's draft again."""

    def deed(case: int, typed: QueryDict, desk: Desk) -> str:
        actions.withdraw_message(number, **known(desk))
        return _("Taken back. It did not leave.")

    return _moved(request, number, deed)


@at_desk("POST")
def again(request: DeskRequest, number: int) -> HttpResponse:
    """Send it again, to the same address or another."""

    def deed(case: int, typed: QueryDict, desk: Desk) -> str:
        written = actions.send_again(number, to=typed.get("to", ""), **known(desk))
        return waits() if written.held else _("It leaves in a moment.")

    return _moved(request, number, deed, seconds=int(UNDO.total_seconds()))


@at_desk("POST")
def arrived(request: DeskRequest, number: int) -> HttpResponse:
    """It did arrive, as somebody found out."""

    def deed(case: int, typed: QueryDict, desk: Desk) -> str:
        actions.note_arrived(number, **known(desk))
        return _("Noted. It counts as sent.")

    return _moved(request, number, deed)


@at_desk("POST")
def release(request: DeskRequest, number: int) -> HttpResponse:
    """Looked at: it may leave."""

    def deed(case: int, typed: QueryDict, desk: Desk) -> str:
        at = actions.release_message(number, **known(desk))
        return _("It leaves {}.").format(clocks.stamp(at)) if at - desk.now > UNDO else _("It leaves in a moment.")

    return _let(request, number, deed)


@at_desk("POST")
def send_back(request: DeskRequest, number: int) -> HttpResponse:
    """It does not leave; whoever wrote it is told what is to change."""

    def deed(case: int, typed: QueryDict, desk: Desk) -> str:
        actions.send_back_message(number, words=typed.get("words", ""), **known(desk))
        return _("Sent back. They are told, and have their words as a draft.")

    return _let(request, number, deed)


@at_desk("GET")
def looks(request: DeskRequest) -> HttpResponse:
    """What waits for the reader's look, by what is due soonest at its case."""
    desk = request.desk
    return render(request, "web/messages/looks.html", {
        "waiting": [_waiting(one, desk) for one in to_look_at(desk.scope, now=desk.now)], "slim": True,
    })  # fmt: skip


def _waiting(one: Waiting, desk: Desk) -> dict[str, Any]:
    message = one.message
    reads = clocks.read(clocks.Deadline(one.due_at), desk.now) if one.due_at else None
    return {
        "case": f"SR-{message.case_id}", "sees": one.sees, "customer": one.customer, "title": one.title,
        "by": message.by_name, "when": clocks.moment(message.at, desk.now),
        "message": shown(message, desk, look=one.promises),
        "due": f"{one.due}, {reads.words}" if reads else "", "tone": reads.tone if reads else "",
    }  # fmt: skip


def _let(request: DeskRequest, number: int, deed: Callable[[int, QueryDict, Desk], str]) -> HttpResponse:
    """What is done from the list goes on with the list, as long as it is theirs: whoever was asked may see neither the
    case nor, once they have looked, any list."""
    if "list" not in request.GET:
        return _moved(request, number, deed)
    said, desk = deed(0, request.POST, request.desk), request.desk
    theirs = desk.scope.may(Ability.ASSIGN) or looks_at(desk.scope)
    return done(request, said, to="/messages/looks/" if theirs else "/today/")


def _moved(
    request: DeskRequest, number: int, deed: Callable[[int, QueryDict, Desk], str], *, seconds: int = 0
) -> HttpResponse:
    case_id = message_for(request.desk.scope, number).case_id
    if case_id is None:
        raise missing("message.unknown", "There is no such message.")
    return do(request, case_id, "message", deed, seconds=seconds)
