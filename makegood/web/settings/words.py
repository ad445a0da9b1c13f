"""Settings: words that are kept to be used again, with fields that a case fills."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.conversation import actions
from makegood.conversation.queries import PhraseFacts, phrase_for, phrases
from makegood.conversation.rules.messages import Channel
from makegood.conversation.rules.phrases import FIELDS
from makegood.kernel.refusals import Refusal
from makegood.portal.languages import LANGUAGES
from makegood.web.answers import done, errors_of
from makegood.web.desk import DeskRequest, at_desk
from makegood.web.tables import Choice

HOME = "/settings/words/"


@at_desk("GET", "POST")
def words(request: DeskRequest) -> HttpResponse:
    """All of them; sent, one more."""
    return _shown(request) if request.method == "GET" else _save(request)


@at_desk("GET", "POST")
def one(request: DeskRequest, number: int) -> HttpResponse:
    """One of them, to be changed."""
    kept = phrase_for(number)
    return _shown(request, kept) if request.method == "GET" else _save(request, kept)


@at_desk("POST")
def remove(request: DeskRequest, number: int) -> HttpResponse:
    """Keep them no longer."""
    actions.remove_phrase(number, scope=request.desk.scope, by=request.desk.actor, now=request.desk.now)
    return done(request, _("Removed."), to=HOME)


def _save(request: DeskRequest, kept: PhraseFacts | None = None) -> HttpResponse:
    desk, typed = request.desk, request.POST
    try:
        actions.save_phrase(
            name=typed.get("name", ""), text=typed.get("text", ""), language=typed.get("language", ""),
            channel=typed.get("channel", ""), phrase_id=kept.id if kept else None, scope=desk.scope, by=desk.actor,
            now=desk.now,
        )  # fmt: skip
    except Refusal as no:
        return _shown(request, kept, errors_of(no), no.status)
    return done(request, _("Kept. They are at hand in every case."), to=HOME)


def _shown(
    request: DeskRequest, kept: PhraseFacts | None = None, errors: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "every": phrases(), "kept": kept, "errors": errors or {}, "values": request.POST if errors else kept,
        "languages": [Choice(code, name) for code, name in LANGUAGES.items()],
        "channels": [
            Choice(Channel.EMAIL, _("E-mail")), Choice(Channel.SMS, _("Text message")),
            Choice(Channel.CHAT, _("Chat")),
            Choice(Channel.PAGE, _("Their page")), Choice(Channel.POST, _("Letter")),
        ],
        "fields": [f"{{{name}}}" for name in FIELDS], "may_change": request.desk.may_work, "slim": True,
    }  # fmt: skip
    return render(request, "web/settings/words.html", context, status=status)
