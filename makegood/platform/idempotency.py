"""The same request twice, done once: the second gets the answer of the first."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable

from makegood.kernel.refusals import Refusal, invalid
from makegood.platform.models import IdempotencyKey
from makegood.platform.tidying import KEYS_KEPT

KEY_LIMIT = 255
# How long a request waits for its twin that is still at work, in milliseconds.
PATIENCE_MS = 10_000


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer once given: HTTP status and the text of its body."""

    status: int
    body: str


def fingerprint(*parts: str | bytes) -> str:
    """What tells one request from another: method, address, body."""
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode() if isinstance(part, str) else part
        digest.update(len(encoded).to_bytes(8))
        digest.update(encoded)
    return digest.hexdigest()


def claim(*, caller: str, key: str, mark: str, now: datetime) -> Answer | None:
    """Take a key for the request `mark`, or give the answer that was given to it before.

    Call it first in the transaction that does the work, and `settle` last. A twin that is still at work
    is waited for. Raises Refusal "idempotency.bad_key", "idempotency.mismatch", "idempotency.in_progress".
    """
    if not 0 < len(key) <= KEY_LIMIT or not key.isprintable():
        raise invalid(
            "idempotency.bad_key", f"An Idempotency-Key has 1 to {KEY_LIMIT} printable characters.",
            field="Idempotency-Key",
        )  # fmt: skip
    while not _take(caller, key, mark, now):
        held = IdempotencyKey.objects.filter(caller=caller, key=key).first()
        if held is None or held.at < now - KEYS_KEPT:
            IdempotencyKey.objects.filter(caller=caller, key=key, at__lt=now - KEYS_KEPT).delete()
        elif held.fingerprint != mark:
            raise invalid(
                "idempotency.mismatch",
                "This Idempotency-Key was used for a different request. Use a new key for each new request.",
                field="Idempotency-Key",
            )
        else:
            return Answer(held.status, held.body)
    return None


def settle(answer: Answer, *, caller: str, key: str) -> None:
    """Keep the answer to a claimed key, for a day."""
    IdempotencyKey.objects.filter(caller=caller, key=key).update(status=answer.status, body=answer.body)


_TAKE = """
INSERT INTO platform_idempotencykey (caller, key, fingerprint, status, body, at)
VALUES (%s, %s, %s, 0, '""', %s) ON CONFLICT (caller, key) DO NOTHING
"""


def _take(caller: str, key: str, mark: str, now: datetime) -> bool:
    """Whether the key was free. Waits for a twin's transaction to end: its row cannot be seen before."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {PATIENCE_MS}")
        try:
            cursor.execute(_TAKE, [caller, key, mark, now])
        except OperationalError as fault:
            if isinstance(fault.__cause__, LockNotAvailable):
                raise Refusal(
                    "idempotency.in_progress",
                    "The same request is still being worked on. Send it again in a moment for its answer.",
                ) from fault
            raise
        taken: bool = cursor.rowcount == 1
        cursor.execute("SET LOCAL lock_timeout = DEFAULT")
    return taken
