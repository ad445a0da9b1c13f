"""An installation's history as columns of numbers, in a few statements. Loads numpy: only commands import it.

The server writes rows in the binary form of COPY; as no cell is NULL and each is eight bytes wide, they are columns at
once. A million customers take seconds, where rows of Python values would take minutes and gigabytes.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection

from makegood.measurement.findings import BY_MONTH, Outcome, Plan
from makegood.measurement.rules.estimate import Labels
from makegood.measurement.rules.groups import AS_FAILURES, Span
from makegood.measurement.rules.history import Asked, Cases, Events, Failures, History
from makegood.platform.installation import organisation

DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The binary form of COPY: a signature with two words before the rows, and a mark of two bytes after them.
_HEAD, _TAIL = 19, 2

_CUSTOMERS = "SELECT id, coalesce(merged_into_id, id), {made_at} FROM customers_customer ORDER BY id"
_DUE = """
SELECT p.customer_id, {p.due_at} FROM promises_promise p JOIN promises_kind k ON k.id = p.kind_id
WHERE NOT k.inside_case AND p.state NOT IN ('withdrawn', 'replaced') AND p.due_at >= %(year_before)s
  AND p.due_at < %(before)s AND p.due_at < %(until)s
"""
# A promise that was broken has failed whether or not a case came of it; one only in danger, and then kept, has not.
_FAILURES = """
WITH hit AS MATERIALIZED (
    SELECT a.promise_id, min(m.incident_id) AS incident_id
    FROM incidents_affected a JOIN incidents_member m ON m.id = a.member_id WHERE a.freed_at IS NULL GROUP BY 1
), hit_case AS MATERIALIZED (
    SELECT case_id, min(incident_id) AS incident_id FROM incidents_member WHERE case_id IS NOT NULL GROUP BY 1
)
SELECT p.customer_id, {p.due_at}, coalesce(f.case_id, -1), coalesce(h.incident_id, c.incident_id, -1),
       CASE WHEN f.detected_by IN ('customer', 'staff') THEN 0 ELSE 1 END,
       coalesce(CASE WHEN %(kind)s IN ('', k.slug) THEN extract(epoch FROM p.kept_at - p.due_at) / 3600 END, 'NaN')
FROM promises_promise p JOIN promises_kind k ON k.id = p.kind_id LEFT JOIN cases_failure f ON f.promise_id = p.id
LEFT JOIN hit h ON h.promise_id = p.id LEFT JOIN hit_case c ON c.case_id = f.case_id
WHERE NOT k.inside_case AND p.state IN ('broken', 'kept_late', 'released') AND p.due_at < %(landmark)s
  AND p.breaks_at < %(until)s
UNION ALL
SELECT s.customer_id, {f.at}, f.case_id, coalesce(c.incident_id, -1),
       CASE WHEN f.detected_by IN ('customer', 'staff') THEN 0 ELSE 1 END, 'NaN'
