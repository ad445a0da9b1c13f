"""What belongs to a message and is no page of ours: its files, its HTML as it came, and all of it as it came.

None of it is trusted: a file is only ever downloaded or drawn as a picture, and HTML stands in a page of its own that
may run nothing, load nothing and send nothing.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Mapping

from django.http import FileResponse, HttpResponse

from makegood.conversation.queries import AttachmentFacts, attachment_for, message_for
from makegood.kernel.refusals import missing
from makegood.platform.filing import file_store
from makegood.web.desk import DeskRequest, at_desk
from makegood.web.messages.shown import PICTURES

_NOTHING = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; sandbox"
_MOST_DRAWN = 2 * 1024 * 1024
"""Bytes of pictures that are put into the HTML they belong to; larger ones stand below it as files."""
_CID = re.compile(r"""(?<=["'])cid:([^"'>\s]+)""", re.IGNORECASE)


@at_desk("GET")
def file(request: DeskRequest, number: int) -> HttpResponse:
    """A file of a message: downloaded, or drawn where a picture stands in a page."""
    found = attachment_for(request.desk.scope, number)
    drawn = "drawn" in request.GET and found.content_type in PICTURES
    return _served(found.digest, found.name, found.content_type if drawn else "application/octet-stream", drawn=drawn)


@at_desk("GET")
def raw(request: DeskRequest, number: int) -> HttpResponse:
    """The whole message as it came."""
    found = message_for(request.desk.scope, number)
    if not found.raw:
        raise missing("message.no_file", "There is no such file.")
    return _served(found.raw, f"message-{number}.eml", "message/rfc822", drawn=False)


@at_desk("GET")
def as_it_came(request: DeskRequest, number: int) -> HttpResponse:
    """The HTML of a message, made safe when it came in, with the pictures that came with it and no others."""
    found = message_for(request.desk.scope, number)
    if not found.html:
        raise missing("message.no_file", "There is no such file.")
    pictures = _pictures({one.content_id.strip("<>"): one for one in found.files if one.content_id})
    body = _CID.sub(lambda name: pictures.get(html.unescape(name[1]), ""), found.html)
    page = f'<!doctype html><html><head><meta charset="utf-8"><title>{html.escape(found.subject)}</title></head>'
    response = HttpResponse(f"{page}<body>{body}</body></html>")
    response["Content-Security-Policy"] = _NOTHING
    response["Referrer-Policy"] = "no-referrer"
    return response


def _pictures(named: Mapping[str, AttachmentFacts]) -> dict[str, str]:
    """Each picture as an address that is itself."""
    drawn: dict[str, str] = {}
    left = _MOST_DRAWN
    for name, one in named.items():
        if one.content_type in PICTURES and one.size <= left:
            left -= one.size
            content = base64.b64encode(file_store().read(one.digest)).decode()
            drawn[name] = f"data:{one.content_type};base64,{content}"
    return drawn


def _served(digest: str, name: str, content_type: str, *, drawn: bool) -> HttpResponse:
    try:
        pieces = file_store().open(digest)
    except FileNotFoundError:
        raise missing("message.no_file", "This file is not kept any more.") from None
    response = FileResponse(pieces, as_attachment=not drawn, filename=name, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = _NOTHING
    return response  # type: ignore[return-value]
