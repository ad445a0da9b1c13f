"""Fetching mail from one folder of a mailbox by IMAP, and waiting there for more.

Messages are read without a mark. Whoever has stored one says so (`acknowledge`), and only then does the server learn of
it: what was fetched and not stored comes again. A place in a folder is a UIDVALIDITY and a UID; when a server numbers
its messages anew, all of them count as new, and whoever stores them knows them again by their content.
"""

from __future__ import annotations

import imaplib
import re
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import TracebackType

from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError
from imap_tools.mailbox import BaseMailBox
from imap_tools.utils import encode_folder

from makegood.adapters.dialling import bounded
from makegood.adapters.imap_link import HEADERS, Box, Link
from makegood.adapters.mailserver import (
    SECONDS,
    MailServer,
    MailTrouble,
    connect,
    refused_login,
    said,
    trouble,
)
from makegood.adapters.steps import Step, take

MOST = 64 * 1024 * 1024
"""The largest message that is fetched, in bytes: an attachment of 40 MB takes 55 on its way."""
_LISTED = 500
"""Of so many messages the sizes are asked at once."""
_SLOWEST = 20_000
"""Bytes a second; a server that sends its messages slower is given up."""
_LISTENING = 0.5
"""Seconds until a wait notices that it is asked to stop."""
_LONGEST_IDLE = 9 * 60
"""Seconds. Servers hang up after 30 minutes, routers between us after ten."""
_TIME = "%d-%b-%Y %H:%M:%S %z"
_Measured = tuple[int, int, datetime | None]
"""UID, size in bytes, arrival."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a folder was read: its UIDVALIDITY, and the UID of the last message."""

    validity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """A message as the server has it: where it stands, its size in bytes, and when it arrived there (UTC; None when the
    server does not say).

    Without a `problem`, `raw` is all of it; with one, its header at most, and the problem says why.
    """

    at: Place
    size: int
    arrived_at: datetime | None
    raw: bytes
    problem: str


