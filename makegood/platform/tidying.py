"""Clearing what has done its duty."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from makegood.platform.filing import file_store
from makegood.platform.models import IdempotencyKey

KEYS_KEPT = timedelta(hours=24)
HALVES_KEPT = timedelta(hours=24)


def clear_expired(*, now: datetime) -> int:
    """Delete sessions that have ended, idempotency keys older than a day, and files that somebody began to write a day
    ago and never finished. How many went."""
    sessions, _ = Session.objects.filter(expire_date__lt=now).delete()
    keys, _ = IdempotencyKey.objects.filter(at__lt=now - KEYS_KEPT).delete()
    return sessions + keys + file_store().tidy(before=(now - HALVES_KEPT).timestamp())
