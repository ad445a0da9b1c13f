"""Lines for text messages and chat: added, changed, paused and resumed by those who administer."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack
from urllib.parse import urlsplit

from django.db import transaction

from makegood.adapters.texting import RECEIVER, TWILIO
from makegood.conversation.actions.mailboxes import kind_or_none, read_line
from makegood.conversation.models import Line, Message
from makegood.conversation.queries.lines import unknown_line
from makegood.conversation.rules.messages import State
from makegood.customers.rules import read_phone
from makegood.journal.actions import record
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, invalid
from makegood.people.queries import require
from makegood.people.rules import Ability
from makegood.platform.sealing import seal

MOST = 20
_CHOICES = {"channel": ("sms", "chat"), "how": ("twilio", "apprise")}
_LINES = {"base_url": 300, "account": 100, "number": 60}
_HOOK_BYTES = 24
NEW: Mapping[str, str] = {"name": "", "channel": "sms", "how": "twilio"}
"""What a line is as long as nobody says otherwise."""


class LineDetails(TypedDict, total=False):
    """What may be said of a line; what is left out stays as it is. `kind` is a slug, "" for none; a secret that is ""
    stays."""

    name: str
    channel: str
    how: str
    base_url: str
    account: str
    number: str
    secret: str
    kind: str


@transaction.atomic
def add_line(*, by: Actor, now: datetime, **details: Unpack[LineDetails]) -> int:
    """Take a line in. Returns its id.

    Raises Refusal "line.bad_name", "line.known", "line.bad_way", "line.bad_address", "line.needs_secret",
    "line.too_many", "mailbox.bad_name", "customer.bad_phone", "kind.unknown", "people.not_allowed".
    """
    require(by, Ability.ADMINISTER)
    if Line.objects.count() >= MOST:
        raise Refusal("line.too_many", f"There are {MOST} lines already. Remove one first.")
    row = Line(made_at=now, hook_secret=seal(secrets.token_urlsafe(_HOOK_BYTES)))
    describe_line(row, {**NEW, **details})
    row.save()
    _record("added", row, by, now)
    return row.pk


@transaction.atomic
def change_line(line_id: int, *, by: Actor, now: datetime, **details: Unpack[LineDetails]) -> None:
    """Change what is given. Raises Refusal as `add_line` does, and "line.unknown"."""
    row = _held(line_id, by)
    describe_line(row, details)
    row.sending_problem, row.sending_problem_at, row.sending_next_at = "", None, None
    row.save()
    _record("changed", row, by, now)


@transaction.atomic
def pause_line(line_id: int, *, by: Actor, now: datetime) -> None:
    """Send nothing by it for now. Raises Refusal "line.unknown", "line.paused"."""
    row = _held(line_id, by)
    if row.paused_at is not None:
        raise Refusal("line.paused", "It is paused already.")
    row.paused_at = now
    row.save(update_fields=["paused_at"])
    _record("paused", row, by, now)


@transaction.atomic
def resume_line(line_id: int, *, by: Actor, now: datetime) -> None:
    """Go on where it stopped. Raises Refusal "line.unknown", "line.running"."""
    row = _held(line_id, by)
    if row.paused_at is None:
        raise Refusal("line.running", "It is not paused.")
    row.paused_at = row.sending_next_at = row.sending_problem_at = None
    row.sending_problem = ""
    row.save()
    _record("resumed", row, by, now)


@transaction.atomic
def remove_line(line_id: int, *, by: Actor, now: datetime) -> None:
    """Forget it; what came by it stays. Raises Refusal "line.unknown", "line.waits" while messages wait to leave by
    it."""
    row = _held(line_id, by)
    if Message.objects.filter(thread__line=row, state__in=(State.HELD, State.WAITING)).exists():
        raise Refusal("line.waits", "Messages still wait to leave by it. Let them leave, or take them back, first.")
    _record("removed", row, by, now)
    row.delete()


def _held(line_id: int, by: Actor) -> Line:
    require(by, Ability.ADMINISTER)
    row = Line.objects.select_for_update().filter(pk=line_id).first()
    if row is None:
        raise unknown_line()
    return row


def describe_line(row: Line, details: Mapping[str, Any]) -> None:
    """Set what is said, checked as a whole; nothing is stored. Raises Refusal for the first that is wrong."""
    was = (row.how, row.base_url, row.account)
    if "name" in details:
        row.name = _name(row, details["name"])
    for field in details.keys() & _CHOICES.keys():
        setattr(row, field, _one_of(details[field], _CHOICES[field], field))
    for field in details.keys() & _LINES.keys():
        setattr(row, field, read_line(details[field], field, _LINES[field]))
    if row.how == "twilio":
        row.base_url = row.base_url or TWILIO
    if "kind" in details:
        row.kind = kind_or_none(details["kind"])
    secret = details.get("secret", "").strip()
    _check(row, secret, changed=row.secret == "" or (row.how, row.base_url, row.account) != was)
    if secret:
        row.secret = seal(secret)


def _check(row: Line, secret: str, *, changed: bool) -> None:
    """Whether it is whole. A secret is shown to nobody, and to no other service than the one that it was given for."""
    if changed and not secret:
        raise invalid("line.needs_secret", "Give the token, or the address, that the service has made.", field="secret")
    if row.how == "apprise":
        if secret and RECEIVER not in secret:
            words = f"Put {RECEIVER} into the address, where the number of the receiver goes."
            raise invalid("line.bad_address", words, field="secret")
        return
    if urlsplit(row.base_url).scheme not in ("http", "https") or not urlsplit(row.base_url).hostname:
        raise invalid("line.bad_address", f"Give a web address, such as {TWILIO}.", field="base_url")
    if not row.account:
        raise invalid("line.bad_address", "Give the name of the account with the service.", field="account")
    row.number = read_phone(row.number, field="number")


def _name(row: Line, text: str) -> str:
    name = read_line(text, "name", 60)
    if not name:
        raise invalid("line.bad_name", "Call it something of up to 60 characters, such as Texts.", field="name")
    if Line.objects.filter(name=name).exclude(pk=row.pk).exists():
        raise invalid("line.known", f"There is a line called {name} already.", field="name")
    return name


def _one_of(text: str, known: tuple[str, ...], field: str) -> str:
    if text not in known:
        raise invalid("line.bad_way", f"Choose one of {', '.join(known)}.", field=field)
    return text


def _record(what: str, row: Line, by: Actor, now: datetime) -> None:
    told = {"name": row.name, "channel": row.channel, "how": row.how, "number": row.number}
    record(f"line.{what}", by=by, at=now, subject=("line", row.pk), data=told)
