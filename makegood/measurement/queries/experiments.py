"""Experiments: what was registered, who is in which arm, what was counted, and what a case is proposed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from makegood.cases.queries import CaseFacts
from makegood.kernel.refusals import missing
from makegood.measurement.rules.experiments import (
    Counted,
    Ended,
    Measured,
    Reading,
    State,
    Varies,
    Verdict,
    in_language,
    verdict,
)
from makegood.people.queries import require_scope
from makegood.people.rules import Ability, Scope
from makegood.platform.rows import fetch_rows
from makegood.remedies.rules.plan import language_of

MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmFacts:
    """One way of doing it; see `models.Arm`."""

    id: int
    position: int
    name: str
    words: str
    language: str
    others: Mapping[str, str]
    line: str
    goodwill: Decimal
    remedy: str
    days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmCount:
    """An arm with what was counted in it. `followed` and `otherwise` are cases in which staff did as it proposes, or
    not; what nobody said anything of is neither. `counted.yes` is told only where the result may be read."""

    arm: ArmFacts
    counted: Counted
    followed: int
    otherwise: int
    verdict: Verdict | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentFacts:
    """An experiment as it was registered; see `models.Experiment`. Instants are aware UTC."""

    number: int
    name: str
    why: str
    varies: Varies
    failures: tuple[str, ...]
    kinds: tuple[str, ...]
    severity_from: int
    severity_to: int
    measured: Measured
    horizon_days: int
    expected: int
    effect: int
    reading: Reading
    needed: int
    until: datetime
    registered_at: datetime
    registered_by: str
    state: State
    started_at: datetime | None
    ended_at: datetime | None
    ended: Ended | None
    ended_words: str
    arms: tuple[ArmFacts, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was counted. `left_out` are customers who were merged into one who was in it before; `readable` says
    whether yes may be told by arm now."""

    arms: tuple[ArmCount, ...]
    left_out: int
    readable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What an experiment proposes in a case. `said` are the words of the arm in the `language` of their customer
    (`theirs`), or in the one in which they were written where nobody wrote them in that; "" where it has none. `done`
    is None while staff have not said what they made of it."""

    experiment: int
    name: str
    varies: Varies
    arm: ArmFacts
    said: str
    language: str
    theirs: str
    assigned: int
    assigned_at: datetime
    done: bool | None
    reason: str
    by: str
    running: bool


_READ = """
SELECT e.id, e.name, e.why, e.varies, e.failures, e.kinds, e.severity_from, e.severity_to, e.measured, e.horizon_days,
       e.expected, e.effect, e.reading, e.needed, e.until, e.registered_at, s.name, e.state, e.started_at, e.ended_at,
       e.ended, e.ended_words, (
           SELECT jsonb_agg(jsonb_build_object('id', a.id, 'position', a.position, 'name', a.name, 'words', a.words,
               'language', a.language, 'others', a.others,
               'line', a.line, 'goodwill', a.goodwill::text, 'remedy', a.remedy, 'days', a.days) ORDER BY a.position)
           FROM measurement_arm a WHERE a.experiment_id = e.id)