FROM cases_failure f JOIN cases_case s ON s.id = f.case_id LEFT JOIN hit_case c ON c.case_id = f.case_id
WHERE f.promise_id IS NULL AND f.corrected_at IS NULL AND f.at < %(landmark)s AND f.at < %(until)s
"""
# What we did, never what they said: the case taken by a person, words that went out, an apology, a remedy fulfilled,
# and a word to the customer that was broken.
_CASES = """
SELECT s.id, {?least(s.taken_at, t.owned)}, {?least(t.spoken, m.spoken)}, {?t.apology}, {?g.fulfilled}, {?l.let_down}
FROM cases_case s
LEFT JOIN (
    SELECT case_id, min(at) FILTER (WHERE step = 'own') AS owned, min(at) FILTER (WHERE step = 'apologise') AS apology,
           min(at) FILTER (WHERE channel <> '' OR said <> '') AS spoken
    FROM cases_stepdone WHERE undone_at IS NULL GROUP BY 1
) t ON t.case_id = s.id
LEFT JOIN (
    SELECT h.case_id, min(m.sent_at) AS spoken
    FROM conversation_message m JOIN conversation_thread h ON h.id = m.thread_id
    WHERE NOT m.inward AND m.sent_at IS NOT NULL AND NOT m.automatic GROUP BY 1
) m ON m.case_id = s.id
LEFT JOIN (
    SELECT g.case_id, min(coalesce(p.kept_at, p.settled_at)) AS fulfilled
    FROM remedies_grant g JOIN promises_promise p ON p.id = g.promise_id
    WHERE g.state = 'given' AND p.state IN ('kept', 'kept_late') GROUP BY 1
) g ON g.case_id = s.id
LEFT JOIN (
    SELECT c.case_id, min(p.breaks_at) AS let_down
    FROM cases_commitment c JOIN promises_promise p ON p.id = c.promise_id
    WHERE c.purpose IN ('commitment', 'update') AND c.undone_at IS NULL
      AND p.state IN ('broken', 'kept_late', 'released')
    GROUP BY 1
) l ON l.case_id = s.id
WHERE s.opened_at < %(landmark)s ORDER BY s.id
"""
_DEEDS = """
SELECT customer_id, {at}, coalesce(CASE WHEN currency = %(currency)s THEN amount END, 0)::float8
FROM measurement_behaviour WHERE deed = ANY(%(deeds)s) AND at < %(until)s AND at >= %(year_before)s
"""
# Only the failed are asked after a case: what everybody was asked is compared, and what the failed alone were is shown.
_SCORES = """
SELECT customer_id, {answered_at}, value::float8 FROM measurement_score
WHERE scale = %(scale)s AND (occasion <> 'case' OR scale = 'recovery') AND answered_at < %(until)s
"""
_INVITED = """
SELECT customer_id, {asked_at}, 0::float8 FROM measurement_survey
WHERE asked_at < %(until)s AND %(scale)s = ANY(scales) AND (occasion <> 'case' OR %(scale)s = 'recovery')
"""


def history(plan: Plan, *, now: datetime) -> tuple[History, Span]:
    """Everything the plan needs as known at `now` (aware UTC), and its days. Merged customers are one."""
    zone = organisation().zone
    since, before = (datetime(day.year, day.month, day.day, tzinfo=zone) for day in (plan.since, plan.before))
    sure = AS_FAILURES if plan.planned else None
    span = Span(_days(since), _days(before), float(plan.landmark_days), float(plan.horizon_days), sure, _monthly(plan))
    asked: dict[str, Any] = {
        "year_before": since - 366 * DAY, "before": before, "landmark": before + plan.landmark_days * DAY, "until": now,
        "currency": organisation().currency, "kind": plan.threshold_kind,
    }  # fmt: skip
    ids, living, made = columns(_CUSTOMERS, asked, "iif")
    whose = _Whose(ids, living)
    known_from = np.full(whose.many, np.inf)
    np.minimum.at(known_from, whose.number(ids), made)
    cases = columns(_CASES, asked, "ifffff")
    return History(
        known_from=known_from, numbers=cases[0], due=_events(_DUE, asked, whose, "if"),
        failures=_failures(asked, whose, cases[0]),
        cases=Cases(owned=cases[1], spoken=cases[2], apology=cases[3], fulfilled=cases[4], let_down=cases[5]),
        orders=_events(_DEEDS, asked | {"deeds": ["order", "renewal"]}, whose),
        left=_events(_DEEDS, asked | {"deeds": ["left"]}, whose),
        lost=_events(_DEEDS, asked | {"deeds": ["left_involuntarily"]}, whose),
        scores=_scores(asked, whose), until=_days(now),
    ), span  # fmt: skip


def _monthly(plan: Plan) -> Outcome | None:
    return plan.outcome if plan.outcome in BY_MONTH else None


class _Whose:
    """Which number from 0 a customer has; who was merged has that of whom they are now."""

    def __init__(self, ids: Labels, living: Labels) -> None:
        self._ids = ids
        names, self._numbers = np.unique(living, return_inverse=True)
        self.many = len(names)

    def number(self, customer: Labels) -> Labels:
        return np.asarray(self._numbers[np.searchsorted(self._ids, customer)])


def _events(query: str, asked: dict[str, Any], whose: _Whose, kinds: str = "iff") -> Events:
    customer, at, *amount = columns(query, asked, kinds)
    return Events(whose.number(customer), at, amount[0] if amount else np.zeros(len(at)))


def _failures(asked: dict[str, Any], whose: _Whose, cases: Labels) -> Failures:
    customer, at, case, incident, by_system, late = columns(_FAILURES, asked, "ifiiif")
    place = np.searchsorted(cases, case)
    known = (case >= 0) & (place < len(cases))
    known[known] = cases[place[known]] == case[known]
    return Failures(whose.number(customer), at, np.where(known, place, -1), incident, by_system > 0, late)


def _scores(asked: dict[str, Any], whose: _Whose) -> dict[Outcome, Asked]:
    found = {}
    for outcome in (Outcome.NPS, Outcome.CSAT, Outcome.RECOVERY):
        answers = _events(_SCORES, asked | {"scale": outcome.value}, whose)
        if len(answers.at):
            invited = _events(_INVITED, asked | {"scale": outcome.value}, whose)
            found[outcome] = Asked(answers, invited if len(invited.at) else None)
    return found


def columns(query: str, asked: dict[str, Any], kinds: str) -> list[Any]:
    """The columns of a query of whole numbers (i) and others (f). In the query, {…} is an instant in days since 1970,
    and {?…} one that may be unknown, which is NaN."""
    cells = [(name, kind) for at, kind in enumerate(kinds) for name, kind in ((f"l{at}", ">i4"), (f"c{at}", kind))]
    row = np.dtype([("n", ">i2"), *((name, {"i": ">i8", "f": ">f8"}.get(kind, kind)) for name, kind in cells)])
    casts = ", ".join(f"c{at}::{'bigint' if kind == 'i' else 'float8'}" for at, kind in enumerate(kinds))
    names = ", ".join(f"c{at}" for at in range(len(kinds)))
    whole = f"COPY (SELECT {casts} FROM ({_as_days(query)}) q({names})) TO STDOUT (FORMAT binary)"  # noqa: S608
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(whole, asked) as stream:
        told = b"".join(stream)
    table = np.frombuffer(told, dtype=row, offset=_HEAD, count=(len(told) - _HEAD - _TAIL) // row.itemsize)
    return [table[f"c{at}"].astype(np.int64 if kind == "i" else np.float64) for at, kind in enumerate(kinds)]


def _as_days(query: str) -> str:
    parts = query.split("{")
    told = [parts[0]]
    for part in parts[1:]:
        instant, _, rest = part.partition("}")
        days = f"extract(epoch FROM {instant.removeprefix('?')}) / 86400"
        told.append((f"coalesce({days}, 'NaN')" if instant.startswith("?") else days) + rest)
    return "".join(told)


def _days(instant: datetime) -> float:
    return (instant - _EPOCH) / DAY
