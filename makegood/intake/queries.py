"""Reading what came in, and what was brought and waits."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from makegood.intake.models import Batch, Reject, Upload
from makegood.intake.rules.spec import About
from makegood.intake.rules.stages import Stage
from makegood.kernel.refusals import Refusal, forbidden, missing
from makegood.people.rules import Ability, Scope
from makegood.platform.paging import cursor_of, read_cursor, slice_of

PAGE = 50
_COLUMNS = ("line", "column", "value", "code", "reason", "row")
# A spreadsheet would run a cell that begins like this; a quote before it makes it text again.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFacts:
    """One file or call and what became of it."""

    id: int
    feed: str
    about: About
    name: str
    by: str
    started_at: datetime
    finished_at: datetime | None
    rows: int
    promises: int
    accepted: int
    unchanged: int
    rejected: int
    skipped: int
    cases: int
    skipped_because: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class BatchesPage:
    """A page of batches and the cursors of those around it ("" where there is none)."""

    rows: tuple[BatchFacts, ...]
    next: str
    previous: str


@dataclass(frozen=True, slots=True)
class RejectFacts:
    """A row that was not taken: where it stands, what stood there, and what is wrong with it."""

    line: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadFacts:
    """A file that was brought to the desk. `trial` is what its dry run told, empty before."""

    id: int
    name: str
    feed: str
    cases: str
    by: str
    made_at: datetime
    stage: Stage
    rows_done: int
    rows_all: int
    begun: bool
    trial: Mapping[str, Any]
    rejects: tuple[RejectFacts, ...]
    refusal: str
    batch_id: int | None


def batches(scope: Scope, *, after: str = "", before: str = "", limit: int = PAGE) -> BatchesPage:
    """A page of batches, the newest first. Raises Refusal "import.not_allowed", "page.bad_cursor"."""
    _check(scope)
    found = slice_of(
        Batch.objects.all(), "started_at", list, limit=limit, descending=True,
        after=read_cursor(after), before=read_cursor(before),
    )  # fmt: skip
    previous, following = found.around(lambda batch: cursor_of(batch.started_at, batch.pk))
    return BatchesPage(tuple(map(_facts, found.rows)), following, previous)


def batch_for(scope: Scope, batch_id: int) -> BatchFacts:
    """One batch. Raises Refusal "import.not_allowed", "batch.unknown"."""
    _check(scope)
    batch = Batch.objects.filter(pk=batch_id).first()
    if batch is None:
        raise _no_batch()
    return _facts(batch)


def first_rejects(scope: Scope, batch_id: int, *, limit: int) -> tuple[RejectFacts, ...]:
    """The first rows of a batch that were not taken. Raises Refusal "import.not_allowed"."""
    _check(scope)
    rows = Reject.objects.filter(batch_id=batch_id).order_by("line", "id")[:limit]
    return tuple(RejectFacts(row.line, row.column, row.value, row.reason) for row in rows)


def uploads(scope: Scope) -> tuple[UploadFacts, ...]:
    """The files that wait for somebody or for the worker, the newest first. Raises Refusal "import.not_allowed"."""
    _check(scope)
    rows = Upload.objects.select_related("staff").exclude(state=Stage.DONE).order_by("-id")
    return tuple(map(_upload, rows))


def upload_for(scope: Scope, upload_id: int) -> UploadFacts:
    """One of them, or one that was imported. Raises Refusal "import.not_allowed", "import.unknown"."""
    _check(scope)
    row = Upload.objects.select_related("staff").filter(pk=upload_id).first()
    if row is None:
        raise unknown_upload()
    return _upload(row)


def unknown_upload() -> Refusal:
    """What is said when a file is not there, or not any more."""
    return missing("import.unknown", "There is no such file any more. One that nobody imports is kept for a day.")


def write_told(scope: Scope, upload_id: int, out: IO[str]) -> None:
    """Write the rows that a dry run would not take as CSV. Raises Refusal as `upload_for` does."""
    writer = csv.writer(out)
    writer.writerow(("line", "column", "value", "reason"))
    for one in upload_for(scope, upload_id).rejects:
        writer.writerow([one.line, *map(_safe, (one.column, one.value, one.reason))])


def write_rejects(scope: Scope, batch_id: int, out: IO[str]) -> int:
    """Write the rejected rows of a batch as CSV and return how many.

    Raises Refusal "import.not_allowed", "batch.unknown".
    """
    _check(scope)
    if not Batch.objects.filter(pk=batch_id).exists():
        raise _no_batch()
    return _write(_rejects(batch_id), out)


def write_tried(rejects: Iterable[Reject], out: IO[str]) -> int:
    """Write rows that a dry run found it could not take, in the same form, and return how many."""
    return _write(((one.line, one.column, one.value, one.code, one.reason, one.raw) for one in rejects), out)


def _write(rows: Iterable[tuple[object, ...]], out: IO[str]) -> int:
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    count = 0
    for cells in rows:
        writer.writerow([_safe(cell) for cell in cells])
        count += 1
    return count


def _check(scope: Scope) -> None:
    if not scope.may(Ability.IMPORT):
        raise forbidden("import.not_allowed", "Bringing files in is for managers and administrators. Ask one of yours.")


def _no_batch() -> Refusal:
    return missing("batch.unknown", "There is no such batch.")


def _rejects(batch_id: int) -> Iterator[tuple[object, ...]]:
    rows = Reject.objects.filter(batch_id=batch_id).order_by("line", "id")
    yield from rows.values_list("line", "column", "value", "code", "reason", "raw").iterator(chunk_size=2_000)


def _safe(cell: object) -> str:
    text = str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _upload(row: Upload) -> UploadFacts:
    return UploadFacts(
        id=row.pk, name=row.name, feed=row.feed, cases=row.cases, by=row.staff.name, made_at=row.made_at,
        stage=Stage(row.state), rows_done=row.rows_done, rows_all=row.rows_all, begun=row.held_until is not None,
        trial=row.trial, rejects=tuple(RejectFacts(*one) for one in row.trial.get("rejects", ())),
        refusal=row.refusal, batch_id=row.batch_id,
    )  # fmt: skip


def _facts(batch: Batch) -> BatchFacts:
    return BatchFacts(
        id=batch.pk, feed=batch.feed, about=About(batch.about), name=batch.name, by=batch.by,
        started_at=batch.started_at, finished_at=batch.finished_at, rows=batch.rows,
        promises=batch.promises, accepted=batch.accepted,
        unchanged=batch.unchanged, rejected=batch.rejected, skipped=batch.skipped, cases=batch.cases,
        skipped_because=batch.skipped_because,
    )  # fmt: skip
