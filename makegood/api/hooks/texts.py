"""Calls of text services: messages that came in are kept before they are answered, and what did not arrive is told."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from makegood.adapters.texting import twilio_signature
from makegood.adapters.texts import keep_text
from makegood.api.hooks.views import called, stranger
from makegood.conversation.actions import Lost, note_lost, receive
from makegood.conversation.queries import TextsAs, line_by_hook
from makegood.kernel.refusals import Refusal, invalid
from makegood.platform.filing import file_store
from makegood.platform.http import parse_json

_NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
"""What Twilio is answered so that it says nothing to the customer by itself."""
_OURS: Mapping[str, str] = {"MessageSid": "id", "From": "from", "To": "to", "Body": "text", "ProfileName": "name"}
_LONGEST = 20_000
_LOST = frozenset({"failed", "undelivered"})


@called
def text(request: HttpRequest, number: int, secret: str) -> HttpResponse:
    """A message that came in: as Twilio tells it, signed; by Apprise, JSON with `id`, `from` and `text`."""
    line = _line(request, number, secret)
    fields = _from_twilio(request, line) if line.how == "twilio" else _from_json(request)
    if not (fields.get("id") and fields.get("from")):
        raise invalid("hook.unreadable", "A message has an id, and the number that it comes from.")
    raw = keep_text(fields)
    receive([raw], mailbox_id=None, line_id=line.id, channel=line.channel, files=file_store(), now=timezone.now())
    return HttpResponse(_NOTHING, content_type="application/xml")


@called
def events(request: HttpRequest, number: int, secret: str) -> HttpResponse:
    """What became of a message that the service took over from us, as Twilio tells it."""
    line = _line(request, number, secret)
    told = _signed(request, line)
    if told.get("MessageStatus") in _LOST:
        words = f"{told.get('ErrorCode', '')} {told.get('ErrorMessage', '')}".strip()
        lost = Lost(told.get("MessageSid", ""), words or "It was not delivered.")
        note_lost([lost], line_id=line.id, now=timezone.now())
    return HttpResponse()


def _line(request: HttpRequest, number: int, secret: str) -> TextsAs:
    line = line_by_hook(number, secret)
    if line is None:
        raise stranger(request)
    if line.is_paused or line.fault:
        raise Refusal("hook.paused", "The line is paused. Bring it again later.", status=503)
    return line


def _from_twilio(request: HttpRequest, line: TextsAs) -> dict[str, str]:
    told = _signed(request, line)
    fields = {ours: told[theirs][:_LONGEST] for theirs, ours in _OURS.items() if theirs in told}
    return fields | {name.lower(): url for name, url in told.items() if name.startswith("MediaUrl")}


def _signed(request: HttpRequest, line: TextsAs) -> dict[str, str]:
    """The form, which the service has signed with the token of the account."""
    pairs = [(name, value) for name, values in request.POST.lists() for value in values]
    meant = twilio_signature(f"{settings.BASE_URL}{request.get_full_path()}", pairs, line.secret)
    shown = request.headers.get("X-Twilio-Signature", "")
    if line.how != "twilio" or not hmac.compare_digest(meant.encode(), shown.encode("utf-8", "replace")):
        raise Refusal("hook.bad_signature", "The signature does not fit the token that is set here.", status=403)
    return {name: value.replace("\0", "") for name, value in request.POST.items() if isinstance(value, str)}


def _from_json(request: HttpRequest) -> dict[str, str]:
    told = parse_json(request.body)
    if not isinstance(told, dict):
        raise invalid("hook.unreadable", "Send an object with id, from and text.")
    return {name: str(told[name])[:_LONGEST] for name in ("id", "from", "to", "text", "name") if name in told}
