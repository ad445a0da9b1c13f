"""Settings: which other systems are told of what, and what became of each message."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from makegood.adapters.hooks import Hook
from makegood.kernel.refusals import Refusal
from makegood.web import clocks
from makegood.web.answers import done, errors_of
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.tables import Choice, Column, Row
from makegood.webhooks import actions
from makegood.webhooks.queries import DeliveryFacts, WebhookFacts, deliveries_of, webhook_for, webhooks
from makegood.webhooks.rules import EVENTS

ADDRESS = "/settings/webhooks/"
# What a payment system wants to know, ticked to begin with.
_GRANTS = [verb for verb in EVENTS if verb.startswith("case.grant")]


@dataclass(frozen=True, slots=True)
class Known:
    """A system in the list: how telling it fares, in a state and in words."""

    facts: WebhookFacts
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class Aside:
    """A message that was set aside, the link to its case, and in words how it was tried."""

    facts: DeliveryFacts
    case: str
    words: str


@at_desk("GET", "POST")
def every(request: DeskRequest) -> HttpResponse:
    """Every system that is told, and a form to add one; sent, its secret is shown this once."""
    desk = request.desk
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            number, secret = actions.add_webhook(**_typed(request.POST), by=desk.actor, now=desk.now)
            return render(request, "web/settings/webhook.html", _page(number, desk) | {"secret": secret})
        except Refusal as no:
            errors = errors_of(no, {"verbs": "others"})
    values = request.POST if errors else {}
    context = {
        "known": [_known(one, desk) for one in webhooks(desk.scope)], "values": values, "errors": errors, "slim": True,
        "verbs": _choices(request.POST.getlist("verb") if errors else _GRANTS),
    }  # fmt: skip
    return render(request, "web/settings/webhooks.html", context, status=422 if errors else 200)


@at_desk("GET", "POST")
def one(request: DeskRequest, number: int) -> HttpResponse:
    """One of them with its latest messages; sent, its name, address or moves are changed."""
    desk = request.desk
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            actions.change_webhook(number, **_typed(request.POST), by=desk.actor, now=desk.now)
            return done(request, _("Changed. It holds for what is sent from now on."), to=f"{ADDRESS}{number}/")
        except Refusal as no:
            errors = errors_of(no, {"verbs": "others"})
    page = _page(number, desk)
    if errors:
        page |= {"values": request.POST, "errors": errors, "verbs": _choices(request.POST.getlist("verb"))}
    return render(request, "web/settings/webhook.html", page, status=422 if errors else 200)


@at_desk("POST")
def act(request: DeskRequest, number: int, name: str) -> HttpResponse:
    """Try it, pause it, resume it, or remove it."""
    said = _DEEDS[name](number, request.desk)
    return done(request, said, to=ADDRESS if name == "remove" else f"{ADDRESS}{number}/")


@at_desk("POST")
def again(request: DeskRequest, number: int, message: str) -> HttpResponse:
    """Send one message again that was set aside."""
    desk = request.desk
    actions.send_again(number, message, by=desk.actor, now=desk.now)
    return done(request, _("It is sent again, and tried for days if need be."), to=f"{ADDRESS}{number}/")


@at_desk("POST")
def rotate(request: DeskRequest, number: int) -> HttpResponse:
    """A new secret, shown this once."""
    desk = request.desk
    secret = actions.rotate_secret(number, by=desk.actor, now=desk.now)
    return render(request, "web/settings/webhook.html", _page(number, desk) | {"secret": secret})


def _test(number: int, desk: Desk) -> str:
    tried = actions.try_webhook(number, Hook(settings.PRIVATE_NETWORKS), by=desk.actor, now=desk.now)
    if tried.problem:
        return _("The test was not accepted. {}").format(tried.problem)
    return _("The test was accepted ({status}, {ms} ms).").format(status=tried.status, ms=tried.took_ms)


def _pause(number: int, desk: Desk) -> str:
    actions.pause_webhook(number, by=desk.actor, now=desk.now)
    return _("Paused. What happens meanwhile waits.")


def _resume(number: int, desk: Desk) -> str:
    actions.resume_webhook(number, by=desk.actor, now=desk.now)
    return _("It goes on from where it stopped.")


def _again(number: int, desk: Desk) -> str:
    sent = actions.send_all_again(number, by=desk.actor, now=desk.now)
    if not sent:
        return _("There is nothing to send again: what was set aside was carried out or taken back since.")
    return ngettext("{} message is sent again.", "{} messages are sent again.", sent).format(sent)


def _remove(number: int, desk: Desk) -> str:
    actions.remove_webhook(number, by=desk.actor, now=desk.now)
    return _("Removed. It is told no more.")


_DEEDS: dict[str, Callable[[int, Desk], str]] = {
    "test": _test, "pause": _pause, "resume": _resume, "remove": _remove, "again": _again,
}  # fmt: skip


def _typed(typed: QueryDict) -> dict[str, Any]:
    others = typed.get("others", "").replace(",", " ").split()
    return {"name": typed.get("name", ""), "url": typed.get("url", ""), "verbs": [*typed.getlist("verb"), *others]}


def _page(number: int, desk: Desk) -> dict[str, Any]:
    facts = webhook_for(desk.scope, number)
    others = " ".join(verb for verb in facts.verbs if verb not in EVENTS)
    values: Mapping[str, str] = {"name": facts.name, "url": facts.url, "others": others}
    return {
        "one": _known(facts, desk), "values": values, "errors": {}, "verbs": _choices(facts.verbs), "slim": True,
        "columns": [
            Column(_("Message")), Column(_("Case"), plain=True), Column(_("Tried"), lead=True),
            Column(_("Answer"), plain=True), Column(_("Took"), n=True),
        ],
        "rows": [_row(sent, desk) for sent in deliveries_of(number)],
        "aside": [_aside(sent, desk) for sent in deliveries_of(number, set_aside=True)] if facts.set_aside else [],
    }  # fmt: skip


def _known(facts: WebhookFacts, desk: Desk) -> Known:
    state, words = _fares(facts, desk)
    if facts.set_aside:
        lost = ngettext("{} message was set aside.", "{} messages were set aside.", facts.set_aside)
        return Known(facts, "broken" if state == "broken" else "at_risk", f"{words} {lost.format(facts.set_aside)}")
    return Known(facts, state, words)


def _fares(facts: WebhookFacts, desk: Desk) -> tuple[str, str]:
    """How telling it fares now: a state and a sentence."""
    if facts.gave_up:
        return "broken", _("Switched off: it accepted nothing for days. {}").format(facts.problem)
    if facts.paused_at is not None:
        return "waits", _("Paused at {}.").format(clocks.moment(facts.paused_at, desk.now))
    if facts.next_at is not None:
        again = clocks.moment(facts.next_at, desk.now)
        return "at_risk", _("{why} It accepts nothing now; tried again at {when}.").format(
            why=facts.problem, when=again
        )
    if facts.refused:
        words = ngettext(
            "{} message was refused and is tried again.", "{} messages were refused and are tried again.", facts.refused
        )
        return "at_risk", words.format(facts.refused)
    if facts.sent_at is None:
        return "open", _("Nothing was sent yet.")
    return "kept", _("Accepted at {}.").format(clocks.moment(facts.sent_at, desk.now))


def _row(sent: DeliveryFacts, desk: Desk) -> Row:
    case = _case(sent)
    if sent.tried_at is None:
        return Row([sent.verb, case, _("Not yet"), "", ""])
    tried = clocks.moment(sent.tried_at, desk.now)
    if sent.attempts > 1:
        tried = ngettext("{at}, {n} time", "{at}, {n} times", sent.attempts).format(at=tried, n=sent.attempts)
    told = sent.problem or _("Accepted ({})").format(sent.status)
    answer = format_html('<span class="{}">{}</span>', "c-broken" if sent.problem else "", _sentence(sent, told, desk))
    return Row([sent.verb, case, tried, answer, f"{sent.took_ms:,} ms"])


def _sentence(sent: DeliveryFacts, told: str, desk: Desk) -> str:
    """What was answered, and what becomes of the message."""
    if sent.failed_at is not None:
        then = _("Set aside.")
    else:
        then = _("Tried again at {}.").format(clocks.moment(sent.next_at, desk.now)) if sent.next_at else ""
    return " ".join(filter(None, (told, f"“{sent.answer}”" if sent.answer else "", then)))


def _case(sent: DeliveryFacts) -> str:
    return format_html('<a href="/cases/SR-{0}/">SR-{0}</a>', sent.case) if sent.case else ""


def _aside(sent: DeliveryFacts, desk: Desk) -> Aside:
    at = clocks.moment(sent.failed_at or desk.now, desk.now)
    words = ngettext("Tried {n} time until {at}. {why}", "Tried {n} times until {at}. {why}", sent.attempts)
    return Aside(sent, _case(sent), words.format(n=sent.attempts, at=at, why=sent.problem))


def _choices(chosen: Any) -> list[dict[str, Any]]:
    names = {
        "case.granted": _("A remedy was given"), "case.grant_moved": _("It was promised for another time"),
        "case.grant_withdrawn": _("It was taken back"), "case.grant_fulfilled": _("It was carried out"),
        "case.grant_failed": _("It could not be carried out"), "case.approval_asked": _("An approval was asked for"),
        "case.approved": _("It was approved"), "case.approval_refused": _("It was refused"),
        "case.opened": _("A case was opened"), "case.closed": _("A case was closed"),
        "promise.broken": _("A promise broke"),
    }  # fmt: skip
    return [{"choice": Choice(verb, names[verb]), "ticked": verb in chosen} for verb in EVENTS]
