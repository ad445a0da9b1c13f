"""Mailboxes read from a real server: kept before the server is told, and each message once."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from makegood.adapters.files import FileStore
from makegood.cases.models import Case
from makegood.conversation import actions
from makegood.conversation.models import Arrival, Mailbox
from makegood.conversation.rules.messages import Channel
from makegood.worker import reader
from tests.arriving import all_sorted
from tests.factories import NOW, actor
from tests.imap_server import ImapBox
from tests.rooms.casework import Cast, cast, mara
from tests.rooms.test_conversation import mail

pytestmark = pytest.mark.django_db
__all__ = ["cast", "mara"]


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


@pytest.fixture
def box(cast: Cast, imap_server: ImapBox) -> Mailbox:
    number = actions.add_mailbox(
        name="Care", address="care@desk.example", kind="delivery", imap_host=imap_server.host,
        imap_port=imap_server.port, imap_security="none", imap_user=imap_server.user, imap_secret=imap_server.password,
        by=actor(cast.ada), now=datetime(2020, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    return Mailbox.objects.get(pk=number)


def once() -> Callable[[], bool]:
    """Asks to stop after the first look."""
    asked = iter([False])
    return lambda: next(asked, True)


def look(files: FileStore) -> None:
    found = actions.take_mailbox(now=reader.now())
    assert found is not None
    reader.read(found, files, networks=["127.0.0.0/8"], asked_to_stop=once())


def test_what_was_there_long_before_the_mailbox_was_set_up_is_left_alone(files, box, imap_server) -> None:
    """Also when the server numbers its messages anew."""
    imap_server.deliver(mail("From years ago."))
    (old,) = imap_server.files()
    os.utime(old, (1_500_000_000, 1_500_000_000))
    look(files)
    imap_server.deliver(mail("Of today."))
    look(files)
    assert Arrival.objects.count() == 1
    imap_server.renumber()
    look(files)
    assert Arrival.objects.count() == 1


def test_what_comes_is_kept_and_sorted_once(files, box, imap_server, mara) -> None:
    imap_server.deliver(mail())
    look(files)
    look(files)
    imap_server.deliver(mail("A second one."))
    look(files)
    assert Arrival.objects.count() == 2
    all_sorted(files)
    assert Case.objects.count() == 1


def test_a_mailbox_is_read_by_one_at_a_time(files, box) -> None:
    assert actions.take_mailbox(now=reader.now()) is not None
    assert actions.take_mailbox(now=reader.now()) is None


def test_the_server_is_told_only_of_what_is_kept(files, box, imap_server, monkeypatch) -> None:
    imap_server.deliver(mail())

    def dies(*given, **named) -> int:
        raise RuntimeError("killed before it was kept")

    monkeypatch.setattr(reader, "receive", dies)
    with pytest.raises(RuntimeError):
        look(files)
    monkeypatch.undo()
    Mailbox.objects.update(leased_until=None)
    look(files)
    assert Arrival.objects.count() == 1


def test_whoever_dies_before_the_place_is_noted_reads_it_again_and_keeps_it_once(
    files, box, imap_server, monkeypatch
) -> None:  # fmt: skip
    imap_server.deliver(mail())

    def dies(*given, **named) -> bool:
        raise RuntimeError("killed after it was kept")

    monkeypatch.setattr(reader, "note_read", dies)
    with pytest.raises(RuntimeError):
        look(files)
    monkeypatch.undo()
    Mailbox.objects.update(leased_until=None)
    look(files)
    assert Arrival.objects.count() == 1


def test_a_wrong_password_is_said_on_the_mailbox_and_it_is_left_alone(files, box, cast) -> None:
    actions.change_mailbox(box.pk, imap_secret="wrong", by=actor(cast.ada), now=NOW)
    look(files)
    box.refresh_from_db()
    assert "does not accept the password" in box.problem
    assert actions.take_mailbox(now=reader.now()) is None


def test_it_goes_on_after_where_it_stopped_also_in_another_process(files, box, imap_server) -> None:
    for number in range(3):
        imap_server.deliver(mail(f"Number {number}"))
        look(files)
    box.refresh_from_db()
    assert box.last_uid == 3
    assert Arrival.objects.filter(mailbox=box, channel=Channel.EMAIL).count() == 3
