"""Whatever the schema allows and whatever it forbids: never a 500, and always what the schema says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from makegood.config.wsgi import application
from tests.doors.api_client import ROOT, Api
from tests.factories import make_cast

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    unsupported_method,
]


@schemathesis.serializer("application/x-ndjson")
def _lines(_: schemathesis.SerializationContext, value: Any) -> bytes:
    """A body of lines: any text stands for some."""
    return str(value).encode("utf-8", "surrogatepass")


schema = schemathesis.openapi.from_wsgi(f"{ROOT}/openapi.json", application)


@pytest.fixture
def token() -> Iterator[str]:
    """A caller in a house with a promise, a case and people, so that some guesses hit something.

    The server closes its connection after each request; within a test's transaction there is only one.
    """
    api = Api(staff=make_cast().mara)
    due = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    made = api.post("/promises", {"customer": {"name": "Priya"}, "kind": "callback", "title": "Ring", "due_at": due})
    api.post("/cases", {"customer": made.body["customer"]["id"], "kind": "delivery", "what": "Wrong colour"})
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield api.token
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@seed(20130208)
@schema.parametrize()
@settings(
    max_examples=12,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_api_does_what_its_schema_says(case: Any, token: str) -> None:
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)
