"""What a message says, as values. All text can be stored: no NUL, no half characters, line ends "\\n"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

RAW_LIMIT = 96 * 1024 * 1024
"""Bytes of a whole message that are read; 40 MB of attachments are 55 MB on the way. The rest is left out."""
ATTACHMENT_LIMIT = 40 * 1024 * 1024
"""Bytes of one attachment, and of all of a message together."""
ATTACHMENTS = 200
TEXT_LIMIT = 400_000
"""Characters of the body that are kept."""
HTML_LIMIT = 1_000_000
"""Characters of HTML that are cleaned; more is shown as plain text."""
ADDRESSES = 1_000
REFERENCES = 200


class Kind(StrEnum):
    """What sort of message it is, by its headers and its form, never by what it asks."""

    ORDINARY = "ordinary"
    AUTO_REPLY = "auto_reply"
    """A machine answered: out of office, "we have received your message"."""
    MACHINE = "machine"
    """A machine wrote of its own accord: a form, an alarm, a shop. Read it; never answer it by machine."""
    BULK = "bulk"
    """A mailing list or a newsletter."""
    BOUNCE = "bounce"
    """What was sent did not arrive, or not yet: see `bounces`."""
    COMPLAINT = "complaint"
    """Somebody pressed "this is spam" (ARF, RFC 5965)."""
    RECEIPT = "receipt"
    """It was delivered, or opened (RFC 3464, RFC 8098)."""


class Weight(StrEnum):
    """How final a bounce is."""

    HARD = "hard"
    """That address will not take it: another channel is needed."""
    SOFT = "soft"
    """Given up for now: full, busy, too large, refused this time."""
    DELAYED = "delayed"
    """Still being tried."""
    OTHER = "other"
    """It did not arrive; why is not said."""


@dataclass(frozen=True, slots=True)
class Address:
    """A name as written ("" when none) and an address in lower-case domain ("" when it has none that could be used)."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read or was left out: a stable code and a sentence for the person who reads it."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not the text. `name` is safe as a file name. `content_id` (no brackets) is what `cid:` links to;
    `inline` says that it is meant to be seen where the text is. `summary` is a line on what is in it, where that is
    easy to say: an invitation, a forwarded message."""

    name: str
    content_type: str
    content: bytes
    content_id: str = ""
    inline: bool = False
    summary: str = ""

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content)


@dataclass(frozen=True, slots=True)
class Bounce:
    """One address that was not reached ("" when not said), the status code such as "5.1.1" and the words why."""

    recipient: str
    weight: Weight
    status: str
    words: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a machine says about a message sent earlier: `about` is its Message-ID, `references` those that it named."""

    bounces: tuple[Bounce, ...] = ()
    about: str = ""
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Envelope:
    """The headers about who, when and in answer to what. Message-IDs are without their angle brackets.

    `delivered_to` are the addresses that the servers wrote down on the way; `hops` counts the servers.
    `loop` is what our own loop mark says, "" when there is none; `list_id` names the mailing list it came by.
    """

    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    authors: tuple[Address, ...]
    sender: Address | None
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    delivered_to: tuple[str, ...]
    return_path: str | None
    subject: str
    sent_at: datetime | None
    hops: int
    list_id: str
    loop: str


@dataclass(frozen=True, slots=True)
class Words:
    """What is said. `text` is all of it; `fresh` is it without what was quoted and without the signature, which are in
    `quoted` and `signature`; `fresh` is never empty when `text` is not. `html` is safe to show, "" when there was none:
    nothing in it is fetched from elsewhere, and `pictures_left_out` counts the pictures that would have been."""

    text: str
    fresh: str
    quoted: str
    signature: str
    html: str
    pictures_left_out: int


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that was read."""

    envelope: Envelope
    words: Words
    kind: Kind
    report: Report
    attachments: tuple[Attachment, ...]
    problems: tuple[Problem, ...]

    @property
    def answers_to(self) -> tuple[str, ...]:
        """The Message-IDs it answers, nearest first, each once."""
        nearest = (*self.envelope.in_reply_to, *reversed(self.envelope.references))
        return tuple(dict.fromkeys(nearest))

    @property
    def author(self) -> Address:
        """Who is to be taken as having written it: From, else Sender, else Reply-To; empty when nobody is named."""
        envelope = self.envelope
        named = (*envelope.authors, *((envelope.sender,) if envelope.sender else ()), *envelope.reply_to)
        return next((one for one in named if one.email), Address("", ""))
