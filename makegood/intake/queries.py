"""Reading what came in."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from makegood.intake.models import Batch, Reject
from makegood.kernel.refusals import missing

_COLUMNS = ("line", "column", "value", "code", "reason", "row")
# A spreadsheet would run a cell that begins like this; a quote before it makes it text again.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFacts:
    """One file or call and what became of it."""

    id: int
    feed: str
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


def batches(*, limit: int = 50) -> tuple[BatchFacts, ...]:
    """The latest batches, newest first."""
    return tuple(_facts(batch) for batch in Batch.objects.all()[:limit])


def write_rejects(batch_id: int, out: IO[str]) -> int:
    """Write the rejected rows of a batch as CSV and return how many. Raises Refusal "batch.unknown"."""
    if not Batch.objects.filter(pk=batch_id).exists():
        raise missing("batch.unknown", "There is no such batch.")
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    count = 0
    for cells in _rejects(batch_id):
        writer.writerow([_safe(cell) for cell in cells])
        count += 1
    return count


def _rejects(batch_id: int) -> Iterator[tuple[object, ...]]:
    rows = Reject.objects.filter(batch_id=batch_id).order_by("line", "id")
    yield from rows.values_list("line", "column", "value", "code", "reason", "raw").iterator(chunk_size=2_000)


def _safe(cell: object) -> str:
    text = str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _facts(batch: Batch) -> BatchFacts:
    return BatchFacts(
        id=batch.pk, feed=batch.feed, name=batch.name, by=batch.by, started_at=batch.started_at,
        finished_at=batch.finished_at, rows=batch.rows, promises=batch.promises, accepted=batch.accepted,
        unchanged=batch.unchanged, rejected=batch.rejected, skipped=batch.skipped, cases=batch.cases,
    )  # fmt: skip
