"""A process that reads, sorts or sends is killed with -9 between any two steps: nothing is lost, and nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from makegood.cases.models import Case
from makegood.conversation import actions
from makegood.conversation.models import Arrival, Mailbox, Message
from makegood.conversation.rules.messages import LEASE, State
from makegood.promises.models import Kind
from tests.factories import Cast, actor, make_absence, make_cast
from tests.imap_server import ImapBox
from tests.rooms.casework import Hand
from tests.rooms.test_cases_at_once import TABLES
from tests.rooms.test_conversation import mail
from tests.smtp_server import SmtpServer, an_smtp_server

pytestmark = pytest.mark.enable_socket

WORK = """
import importlib, os, sys, django
django.setup()
from datetime import UTC, datetime, timedelta
from pathlib import Path
from django.db import connection
name, folder, what, later, step = sys.argv[1:6]
connection.settings_dict["NAME"] = name
from makegood.adapters.files import FileStore
from makegood.adapters.mail.reading import read_mail
from makegood.conversation import actions
from makegood.worker import beside, carrying, mailer, reader
from makegood.worker.carriers import carriers
now = lambda: datetime.now(UTC) + timedelta(seconds=float(later))
carrying.now = mailer.now = reader.now = now
files = FileStore(Path(folder))
if step:
    when, place, attribute = step.split(":")
    where = importlib.import_module(place)
    if "." in attribute:
        owner, attribute = attribute.split(".")
        where = getattr(where, owner)
    done = getattr(where, attribute)
    def struck(*given, **named):
        if when == "before":
            os.kill(os.getpid(), 9)
        result = done(*given, **named)
        os.kill(os.getpid(), 9)
        return result
    setattr(where, attribute, struck)
LOOPBACK = ["127.0.0.0/8"]
if what == "receive":
    asked = iter([False])
    found = actions.take_mailbox(now=now())
    if found is not None:
        reader.read(found, files, networks=LOOPBACK, asked_to_stop=lambda: next(asked, True))
    while actions.sort_arrivals(read_mail, files, now=now()):
        pass
else:
    sender = mailer.Mailer(files, carriers(LOOPBACK, None, folder=Path(folder)), asked_to_stop=lambda: False)
    while sender.turn():
        pass
    sender.leave()
