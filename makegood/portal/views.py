"""The customer's page, and what they may do on it. A GET changes nothing: mail programs follow links."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from makegood.cases import actions as cases
from makegood.followups import actions as followups
from makegood.kernel.refusals import Refusal
from makegood.links.actions import ask_anew
from makegood.links.rules import HOLDS_FOR
from makegood.portal import wishes
from makegood.portal.guest import Guest, private, shown, with_link
from makegood.portal.languages import LANGUAGES
from makegood.portal.letter import letter_of
from makegood.remedies import actions as remedies

SEE_OTHER = 303


@with_link("GET")
def page(request: HttpRequest, guest: Guest) -> HttpResponse:
    """The letter."""
    return written(request, guest, done=request.GET.get("done", ""))


@with_link("POST")
def answer(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Satisfied, or something more."""
    given, words = request.POST.get("answer", ""), request.POST.get("words", "")
    try:
        followups.answer_oneself(guest.link.case, answer=given, words=words, by=guest.by, now=guest.now)
    except Refusal as no:
        return _refused(request, guest, no, "more")
    return _back(request, guest, "thanks" if given == "satisfied" else "more", "ask")


@with_link("POST")
def remedy(request: HttpRequest, guest: Guest) -> HttpResponse:
    """One of the things they may choose of, or something else in their words."""
    typed, number = request.POST, guest.link.case
    offer, option = _id(typed.get("offer", "")), typed.get("option", "")
    try:
        if option == "else":
            remedies.want_else(number, offer, words=typed.get("words", ""), by=guest.by, now=guest.now)
        else:
            remedies.choose(number, offer, _id(option), by=guest.by, now=guest.now)
    except Refusal as no:
        return _refused(request, guest, no, "choose")
    return _back(request, guest, "else" if option == "else" else "chosen", "choose")


@with_link("POST")
def write(request: HttpRequest, guest: Guest) -> HttpResponse:
    """A few words to the owner."""
    try:
        cases.write(guest.link.case, words=request.POST.get("words", ""), by=guest.by, now=guest.now)
    except Refusal as no:
        return _refused(request, guest, no, "write")
    return _back(request, guest, "written", "write")


@with_link("POST")
def wish(request: HttpRequest, guest: Guest) -> HttpResponse:
    """How often, by which way and in which language."""
    try:
        wishes.note_wishes(guest.customer, guest.link.case, request.POST, by=guest.by, now=guest.now)
    except Refusal as no:
        return _refused(request, guest, no, "wishes")
    return _back(request, guest, "noted", "wishes")


@with_link("POST")
def read(request: HttpRequest, guest: Guest) -> HttpResponse:
    """They have read it, and say so: `with_link` notes it, as it does with everything that is sent."""
    return _back(request, guest, "read", "owner")


@private
def renew(request: HttpRequest) -> HttpResponse:
    """Ask for a new link. The answer is the same whether the old one meant anything; the new one goes to the customer
    by their usual way, never to whoever asks."""
    if request.method != "POST":
        return shown(request, "portal/renew.html", {})
    given = request.POST.get("token", "").strip().rstrip("/").rpartition("/")[2]
    ask_anew(given, now=timezone.now())
    return shown(request, "portal/renew.html", {"asked": True})


def written(
    request: HttpRequest,
    guest: Guest,
    *,
    done: str = "",
    errors: dict[str, str] | None = None,
    status: int = 200,
    preview: bool = False,
) -> HttpResponse:
    """The page itself: the same for the customer and, as a preview, for staff."""
    moments, ends = guest.moments, guest.link.expires_at
    context: dict[str, Any] = {
        "letter": letter_of(guest.link.case, moments), "organisation": guest.house.name, "url": f"/p/{guest.token}/",
        "language": guest.language.code, "languages": wishes.languages(guest.language.code),
        "cadences": wishes.cadences(guest.customer, moments), "channels": wishes.channels(guest.customer),
        "zone": moments.zone_name, "until": moments.on_day_of(ends) if ends else "", "days": HOLDS_FOR.days,
        "asked": _asked(request).rstrip("&"), "opened": guest.link.opened_at is not None, "token": guest.token,
        "preview": preview, "done": _done(done), "errors": errors or {}, "typed": request.POST.get("words", ""),
        "typed_else": request.POST.get("option") == "else",
    }  # fmt: skip
    return render(request, "portal/letter.html", context, status=status)


def _done(what: str) -> dict[str, str]:
    """What was done, at its place on the page."""
    words = {
        "written": ("write", _("It is sent.")),
        "more": ("ask", _("Thank you for saying so. I am on it.")),
        "thanks": ("ask", _("Thank you for telling me.")),
        "chosen": ("choose", _("Thank you. It is settled like that.")),
        "else": ("choose", _("Thank you for saying so. I am on it.")),
        "noted": ("wishes", _("It is noted.")),
        "read": ("owner", _("Thank you.")),
    }.get(what)
    return {words[0]: words[1]} if words else {}


def _id(text: str) -> int:
    """The number that a form sent; 0 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _asked(request: HttpRequest) -> str:
    """The language that was chosen for this visit, to be carried along."""
    language = request.GET.get("lang", "")
    return f"lang={language}&" if language in LANGUAGES else ""


def _refused(request: HttpRequest, guest: Guest, no: Refusal, place: str) -> HttpResponse:
    """The page with what was typed, and why it was not taken."""
    say = {
        "case.no_words": _("Write a few words first."),
        "offer.over": _("The time to choose is over. Write to me if something does not suit you."),
        "offer.fixed": _("It is done already, so it cannot be changed here. If it is not right, write to me."),
        "offer.unknown": _("Mark what you choose. What can be chosen may have changed: look once more."),
        "case.closed": _("This is closed. If you want something more, say so below, and it is open again."),
        "case.too_long": _("That is too long. Up to 10,000 characters, please."),
    }.get(no.code, _("That could not be taken. Please try again."))
    return written(request, guest, errors={place: say}, status=no.status)


def _back(request: HttpRequest, guest: Guest, done: str, place: str) -> HttpResponse:
    response = HttpResponseRedirect(f"/p/{guest.token}/?{_asked(request)}done={done}#{place}")
    response.status_code = SEE_OTHER
    return response
