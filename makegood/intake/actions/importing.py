"""Taking in what comes from outside: facts by call, promises by file. What follows from them follows at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from django.db import IntegrityError, connection, transaction

from makegood.cases.actions import follow
from makegood.cases.rules import DetectedBy
from makegood.intake.models import Batch, Reject
from makegood.intake.rules.mapping import map_file, survey
from makegood.intake.rules.rows import MappedRow, RejectedRow, SkippedRow
from makegood.intake.rules.spec import About, Feed, KindPolicy
from makegood.journal.actors import Actor
from makegood.measurement.actions import Heard, take_behaviour, take_scores
from makegood.measurement.told import DeedTold, ScoreTold
from makegood.people.queries import Proof
from makegood.promises.actions import Receipt, ensure_kind, hear, settle, settle_first_words
from makegood.promises.actions.receiving import FactReject
from makegood.promises.facts import Fact
from makegood.promises.rules import Moved, State

CHUNK = 2_000
_ATTEMPTS = 3
FIRST, TOLD = 5, 1_000
"""How many promises and rejects are told before a file is imported."""


class CasesFor(StrEnum):
    """For which promises of a batch cases are opened."""

    NONE = "none"
    UNKEPT = "unkept"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch of facts, and how many cases it opened."""

    receipt: Receipt
    cases: int


@dataclass(slots=True, kw_only=True)
class Summary:
    """What became of a file. `promises` counts what the file speaks of, new or known: scores and deeds as well.

    Each row is exactly one of: part of what is taken, rejected, or skipped with a reason. `first` are the first
    of them as they were read, `told` the first rejects.
    """

    batch_id: int | None = None
    about: About = About.PROMISES
    rows: int = 0
    promises: int = 0
    accepted: int = 0
    unchanged: int = 0
    rejected: int = 0
    skipped: int = 0
    cases: int = 0
    skipped_because: Counter[str] = field(default_factory=Counter)
    first: list[Fact | ScoreTold | DeedTold] = field(default_factory=list)
    told: list[Reject] = field(default_factory=list)

    def add(self, receipt: Receipt | Heard, cases: int) -> None:
        """Count a chunk that was taken in."""
        self.promises += receipt.accepted + receipt.unchanged
        self.accepted += receipt.accepted
        self.unchanged += receipt.unchanged
        self.cases += cases


def take_in(
    facts: Sequence[Fact],
    *,
    by: Actor,
    now: datetime,
    as_of: datetime | None = None,
    cases: CasesFor = CasesFor.UNKEPT,
    detected_by: DetectedBy = DetectedBy.WATCH,
    proof: Proof | None = None,
) -> Taken:
    """Settle facts and open, correct or escalate the cases that follow, in one transaction.

    It is tried again when another batch was quicker with one of its new promises. Raises Refusal as `hear` does.
    """
    for attempt in range(_ATTEMPTS):
        heard = hear(facts, proof=proof, by=by, now=now, as_of=as_of)
        try:
            # One statement needs no transaction around it; inside of one, its failing must not end the whole.
            with transaction.atomic() if connection.in_atomic_block else nullcontext():
                first = settle_first_words(heard)
            if first is not None:
                return Taken(first, 0)
            with transaction.atomic():
                receipt = settle(heard)
                moved = [move for move in receipt.moved if _wanted(move, cases)]
                return Taken(receipt, follow(moved, detected_by=detected_by, by=by, now=now) if moved else 0)
        except IntegrityError:
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def _wanted(move: Moved, cases: CasesFor) -> bool:
    """Whether a move may open a case. One that corrects or ends a promise known before always counts."""
    if move.before is not None:
        return cases is not CasesFor.NONE or move.after not in {State.AT_RISK, State.BROKEN}
    if cases is CasesFor.ALL:
        return True
    return cases is CasesFor.UNKEPT and move.after is not State.KEPT_LATE


