"""Reading mailboxes: who reads which, how far it was read, and what stands in the way. Pulled by the worker."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from makegood.conversation.models import Mailbox
from makegood.platform.sealing import SealBroken, unseal

LEASE = timedelta(minutes=2)
"""How long whoever reads a mailbox may be silent before another takes it over."""
_REST = timedelta(minutes=1)
_LONG_REST = timedelta(minutes=10)
_MARGIN = timedelta(days=1)
"""Servers say of a day only that something came on it, and the day is that of their own zone."""


@dataclass(frozen=True, slots=True)
class Fetching:
    """A mailbox that is ours to read, and where to go on: after this UID, of this UIDVALIDITY. Without one (None), or
    when the server numbers its messages anew, from what came on the day `since`: what was there before the mailbox was
    set up is not ours to open cases about."""

    id: int
    name: str
    host: str
    port: int
    security: str
    user: str
    password: str = field(repr=False)
    folder: str
    done_folder: str
    validity: int | None
    uid: int
    since: date


@transaction.atomic
def take_mailbox(*, now: datetime) -> Fetching | None:
    """Lease a mailbox that nobody reads just now, None when each is read. Any number of readers may call this."""
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    rows = Mailbox.objects.filter(free, paused_at=None).exclude(imap_host="")
    row = rows.select_for_update(no_key=True, skip_locked=True).order_by(F("read_at").asc(nulls_first=True)).first()
    if row is None:
        return None
    try:
        password = unseal(row.imap_secret)
    except SealBroken as broken:
        row.problem, row.problem_at, row.leased_until = str(broken), row.problem_at or now, now + _LONG_REST
        row.save(update_fields=["problem", "problem_at", "leased_until"])
        return None
    row.leased_until = now + LEASE
    row.save(update_fields=["leased_until"])
    return Fetching(
        row.pk, row.name, row.imap_host, row.imap_port, row.imap_security,
        row.imap_user or row.address, password, row.folder,
        row.done_folder, row.uid_validity, row.last_uid, (row.made_at - _MARGIN).date(),
    )  # fmt: skip


def note_read(mailbox_id: int, *, validity: int, uid: int, now: datetime) -> bool:
    """It was read up to here, and is read on. Whether it is still ours to read: not when it was paused or changed."""
    return bool(
        Mailbox.objects.filter(pk=mailbox_id, paused_at=None, leased_until__isnull=False).update(
            uid_validity=validity, last_uid=uid, read_at=now, leased_until=now + LEASE, problem="", problem_at=None
        )
    )


def note_trouble(mailbox_id: int, problem: str, *, lasting: bool, now: datetime) -> None:
    """It cannot be read just now: it is left alone for a while."""
    Mailbox.objects.filter(pk=mailbox_id).update(
        problem=problem[:300],
        problem_at=Coalesce("problem_at", now),
        leased_until=now + (_LONG_REST if lasting else _REST),
    )


def let_mailbox_go(mailbox_id: int) -> None:
    """Another may read it at once."""
    Mailbox.objects.filter(pk=mailbox_id).update(leased_until=None)
