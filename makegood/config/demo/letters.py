"""Mail in the demo: what customers have written, and what they answer to the desk. Nothing goes anywhere."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.utils import format_datetime, parseaddr
from pathlib import Path

from makegood.cases.queries import CaseFilter, case_for, cases_list
from makegood.config.demo import words
from makegood.config.demo.hand import EVERYTHING
from makegood.config.demo.news import KIND
from makegood.conversation.actions import add_mailbox, receive
from makegood.conversation.queries import mailboxes
from makegood.conversation.rules.messages import Channel
from makegood.customers.queries import CustomerFacts, customer_for
from makegood.journal.actors import SYSTEM
from makegood.people.rules import Role, Scope
from makegood.platform.filing import file_store

_ADMINISTRATOR = Scope(Role.ADMINISTRATOR)
ADDRESS = "care@delta-desk.example"
_ANSWERED_AFTER = timedelta(seconds=40)
_GIVEN_UP = 7
"""One address in so many takes no mail any more."""


def open_mailbox(now: datetime) -> None:
    """The desk's own address. A customer who writes there gets a case, and an answer by machine that says whose."""
    add_mailbox(
        name="New York desk", address=ADDRESS, sender_name="Delta, New York desk", kind=KIND, acknowledges=True,
        by=SYSTEM, now=now,
    )  # fmt: skip


def first_letters(owner_ids: Sequence[int], now: datetime) -> None:
    """Some customers have written this minute: of cases that are open, one whom nobody knows yet, and one who left no
    address that could be answered, which a person sorts."""
    lines = (
        line for owner_id in owner_ids for line in cases_list(EVERYTHING, CaseFilter(owner_id=owner_id), limit=9).rows
    )
    people = (customer_for(EVERYTHING, case_for(EVERYTHING, line.number).customer_id) for line in lines)
    written = [
        _letter(person.name, address, subject, text, now)
        for (person, address), (subject, text) in zip(_english(people), words.WRITTEN, strict=False)
    ]
    strangers = [_letter(*words.STRANGER, now), _letter(*words.UNANSWERABLE, now)]
    _post([one.as_bytes() for one in [*written, *strangers]], now)


def _english(people: Iterable[CustomerFacts]) -> Iterator[tuple[CustomerFacts, str]]:
    """Those who read what our letters are written in, with their addresses; each once."""
    seen = set()
    for person in people:
        address = next((one.value for one in person.contacts if one.channel == "email"), "")
        if address and person.id not in seen and person.language.partition("-")[0] in ("", "en"):
            seen.add(person.id)
            yield person, address


class Customers:
    """Those who get the desk's mail: each answers once, a while after it came, as somebody in their place might."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._answered = {path.name for path in self._mail()}

    def answer(self, now: datetime) -> None:
        """Whoever has had a message long enough answers it."""
        for path in self._mail():
            came = datetime.fromtimestamp(path.stat().st_mtime, now.tzinfo)
            if path.name not in self._answered and now - came >= _ANSWERED_AFTER:
                self._answered.add(path.name)
                answer = _answer_to(message_from_bytes(path.read_bytes()), now)
                if answer is not None:
                    _post([answer], now)

    def _mail(self) -> list[Path]:
        return sorted(self._folder.glob("*.eml")) if self._folder.exists() else []


def _answer_to(came: Message, now: datetime) -> bytes | None:
    """What comes back: words, or the message itself where the address takes none; nothing where a machine wrote."""
    if came["Auto-Submitted"]:
        return None
    name, address = parseaddr(came["To"] or "")
    chance = zlib.crc32(address.encode())
    if chance % _GIVEN_UP == 0:
        return _returned(came, address, now)
    text = words.ANSWERED[chance % len(words.ANSWERED)]
    answer = _letter(name, address, f"Re: {came['Subject']}", f"{text}\n\n{name.split()[0]}\n", now)
    answer["In-Reply-To"] = answer["References"] = came["Message-ID"]
    return answer.as_bytes()


def _letter(name: str, address: str, subject: str, text: str, now: datetime) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = f"{name} <{address}>", ADDRESS, subject
    made["Date"] = format_datetime(now)
    made["Message-ID"] = f"<{zlib.crc32(f'{address} {subject} {now}'.encode())}@example.com>"
    made.set_content(text)
    return made


_RETURNED = """\
From: Mail Delivery System <mailer-daemon@example.com>
To: {to}
Subject: Undelivered Mail Returned to Sender
Date: {date}
Message-ID: <returned.{mark}@example.com>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain

{address} could not be reached: there is no such mailbox.

--part
Content-Type: message/delivery-status

Reporting-MTA: dns; example.com

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such mailbox

--part
Content-Type: text/rfc822-headers

Message-ID: {about}

--part--
"""


def _returned(came: Message, address: str, now: datetime) -> bytes:
    """What a mail server says of an address that it does not know (RFC 3464)."""
    return _RETURNED.format(
        to=ADDRESS, date=format_datetime(now), mark=zlib.crc32(str(came["Message-ID"]).encode()), address=address,
        about=came["Message-ID"],
    ).encode()  # fmt: skip


def _post(raws: Sequence[bytes], now: datetime) -> None:
    receive(raws, mailbox_id=_mailbox_id(), channel=Channel.EMAIL, files=file_store(), now=now)


def _mailbox_id() -> int:
    return next(one.id for one in mailboxes(_ADMINISTRATOR) if one.address == ADDRESS)
