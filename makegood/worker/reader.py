"""Beside the watch: mailboxes are read, each by a thread of its own that waits there for mail to come."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import cast

from django.db import InterfaceError, OperationalError, connection

from makegood.adapters.imap import Fetched, Mailbox, Place
from makegood.adapters.mailserver import MailServer, MailTrouble, Security
from makegood.conversation.actions import (
    Fetching,
    Files,
    access_token,
    let_mailbox_go,
    note_read,
    note_trouble,
    receive,
    take_mailbox,
)
from makegood.conversation.rules.messages import Channel
from makegood.worker.beside import Beside, give_back, now

log = logging.getLogger(__name__)

WAIT_SECONDS = 45.0
"""Shorter than the lease of a mailbox, which is renewed after each wait."""
AT_ONCE, BYTES_AT_ONCE = 20, 16 * 1024 * 1024


class Reader(Beside):
    """Sees that every mailbox is read. `asked_to_stop` is looked at every half second."""

    trouble = "Mailboxes could not be read; trying again"
    end_seconds = 6.0

    def __init__(self, files: Files, *, networks: Iterable[str] = (), asked_to_stop: Callable[[], bool]) -> None:
        super().__init__(asked_to_stop)
        self.files = files
        self.networks = tuple(networks)
        self.reading: list[threading.Thread] = []

    def turn(self) -> bool:
        """Begin to read a mailbox that nobody reads. Whether there was one."""
        self.reading = [one for one in self.reading if one.is_alive()]
        found = take_mailbox(now=now())
        if found is None:
            return False
        thread = threading.Thread(target=self._read, args=(found,), name=f"mailbox-{found.id}", daemon=True)
        self.reading.append(thread)
        thread.start()
        return True

    def leave(self) -> None:
        """Wait for those that read."""
        for one in self.reading:
            one.join(self.end_seconds / 2)

    def _read(self, found: Fetching) -> None:
        try:
            read(found, self.files, networks=self.networks, asked_to_stop=self.asked_to_stop)
        except (OperationalError, InterfaceError) as trouble:
            log.warning("The database is away; %s is read again later: %s", found.name, str(trouble).partition("\n")[0])
        except Exception:
            log.exception("Reading the mailbox %s failed; trying again", found.name)
        finally:
            connection.close()


def read(found: Fetching, files: Files, *, networks: Iterable[str], asked_to_stop: Callable[[], bool]) -> None:
    """Read a mailbox until it is no longer ours to read, it cannot be read, or we are asked to stop."""
    place = None if found.validity is None else Place(found.validity, found.uid)
    try:
        server = MailServer(
            host=found.host, port=found.port, security=cast(Security, found.security), user=found.user,
            password=found.password, token=access_token(found.id, networks=networks, now=now()),
        )  # fmt: skip
        with Mailbox(server, folder=found.folder, networks=networks) as box:
            while not asked_to_stop():
                place = _fetch(box, found, place, files)
                if place is None:
                    return
                give_back()
                box.wait(WAIT_SECONDS, asked_to_stop=asked_to_stop)
    except MailTrouble as trouble:
        log.warning("The mailbox %s cannot be read: %s", found.name, trouble)
        note_trouble(found.id, str(trouble), lasting=trouble.lasting, now=now())
        return
    let_mailbox_go(found.id)


def _fetch(box: Mailbox, found: Fetching, place: Place | None, files: Files) -> Place | None:
    """Keep what has come and tell the server so, batch by batch. The place where to go on, None when the mailbox is no
    longer ours to read."""
    at = place if place is not None and place.validity == box.place.validity else Place(box.place.validity, 0)
    for batch in _batches(box.fetch(place, since=found.since)):
        receive(list(map(_whole, batch)), mailbox_id=found.id, channel=Channel.EMAIL, files=files, now=now())
        at = batch[-1].at
        # Only now: what the server is told has come is safe here. Whoever dies before the place is noted reads it
        # again, knows it again and tells the server again.
        box.acknowledge([one.at.uid for one in batch], move_to=found.done_folder)
        if not note_read(found.id, validity=at.validity, uid=at.uid, now=now()):
            return None
    return at if note_read(found.id, validity=at.validity, uid=at.uid, now=now()) else None


def _batches(fetched: Iterator[Fetched]) -> Iterator[list[Fetched]]:
    """A few at a time, and of large ones fewer."""
    while batch := list(islice(fetched, 1)):
        size = batch[0].size
        while len(batch) < AT_ONCE and size < BYTES_AT_ONCE and (more := next(fetched, None)) is not None:
            batch.append(more)
            size += more.size
        yield batch


def _whole(one: Fetched) -> bytes:
    """The message; of one that could not be fetched its header, and why there is no more."""
    return one.raw if not one.problem else one.raw.rstrip() + b"\r\n\r\n" + one.problem.encode() + b"\r\n"
