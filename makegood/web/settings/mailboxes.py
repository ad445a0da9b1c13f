"""Settings: the mailboxes that customers write to, how each fares, and what of it works."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.conversation import actions
from makegood.conversation.actions import MailboxDetails
from makegood.conversation.queries import MailboxFacts, lines, mailbox_for, mailboxes
from makegood.conversation.rules.services import SERVICES
from makegood.kernel.refusals import Refusal, invalid
from makegood.people.queries import require
from makegood.people.rules import Ability
from makegood.promises.queries import kinds
from makegood.web import clocks
from makegood.web.answers import done, errors_of, see_other
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.settings.entering import BACK
from makegood.web.settings.lines import fares
from makegood.web.settings.trying import steps_of
from makegood.web.shell import by_hand
from makegood.web.tables import Choice, number_or_none

HOME = "/settings/mailboxes/"
_LINES = (
    "name",
    "address",
    "sender_name",
    "kind",
    "folder",
    "done_folder",
    "hook_service",
    "oauth_url",
    "oauth_client",
)
_SECRETS = ("hook_key", "oauth_secret", "oauth_refresh")
_SERVER = ("host", "security", "user", "secret")
_EMPTY = {
    "imap_port": "993", "imap_security": "tls", "smtp_port": "587", "smtp_security": "starttls", "folder": "INBOX",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """A mailbox in the list: how it fares, in a state and in words."""

    facts: MailboxFacts
    state: str
    words: str


@at_desk("GET")
def every(request: DeskRequest) -> HttpResponse:
    """Every mailbox and how it fares."""
    known = [_known(one, request.desk) for one in mailboxes(request.desk.scope)]
    told = {"known": known, "lines": [fares(one, request.desk) for one in lines(request.desk.scope)], "slim": True}
    return render(request, "web/settings/mailboxes.html", told)


@at_desk("GET", "POST")
def new(request: DeskRequest) -> HttpResponse:
    """A mailbox to connect; sent, it is connected, or only tried."""
    desk = request.desk
    require(desk.actor, Ability.ADMINISTER)
    if request.method == "GET":
        return _form(request, None, _EMPTY)
    if request.POST.get("do") == "test":
        return _form(request, None, request.POST, tried=_tried(request, None))
    try:
        number = actions.add_mailbox(**_typed(request.POST), by=desk.actor, now=desk.now)
    except Refusal as no:
        return _form(request, None, request.POST, errors=errors_of(no))
    if request.POST.get("hook_service"):
        return _with_address(request, number)
    return done(request, _("Connected. What is in it is read within a minute."), to=f"{HOME}{number}/")


@at_desk("GET", "POST")
def one(request: DeskRequest, number: int) -> HttpResponse:
    """One of them; sent, it is changed, or only tried."""
    desk = request.desk
    facts = mailbox_for(desk.scope, number)
    if request.method == "GET":
        return _form(request, facts, _values(facts))
    if request.POST.get("do") == "test":
        return _form(request, facts, request.POST, tried=_tried(request, number))
    try:
        actions.change_mailbox(number, **_typed(request.POST), by=desk.actor, now=desk.now)
    except Refusal as no:
        return _form(request, facts, request.POST, errors=errors_of(no))
    return done(request, _("Changed. It is read and sent by anew at once."), to=f"{HOME}{number}/")


@at_desk("POST")
def try_out(request: DeskRequest) -> HttpResponse:
    """What works of the mailbox as it is typed, step by step. Nothing is saved."""
    number = number_or_none(request.POST.get("mailbox", ""))
    if not request.htmx:
        return see_other(f"{HOME}{number}/" if number else f"{HOME}new/")
    return render(request, "web/settings/tried.html", {"tried": _tried(request, number)})


@at_desk("POST")
def act(request: DeskRequest, number: int, name: str) -> HttpResponse:
    """Pause it, resume it, or remove it."""
    said = _DEEDS[name](number, request.desk)
    return done(request, said, to=HOME if name == "remove" else f"{HOME}{number}/")


@at_desk("POST")
def address(request: DeskRequest, number: int) -> HttpResponse:
    """A new address for the mail service to call, shown this once."""
    return _with_address(request, number)


def _pause(number: int, desk: Desk) -> str:
    actions.pause_mailbox(number, by=desk.actor, now=desk.now)
    return _("Paused. It is neither read nor sent by; what waits to leave waits on.")


def _resume(number: int, desk: Desk) -> str:
    actions.resume_mailbox(number, by=desk.actor, now=desk.now)
    return _("It goes on from where it stopped.")


def _remove(number: int, desk: Desk) -> str:
    actions.remove_mailbox(number, by=desk.actor, now=desk.now)
    return _("Removed. What came by it stays on its cases.")


_DEEDS: dict[str, Callable[[int, Desk], str]] = {"pause": _pause, "resume": _resume, "remove": _remove}


def _form(
    request: DeskRequest,
    facts: MailboxFacts | None,
    values: Mapping[str, str] | QueryDict,
    *,
    errors: Mapping[str, str] | None = None,
    tried: Mapping[str, Any] | None = None,
    secret: str = "",
) -> HttpResponse:
    hook = _hook(facts, secret) if facts and secret else ""
    context = {
        "one": _known(facts, request.desk) if facts else None, "values": values, "errors": errors or {}, "slim": True,
        "tried": tried, "kinds": by_hand(kinds(inside_case=False)),
        "services": [Choice(key, name) for key, name in SERVICES.items()], "by_service": _by_service(),
        "securities": [
            Choice("tls", _("TLS from the first byte")), Choice("starttls", _("STARTTLS")),
            Choice("none", _("None (this machine only)")),
        ],
        "back": f"{settings.BASE_URL}{BACK}", "hook": hook, "hook_events": f"{hook}events/",
    }  # fmt: skip
    return render(request, "web/settings/mailbox.html", context, status=422 if errors else 200)


def _with_address(request: DeskRequest, number: int) -> HttpResponse:
    desk = request.desk
    secret = actions.renew_hook(number, by=desk.actor, now=desk.now)
    facts = mailbox_for(desk.scope, number)
    return _form(request, facts, _values(facts), secret=secret)


def _hook(facts: MailboxFacts, secret: str) -> str:
    return f"{settings.BASE_URL}/hooks/mail/{facts.hook_service}/{facts.id}/{secret}/"


def _by_service() -> bool:
    return settings.MAIL_SERVICE is not None


def _tried(request: DeskRequest, number: int | None) -> Mapping[str, Any]:
    """The steps that were taken, or why none was."""
    desk = request.desk
    return steps_of(
        lambda: actions.try_mailbox(
            number,
            service=settings.MAIL_SERVICE,
            networks=settings.PRIVATE_NETWORKS,
            by=desk.actor,
            now=desk.now,
            **_typed(request.POST),
        ),
        comes=_("Mail that comes in"),
        leaves=_("Mail that leaves"),
    )


def _typed(typed: QueryDict) -> MailboxDetails:
    """What the form says. Raises Refusal "mailbox.bad_server" for a port that is none."""
    said: dict[str, Any] = {name: typed.get(name, "").strip() for name in (*_LINES, *_SECRETS)}
    said["folder"] = said["folder"] or "INBOX"
    for way in ("imap", "smtp"):
        said |= {f"{way}_{name}": typed.get(f"{way}_{name}", "").strip() for name in _SERVER if name != "secret"}
        said[f"{way}_secret"] = typed.get(f"{way}_secret", "")
        said[f"{way}_security"] = said[f"{way}_security"] or _EMPTY[f"{way}_security"]
        said[f"{way}_port"] = _port(typed.get(f"{way}_port", ""), f"{way}_port")
    return cast(MailboxDetails, said | {"acknowledges": "acknowledges" in typed})


def _port(text: str, field: str) -> int:
    text = text.strip() or _EMPTY[field]
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise invalid("mailbox.bad_server", _("A port is a number from 1 to 65535."), field=field)
    return int(text)


def _values(facts: MailboxFacts) -> Mapping[str, str]:
    names = (*_LINES, "imap_host", "imap_port", "imap_security", "imap_user", "smtp_host", "smtp_port")
    values = {name: str(getattr(facts, name)) for name in (*names, "smtp_security", "smtp_user")}
    return values | ({"acknowledges": "on"} if facts.acknowledges else {})


def _known(facts: MailboxFacts, desk: Desk) -> Known:
    for state, words in _fares(facts, desk):
        return Known(facts, state, words)
    raise AssertionError  # pragma: no cover - the last always holds


def _fares(facts: MailboxFacts, desk: Desk) -> list[tuple[str, str]]:
    """How it fares, the most telling first: a state and a sentence."""
    found = []
    if facts.paused_at is not None:
        found.append(("waits", _("Paused at {}.").format(clocks.moment(facts.paused_at, desk.now))))
    if facts.problem:
        since = clocks.moment(facts.problem_at or desk.now, desk.now)
        found.append(("broken", _("Cannot be read since {when}. {why}").format(when=since, why=facts.problem)))
    if facts.sending_problem:
        since = clocks.moment(facts.sending_problem_at or desk.now, desk.now)
        found.append(("broken", _("Sends nothing since {when}. {why}").format(when=since, why=facts.sending_problem)))
    found += [("at_risk", words) for words in _lacks(facts)]
    if not facts.imap_host and not facts.hook_service:
        found.append(("kept", _("It only sends.")))
    if facts.read_at is None:
        found.append(("open", _("Nothing was read yet.")))
    else:
        found.append(("kept", _("Read at {}.").format(clocks.moment(facts.read_at, desk.now))))
    return found


def _lacks(facts: MailboxFacts) -> Iterator[str]:
    """What nobody has said yet, without which it does not work."""
    if facts.oauth_url and not facts.has_oauth_refresh:
        yield _("Nobody has signed in for it yet.")
    if facts.hook_service and not facts.imap_host and not facts.has_hook:
        yield _("Nobody can bring mail to it yet: it has no address to call.")
    if not facts.smtp_host and not _by_service():
        yield _("It sends nothing: nobody has named its mail server.")
