"""Keeping what comes in, before anything is made of it: only then may the server that brought it let it go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from django.db import transaction

from makegood.adapters.files import Stored
from makegood.conversation.models import Arrival
from makegood.conversation.rules.messages import Channel
from makegood.conversation.rules.placing import fingerprint


class Files(Protocol):
    """Where what came in is kept, outside the database; `makegood.adapters.files.FileStore`."""

    def put(self, content: bytes) -> Stored:
        """Keep this for good, and say by which name; the same content has the same name."""

    def read(self, sha256: str) -> bytes:
        """What is kept by this name."""


def receive(
    raws: Sequence[bytes],
    *,
    mailbox_id: int | None,
    line_id: int | None = None,
    channel: Channel,
    files: Files,
    now: datetime,
) -> int:
    """Keep these messages, to be read in their order. When this returns, they are safe. Those that are here already,
    however they came, are left out. Returns how many are new."""
    rows = [
        Arrival(
            mailbox_id=mailbox_id, line_id=line_id, channel=channel, digest=fingerprint(raw),
            raw=files.put(raw).sha256, size=len(raw), arrived_at=now, next_at=now,
        )
        for raw in raws
    ]  # fmt: skip
    with transaction.atomic():
        known = set(Arrival.objects.filter(digest__in=[row.digest for row in rows]).values_list("digest", flat=True))
        fresh = {row.digest: row for row in rows if row.digest not in known}
        Arrival.objects.bulk_create(fresh.values(), ignore_conflicts=True)
    return len(fresh)
