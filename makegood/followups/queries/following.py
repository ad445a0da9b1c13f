"""The follow-ups of a case, and which cases want some."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from makegood.followups.models import FollowUp, Patience
from makegood.followups.rules import Pending
from makegood.platform.rows import fetch_rows
from makegood.promises.rules import UNKEPT, State

TRIES, WAIT = 3, timedelta(days=1)
"""How often we try, and how long we wait after the first time, unless the settings say otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpFacts:
    """One time that we come back to a customer. `texts` are the words by language; `attempt` is None for one of the
    plan. `answer` is what the customer said, "" while it is to come. From `asks_at` on the question goes out by itself,
    None when a person asks; `trouble` is why a message that asked did not arrive. Instants are aware UTC."""

    promise_id: int
    title: str
    after: str
    attempt: int | None
    channel: str
    texts: Mapping[str, str]
    due_at: datetime
    warn_at: datetime
    breaks_at: datetime
    state: State
    settled_at: datetime | None
    owner: str
    answer: str
    words: str
    asks_at: datetime | None
    trouble: str

    @property
    def is_ahead(self) -> bool:
        """Whether it is still to be done."""
        return self.state in UNKEPT


_FOLLOW_UPS = """
SELECT f.promise_id, p.title, f.after, f.attempt, f.channel, f.texts, p.due_at, p.warn_at, p.breaks_at, p.state,
       p.settled_at, coalesce(s.name, ''), coalesce(h.answer, ''), coalesce(h.words, ''), f.asks_at, f.trouble
FROM followups_followup f
JOIN promises_promise p ON p.id = f.promise_id
LEFT JOIN people_staff s ON s.id = p.owner_id
LEFT JOIN cases_satisfactioncheck h ON h.id = f.heard_id AND h.undone_at IS NULL
WHERE f.case_id = %s ORDER BY p.due_at, f.id
"""
_NAMES = (
    "promise_id", "title", "after", "attempt", "channel", "texts", "due_at", "warn_at", "breaks_at", "state",
    "settled_at", "owner", "answer", "words", "asks_at", "trouble",
)  # fmt: skip


def follow_ups_of(number: int) -> tuple[FollowUpFacts, ...]:
    """The follow-ups of a case that the caller may see, in the order in which they are due."""
    rows = [dict(zip(_NAMES, row, strict=True)) for row in fetch_rows(_FOLLOW_UPS, [number])]
    return tuple(FollowUpFacts(**row | {"state": State(row["state"])}) for row in rows)


def pending_of(number: int) -> tuple[Pending, ...]:
    """Those of a case that are still to be done."""
    rows = FollowUp.objects.filter(case_id=number, promise__state__in=UNKEPT).order_by("promise__due_at", "pk")
    return tuple(Pending(*row) for row in rows.values_list("promise_id", "attempt", "opens_at"))


def patience() -> tuple[int, timedelta]:
    """How often we try to reach somebody who keeps silent, and how long we wait after the first time."""
    return Patience.objects.values_list("tries", "wait").first() or (TRIES, WAIT)


# Open cases in which all that was agreed has been done, some of it since the last plan was made.
_FIXED = """
FROM cases_case c
WHERE c.closed_at IS NULL
  AND NOT EXISTS (
    SELECT FROM cases_commitment m JOIN promises_promise p ON p.id = m.promise_id
    WHERE m.case_id = c.id AND m.purpose = 'commitment' AND m.undone_at IS NULL
      AND p.state IN ('open', 'at_risk', 'broken'))
  AND (
    SELECT max(p.settled_at) FROM cases_commitment m JOIN promises_promise p ON p.id = m.promise_id
    WHERE m.case_id = c.id AND m.purpose = 'commitment' AND m.undone_at IS NULL AND p.state IN ('kept', 'kept_late')
  ) > greatest(c.opened_at, c.reopened_at, (
    SELECT max(p.made_at) FROM followups_followup f JOIN promises_promise p ON p.id = f.promise_id
    WHERE f.case_id = c.id AND f.attempt IS NULL), (
    -- Whoever said since that they want something more is not to be asked whether it is still right.
    SELECT max(answered_at) FROM cases_satisfactioncheck
    WHERE case_id = c.id AND undone_at IS NULL AND answer = 'more'))
"""
# A cursor that is not of the past is of another server's count, as in the journal's own readers.
_SINCE = """
(j.xid, j.id) > (
    CASE WHEN %(xid)s < pg_snapshot_xmin(pg_current_snapshot())::text::bigint THEN %(xid)s ELSE 0 END, %(number)s
) AND (j.xid, j.id) <= (%(upto_xid)s, %(upto)s)
"""
_KEPT = f"""
SELECT m.case_id FROM journal_entry j JOIN cases_commitment m ON m.promise_id = j.subject_id
WHERE {_SINCE} AND j.subject_kind = 'promise' AND m.purpose = 'commitment'
  AND j.verb IN ('promise.kept', 'promise.kept_late', 'promise.released')
"""  # noqa: S608 - written above
_CAUSES = f"SELECT DISTINCT j.case_id FROM journal_entry j WHERE {_SINCE} AND j.verb = 'case.cause'"  # noqa: S608


def fixed_since(cursor: str, upto: str) -> list[int]:
    """The cases that the journal between two cursors says were put right, and that want a plan."""
    wanted = f"SELECT c.id {_FIXED} AND c.id IN ({_KEPT}) ORDER BY c.id"
    return [number for (number,) in fetch_rows(wanted, _between(cursor, upto))]


def causes_since(cursor: str, upto: str) -> list[int]:
    """The cases whose cause was recorded between two cursors of the journal."""
    return [number for (number,) in fetch_rows(_CAUSES, _between(cursor, upto))]


def _between(cursor: str, upto: str) -> dict[str, int]:
    (xid, number), (upto_xid, last) = (map(int, text.split("-")) for text in (cursor, upto))
    return {"xid": xid, "number": number, "upto_xid": upto_xid, "upto": last}


_ASKED_SINCE = """
SELECT 1 FROM cases_satisfactioncheck k
WHERE k.case_id = %s AND k.undone_at IS NULL AND k.asked_at >= (
    SELECT max(p.settled_at) FROM cases_commitment m JOIN promises_promise p ON p.id = m.promise_id
    WHERE m.case_id = k.case_id AND m.purpose = 'commitment' AND m.undone_at IS NULL)
"""


def asked_since_fixed(number: int) -> bool:
    """Whether the customer was asked after the last of what was agreed had been done."""
    return bool(fetch_rows(_ASKED_SINCE, [number]))


def is_fixed(number: int) -> bool:
    """Whether one case is put right and wants a plan; asked again once it is held."""
    return bool(fetch_rows(f"SELECT 1 {_FIXED} AND c.id = %s", [number]))
