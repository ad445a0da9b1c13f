"""Text messages that came in: kept as the fields that a service told, and read as a letter from a phone number."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from makegood.adapters.mail.letter import (
    TEXT_LIMIT,
    Address,
    Envelope,
    Kind,
    Letter,
    Problem,
    Report,
    Words,
)

_NOT_DIGITS = re.compile(r"[^0-9]")
_NUMBER = re.compile(r"\+?[0-9\s().\-/]+")
_NAME_LIMIT = 100
_LEAST_DIGITS = 7
"""Fewer are a short number, or a name: a machine sent it, and nobody can answer."""


def keep_text(fields: Mapping[str, str]) -> bytes:
    """What a service told of one message, the same bytes each time: `id`, `from`, `to`, `text` and whatever else."""
    return json.dumps(dict(fields), sort_keys=True, ensure_ascii=False).encode("utf-8", "replace")


def read_text(raw: bytes, *, in_chat: bool = False) -> Letter:
    """What a text message says, or one in a chat. Its author's address is the phone number; in a chat it may be a name.
    Raises ValueError for what was not kept by `keep_text`."""
    told = {str(name): str(value) for name, value in json.loads(raw).items()}
    number = told.get("from", "").strip()
    digits = _NOT_DIGITS.sub("", number)
    text = told.get("text", "").replace("\0", "").strip()[:TEXT_LIMIT]
    media = [value for name, value in sorted(told.items()) if name.startswith("media")]
    problems = (
        (Problem("text.media", f"It came with {len(media)} pictures or files, kept by the service."),) if media else ()
    )
    named = in_chat and _NUMBER.fullmatch(number) is None
    address = number[:_NAME_LIMIT] if named else f"+{digits}" if number.startswith("+") else digits or number
    author = Address(told.get("name", ""), address)
    envelope = Envelope(
        message_id="", in_reply_to=(), references=(), authors=(author,), sender=None, reply_to=(),
        to=(Address("", told.get("to", "")),), cc=(), delivered_to=(), return_path=None, subject="", sent_at=None,
        hops=0, list_id="", loop="",
    )  # fmt: skip
    kind = Kind.ORDINARY if in_chat or len(digits) >= _LEAST_DIGITS else Kind.BULK
    return Letter(envelope, Words(text, text, "", "", "", 0), kind, Report(), (), problems)
