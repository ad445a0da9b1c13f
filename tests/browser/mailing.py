"""Mail of the browser stories: a mailbox of the desk, and letters that customers write to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from tests.browser.stage import Stage
from tests.imap_server import ImapBox
from tests.smtp_server import SmtpServer

WORDS = "[data-composer] textarea"
LEAVES = 25_000
"""Milliseconds: it waits ten seconds, and the worker looks once in a while."""


@contextmanager
def a_mailbox(
    stage: Stage, imap: ImapBox, smtp: SmtpServer, *, name: str, address: str, kind: str
) -> Iterator[dict[str, Any]]:
    """A mailbox that reads and sends by these servers, gone afterwards."""
    ada = stage.api("ada")
    made: dict[str, Any] = ada.post("/mailboxes", {
        "name": name, "address": address, "kind": kind, "imap_host": imap.host, "imap_port": imap.port,
        "imap_security": "none", "imap_user": imap.user, "imap_secret": imap.password, "smtp_host": smtp.host,
        "smtp_port": smtp.port, "smtp_security": "none",
    }, status=201)  # fmt: skip
    yield made
    ada.post(f"/mailboxes/{made['id']}/remove")


def a_letter(text: str, subject: str, *, writer: str, to: str, answers: str = "") -> bytes:
    """What `writer` (a name and an address) writes `to` the desk; `answers` is the id of a message of ours."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = writer, to, subject
    made["Message-ID"] = f"<{abs(hash(text))}@{writer.rpartition('@')[2].rstrip('>')}>"
    if answers:
        made["In-Reply-To"] = answers
    made.set_content(text)
    return made.as_bytes()