class Mailbox:
    """A folder of a mailbox, by one connection; for one thread. Every method raises MailTrouble, and the connection is
    of no use after that.

    `networks` are those of ours that may be reached. A message of more than `most` bytes is not fetched whole, a server
    that says nothing for `seconds` is given up.
    """

    def __init__(
        self,
        server: MailServer,
        *,
        folder: str = "INBOX",
        networks: Iterable[str] = (),
        most: int = MOST,
        seconds: float = SECONDS,
    ) -> None:
        self._server, self._folder, self._networks = server, folder, tuple(networks)
        self._most, self._seconds = most, seconds
        self._link: Link | None = None
        self._box: BaseMailBox | None = None
        self.place = Place(0, 0)
        """Where the folder ended when it was opened: what comes later has a higher UID."""

    def __enter__(self) -> Mailbox:
        try:
            self.reach()
            self.log_in()
            self.open()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def reach(self) -> None:
        """Connect and encrypt."""
        link = connect(self._server, networks=self._networks, seconds=self._seconds)
        with self._told(), bounded(link, 2 * self._seconds):
            self._link = self._greeted(link)
            if self._server.security == "starttls":
                self._link.start_tls()
            self._box = Box(self._link)

    def log_in(self) -> None:
        """Say who we are."""
        server, link, box = self._server, *self._open()
        with self._told(), bounded(link.sock, 2 * self._seconds):
            try:
                if server.token:
                    box.xoauth2(server.user, server.token, initial_folder=None)
                elif "AUTH=PLAIN" in link.capabilities:
                    box.login_utf8(server.user, server.password, initial_folder=None)
                else:
                    box.login(server.user, server.password, initial_folder=None)
            except imaplib.IMAP4.abort:
                raise
            except (imaplib.IMAP4.error, ImapToolsError) as fault:
                raise _not_let_in(server, link, fault) from fault
            link.ask_abilities()

    def open(self) -> int:
        """Open the folder; how many messages it holds."""
        link, box = self._open()
        with self._told(), bounded(link.sock, 2 * self._seconds):
            try:
                answer = box.folder.set(self._folder)
            except MailboxFolderSelectError as fault:
                raise self._no_folder(self._folder) from fault
            self.place = Place(link.number("UIDVALIDITY"), link.number("UIDNEXT") - 1)
            link.heard_of_mail()  # how many there are is no news
            return int(answer[1][0])

    @property
    def idles(self) -> bool:
        """Whether the server says by itself when mail has come."""
        return self._link is not None and "IDLE" in self._link.capabilities

    def fetch(self, after: Place | None, *, since: date | None = None) -> Iterator[Fetched]:
        """What came after a place, one by one in the order of arrival, without a mark on the server.

        All of the folder when the place is of another numbering or None; `since` leaves out what arrived before that
        day, by the server's calendar.
        """
        first = after.uid + 1 if after is not None and after.validity == self.place.validity else 1
        uids = self._find(first, since)
        for start in range(0, len(uids), _LISTED):
            for uid, size, arrived_at in self._measure(uids[start : start + _LISTED]):
                if (one := self._fetch_one(uid, size, arrived_at)) is not None:
                    yield one

    def acknowledge(self, uids: Sequence[int], *, move_to: str = "") -> None:
        """Mark messages that are stored as seen, or move them to a folder."""
        if not uids:
            return
        link, _box = self._open()
        with self._told(), bounded(link.sock, self._seconds + len(uids)):
            names = ",".join(map(str, uids))
            link.must("STORE", names, "+FLAGS.SILENT", r"(\Seen)")
            if move_to:
                self._move(link, names, move_to)

    def has_folder(self, name: str) -> None:
        """Raises MailTrouble when there is no folder of that name."""
        _link, box = self._open()
        with self._told():
            if not any(found.name == name for found in box.folder.list()):
                raise self._no_folder(name)

    def wait(self, seconds: float, *, asked_to_stop: Callable[[], bool]) -> bool:
        """Wait until mail may have come (True), the time is over, or we are asked to stop, which is noticed in half a
        second. A server that does not say by itself when mail comes is left in peace for all of the time."""
        until = time.monotonic() + min(seconds, _LONGEST_IDLE)
        if not self.idles:
            while time.monotonic() < until and not asked_to_stop():
                time.sleep(max(0.0, min(_LISTENING, until - time.monotonic())))
            return not asked_to_stop()
        link, _box = self._open()
        with self._told():
            return link.heard_of_mail() or link.idle(until, asked_to_stop)

    def close(self) -> None:
        """Say goodbye if there is somebody, and hang up."""
        if self._link is not None:
            with suppress(OSError, imaplib.IMAP4.error), bounded(self._link.sock, 2.0):
                self._link.logout()
            self._link.shutdown()
            self._link = self._box = None

    def _greeted(self, link: socket.socket) -> Link:
        try:
            return Link(self._server, link, most=max(self._most, HEADERS))
        except BaseException as fault:
            link.close()
            if isinstance(fault, imaplib.IMAP4.error) and not _hung_up(fault) and "BYE" not in str(fault):
                words = f"What answers at {self._server.host}, port {self._server.port}, is no IMAP server."
                raise MailTrouble(f"{words} IMAP is mostly at port 993, or 143.", lasting=True) from fault
            raise

    def _open(self) -> tuple[Link, BaseMailBox]:
        if self._link is None or self._box is None:
            raise MailTrouble(f"There is no connection to {self._server.host}.", lasting=False)
        return self._link, self._box

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Whatever goes wrong is said in our words."""
        try:
            yield
        except (OSError, imaplib.IMAP4.error, ImapToolsError, ValueError, LookupError) as fault:
            raise _trouble(fault, self._server, self._seconds) from fault

    def _find(self, first: int, since: date | None) -> list[int]:
        link, box = self._open()
        criteria = f"UID {first}:*" + (f" SINCE {since:%d-%b-%Y}" if since else "")
        link.heard_of_mail()  # what was told before this search is in it; what is told from here on may not be
        with self._told(), bounded(link.sock, 2 * self._seconds):
            # A range that ends with * holds the last message, even when that is older.
            return sorted(uid for uid in map(int, box.uids(criteria, charset=None)) if uid >= first)

    def _measure(self, uids: Sequence[int]) -> list[_Measured]:
        """The size and the arrival of messages that are still there."""
        link, _box = self._open()
        with self._told(), bounded(link.sock, self._seconds + len(uids)):
            found = link.must("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE INTERNALDATE)")
            told = {one[0]: one for one in map(_read_measures, found) if one is not None}
        return [told[uid] for uid in uids if uid in told]

    def _fetch_one(self, uid: int, size: int, arrived_at: datetime | None) -> Fetched | None:
        """The message; None when somebody has deleted it meanwhile."""
        link, _box = self._open()
        at, problem = Place(self.place.validity, uid), ""
        with self._told(), bounded(link.sock, self._seconds + size / _SLOWEST):
            raw: bytes | None = b""
            if size > self._most:
                problem = f"It has {_megabytes(size)}; at most {_megabytes(self._most)} are fetched."
            else:
                raw, problem = link.part(uid, "BODY.PEEK[]")
            if problem:
                raw = link.part(uid, f"BODY.PEEK[HEADER]<0.{HEADERS}>")[0]
        if raw is None:
            return None
        return Fetched(at, size, arrived_at, raw, problem)

    def _move(self, link: Link, names: str, folder: str) -> None:
        name = encode_folder(folder)
        if "MOVE" in link.capabilities:
            link.must("MOVE", names, name)
            return
        link.must("COPY", names, name)
        link.must("STORE", names, "+FLAGS.SILENT", r"(\Deleted)")
        # Only what we have moved: without UIDPLUS, expunging would take what others have marked along.
        if "UIDPLUS" in link.capabilities:
            link.must("EXPUNGE", names)

    def _no_folder(self, name: str) -> MailTrouble:
        _link, box = self._open()
        there = [said(folder.name) for folder in box.folder.list()]
        return MailTrouble(f"There is no folder {name}. There are: {', '.join(there[:20])}.", lasting=True)


def try_mailbox(
    server: MailServer, *, folder: str, move_to: str = "", networks: Iterable[str] = (), seconds: float = 10.0
) -> tuple[Step, ...]:
    """What works when somebody sets up a mailbox, step by step until one does not. Nothing is changed there."""
    box = Mailbox(server, folder=folder, networks=networks, seconds=seconds)

    def reach() -> str:
        box.reach()
        return "It answers, and nobody on the way can read along." if server.security != "none" else "It answers."

    def log_in() -> str:
        box.log_in()
        return f"{server.user} is let in."

    def look() -> str:
        there = box.open()
        how = "New mail is told at once." if box.idles else "It is asked for new mail once a minute."
        return f"It holds {there} message{'' if there == 1 else 's'}. {how}"

    def look_beyond() -> str:
        box.has_folder(move_to)
        return "It is there."

    steps = [(f"Reach {server.host}, port {server.port}", reach), ("Sign in", log_in), (f"Open {folder}", look)]
    try:
        return take([*steps, (f"Find {move_to}", look_beyond)] if move_to else steps)
    finally:
        box.close()


def _trouble(fault: Exception, server: MailServer, seconds: float) -> MailTrouble:
    if isinstance(fault, OSError):
        return trouble(fault, server, seconds)
    if _hung_up(fault):
        return trouble(ConnectionResetError(), server, seconds)
    return MailTrouble(f"{server.host} refuses what was asked. It said: {said(fault)}", lasting=False)


def _hung_up(fault: Exception) -> bool:
    return isinstance(fault, imaplib.IMAP4.abort) and "socket error" in str(fault)


def _not_let_in(server: MailServer, link: Link, fault: Exception) -> MailTrouble:
    words = said(fault.command_result[1][-1]) if isinstance(fault, MailboxLoginError) else said(fault)
    if "UNAVAILABLE" in words.upper() or "INUSE" in words.upper():
        return MailTrouble(f"{server.host} lets nobody in at the moment. It said: {words}", lasting=False)
    if "LOGINDISABLED" in link.capabilities:
        return MailTrouble(f"{server.host} takes no password unencrypted. Choose TLS or STARTTLS.", lasting=True)
    return refused_login(server, words)


def _read_measures(answer: bytes | tuple[bytes, bytes]) -> _Measured | None:
    """UID, size and arrival, in whatever order the server gives them."""
    line = answer if isinstance(answer, bytes) else answer[0]
    uid, size = re.search(rb"\bUID (\d+)", line), re.search(rb"\bRFC822\.SIZE (\d+)", line)
    when = re.search(rb'\bINTERNALDATE "([^"]+)"', line)
    if uid is None:
        return None
    return int(uid[1]), int(size[1]) if size else 0, _read_time(when[1]) if when else None


def _read_time(text: bytes) -> datetime | None:
    with suppress(ValueError):
        return datetime.strptime(text.decode().strip(), _TIME).astimezone(UTC)
    return None


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"
