"""Notices through apprise for real, to a mail server and a web service of our own, by a process killed with -9."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection

from makegood.adapters.telling import Teller
from makegood.notices.actions import add_channel
from makegood.notices.actions.sending import LEASE
from makegood.notices.models import Delivery
from makegood.notices.rules import MOST
from makegood.people.models import Staff
from makegood.worker import sender
from makegood.worker.sender import Sender
from tests.doors.test_telling import LOOPBACK, a_service
from tests.factories import actor, make_staff
from tests.rooms.noticing import told
from tests.smtp_server import SmtpServer, an_smtp_server

pytestmark = pytest.mark.enable_socket
BASE = "http://127.0.0.1:8000"
SENDER = """
import os, sys, django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from makegood.adapters.telling import Teller
from makegood.worker import sender
mark, when, done = sender.mark_sent, sys.argv[2], []
def struck(*errand, **how):
    done.append(errand)
    if when == "before":
        os.kill(os.getpid(), 9)
    mark(*errand, **how)
    os.kill(os.getpid(), 9)
sender.mark_sent = struck
with Teller(["127.0.0.0/8"], mail=sys.argv[3]) as port:
    sender.Sender(port, base_url="http://127.0.0.1:8000", asked_to_stop=lambda: False).turn()
"""


@pytest.fixture
def box() -> Iterator[SmtpServer]:
    with an_smtp_server() as ours:
        yield ours


@pytest.fixture
def mara(committed: list[str]) -> Staff:
    committed += ["notices_delivery", "notices_notice", "notices_channel", "journal_entry", "people_staff"]
    return make_staff()


def now() -> datetime:
    return datetime.now(UTC)


def reach(person: Staff, address: str) -> None:
    add_channel(person.pk, name="", service="Ours", address=address, by=actor(person), now=now())


def killed(when: str, box: SmtpServer) -> None:
    """A process sends, and is killed with -9 `before` or after it has marked the first message."""
    dead = subprocess.run(
        [sys.executable, "-c", SENDER, str(connection.settings_dict["NAME"]), when, box.account()],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "makegood.config.settings"}, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert dead.returncode == -signal.SIGKILL, dead.stderr


def the_next_one_sends(box: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    later = now() + LEASE
    monkeypatch.setattr(sender, "now", lambda: later)
    with Teller(LOOPBACK, mail=box.account()) as port:
        while Sender(port, base_url=BASE, asked_to_stop=lambda: False).turn():
            pass


@pytest.mark.parametrize("way", ["mail", "service"])
def test_killed_between_two_messages_each_comes_once(
    mara: Staff, box: SmtpServer, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_service() as (address, taken):
        reach(mara, "mara@desk.example" if way == "mail" else f"{address}/s3cr3t")
        for number in (1, 2):
            told(mara, number, now=now())
        killed("after", box)
        assert len(box.messages) + len(taken) == 1
        the_next_one_sends(box, monkeypatch)
    came = "".join(box.messages) + "".join(one["title"] for one in taken)
    assert len(box.messages) + len(taken) == 2
    assert [came.count(f"SR-{number} is offered") for number in (1, 2)] == [1, 1]
    assert not Delivery.objects.filter(sent_at=None).exists()


def test_killed_between_the_yes_and_the_mark_only_that_one_comes_again(
    mara: Staff, box: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_service() as (address, taken):
        reach(mara, address)
        for number in (1, 2):
            told(mara, number, now=now())
        killed("before", box)
        the_next_one_sends(box, monkeypatch)
    assert [one["title"] for one in taken] == [f"SR-{number} is offered to you" for number in (1, 1, 2)]


@pytest.mark.parametrize("way", ["mail", "service"])
def test_many_things_come_in_one_message_also_after_a_crash(
    mara: Staff, box: SmtpServer, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_service() as (address, taken):
        reach(mara, "mara@desk.example" if way == "mail" else address)
        for number in range(1, 13):
            told(mara, number, now=now())
        killed("after", box)
        the_next_one_sends(box, monkeypatch)
    assert 1 <= len(box.messages) + len(taken) <= MOST
    came = "".join(box.messages) + "".join(one["title"] + one["message"] for one in taken)
    assert [number for number in range(1, 13) if f"SR-{number} is offered" not in came] == []
    assert Delivery.objects.filter(sent_at__isnull=False).count() == 12
