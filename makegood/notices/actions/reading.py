"""What people have read, and what is old."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from makegood.notices.models import Notice
from makegood.notices.queries import unknown_notice
from makegood.platform.among import Among

KEPT = timedelta(days=180)


def mark_read(staff_id: int, notice_id: int, *, now: datetime) -> str:
    """Mark one's own notice as read, and return where it leads. Raises Refusal "notice.unknown"."""
    mine = Notice.objects.filter(pk=notice_id, staff_id=staff_id)
    link = mine.values_list("link", flat=True).first()
    if link is None:
        raise unknown_notice()
    mine.filter(read_at=None).update(read_at=now)
    return link


def mark_all_read(staff_id: int, *, up_to: int, now: datetime) -> int:
    """Mark all of one's notices as read up to one (the newest that was seen, so that none goes unread by chance)."""
    return Notice.objects.filter(staff_id=staff_id, read_at=None, pk__lte=up_to).update(read_at=now)


def settle(staff_ids: Collection[int], *, about: tuple[str, int], now: datetime) -> None:
    """These people have acted on a thing: what they were told about it is no news any more."""
    kind, number = about
    mine = Notice.objects.filter(staff_id__in=Among(staff_ids), about_kind=kind, about_id=number, read_at=None)
    mine.update(read_at=now)


def forget_old(*, now: datetime) -> int:
    """Delete notices older than half a year. How many there were."""
    return Notice.objects.filter(told_at__lt=now - KEPT).delete()[1].get("notices.Notice", 0)
