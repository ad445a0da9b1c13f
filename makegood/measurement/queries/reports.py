"""Registered reports and what they found, for those who see the work of everybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from makegood.kernel.refusals import Refusal, missing
from makegood.measurement.findings import Found, Look, Plan, found_from, looks_from, plan_from
from makegood.people.queries import require_scope
from makegood.people.rules import Ability, Scope
from makegood.platform.rows import fetch_rows

MOST = 50

_READ = """
SELECT r.id, r.plan, r.opens_at, s.name, r.registered_at, r.counted_at, r.found_at, r.found, r.problem,
       r.leased_until, r.doing, r.share, (
           SELECT coalesce(jsonb_agg(jsonb_build_object('number', l.number, 'asked_by', coalesce(w.name, ''),
               'asked_at', l.asked_at, 'before', l.before, 'found_at', l.found_at, 'seen', l.seen) ORDER BY l.number),
               '[]')
           FROM measurement_reportlook l LEFT JOIN people_staff w ON w.id = l.asked_by_id WHERE l.report_id = r.id)
FROM measurement_report r JOIN people_staff s ON s.id = r.registered_by_id
"""


class ReportState(StrEnum):
    """How a registered report stands."""

    LOCKED = "locked"
    """Its day has not come; only people are counted."""
    DUE = "due"
    """Its day has come, or somebody asked for a look, and it is computed within seconds."""
    READABLE = "readable"
    """It may be read at any time: whoever looks is written down, and what they saw is kept."""
    COMPUTING = "computing"
    FAILED = "failed"
    """It could not be computed, and is tried again within the hour."""
    FOUND = "found"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFacts:
    """A registered report. `found` has only sizes until it opened; instants are aware UTC."""

    number: int
    plan: Plan
    opens_at: datetime
    registered_by: str
    registered_at: datetime
    counted_at: datetime | None
    found_at: datetime | None
    found: Found | None
    problem: str
    leased_until: datetime | None = None
    doing: str = ""
    share: float = 0.0
    looks: tuple[Look, ...] = ()

    @property
    def shown(self) -> Found | None:
        """What may be shown of what became of people: None until it opened, or was looked at."""
        return self.found if self.found_at is not None or any(one.seen for one in self.looks) else None

    @property
    def asked_look(self) -> Look | None:
        """The look that was asked for and is not computed yet."""
        return next((one for one in self.looks if one.seen is None), None)

    def state(self, now: datetime) -> ReportState:
        """How it stands at `now` (aware UTC)."""
        if self.found_at is not None:
            return ReportState.FOUND
        if self.leased_until is not None and self.leased_until > now:
            return ReportState.COMPUTING
        if self.problem:
            return ReportState.FAILED
        if now >= self.opens_at or self.asked_look:
            return ReportState.DUE
        return ReportState.LOCKED if self.plan.planned is None else ReportState.READABLE


def reports(scope: Scope) -> tuple[ReportFacts, ...]:
    """The latest first, 50 at most. Raises Refusal "people.not_allowed" for those who see their own team alone."""
    require_scope(scope, Ability.SEE_ALL)
    return tuple(_facts(row) for row in fetch_rows(f"{_READ} ORDER BY r.id DESC LIMIT %(most)s", {"most": MOST}))


def report_for(scope: Scope, number: int) -> ReportFacts:
    """One report. Raises Refusal "report.unknown" or "people.not_allowed"."""
    require_scope(scope, Ability.SEE_ALL)
    found = fetch_rows(f"{_READ} WHERE r.id = %(number)s", {"number": number})
    if not found:
        raise missing("report.unknown", "There is no such report.")
    return _facts(found[0])


def latest_paradox(scope: Scope) -> ReportFacts | None:
    """What is shown first: the report that opened last, else the one registered last; None where there is none, or
    the reader sees their own team alone."""
    if not scope.may(Ability.SEE_ALL):
        return None
    order = "ORDER BY r.found_at DESC NULLS LAST, r.id DESC LIMIT 1"
    return next((_facts(row) for row in fetch_rows(f"{_READ} {order}", {})), None)


def file_of(scope: Scope, number: int, name: str) -> bytes:
    """A file of a report as it was found: `findings.ARCHIVE` or `findings.ROWS`.

    Raises Refusal "report.unknown", "people.not_allowed" and "report.locked".
    """
    facts = report_for(scope, number)
    if facts.shown is None:
        raise Refusal("report.locked", f"It opens on {facts.opens_at:%Y-%m-%d}; until then only people are counted.")
    kept = fetch_rows(
        "SELECT data FROM measurement_reportfile WHERE report_id = %(number)s AND name = %(name)s",
        {"number": number, "name": name},
    )
    if not kept:
        raise missing(
            "report.no_files", "It was found before files were kept. Write them: makegood report paradox --download"
        )
    return bytes(kept[0][0])


def _facts(row: Sequence[Any]) -> ReportFacts:
    told = dict(zip(_NAMES, row, strict=True))
    found = told.pop("found")
    return ReportFacts(
        **told | {"plan": plan_from(told["plan"]), "looks": looks_from(told["looks"])},
        found=None if found is None else found_from(found),
    )  # fmt: skip


_NAMES = (
    "number", "plan", "opens_at", "registered_by", "registered_at", "counted_at", "found_at", "found", "problem",
    "leased_until", "doing", "share", "looks",
)  # fmt: skip