"""
ROOM = [f"conversation_{name}" for name in ("attachment", "arrival", "message", "thread", "mailbox")]


@pytest.fixture
def outgoing() -> Iterator[SmtpServer]:
    with an_smtp_server() as ours:
        yield ours


@pytest.fixture
def cast(committed: list[str]) -> Cast:
    committed += [*ROOM, "customers_contactpoint", *TABLES]
    made = make_cast()
    Kind.objects.filter(slug="delivery").update(team=made.care)
    make_absence(made.tomas, starts_at=now() - timedelta(days=1), ends_at=now() + timedelta(days=1))
    return made


@pytest.fixture
def box(cast: Cast, imap_server: ImapBox, outgoing: SmtpServer) -> Mailbox:
    number = actions.add_mailbox(
        name="Care", address="care@desk.example", kind="delivery", by=actor(cast.ada), now=now(),
        imap_host=imap_server.host, imap_port=imap_server.port, imap_security="none", imap_user=imap_server.user,
        imap_secret=imap_server.password, smtp_host=outgoing.host, smtp_port=outgoing.port, smtp_security="none",
    )  # fmt: skip
    return Mailbox.objects.get(pk=number)


def now() -> datetime:
    return datetime.now(UTC)


def work(folder: Path, what: str, *, later: timedelta = timedelta(), step: str = "") -> int:
    """One process does what there is to do, as if `later`, or until it is killed at a step. How it ended."""
    dead = begin(folder, what, later, step)
    _, said = dead.communicate(timeout=60)
    assert dead.returncode in (0, -signal.SIGKILL), said
    return dead.returncode


def begin(folder: Path, what: str, later: timedelta, step: str) -> subprocess.Popen[str]:
    words = [str(connection.settings_dict["NAME"]), str(folder), what, str(later.total_seconds()), step]
    # Passwords were sealed by our key, which is nobody's who has no installation.
    own = {"DJANGO_SETTINGS_MODULE": "makegood.config.settings", "MAKEGOOD_SECRET_KEY": settings.SECRET_KEY}
    return subprocess.Popen(
        [sys.executable, "-c", WORK, *words], stderr=subprocess.PIPE, text=True, env={**os.environ, **own}
    )


RECEIVING = [
    "before:makegood.worker.reader:receive",
    "after:makegood.adapters.files:FileStore.put",
    "after:makegood.worker.reader:receive",
    "after:makegood.adapters.imap:Mailbox.acknowledge",
    "after:makegood.worker.reader:note_read",
    "after:makegood.conversation.actions.sorting:place_all",
    "after:makegood.conversation.actions.storing:admit",
    "after:makegood.conversation.actions.sorting:store_all",
    "after:makegood.conversation.actions.sorting:_sort",
]


@pytest.mark.parametrize("step", RECEIVING, ids=lambda step: step.rpartition(":")[2])
def test_killed_while_receiving_there_is_one_message_in_one_case(
    box: Mailbox, imap_server: ImapBox, tmp_path: Path, step: str
) -> None:
    imap_server.deliver(mail())
    assert work(tmp_path, "receive", step=step) == -signal.SIGKILL
    assert work(tmp_path, "receive", later=timedelta(minutes=5)) == 0
    assert (Arrival.objects.count(), Message.objects.count(), Case.objects.count()) == (1, 1, 1)
    assert Message.objects.get().thread.case_id == Case.objects.get().pk


SENDING = {
    "before:makegood.worker.mailer:compose": (1, State.SENT),
    "before:makegood.adapters.smtp:Smtp.reach": (1, State.SENT),
    "before:makegood.adapters.smtp:_announce": (1, State.SENT),
    "after:makegood.adapters.smtp:_announce": (1, State.SENT),
    "before:makegood.worker.mailer:note_handing": (1, State.SENT),
    "after:makegood.adapters.smtp:Smtp._hand_text": (1, State.UNSURE),
    "before:makegood.worker.carrying:mark_sent": (1, State.UNSURE),
    "after:makegood.worker.carrying:mark_sent": (1, State.SENT),
    "after:makegood.worker.mailer:note_handing": (0, State.UNSURE),
}
"""The steps, how often the customer then has the message, and how it stands. Once the end of a message may have been
handed over nobody here can know whether it was: it is never sent again by itself, and a person is told."""


@pytest.mark.parametrize("step", SENDING, ids=lambda step: step.replace(":", "-").rpartition(".")[2])
def test_killed_while_sending_it_leaves_once(
    box: Mailbox, cast: Cast, imap_server: ImapBox, outgoing: SmtpServer, tmp_path: Path, step: str
) -> None:
    imap_server.deliver(mail())
    assert work(tmp_path, "receive") == 0
    mara = Hand(cast.mara)
    actions.write_message(Case.objects.get().pk, channel="email", words="I am sorry.", **mara.at(now()))
    soon, later = timedelta(seconds=11), timedelta(seconds=30) + LEASE
    assert work(tmp_path, "send", later=soon, step=step) == -signal.SIGKILL
    assert work(tmp_path, "send", later=later) == 0
    assert work(tmp_path, "send", later=2 * later) == 0
    assert (len(outgoing.messages), Message.objects.get(inward=False).state) == SENDING[step]


def test_two_carriers_at_once_carry_each_message_once(
    box: Mailbox, cast: Cast, imap_server: ImapBox, outgoing: SmtpServer, tmp_path: Path
) -> None:
    for number in range(30):
        imap_server.deliver(mail(f"Number {number}", sender=f"Customer {number} <c{number}@home.example>"))
    assert work(tmp_path, "receive") == 0
    mara = Hand(cast.mara)
    for case in Case.objects.all():
        actions.write_message(case.pk, channel="email", words=f"About {case.pk}", **mara.at(now()))
    both = [begin(tmp_path, "send", timedelta(seconds=11), "") for _ in range(2)]
    assert [(one.communicate(timeout=60), one.returncode)[1] for one in both] == [0, 0]
    assert len(outgoing.messages) == len(set(outgoing.receivers)) == 30
    assert set(Message.objects.filter(inward=False).values_list("state", flat=True)) == {State.SENT}
