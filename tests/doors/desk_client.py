"""A member of staff at the desk, without a browser: what they open, what they send, what they read."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from django.http import HttpResponse
from django.test import Client

from makegood.people.models import Staff

BACKEND = "django.contrib.auth.backends.ModelBackend"


class AtDesk:
    """Somebody who is signed in. `beside` asks as htmx does, for a fragment."""

    def __init__(self, person: Staff | None) -> None:
        self.client = Client(raise_request_exception=True)
        if person is not None:
            self.client.force_login(person, backend=BACKEND)

    def get(self, path: str, **query: str) -> HttpResponse:
        return self.client.get(path, query)  # type: ignore[return-value]

    def beside(self, path: str, target: str = "", **query: str) -> HttpResponse:
        headers = {"HX-Request": "true", "HX-Target": target}
        return self.client.get(path, query, headers=headers)  # type: ignore[return-value]

    def post(self, path: str, *, came_from: str = "", **typed: Any) -> HttpResponse:
        headers = {"Referer": f"http://testserver{came_from}"} if came_from else {}
        return self.client.post(path, typed, headers=headers)  # type: ignore[return-value]

    def press(self, path: str, **typed: Any) -> HttpResponse:
        return self.client.post(path, typed, headers={"HX-Request": "true"})  # type: ignore[return-value]


def text(response: HttpResponse) -> str:
    """What the page says, without its marks."""
    shown = re.sub(r"<(script|style|title|svg|template)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", shown)).split())


def toast(response: HttpResponse) -> str:
    """What is said in passing when a fragment arrives."""
    return str(json.loads(response.headers["HX-Trigger"])["toast"]["text"])