def import_file(
    path: Path,
    feed: Feed,
    *,
    by: Actor,
    now: datetime,
    as_of: datetime | None = None,
    cases: CasesFor = CasesFor.UNKEPT,
    dry_run: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Summary:
    """Read a file by its feed into the ledger, in chunks that each stand or fall whole.

    The file is read once from end to end before anything is written, so that a damaged one changes nothing.
    Rows that cannot be taken are kept with line, column, value and reason; the others go in. With `dry_run`
    each chunk is worked out and then taken back: what a later chunk would have found known counts as news, and
    a case it would have joined as another. `progress` is told rows done and rows in all.
    Raises Refusal "file.…".
    """
    total = survey(path, feed).lines
    run = _Run(by, now, as_of, cases, progress, total)
    return _rehearse(path, feed, run) if dry_run else _import(path, feed, run)


def _rehearse(path: Path, feed: Feed, run: _Run) -> Summary:
    """Chunk by chunk, because one transaction over the whole file would hold up everybody who changes what it
    touches, and the news on every open page, which waits for the oldest transaction under way."""
    summary = Summary(about=feed.about)
    for chunk in _chunks(map_file(path, feed)):
        with transaction.atomic():
            run.kinds.clear()
            batch = _begin(path, feed, run)
            _ensure_named(chunk, feed, run)
            _take_chunk(chunk, batch, summary, run)
            transaction.set_rollback(True)
        run.progress(summary.rows, run.total)
    return summary


@dataclass(frozen=True, slots=True)
class _Run:
    """How one import is to be carried out."""

    by: Actor
    now: datetime
    as_of: datetime | None
    cases: CasesFor
    progress: Callable[[int, int], None]
    total: int
    kinds: set[str] = field(default_factory=set)


def _begin(path: Path, feed: Feed, run: _Run) -> Batch:
    for kind in feed.kinds:
        _ensure(kind, run)
    return Batch.objects.create(
        feed=feed.name, about=feed.about, name=path.name, started_at=run.now, by=run.by.name
    )  # fmt: skip


def _import(path: Path, feed: Feed, run: _Run) -> Summary:
    batch = _begin(path, feed, run)
    summary = Summary(batch_id=batch.pk, about=feed.about)
    for chunk in _chunks(map_file(path, feed)):
        _ensure_named(chunk, feed, run)
        _take_chunk(chunk, batch, summary, run)
        run.progress(summary.rows, run.total)
    _finish(batch, summary, run.now)
    return summary


def _ensure(kind: KindPolicy, run: _Run) -> None:
    ensure_kind(
        kind.key,
        name=kind.name,
        warning=timedelta(minutes=kind.warning_minutes or 0),
        grace=timedelta(minutes=kind.grace_minutes or 0),
        by=run.by,
        now=run.now,
    )


def _ensure_named(chunk: _Chunk, feed: Feed, run: _Run) -> None:
    """Make the kinds that only the file names, where the feed lets it."""
    for slug, name in chunk.kinds.items():
        if slug not in run.kinds and (policy := feed.policy(slug, name)):
            _ensure(policy, run)
        run.kinds.add(slug)


@dataclass(slots=True)
class _Chunk:
    """Rows that are taken in together."""

    facts: list[Fact] = field(default_factory=list)
    heard: list[ScoreTold | DeedTold] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    raws: list[str] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    rejected: list[RejectedRow] = field(default_factory=list)
    skipped: list[SkippedRow] = field(default_factory=list)
    rows: int = 0

    def __len__(self) -> int:
        return len(self.lines) + len(self.rejected) + len(self.skipped)


def _chunks(rows: Iterator[MappedRow | RejectedRow | SkippedRow]) -> Iterator[_Chunk]:
    chunk = _Chunk()
    for row in rows:
        chunk.rows += row.rows
        if isinstance(row, MappedRow):
            told = row.facts if row.heard is None else (row.heard,)
            chunk.facts.extend(row.facts)
            chunk.heard.extend(() if row.heard is None else (row.heard,))
            chunk.lines.extend([row.line] * len(told))
            chunk.raws.extend([row.raw] * len(told))
            chunk.kinds.update((fact.kind, row.kind_name) for fact in row.facts if fact.kind)
        elif isinstance(row, RejectedRow):
            chunk.rejected.append(row)
        else:
            chunk.skipped.append(row)
        if len(chunk) >= CHUNK:
            yield chunk
            chunk = _Chunk()
    yield chunk


@transaction.atomic
def _take_chunk(chunk: _Chunk, batch: Batch, summary: Summary, run: _Run) -> None:
    receipt, cases = _taken(chunk, summary.about, run)
    rejects = [_reject(batch, row) for row in chunk.rejected] + [
        _refused(batch, chunk, one) for one in receipt.rejected
    ]
    Reject.objects.bulk_create(rejects)
    summary.add(receipt, cases)
    summary.first += [*chunk.facts, *chunk.heard][: FIRST - len(summary.first)]
    summary.told += rejects[: TOLD - len(summary.told)]
    summary.rows += chunk.rows
    summary.rejected += len(rejects)
    summary.skipped += sum(row.rows for row in chunk.skipped)
    for row in chunk.skipped:
        summary.skipped_because[row.reason] += row.rows


def _taken(chunk: _Chunk, about: About, run: _Run) -> tuple[Receipt | Heard, int]:
    """What became of a chunk, and how many cases it opened."""
    if about is About.SCORES:
        return take_scores([one for one in chunk.heard if isinstance(one, ScoreTold)], by=run.by, now=run.now), 0
    if about is About.BEHAVIOUR:
        return take_behaviour([one for one in chunk.heard if isinstance(one, DeedTold)], by=run.by, now=run.now), 0
    taken = take_in(
        chunk.facts, by=run.by, now=run.now, as_of=run.as_of, cases=run.cases, detected_by=DetectedBy.IMPORT
    )
    return taken.receipt, taken.cases


def _reject(batch: Batch, row: RejectedRow) -> Reject:
    return Reject(
        batch=batch, line=row.line, column=row.column, value=row.value, code=row.code, reason=row.reason, raw=row.raw
    )


def _refused(batch: Batch, chunk: _Chunk, one: FactReject) -> Reject:
    """A row that could be read but that is not taken."""
    told = [*chunk.facts, *chunk.heard][one.index]
    return Reject(
        batch=batch,
        line=chunk.lines[one.index],
        value=told.reference[:200],
        code=one.code,
        reason=one.message,
        raw=chunk.raws[one.index],
    )


def _finish(batch: Batch, summary: Summary, now: datetime) -> None:
    for name in ("rows", "promises", "accepted", "unchanged", "rejected", "skipped", "cases"):
        setattr(batch, name, getattr(summary, name))
    batch.skipped_because = dict(summary.skipped_because)
    batch.finished_at = now
    batch.save()