FROM measurement_experiment e JOIN people_staff s ON s.id = e.registered_by_id
"""
_NAMES = (
    "number", "name", "why", "varies", "failures", "kinds", "severity_from", "severity_to", "measured", "horizon_days",
    "expected", "effect", "reading", "needed", "until", "registered_at", "registered_by", "state", "started_at",
    "ended_at", "ended", "ended_words", "arms",
)  # fmt: skip

# Each customer counts once, by the first arm they were in: those merged later are one. An incident is one unit.
_COUNTED = """
WITH assigned AS (
    SELECT a.id, a.arm_id, a.incident_id, a.case_id, a.at, coalesce(c.merged_into_id, c.id) AS person,
           row_number() OVER (PARTITION BY coalesce(c.merged_into_id, c.id) ORDER BY a.id) AS place
    FROM measurement_assigned a JOIN customers_customer c ON c.id = a.customer_id
    WHERE a.experiment_id = %(experiment)s
), answered AS (
    SELECT a.arm_id, coalesce('i' || a.incident_id, 'c' || a.person) AS unit, a.at + %(horizon)s <= %(now)s AS passed,
        CASE %(measured)s
        WHEN 'satisfied' THEN EXISTS (
            SELECT FROM cases_satisfactioncheck k
            WHERE k.case_id = a.case_id AND k.answer = 'satisfied' AND k.undone_at IS NULL
              AND k.answered_at > a.at AND k.answered_at <= a.at + %(horizon)s)
        WHEN 'ordered' THEN EXISTS (
            SELECT FROM measurement_behaviour b JOIN customers_customer m ON m.id = b.customer_id
            WHERE (m.id = a.person OR m.merged_into_id = a.person) AND b.deed IN ('order', 'renewal')
              AND b.at > a.at AND b.at <= a.at + %(horizon)s)
        ELSE NOT EXISTS (
            SELECT FROM measurement_behaviour b JOIN customers_customer m ON m.id = b.customer_id
            WHERE (m.id = a.person OR m.merged_into_id = a.person) AND b.deed = 'left'
              AND b.at > a.at AND b.at <= a.at + %(horizon)s)
        END AS yes
    FROM assigned a WHERE a.place = 1
), units AS (
    SELECT arm_id, unit, bool_and(passed) AS passed, avg(yes::int)::float8 AS yes FROM answered GROUP BY arm_id, unit
), heeded AS (
    SELECT a.arm_id, count(*) FILTER (WHERE h.done) AS followed, count(*) FILTER (WHERE NOT h.done) AS otherwise
    FROM measurement_heeded h JOIN assigned a ON a.id = h.assigned_id GROUP BY a.arm_id
)
SELECT r.id, count(u.unit), count(u.unit) FILTER (WHERE u.passed), coalesce(sum(u.yes) FILTER (WHERE u.passed), 0),
       coalesce(h.followed, 0), coalesce(h.otherwise, 0), (SELECT count(*) FROM assigned WHERE place > 1)
FROM measurement_arm r LEFT JOIN units u ON u.arm_id = r.id LEFT JOIN heeded h ON h.arm_id = r.id
WHERE r.experiment_id = %(experiment)s GROUP BY r.id, r.position, h.followed, h.otherwise ORDER BY r.position
"""
_OF_CASE = """
SELECT DISTINCT ON (a.experiment_id) a.experiment_id, e.name, e.varies, r.id, r.position, r.name, r.words,
       r.language, r.others, r.line, r.goodwill, r.remedy, r.days, a.id, a.at, h.done, coalesce(h.reason, ''),
       coalesce(s.name, ''), e.state, (SELECT language FROM customers_customer WHERE id = %(customer)s)
FROM measurement_assigned a JOIN measurement_experiment e ON e.id = a.experiment_id
JOIN measurement_arm r ON r.id = a.arm_id
LEFT JOIN measurement_heeded h ON h.assigned_id = a.id AND h.case_id = %(case)s
LEFT JOIN people_staff s ON s.id = h.by_id
WHERE a.customer_id IN (
    SELECT c.id FROM customers_customer c, (
        SELECT coalesce(merged_into_id, id) AS id FROM customers_customer WHERE id = %(customer)s
    ) living WHERE c.id = living.id OR c.merged_into_id = living.id)
  AND e.started_at <= %(opened)s AND (e.state = 'running' OR a.case_id = %(case)s OR h.id IS NOT NULL)
