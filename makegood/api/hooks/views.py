"""Calls of mail services: mail that came in is kept before it is answered, and what did not arrive is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from makegood.api.hooks.services import LOST, About, read_call, whole
from makegood.api.hooks.sns import AMAZON, events_told, mail_told
from makegood.conversation.actions import Lost, note_brought, note_lost, receive
from makegood.conversation.queries import Brought, mailbox_by_hook
from makegood.conversation.rules.messages import Channel
from makegood.kernel.refusals import Refusal, missing
from makegood.links.actions import count_try
from makegood.links.rules import Tried
from makegood.platform.filing import file_store
from makegood.platform.http import problem, read_body
from makegood.platform.sealing import SealBroken
from makegood.portal.guest import address_of

LARGEST = 64 * 1024 * 1024
"""Of what a service sends at once, in bytes: 40 MB of attachments are 55 MB on the way."""
View = Callable[..., HttpResponse]


def called(view: View) -> View:
    """A view that another system calls, with the secret in the address. It is answered with 200 once all is kept."""

    @csrf_exempt
    @wraps(view)
    def answered(request: HttpRequest, **where: Any) -> HttpResponse:
        response = _answer(view, request, where)
        response.headers["Cache-Control"] = "no-store"
        # Django would write the address of what it could not answer into the log, and the address holds the secret.
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response

    return cast(View, answered)


def _answer(view: View, request: HttpRequest, where: dict[str, Any]) -> HttpResponse:
    if request.method == "HEAD":
        # Some services look whether there is anybody before they save the address.
        return HttpResponse()
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST", "HEAD"])
    try:
        # Before anything else reads of it: pages have a smaller limit.
        read_body(request, limit=LARGEST)
        return view(request, **where)
    except Refusal as no:
        return problem(request, no)


def stranger(request: HttpRequest) -> Refusal:
    """What is answered to an address that leads nowhere, and to a wrong secret: the same. Raises Refusal
    "link.too_often" when that was often."""
    count_try(Tried.MISS, address_of(request), now=timezone.now())
    return missing("hook.unknown", "Nothing is brought to this address. Make a new one in the settings.")


@called
def mail(request: HttpRequest, service: str, number: int, secret: str) -> HttpResponse:
    """Mail that came in at a service."""
    box = _box(request, service, number, secret)
    now = timezone.now()
    if service == AMAZON:
        raws = mail_told(request.body, box.key)
    else:
        raws = [whole(one.message) for one in read_call(request, service, About.MAIL, box.key)]
    receive(raws, mailbox_id=box.id, channel=Channel.EMAIL, files=file_store(), now=now)
    note_brought(box.id, now=now)
    return HttpResponse()


@called
def events(request: HttpRequest, service: str, number: int, secret: str) -> HttpResponse:
    """What became of mail that a service took over from us."""
    box = _box(request, service, number, secret)
    if service == AMAZON:
        told: Sequence[Any] = events_told(request.body, box.key)
    else:
        told = read_call(request, service, About.EVENTS, box.key)
    lost = [Lost(one.message_id or "", _words(one)) for one in told if one.event_type in LOST]
    note_lost(lost, mailbox_id=box.id, now=timezone.now())
    return HttpResponse()


def _box(request: HttpRequest, service: str, number: int, secret: str) -> Brought:
    try:
        box = mailbox_by_hook(number, service, secret)
    except SealBroken as broken:
        raise Refusal("hook.sealed", str(broken), status=503) from None
    if box is None:
        raise stranger(request)
    if box.is_paused:
        raise Refusal("hook.paused", "The mailbox is paused. Bring it again later.", status=503)
    return box


def _words(event: Any) -> str:
    """Why, in the words of the service or of the server that did not want it."""
    said = event.mta_response or event.description or event.reject_reason or event.event_type
    return " ".join(str(said).split())[:300]
