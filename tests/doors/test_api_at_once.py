"""The same request by several connections at the same time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from makegood.people.models import ApiToken
from makegood.platform import idempotency
from makegood.promises.models import Promise
from tests.doors.api_client import ROOT, Answer, Api

TABLES = (
    "notices_delivery", "notices_notice", "notices_channel",
    "platform_idempotencykey", "journal_entry", "promises_promise", "customers_contactpoint", "customers_customer",
    "people_apitoken",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _tables(committed: list[str]) -> None:
    committed.extend(TABLES)


def test_twins_at_once_do_it_once() -> None:
    api = Api()
    body = {
        "customer": {"key": "C-7", "name": "Priya Nair"}, "kind": "callback", "title": "Ring back",
        "due_at": (datetime.now(UTC) + timedelta(hours=5)).isoformat(),
    }  # fmt: skip
    together = threading.Barrier(4)

    def send(_: int) -> Answer:
        together.wait()
        try:
            return api.post("/promises", body, key="twin")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))
    assert [answer.status for answer in answers] == [201] * 4
    assert len({answer.text for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 3
    assert Promise.objects.count() == 1


def test_a_twin_that_takes_too_long_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "PATIENCE_MS", 50)
    api = Api()
    working, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            idempotency.claim(
                caller=f"token {ApiToken.objects.get().pk}", key="k", now=datetime.now(UTC),
                mark=idempotency.fingerprint("POST", f"{ROOT}/facts", b"[]"),
            )  # fmt: skip
            working.set()
            done.wait(10)
            transaction.set_rollback(True)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        twin = pool.submit(hold)
        assert working.wait(10)
        answer = api.post("/facts", [], key="k")
        done.set()
        twin.result()
    assert (answer.status, answer.code) == (409, "idempotency.in_progress")
    assert api.post("/facts", [], key="k").status == 200