ORDER BY a.experiment_id, a.id
"""


def experiments(scope: Scope) -> tuple[ExperimentFacts, ...]:
    """All of them, the newest first, 200 at most. Raises Refusal "people.not_allowed" for who sees one team only: what
    an arm is hoped to do is not told to those who hold it out."""
    require_scope(scope, Ability.SEE_ALL)
    return tuple(map(_facts, fetch_rows(f"{_READ} ORDER BY e.id DESC LIMIT %s", [MOST])))


def experiment_for(scope: Scope, number: int) -> ExperimentFacts:
    """One experiment. Raises Refusal "experiment.unknown", "people.not_allowed"."""
    require_scope(scope, Ability.SEE_ALL)
    found = fetch_rows(f"{_READ} WHERE e.id = %s", [number])
    if not found:
        raise missing("experiment.unknown", "There is no such experiment.")
    return _facts(found[0])


def running() -> tuple[ExperimentFacts, ...]:
    """Those that are under way, by number."""
    return tuple(map(_facts, fetch_rows(f"{_READ} WHERE e.state = 'running' ORDER BY e.id", [])))


def result_of(one: ExperimentFacts, *, now: datetime) -> Result:
    """What was counted until now; of one that has ended, what was counted then.

    Before the end, yes is told by arm only where that was registered, and of enough.
    """
    rows, left_out = _rows(one, now)
    counts = [Counted(int(assigned), int(units), float(yes)) for _, assigned, units, yes, *_ in rows]
    over = one.state is State.ENDED
    readable = over or one.reading is Reading.ANY_TIME
    made = tuple(
        ArmCount(
            arm=arm, counted=counted if readable else replace(counted, yes=math.nan), followed=followed,
            otherwise=otherwise,
            verdict=_verdict(one, counted, counts[0]) if arm.position and one.started_at else None,
        )
        for arm, counted, (*_, followed, otherwise) in zip(one.arms, counts, rows, strict=True)
    )  # fmt: skip
    return Result(arms=made, left_out=left_out, readable=readable)


def count(number: int, *, measured: str, horizon_days: int, now: datetime) -> tuple[list[list[Any]], int]:
    """By arm: its id, units, units whose horizon has passed, their yes, cases done as proposed and otherwise; and how
    many customers are left out as merged."""
    asked = {"experiment": number, "measured": measured, "horizon": timedelta(days=horizon_days), "now": now}
    rows = fetch_rows(_COUNTED, asked)
    return [list(row[:-1]) for row in rows], rows[0][-1] if rows else 0


def proposed(case: CaseFacts) -> tuple[tuple[Proposal, ...], frozenset[int]]:
    """What experiments propose in a case to whose customer they were shown before, or who is in them; and the numbers
    of the experiments that their customer is in."""
    asked = {"case": case.number, "customer": case.customer_id, "opened": case.opened_at}
    rows = fetch_rows(_OF_CASE, asked)
    return tuple(map(_proposal, rows)), frozenset(row[0] for row in rows)


def full(number: int, needed: int) -> bool:
    """Whether each arm has as many units as it needs: then nobody else is taken in."""
    rows = fetch_rows(_FEWEST, [number])
    return bool(rows[0][0] >= needed)


_FEWEST = """
SELECT min(many) FROM (
    SELECT count(DISTINCT coalesce('i' || a.incident_id, 'c' || a.customer_id)) AS many
    FROM measurement_arm r LEFT JOIN measurement_assigned a ON a.arm_id = r.id AND a.experiment_id = r.experiment_id
    WHERE r.experiment_id = %s GROUP BY r.id
) arms
"""


def _verdict(one: ExperimentFacts, counted: Counted, usual: Counted) -> Verdict:
    return verdict(
        counted, usual, reading=one.reading, planned=one.needed, arms=len(one.arms), effect=one.effect,
        ended=one.ended,
    )  # fmt: skip


def _rows(one: ExperimentFacts, now: datetime) -> tuple[Sequence[Sequence[Any]], int]:
    if one.state is State.ENDED:
        ((found,),) = fetch_rows("SELECT found FROM measurement_experiment WHERE id = %s", [one.number])
        return found["arms"], found["left_out"]
    return count(one.number, measured=one.measured, horizon_days=one.horizon_days, now=now)


def _facts(row: Sequence[Any]) -> ExperimentFacts:
    told = dict(zip(_NAMES, row, strict=True))
    return ExperimentFacts(**told | {
        "varies": Varies(told["varies"]), "measured": Measured(told["measured"]), "reading": Reading(told["reading"]),
        "state": State(told["state"]), "ended": Ended(told["ended"]) if told["ended"] else None,
        "failures": tuple(told["failures"]), "kinds": tuple(told["kinds"]),
        "arms": tuple(_arm(one) for one in told["arms"]),
    })  # fmt: skip


def _arm(told: Mapping[str, Any]) -> ArmFacts:
    return ArmFacts(**{**told, "goodwill": Decimal(told["goodwill"])})


_ARM = ("id", "position", "name", "words", "language", "others", "line", "goodwill", "remedy", "days")


def _proposal(row: Sequence[Any]) -> Proposal:
    experiment, name, varies, *rest = row
    arm = ArmFacts(**dict(zip(_ARM, rest[: len(_ARM)], strict=True)))
    assigned, at, done, reason, by, state, preferred = rest[len(_ARM) :]
    theirs = language_of(preferred)
    said, language = in_language(arm.words, arm.language, arm.others, theirs)
    return Proposal(
        experiment=experiment, name=name, varies=Varies(varies), arm=arm, said=said, language=language, theirs=theirs,
        assigned=assigned, assigned_at=at, done=done, reason=reason, by=by, running=state == State.RUNNING,
    )  # fmt: skip
