"""How the desk answers a deed: one line said back, and where to go on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django_htmx.http import trigger_client_event

from makegood.kernel.refusals import Refusal

SEE_OTHER = 303


def see_other(to: str) -> HttpResponse:
    """Go on to a page, asking for it anew."""
    response = HttpResponseRedirect(to)
    response.status_code = SEE_OTHER
    return response


def done(request: HttpRequest, text: str, *, to: str, undo: str = "") -> HttpResponse:
    """Say that something was done, on the page that follows; `undo` is the address that takes it back."""
    messages.success(request, text, extra_tags=f"undo:{undo}" if undo else "")
    return see_other(to)


def say(response: HttpResponse, text: str, *, kind: str = "", undo: str = "", seconds: int = 0) -> HttpResponse:
    """Say one line in a toast when a fragment has arrived; `kind` "refused" is a no, `undo` as for `done`, `seconds`
    how long that can be pressed, for it to be seen running out."""
    told = {"kind": kind, "undo": undo, "seconds": seconds}
    detail: dict[str, Any] = {"text": text} | {name: value for name, value in told.items() if value}
    return trigger_client_event(response, "toast", detail)


def errors_of(no: Refusal, names: Mapping[str, str] | None = None) -> dict[str, str]:
    """A refusal as the errors of a form: at its field, under the form's own name for it, or for the whole."""
    field = no.field or ""
    return {(names or {}).get(field, field): no.message}


def swapped(status: int) -> int:
    """A status that the page takes in: what may not be done is shown like what cannot be done."""
    return status if status in (409, 422) else 409
