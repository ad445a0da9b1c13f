"""Files that are sent up before the message that they go with: each is kept, and known by a sealed word that only
whoever sent it up can use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from makegood.adapters.files import Stored
from makegood.conversation.actions.writing import Enclosed
from makegood.kernel.refusals import Refusal, invalid
from makegood.kernel.texts import one_line
from makegood.platform.sealing import SealBroken, seal, unseal

UPLOADED_FOR = timedelta(hours=24)
"""How long after it came a file may be enclosed."""


class Keeps(Protocol):
    """Where files are kept; `makegood.adapters.files.FileStore`."""

    def put(self, content: bytes) -> Stored:
        """Keep this, and say by which name."""

    def size(self, sha256: str) -> int | None:
        """How many bytes are kept by this name; None for none."""


class _Upload(msgspec.Struct, array_like=True):
    """What the word holds: a file, who sent it up and when, in seconds since 1970."""

    holder: str
    at: float
    name: str
    content_type: str
    size: int
    digest: str


def upload(content: bytes, *, name: str, content_type: str, files: Keeps, holder: str, now: datetime) -> str:
    """Keep a file for a message of `holder`, such as a token. Returns the word by which `uploaded` finds it.

    Raises Refusal "message.empty_file", "message.no_file_name".
    """
    called = one_line(name)[:200]
    if not called:
        raise invalid("message.no_file_name", "Say what the file is called, such as `?name=label.pdf`.", field="name")
    if not content:
        raise invalid("message.empty_file", "The file is empty. Send its content as the body.")
    kept = files.put(content)
    what = _Upload(holder, now.timestamp(), called, content_type[:100], kept.size, kept.sha256)
    return seal(msgspec.json.encode(what).decode())


def uploaded(words: Sequence[str], *, files: Keeps, holder: str, now: datetime) -> tuple[Enclosed, ...]:
    """The files that `holder` sent up and means by these words. Raises Refusal "message.no_upload"."""
    return tuple(_enclosed(word, files, holder, now) for word in words)


def _enclosed(word: str, files: Keeps, holder: str, now: datetime) -> Enclosed:
    try:
        what = msgspec.json.decode(unseal(word), type=_Upload)
    except (SealBroken, UnicodeEncodeError, msgspec.MsgspecError):
        raise _no_upload() from None
    is_old = now.timestamp() - what.at > UPLOADED_FOR.total_seconds()
    if what.holder != holder or is_old or files.size(what.digest) != what.size:
        raise _no_upload()
    return Enclosed(what.name, what.content_type or "application/octet-stream", what.size, what.digest)


def _no_upload() -> Refusal:
    words = "There is no such file of yours, or it was sent more than a day ago. Send it again: POST /messages/files."
    return invalid("message.no_upload", words, field="files")
