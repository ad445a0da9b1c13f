"""Files that people bring to the desk: tried by the worker, imported by it once somebody says so.

Neither is done while a request waits: fifty thousand rows take longer than a page may.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, Q

from makegood.intake.actions.importing import CasesFor, Summary, import_file
from makegood.intake.models import Upload, UploadedFile
from makegood.intake.queries import unknown_upload
from makegood.intake.rules.feedfile import feed_from, load_feed, shipped
from makegood.intake.rules.spec import Feed
from makegood.intake.rules.stages import WAITING, Stage
from makegood.journal.actions import record
from makegood.journal.actors import Actor, ActorKind
from makegood.kernel.refusals import Refusal, forbidden, invalid
from makegood.measurement.told import DeedTold, ScoreTold
from makegood.people.queries import require
from makegood.people.rules import Ability
from makegood.promises.facts import Fact

log = logging.getLogger(__name__)

MOST_BYTES = 20 * 2**20
MOST_FILES, MOST_UPLOADS, MOST_ATTEMPTS = 6, 20, 3
FEED_LIMIT, NAME_LIMIT = 64 * 1024, 200
# Longer than reading a file once and taking in its first chunk; after each chunk it begins anew.
HELD = timedelta(minutes=2)
UNDECIDED_KEPT, DONE_KEPT = timedelta(days=1), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Brought:
    """A file as it came: its name without folders, and what it holds."""

    name: str
    content: bytes


@transaction.atomic
def upload(files: Sequence[Brought], *, feed: str, feed_text: str, cases: CasesFor, by: Actor, now: datetime) -> int:
    """Keep a file, and those it looks things up in, to be tried; `feed` names a shipped feed unless there is a text.

    Returns its number. Raises Refusal "people.not_allowed", "import.…", "feed.…".
    """
    if by.kind != ActorKind.STAFF or by.id is None:
        raise forbidden("import.no_staff", "Only a member of staff brings a file. Integrations send facts.")
    require(by, Ability.IMPORT)
    _check_files(files)
    described = _feed(feed, feed_text)
    if Upload.objects.exclude(state=Stage.DONE).count() >= MOST_UPLOADS:
        raise Refusal("import.too_many", f"{MOST_UPLOADS} files wait already. Import or discard one of them first.")
    row = Upload.objects.create(
        staff_id=by.id, name=files[0].name, feed=described.name if feed_text else feed, feed_text=feed_text,
        cases=cases, made_at=now, state=Stage.NEW,
    )  # fmt: skip
    for file in files:
        UploadedFile.objects.create(upload=row, name=file.name, content=file.content)
    return row.pk


def _check_files(files: Sequence[Brought]) -> None:
    if not files or not files[0].name:
        raise invalid("import.no_file", "Choose the file that is to be read.", field="file")
    if sum(len(file.content) for file in files) > MOST_BYTES or len(files) > MOST_FILES:
        raise too_large()
    if len({file.name for file in files}) < len(files):
        raise invalid("import.same_name", "Two of the files have the same name. Give each its own.", field="more")
    for file in files:
        if Path(file.name).name != file.name or len(file.name) > NAME_LIMIT or not file.name.isprintable():
            raise invalid("import.bad_name", "Give the file a shorter, plainer name, such as orders.csv.", field="file")


def too_large() -> Refusal:
    """What is said to a file beyond the limit of the desk."""
    return Refusal(
        "import.too_large",
        f"A file brought here has at most {MOST_BYTES // 2**20} MB. Compress it with gzip, or let whoever runs Makegood"
        " import it on its machine: makegood import FEED FILE.",
        status=413, field="file",
    )  # fmt: skip


def _feed(name: str, text: str) -> Feed:
    if len(text) > FEED_LIMIT:
        raise invalid("import.long_feed", f"A feed has at most {FEED_LIMIT // 1024} kB.", field="feed_text")
    if text:
        return feed_from(text)
    # By name only: a path would be read on the machine that this runs on.
    if name not in shipped():
        raise invalid("import.no_feed", "Say how the file is read: choose a feed, or bring your own.", field="feed")
    return load_feed(name)


@transaction.atomic
def confirm(upload_id: int, *, by: Actor, now: datetime) -> None:
    """Let a file that was tried be imported.

    Raises Refusal "people.not_allowed", "import.unknown", "import.not_tried".
    """
    row = _locked(upload_id, by)
    if row.state != Stage.TRIED:
        raise Refusal("import.not_tried", "Only a file that was tried and waits for your word can be imported.")
    row.state, row.attempts, row.rows_done = Stage.CONFIRMED, 0, 0
    row.save(update_fields=["state", "attempts", "rows_done"])
    record("import.confirmed", by=by, at=now, subject=("upload", row.pk), data={"name": row.name, "feed": row.feed})


@transaction.atomic
def discard(upload_id: int, *, by: Actor) -> None:
    """Forget a file that was not imported.

    Raises Refusal "people.not_allowed", "import.unknown", "import.under_way".
    """
    row = _locked(upload_id, by)
    if row.state in (Stage.CONFIRMED, Stage.DONE):
        raise Refusal("import.under_way", "This file is being imported or was. What it told is in the ledger.")
    row.delete()


def _locked(upload_id: int, by: Actor) -> Upload:
    require(by, Ability.IMPORT)
    row = Upload.objects.select_for_update().filter(pk=upload_id).first()
    if row is None:
        raise unknown_upload()
    return row


def clear_uploads(*, now: datetime) -> int:
    """Forget files that nobody decided upon for a day, and what is left of those long done. How many went."""
    undecided = Q(made_at__lt=now - UNDECIDED_KEPT) & ~Q(state__in=[Stage.CONFIRMED, Stage.DONE])
    gone = Upload.objects.filter(undecided | Q(made_at__lt=now - DONE_KEPT, state=Stage.DONE)).delete()
    return gone[0]


# What the worker does


class _Stopped(Exception):
    """The worker is to end, or the file is gone: leave it as it is."""


def take_up(*, clock: Callable[[], datetime], go_on: Callable[[], bool] = lambda: True) -> bool:
    """Try or import the file that waits longest, if one does and nobody else is at it. Whether there was one.

    `clock` tells the time while it lasts; `go_on` is asked after each chunk.
    """
    row = _claim(clock())
    if row is None:
        return False
    try:
        with _refusing(row):
            _work(row, clock, go_on)
    except _Stopped:
        Upload.objects.filter(pk=row.pk).update(held_until=None, attempts=F("attempts") - 1)
    return True


@transaction.atomic
def _claim(now: datetime) -> Upload | None:
    free = Q(held_until__isnull=True) | Q(held_until__lt=now)
    waiting = Upload.objects.select_for_update(skip_locked=True, of=("self",)).filter(free, state__in=WAITING)
    row = waiting.select_related("staff").order_by("id").first()
    if row is None:
        return None
    row.held_until, row.rows_done, row.attempts = now + HELD, 0, row.attempts + 1
    row.save(update_fields=["held_until", "rows_done", "attempts"])
    return row


@contextmanager
def _refusing(row: Upload) -> Iterator[None]:
    """What stops a file for good is told to whoever brought it, and what it held is forgotten."""
    try:
        yield
    except Refusal as no:
        _refuse(row, no.message)
    except (_Stopped, OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("The file %s could not be read", row.name)
        _refuse(row, "Something broke while this file was read. Whoever runs Makegood finds it in the log.")


@transaction.atomic
def _refuse(row: Upload, why: str) -> None:
    Upload.objects.filter(pk=row.pk).update(state=Stage.REFUSED, refusal=why, held_until=None)
    UploadedFile.objects.filter(upload_id=row.pk).delete()


def _work(row: Upload, clock: Callable[[], datetime], go_on: Callable[[], bool]) -> None:
    if row.attempts > MOST_ATTEMPTS:
        raise Refusal("import.given_up", "Reading this file ended the worker more than once. It is left alone now.")
    by = Actor(ActorKind.STAFF, row.staff_id, row.staff.name)
    require(by, Ability.IMPORT)
    trying = row.state == Stage.NEW

    def progress(done: int, total: int) -> None:
        held = Upload.objects.filter(pk=row.pk)
        if not held.update(rows_done=done, rows_all=total, held_until=clock() + HELD) or not go_on():
            raise _Stopped

    with TemporaryDirectory(prefix="makegood-import-") as folder:
        path = _laid_out(row, Path(folder))
        summary = import_file(
            path, _feed(row.feed, row.feed_text), by=by, now=clock(), cases=CasesFor(row.cases), dry_run=trying,
            progress=progress,
        )  # fmt: skip
    if trying:
        Upload.objects.filter(pk=row.pk, state=Stage.NEW).update(
            state=Stage.TRIED, trial=_told(summary), held_until=None
        )
    else:
        _finish(row, summary, by, clock())


def _laid_out(row: Upload, folder: Path) -> Path:
    """The files in a folder, the one to be imported first."""
    names = []
    for file in UploadedFile.objects.filter(upload_id=row.pk).order_by("pk"):
        (folder / file.name).write_bytes(file.content)
        names.append(file.name)
    if not names:
        raise _Stopped
    return folder / names[0]


@transaction.atomic
def _finish(row: Upload, summary: Summary, by: Actor, now: datetime) -> None:
    Upload.objects.filter(pk=row.pk).update(state=Stage.DONE, batch_id=summary.batch_id, held_until=None)
    UploadedFile.objects.filter(upload_id=row.pk).delete()
    told = {"name": row.name, "feed": row.feed, "promises": summary.promises}
    record("import.finished", by=by, at=now, subject=("batch", summary.batch_id or 0), data=told)


def _told(summary: Summary) -> dict[str, Any]:
    """What a dry run found, as it is kept."""
    names = ("rows", "promises", "accepted", "unchanged", "rejected", "skipped", "cases")
    return {
        "about": summary.about,
        **{name: getattr(summary, name) for name in names},
        "skipped_because": dict(summary.skipped_because),
        "rejects": [[one.line, one.column, one.value, one.reason] for one in summary.told],
        "first": [_shown(fact) for fact in summary.first],
    }


def _shown(fact: Fact | ScoreTold | DeedTold) -> dict[str, Any]:
    customer = fact.customer
    if not isinstance(fact, Fact):
        return _heard(fact) | {
            "reference": fact.reference, "customer": customer.name or customer.key if customer else "", "due_on": None,
        }  # fmt: skip
    return {
        "reference": fact.reference,
        "kind": fact.kind,
        "title": fact.title,
        "customer": (customer.name or customer.key) if customer else "",
        "due_at": fact.due_at.isoformat() if fact.due_at else None,
        "due_on": fact.due_on.isoformat() if fact.due_on else None,
        "kept_at": fact.kept_at.isoformat() if fact.kept_at else None,
    }


def _heard(told: ScoreTold | DeedTold) -> dict[str, Any]:
    """What a customer answered or did, in the places of a promise."""
    if isinstance(told, ScoreTold):
        asked = told.asked_at.isoformat() if told.asked_at else None
        return {
            "kind": told.scale, "title": str(told.value), "due_at": asked, "kept_at": told.answered_at.isoformat(),
        }  # fmt: skip
    worth = "" if told.amount is None else f"{told.amount} {told.currency}"
    return {"kind": told.deed, "title": worth, "due_at": None, "kept_at": told.at.isoformat()}
