"""A caller of the API, as the tests play one."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client
from ninja import Schema

from makegood.api.case_parts import CaseLineOut, CaseOut, HeededOut
from makegood.api.promises import PromiseOut
from makegood.journal.actors import SYSTEM
from makegood.people.actions import create_token
from makegood.people.models import Staff
from tests.factories import NOW

ROOT = "/api/v1"
PROBLEM = "application/problem+json"


class Answer:
    """What came back: status, decoded body, headers."""

    def __init__(self, response: Any) -> None:
        self.status = response.status_code
        self.type = response.headers.get("Content-Type", "")
        self.headers = response.headers
        self.text = response.content.decode()
        self.body: Any = json.loads(self.text) if self.text else None

    @property
    def code(self) -> str:
        """The code of a problem; that it is one, whole, is checked."""
        assert self.type == PROBLEM, (self.status, self.text)
        assert {"type", "title", "status", "detail", "code", "instance"} <= self.body.keys()
        assert self.body["status"] == self.status
        assert self.body["type"] == f"urn:makegood:problem:{self.body['code']}"
        return str(self.body["code"])


class Api:
    """The bearer of a token. Every answer is checked to be JSON of one kind or the other."""

    def __init__(self, scope: str = "write", *, staff: Staff | None = None) -> None:
        self.token = create_token("Shop", scope, staff_id=staff.pk if staff else None, by=SYSTEM, now=NOW)
        self.client = Client(headers={"authorization": f"Bearer {self.token}"})

    def get(self, path: str, **query: Any) -> Answer:
        """GET below the root."""
        return self._checked(self.client.get(ROOT + path, query))

    def post(self, path: str, body: Any = None, *, kind: str = "application/json", key: str = "") -> Answer:
        """POST a body: text or bytes as they are, anything else as JSON, None nothing."""
        data = b"" if body is None else body if isinstance(body, str | bytes) else json.dumps(body)
        headers = {"idempotency-key": key} if key else {}
        return self._checked(self.client.post(ROOT + path, data, content_type=kind, headers=headers))

    @staticmethod
    def _checked(response: Any) -> Answer:
        answer = Answer(response)
        assert answer.status != 500, answer.text
        assert answer.type == ("application/json" if answer.status < 400 else PROBLEM)
        _check_form(answer.body)
        return answer


def _check_form(body: Any) -> None:
    """Promises and cases, which leave unchecked for speed, have exactly the form that the schema tells."""
    for one in body.get("items", [body]):
        if isinstance(one, dict) and one.keys() & _FORMS.keys():
            form = next(forms["warnings" in one] for name, forms in _FORMS.items() if name in one)
            assert form.model_validate(one).model_dump(mode="json") == one


_FORMS: dict[str, tuple[type[Schema], type[Schema]]] = {
    "obstacles": (CaseOut, HeededOut),
    "promise_title": (CaseLineOut, CaseLineOut),
    "breaks_at": (PromiseOut, PromiseOut),
}
"""By what each is known; and as it is answered with what there is to heed."""
