"""Computing a registered report. Loads the statistics: only the command imports it, never a door."""

from __future__ import annotations

import dataclasses
import time
from datetime import datetime

import numpy as np
from msgspec.structs import replace

from makegood.measurement.actions.looking import note_look, seen_in
from makegood.measurement.actions.registering import note_found, note_sizes
from makegood.measurement.findings import ARCHIVE, FAILED, ROWS, Found, Group, Look, Plan
from makegood.measurement.queries.given import given
from makegood.measurement.queries.history import history
from makegood.measurement.queries.reports import ReportFacts, file_of
from makegood.measurement.rules import groups
from makegood.measurement.rules.finding import found_of
from makegood.measurement.rules.groups import ORDER, Rows
from makegood.measurement.rules.packing import packed, rows_csv
from makegood.measurement.rules.paradox import Progress, sizes
from makegood.people.rules import READS_ALL

# So many cases of each group are named, for whoever wants to read some.
SHOWN = 12


def compute(facts: ReportFacts, *, now: datetime, progress: Progress = lambda _what, _share: None) -> Found:
    """Count people while it is locked, or find everything once it is open or somebody asked for a look, and keep that.
    `now` is aware UTC."""
    if facts.plan.planned is not None and (facts.asked_look or now >= facts.opens_at):
        return _looked(facts, now=now, progress=progress)
    if now < facts.opens_at:
        rows, _behind = read(facts.plan, now=now)
        found = Found(people=len(np.unique(rows.customer)), sizes=sizes(rows, facts.plan))
        note_sizes(facts.number, found, now=now)
        return found
    found, rows = find(facts.plan, now=now, progress=progress)
    files = {ARCHIVE: packed(facts.number, facts.plan, found, rows), ROWS: rows_csv(rows)}
    note_found(facts.number, found, now=now, files=files)
    return found


def _looked(facts: ReportFacts, *, now: datetime, progress: Progress) -> Found:
    """The look that was asked for, else the last: its figures and rows join those of the looks before it."""
    asked = facts.asked_look
    before, number = (asked.before, asked.number) if asked else (facts.plan.before, len(facts.looks) + 1)
    plan = replace(facts.plan, before=before)
    found, rows = find(plan, now=now, progress=progress)
    look = Look(
        number=number, asked_by=asked.asked_by if asked else "", asked_at=asked.asked_at if asked else now,
        before=before, found_at=now, seen=seen_in(found, plan),
    )  # fmt: skip
    seen = tuple(one for one in facts.looks if one.number < number)
    earlier = file_of(READS_ALL, facts.number, ARCHIVE) if seen else b""
    whole = packed(facts.number, plan, found, rows, looks=(*seen, look), earlier=earlier)
    note_look(facts.number, number, found, before=before, now=now, files={ARCHIVE: whole, ROWS: rows_csv(rows)})
    return found


def find(plan: Plan, *, now: datetime, progress: Progress = lambda _what, _share: None) -> tuple[Found, Rows]:
    """Everything that a plan asks, with the rows that it was found of."""
    began = time.perf_counter()
    progress("reading", 0.0)
    rows, behind = read(plan, now=now)
    rows = dataclasses.replace(rows, given=given(plan, now=now))
    found = found_of(rows, plan, progress=progress)
    return replace(found, behind=behind, computed_at=now, seconds=round(time.perf_counter() - began, 1)), rows


def read(plan: Plan, *, now: datetime) -> tuple[Rows, dict[Group, tuple[int, ...]]]:
    """The rows of a plan as known at `now`, and some cases behind each group."""
    told, span = history(plan, now=now)
    rows = groups.rows(told, span, seed=plan.seed)
    chance = np.random.default_rng(plan.seed)
    behind = {}
    for group in FAILED:
        cases = rows.case[(rows.group == ORDER.index(group)) & (rows.case >= 0)]
        drawn = chance.choice(cases, min(SHOWN, len(cases)), replace=False)
        behind[group] = tuple(sorted(int(number) for number in told.numbers[drawn]))
    return rows, behind
