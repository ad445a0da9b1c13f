"""What JSON doors share: bodies read within limits, and a no that says what is wrong (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse

from makegood.kernel.refusals import Refusal

PROBLEM = "application/problem+json"
TITLES: Mapping[int, str] = {
    400: "The request cannot be read",
    401: "Who is asking?",
    403: "Not allowed",
    404: "There is no such thing",
    405: "Not done this way",
    409: "Not as things stand",
    413: "Too much at once",
    415: "Not in this form",
    422: "The input is wrong",
    500: "Something broke here",
}
NUL_ESCAPED = b"\\u0000"


def problem(request: HttpRequest, refusal: Refusal, *, errors: Sequence[Mapping[str, str]] = ()) -> HttpResponse:
    """A refusal as `application/problem+json`. `errors` lists every fault when there are several."""
    told: dict[str, Any] = {
        "type": f"urn:makegood:problem:{refusal.code}",
        "title": TITLES.get(refusal.status, "Refused"),
        "status": refusal.status,
        "detail": refusal.message,
        "code": refusal.code,
        "instance": request.path,
    }
    if refusal.field:
        told["field"] = refusal.field
    if errors:
        told["errors"] = list(errors)
    return HttpResponse(msgspec.json.encode(told), status=refusal.status, content_type=PROBLEM)


def media_type(request: HttpRequest) -> str:
    """What the request says its body is, in small letters and without parameters; "" when it does not say."""
    said: str = request.META.get("CONTENT_TYPE", "")
    return said.partition(";")[0].strip().lower()


def read_body(request: HttpRequest, *, limit: int) -> bytes:
    """The body, of at most `limit` bytes, also one sent in chunks of unknown total.

    Raises Refusal "http.too_large", "http.encoded".
    """
    if request.META.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        raise Refusal("http.encoded", "Send the body as it is, without Content-Encoding.", status=415)
    if _length(request) > limit:
        raise _too_large(limit)
    if "chunked" not in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
        if not hasattr(request, "_body"):
            # Read past Django, whose own limit is one for pages.
            request._body = request.read(limit + 1)
        return request.body
    body: bytes = request.META["wsgi.input"].read(limit + 1)
    if len(body) > limit:
        raise _too_large(limit)
    # Django reads nothing when the length is not told; from here on `request.body` is what came.
    request._body = body
    return body


def parse_json(body: bytes) -> Any:
    """A JSON text as plain values, every one of which can be stored.

    Raises Refusal "json.invalid", "json.not_storable", "json.too_deep".
    """
    try:
        value = msgspec.json.decode(body)
    except RecursionError:
        raise Refusal("json.too_deep", "The JSON is nested too deeply.", status=422) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise bad_json(body) from None
    if NUL_ESCAPED in body and holds_nul(value):
        raise not_storable()
    return value


def bad_json(body: bytes, *, what: str = "The body") -> Refusal:
    """What is wrong with a text (named by `what`) that is no JSON that can be stored."""
    try:
        json.loads(body)
    except UnicodeDecodeError:
        return Refusal("json.invalid", f"{what} is not UTF-8 text.", status=400)
    except json.JSONDecodeError as fault:
        where = f"line {fault.lineno}, column {fault.colno}"
        return Refusal("json.invalid", f"{what} is not JSON: {fault.msg} at {where}.", status=400)
    except (RecursionError, ValueError):
        pass
    return not_storable()


def holds_nul(value: Any) -> bool:
    """Whether a NUL character, which no database text can hold, is anywhere in a decoded JSON value."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if "\0" in item:
                return True
        elif isinstance(item, dict):
            waiting.extend(item)
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return False


def _length(request: HttpRequest) -> int:
    said = request.META.get("CONTENT_LENGTH") or "0"
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 20 else 0


def _too_large(limit: int) -> Refusal:
    return Refusal(
        "http.too_large", f"A body has at most {limit // 2**20} MB. Send it in several requests.", status=413
    )


def not_storable() -> Refusal:
    """The JSON can be read, but no database can keep it."""
    return Refusal(
        "json.not_storable",
        "The JSON holds what no text or number can be: a NUL character, half of a surrogate pair, or a number"
        " beyond all bounds.",
        status=422,
    )
