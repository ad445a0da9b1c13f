"""The worker's thread that sends webhooks: with a port that a test holds in its hand, and once for real, killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from django.db import connection
from standardwebhooks.webhooks import Webhook

from makegood.adapters.hooks import Heard, Hook
from makegood.journal.actions import record
from makegood.journal.actors import SYSTEM
from makegood.people.models import Staff
from makegood.people.rules import Role
from makegood.webhooks import actions
from makegood.webhooks.actions.sending import LEASE, MOST
from makegood.webhooks.models import Delivery, Endpoint
from makegood.webhooks.rules import PATIENCE
from makegood.worker import courier
from makegood.worker.courier import Courier
from tests.doors.test_hook import a_receiver
from tests.doors.test_telling import LOOPBACK
from tests.factories import actor, make_staff
from tests.installations import wait_until
from tests.journal import wait_for_the_journal

TABLES = ["webhooks_delivery", "webhooks_endpoint", "notices_notice", "journal_entry", "people_staff"]


class Fake:
    """Accepts every message, or refuses it as long as there is a problem."""

    def __init__(self, problem: str = "") -> None:
        self.problem = problem
        self.sent: list[str] = []

    def send(self, url: str, message_id: str, body: bytes, *, secrets: Sequence[str], at: datetime) -> Heard:
        self.sent.append(message_id)
        return Heard(500 if self.problem else 204, "", self.problem, 1)


class Poisoned(Fake):
    """Never accepts the first message that it sees."""

    def send(self, url: str, message_id: str, body: bytes, *, secrets: Sequence[str], at: datetime) -> Heard:
        self.sent.append(message_id)
        return Heard(400, "", "It answered 400.", 1) if message_id == self.sent[0] else Heard(204, "", "", 1)


@pytest.fixture
def ada(committed: list[str]) -> Staff:
    """The administrator, in a database where what is written is committed."""
    committed += TABLES
    return make_staff("Ada Osei", role=Role.ADMINISTRATOR)


def hook_for(ada: Staff, url: str = "https://shop.example/hooks") -> str:
    return actions.add_webhook("Shop", url=url, verbs=["case.closed"], by=actor(ada), now=datetime.now(UTC))[1]


def happen(times: int = 1) -> None:
    for number in range(times):
        record("case.closed", by=SYSTEM, at=datetime.now(UTC), subject=("case", number + 1), case_id=number + 1)
    wait_for_the_journal()


def at_work(port: Fake | Hook) -> Courier:
    return Courier(port, asked_to_stop=lambda: False)


def test_it_sends_what_waits_and_says_when_there_is_nothing(ada: Staff) -> None:
    hook_for(ada)
    happen(2)
    port = Fake()
    assert [at_work(port).turn(), at_work(port).turn()] == [True, False]
    assert len(set(port.sent)) == 2


def test_what_is_refused_lets_the_rest_go_on_and_is_logged(ada: Staff, caplog: pytest.LogCaptureFixture) -> None:
    hook_for(ada)
    happen(4)
    port = Poisoned()
    assert at_work(port).turn()
    assert len(set(port.sent)) == 4
    assert "It answered 400." in caplog.text
    assert not at_work(port).turn()
    assert Delivery.objects.filter(sent_at__isnull=False).count() == 3


def test_a_system_that_refuses_everything_is_left_alone(ada: Staff) -> None:
    hook_for(ada)
    happen(MOST)
    port = Fake("It answered 500.")
    assert at_work(port).turn()
    assert len(port.sent) == PATIENCE
    assert not at_work(port).turn()


def test_asked_to_stop_it_leaves_the_rest(ada: Staff) -> None:
    hook_for(ada)
    happen(2)
    port = Fake()
    Courier(port, asked_to_stop=lambda: len(port.sent) > 0).turn()
    assert len(port.sent) == 1
    at_work(port).turn()
    assert len(port.sent) == 2


def test_accepted_and_not_marked_it_leaves_again_by_the_same_name(ada: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    """The instant between the system's yes and ours: the one place at which a message may come twice."""
    hook_for(ada)
    happen(2)
    port = Fake()

    def struck(*_parcel: object, **_how: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(courier, "mark_sent", struck)
        with pytest.raises(KeyboardInterrupt):
            at_work(port).turn()
    later = datetime.now(UTC) + LEASE
    monkeypatch.setattr(courier, "now", lambda: later)
    assert at_work(port).turn()
    assert port.sent == [port.sent[0], port.sent[0], port.sent[2]]
    assert len(set(port.sent)) == 2


SETTINGS = {"DJANGO_SETTINGS_MODULE": "makegood.config.settings"}
SENDER = """
import os, sys, django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from makegood.adapters.hooks import Hook
from makegood.webhooks.rules import PATIENCE
from makegood.worker import courier
courier.mark_sent = lambda *a, **k: os.kill(os.getpid(), 9)
courier.Courier(Hook(["127.0.0.0/8"]), asked_to_stop=lambda: False).turn()
"""


@pytest.mark.enable_socket
def test_killed_between_the_yes_and_the_mark_nothing_is_lost(ada: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process of its own, killed with -9 by the very call that would have marked the message."""
    with a_receiver() as (address, taken):
        secret = hook_for(ada, address)
        happen(2)
        name = str(connection.settings_dict["NAME"])
        dead = subprocess.run(
            [sys.executable, "-c", SENDER, name], env={**os.environ, **SETTINGS}, capture_output=True, text=True,
            timeout=60, check=False,
        )  # fmt: skip
        assert dead.returncode == -signal.SIGKILL, dead.stderr
        assert len(taken) == 1
        later = datetime.now(UTC) + LEASE
        monkeypatch.setattr(courier, "now", lambda: later)
        assert at_work(Hook(LOOPBACK)).turn()
    for headers, body in taken:
        Webhook(secret).verify(body, headers)
    names = [headers["webhook-id"] for headers, _body in taken]
    assert names == [names[0], names[0], names[2]]
    assert len({*names}) == 2
    first, second = Delivery.objects.order_by("id")
    assert (first.message_id, second.message_id) == (names[0], names[2])


@pytest.mark.enable_socket
def test_it_looks_until_it_is_asked_to_stop(ada: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    hook_for(ada)
    port, done = Fake(), threading.Event()
    thread = Courier(port, asked_to_stop=done.is_set)
    thread.start()
    happen()
    wait_until(lambda: bool(port.sent), what="a message")
    done.set()
    thread.join(10)
    assert (len(port.sent), thread.is_alive()) == (1, False)
    assert Endpoint.objects.get().sent_at is not None
