"""Settings: the lines by which text messages go and come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.conversation import actions
from makegood.conversation.actions import LineDetails
from makegood.conversation.queries import LineFacts, line_for
from makegood.kernel.refusals import Refusal
from makegood.people.queries import require
from makegood.people.rules import Ability
from makegood.promises.queries import kinds
from makegood.web import clocks
from makegood.web.answers import done, errors_of, see_other
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.settings.trying import steps_of
from makegood.web.shell import by_hand
from makegood.web.tables import Choice, number_or_none

HOME = "/settings/mailboxes/"


@dataclass(frozen=True, slots=True)
class Known:
    """A line in the list: how it fares, in a state and in words."""

    facts: LineFacts
    state: str
    words: str


def fares(facts: LineFacts, desk: Desk) -> Known:
    """How sending by a line fares."""
    if facts.paused_at is not None:
        return Known(facts, "waits", _("Paused at {}.").format(clocks.moment(facts.paused_at, desk.now)))
    if facts.sending_problem:
        since = clocks.moment(facts.sending_problem_at or desk.now, desk.now)
        return Known(
            facts, "broken", _("Sends nothing since {when}. {why}").format(when=since, why=facts.sending_problem)
        )
    return Known(facts, "kept", _("Messages may leave by it."))


@at_desk("GET", "POST")
def new(request: DeskRequest) -> HttpResponse:
    """A line to add."""
    desk = request.desk
    require(desk.actor, Ability.ADMINISTER)
    if request.method == "GET":
        return _form(request, None, {"channel": "sms", "how": "twilio"})
    if request.POST.get("do") == "test":
        return _form(request, None, request.POST, tried=_tried(request, None))
    try:
        number = actions.add_line(**_typed(request.POST), by=desk.actor, now=desk.now)
    except Refusal as no:
        return _form(request, None, request.POST, errors_of(no))
    return done(request, _("Added. Give its address to the service, so that answers come in."), to=_page(number))


@at_desk("GET", "POST")
def one(request: DeskRequest, number: int) -> HttpResponse:
    """One of them; sent, it is changed."""
    desk = request.desk
    facts = line_for(desk.scope, number)
    if request.method == "GET":
        names = ("name", "channel", "how", "base_url", "account", "number", "kind")
        return _form(request, facts, {name: getattr(facts, name) for name in names})
    if request.POST.get("do") == "test":
        return _form(request, facts, request.POST, tried=_tried(request, number))
    try:
        actions.change_line(number, **_typed(request.POST), by=desk.actor, now=desk.now)
    except Refusal as no:
        return _form(request, facts, request.POST, errors_of(no))
    return done(request, _("Changed. It holds for what leaves from now on."), to=_page(number))


@at_desk("POST")
def try_out(request: DeskRequest) -> HttpResponse:
    """What works of the line as it is typed, step by step. Nothing is saved."""
    number = number_or_none(request.POST.get("line", ""))
    if not request.htmx:
        return see_other(_page(number) if number else "/settings/lines/new/")
    return render(request, "web/settings/tried.html", {"tried": _tried(request, number)})


@at_desk("POST")
def act(request: DeskRequest, number: int, name: str) -> HttpResponse:
    """Pause it, resume it, or remove it."""
    said = _DEEDS[name](number, request.desk)
    return done(request, said, to=HOME if name == "remove" else _page(number))


def _pause(number: int, desk: Desk) -> str:
    actions.pause_line(number, by=desk.actor, now=desk.now)
    return _("Paused. What waits to leave by it waits on.")


def _resume(number: int, desk: Desk) -> str:
    actions.resume_line(number, by=desk.actor, now=desk.now)
    return _("It goes on from where it stopped.")


def _remove(number: int, desk: Desk) -> str:
    actions.remove_line(number, by=desk.actor, now=desk.now)
    return _("Removed. What came by it stays on its cases.")


_DEEDS: dict[str, Callable[[int, Desk], str]] = {"pause": _pause, "resume": _resume, "remove": _remove}


def _page(number: int) -> str:
    return f"/settings/lines/{number}/"


def _form(
    request: DeskRequest,
    facts: LineFacts | None,
    values: Mapping[str, str] | QueryDict,
    errors: Mapping[str, str] | None = None,
    *,
    tried: Mapping[str, Any] | None = None,
) -> HttpResponse:
    context = {
        "one": fares(facts, request.desk) if facts else None, "values": values, "errors": errors or {}, "slim": True,
        "tried": tried, "kinds": by_hand(kinds(inside_case=False)),
        "ways": [Choice("twilio", _("A service that speaks like Twilio")), Choice("apprise", _("Apprise"))],
        "channels": [Choice("sms", _("Text messages")), Choice("chat", _("Chat"))],
        "hook": f"{settings.BASE_URL}{facts.hook_path}" if facts else "",
    }  # fmt: skip
    return render(request, "web/settings/line.html", context, status=422 if errors else 200)


def _tried(request: DeskRequest, number: int | None) -> Mapping[str, Any]:
    typed, desk = request.POST, request.desk
    return steps_of(
        lambda: actions.try_line(
            number, to=typed.get("to", "").strip(), called_at=settings.BASE_URL, networks=settings.PRIVATE_NETWORKS,
            by=desk.actor, **_typed(typed),
        ),
        comes=_("What comes in"),
        leaves=_("What leaves"),
    )  # fmt: skip


def _typed(typed: QueryDict) -> LineDetails:
    def said(name: str) -> str:
        return typed.get(name, "").strip()

    return LineDetails(
        name=said("name"), channel=said("channel"), how=said("how"), base_url=said("base_url"), kind=said("kind"),
        account=said("account"), number=said("number"), secret=said("secret"),
    )  # fmt: skip
