"""Mail through the whole way: from a real IMAP server into cases, and from the outbox to a mail server.

The floor of what comes in is the same messages fetched by imaplib and written to durable files; that of what leaves the
same messages handed over by smtplib. Both share the machine with the servers they talk to.
"""

from __future__ import annotations

import imaplib
import os
import smtplib
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from bench.ground import Ground
from bench.table import Row, against_floor
from tests.imap_server import ImapBox, an_imap_server

COMING, LEAVING = 3_000, 10_000
IN_BUDGET = 200
WORKERS = 2
DESK = "care@desk.example"


def run(place: Ground, *, full: bool) -> Iterator[Row]:
    """Messages a second that became a case or joined one, and that left, by two workers."""
    with an_imap_server() as server, sink() as (port, taken):
        box = server.box()
        for number in range(COMING):
            box.deliver(_message(number))
        _connect(place, box, port)
        ours = _drained(place, "SELECT count(*) FROM conversation_message WHERE inward", COMING)
        row = against_floor(
            f"mail received: {COMING:,} from IMAP to cases, {WORKERS} workers", ours, _fetched(box, place.home), "/s"
        )
        yield _with_budget(row, ours)
        _write_out(place)
        began = "SELECT count(*) FROM conversation_message WHERE state = 'sent'"
        ours = _drained(place, began, LEAVING)
        twice = sum(many - 1 for many in taken.values() if many > 1)
        assert len(taken) == LEAVING, f"{len(taken)} of {LEAVING} arrived"
        assert twice == 0, f"{twice} arrived twice"
        yield against_floor(
            f"mail sent: {LEAVING:,} from the outbox, {WORKERS} workers, none twice", ours, _handed_over(port), "/s"
        )


def _with_budget(row: Row, rate: float) -> Row:
    return Row(
        what=row.what, ours=row.ours, floor=row.floor, ratio=row.ratio, budget=f"≥ {IN_BUDGET} /s",
        met=rate >= IN_BUDGET,
    )  # fmt: skip


def _message(number: int) -> bytes:
    """Half are of new customers, half the second word of somebody who has written before."""
    made = EmailMessage()
    who = number // 2
    made["From"], made["To"] = f"Customer {who} <c{who}@home.example>", DESK
    made["Subject"] = f"{'Re: ' if number % 2 else ''}Where is parcel {who} that was due"
    made["Message-ID"], made["Date"] = f"<{number}@home.example>", "Sun, 22 Nov 2026 10:00:00 +0000"
    made.set_content(
        f"It was promised for Tuesday and has not come ({number}).\n\nI have waited at home all day, twice.\n\n"
        "On Sat, 21 Nov 2026 at 09:14, Care <care@desk.example> wrote:\n> Your parcel is on its way.\n"
    )
    return made.as_bytes()


def _connect(place: Ground, box: ImapBox, port: int) -> None:
    from makegood.conversation.actions import add_mailbox
    from makegood.journal.actors import SYSTEM

    add_mailbox(
        name="Care", address=DESK, kind="delivery", imap_host=box.host, imap_port=box.port, imap_security="none",
        imap_user=box.user, imap_secret=box.password, smtp_host="127.0.0.1", smtp_port=port, smtp_security="none",
        by=SYSTEM, now=datetime.now(UTC),
    )  # fmt: skip


def _drained(place: Ground, counting: str, many: int) -> float:
    """How many a second the workers did, from the first to the last."""
    workers = [place.start("worker") for _ in range(WORKERS)]
    try:
        start = _when(place, counting, lambda done: done > 0)
        first = int(place.sql(counting)[0][0])
        end = _when(place, counting, lambda done: done >= many)
        return (many - first) / (end - start)
    finally:
        for worker in workers:
            place.stop(worker)


def _when(place: Ground, counting: str, reached: Callable[[int], bool], patience: float = 900) -> float:
    until = time.perf_counter() + patience
    while not reached(int(place.sql(counting)[0][0])):
        if time.perf_counter() > until:
            raise RuntimeError(f"Not done after {patience:g} s: {counting}")
        time.sleep(0.05)
    return time.perf_counter()


def _write_out(place: Ground) -> None:
    """The outbox, as if people had written so many: a message to each of the threads there are, over and over."""
    place.sql(_WRITTEN, [LEAVING])
    from django.conf import settings

    from makegood.adapters.mail.message_ids import mint
    from makegood.conversation.models import Message

    rows = list(Message.objects.filter(inward=False))
    for row in rows:
        row.message_id = mint(settings.SECRET_KEY, row.thread_id, row.pk, "desk.example")
    Message.objects.bulk_update(rows, ["message_id"], batch_size=1_000)


_WRITTEN = """
INSERT INTO conversation_message (thread_id, inward, channel, sort, state, automatic, message_id, in_reply_to, address,
    name, subject, text, rest, html, language, at, by_id, by_name, raw, size, note, covers, leave_at, attempts, problem,
    reference, with_link)
SELECT t.id, false, 'email', 'ordinary', 'waiting', false, '', '', 'c@home.example', 'Customer', t.subject,
    'We let you down. I am sorry. It comes tomorrow before noon.', '', '', '', now(), s.id, s.name, '', 0, '', '{}',
    now(), 0, '', '', false
FROM generate_series(1, %s) n
JOIN LATERAL (SELECT * FROM conversation_thread ORDER BY id OFFSET n %% (SELECT count(*) FROM conversation_thread)
              LIMIT 1) t ON true
CROSS JOIN (SELECT * FROM people_staff ORDER BY id LIMIT 1) s
"""


# The floors


def _fetched(box: ImapBox, home: Path) -> float:
    """The same messages fetched one by one and each written to a file that is durable."""
    folder = home / "floor"
    folder.mkdir()
    with imaplib.IMAP4(box.host, box.port) as link:
        link.login(box.user, box.password)
        link.select("INBOX", readonly=True)
        began = time.perf_counter()
        for number in range(1, COMING + 1):
            _, parts = link.fetch(str(number), "(BODY.PEEK[])")
            with (folder / str(number)).open("wb") as out:
                out.write(parts[0][1])  # type: ignore[index]
                out.flush()
                os.fsync(out.fileno())
        return COMING / (time.perf_counter() - began)


def _handed_over(port: int) -> float:
    """As many messages handed over by as many connections of smtplib as there were workers."""
    began = time.perf_counter()
    threads = [threading.Thread(target=_hand_over, args=(port, LEAVING // WORKERS)) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return LEAVING / (time.perf_counter() - began)


def _hand_over(port: int, many: int) -> None:
    raw = _message(0)
    with smtplib.SMTP("127.0.0.1", port) as link:
        for _ in range(many):
            link.sendmail(DESK, ["c@home.example"], raw)


class _Talk(socketserver.StreamRequestHandler):
    """Takes every message, and counts how often it came by its Message-ID."""

    def handle(self) -> None:
        self.wfile.write(b"220 sink\r\n")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self._take()
            self.wfile.write(b"250 ok\r\n")

    def _take(self) -> None:
        for line in self.rfile:
            if line == b".\r\n":
                return
            if line[:11].lower() == b"message-id:":
                self.server.taken[line[11:].strip()] += 1  # type: ignore[attr-defined]


@contextmanager
def sink() -> Iterator[tuple[int, Counter[bytes]]]:
    """A mail server that takes everything: its port, and how often each message came."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Talk) as server:
        server.daemon_threads = True
        server.taken = Counter()  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], server.taken  # type: ignore[attr-defined]
        server.shutdown()
