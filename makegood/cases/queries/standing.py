"""In which group of today's work each open case stands, told by the database in one pass."""

from __future__ import annotations

from collections.abc import Iterable

from makegood.cases.queries.seeing import SEEN_WITHOUT_TEAM
from makegood.cases.rules import Answer
from makegood.journal.queries import Recorded
from makegood.people.rules import Scope

MOST_READ = 300
"""So many of those that nobody has taken, and of the others, are looked at, the gravest first."""


def grouped(scope: Scope, who: str) -> str:
    """The beginning of a statement that knows what `ASKED_OF_ME` does, and `waiting`, `theirs` and `stood`; it takes
    `me` and what `sight` gives. `who` is "me" for one's own open cases or "team"; for those in no team that is all they
    may see."""
    verbs = {"theirs": _listed(THEIRS), "astray": _listed(_ASTRAY), "replies": _listed(REPLIES)}
    return ASKED_OF_ME + _GROUPED.format(ours=_ours(scope, who), read=MOST_READ, **verbs)


def awaiting_reply(entries: Iterable[Recorded]) -> Recorded | None:
    """What the customer did last in a case and had no reply to, of what was recorded of it (oldest first)."""
    told = (entry for entry in entries if entry.verb in (*THEIRS, *REPLIES))
    last = max(told, key=lambda entry: (entry.at, entry.id), default=None)
    return last if last is not None and (last.verb in THEIRS or last.data.get("answer") in _WANTING) else None


def _listed(verbs: Iterable[str]) -> str:
    return ", ".join(f"'{verb}'" for verb in verbs)


def _ours(scope: Scope, who: str) -> str:
    if who == "me":
        return "c.owner_id = %(me)s::bigint"
    if scope.team_id is not None:
        return "c.owner_id IN (SELECT id FROM people_staff WHERE team_id = %(team_id)s::bigint)"
    return "true" if scope.sees_all else SEEN_WITHOUT_TEAM


THEIRS = ("case.wrote", "case.asked_else", "case.link_asked")
"""What the customer did that wants a reply (the journal has an index of these)."""
_WANTING = (Answer.MORE, Answer.NOT_SATISFIED)
# What became of a message that did not reach the customer, or of which nobody knows (likewise).
_ASTRAY = ("case.message_failed", "case.message_unsure", "case.message_bounced")
REPLIES = (
    "case.step", "case.committed", "case.asked", "case.answered", "case.followed_up", "case.choice_offered",
    "case.link_made", "case.message_sent", "case.message_arrived",
)  # fmt: skip
"""What is a reply to a customer who wrote, or one that the customer needs no more."""

ASKED_OF_ME = """
WITH mine AS MATERIALIZED (
    SELECT p.id, p.state, p.due_at, k.inside_case FROM promises_promise p JOIN promises_kind k ON k.id = p.kind_id
    WHERE p.owner_id = %(me)s::bigint AND p.state IN ('open', 'at_risk', 'broken')
), asked_of_me AS MATERIALIZED (
    SELECT m.case_id, m.purpose, mine.state, mine.due_at FROM mine, LATERAL (
        -- Each for itself: there are few of them, and as many commitments as a year had cases.
        SELECT case_id, purpose FROM cases_commitment WHERE promise_id = mine.id OFFSET 0
    ) m WHERE mine.inside_case
)
"""
"""The beginning of a statement that knows what `me` has not kept yet (`mine`), and of that what stands in cases
(`asked_of_me`). `mine` is answered by an index alone, and every page asks for it."""

# `waiting`: what waits for this very person, and for what; where several hold, the first. After a storm a lead may be
# drawn into more than anybody could look at, so that each sort is bounded.
#
# A message is astray until it goes again or is taken back, the customer was reached in another way, or it went another
# way by itself (`instead`).
#
# `stood`: the others. What was foretold and has not failed is at risk, unless a word that we gave them is broken; what
# was foretold to break and then kept in time, or replaced with the customer's consent, never failed. What is taken,
# with every promise to the customer ended and nothing more wanted, is only to be concluded: it waits, and says what
# for (`to_conclude`). The rest is broken; `runs` while the customer still waits for what broke.
_GROUPED = """
, waiting AS MATERIALIZED (
    SELECT number, min(why) AS why FROM (
        (SELECT 0 AS why, id AS number FROM cases_case WHERE closed_at IS NULL AND offered_to_id = %(me)s::bigint
         ORDER BY id LIMIT {read})
        UNION ALL
        (SELECT 1, e.case_id FROM cases_escalation e
         JOIN cases_commitment m ON m.id = e.charge_id JOIN promises_promise p ON p.id = m.promise_id
         WHERE e.person_id = %(me)s::bigint AND e.taken_at IS NULL AND p.state IN ('open', 'at_risk', 'broken')
         ORDER BY e.case_id LIMIT {read})
        UNION ALL
        (SELECT 2, case_id FROM asked_of_me WHERE purpose = 'personal_contact' ORDER BY case_id LIMIT {read})
        UNION ALL
        (SELECT 3, c.id FROM cases_case c
         WHERE c.closed_at IS NULL AND NOT c.light AND c.owner_id = %(me)s::bigint
           AND (SELECT answer FROM cases_satisfactioncheck WHERE case_id = c.id AND undone_at IS NULL
                ORDER BY asked_at DESC, id DESC LIMIT 1) = 'more'
         ORDER BY c.id LIMIT {read})
        UNION ALL
        (SELECT 4, c.id FROM cases_case c
         WHERE c.closed_at IS NULL AND NOT c.light AND c.owner_id = %(me)s::bigint
           AND EXISTS (SELECT FROM journal_entry WHERE case_id = c.id AND verb IN ({theirs}))
           AND (SELECT verb FROM journal_entry
                WHERE case_id = c.id AND verb IN ({theirs}, {replies})
                ORDER BY at DESC, id DESC LIMIT 1) IN ({theirs})
         ORDER BY c.id LIMIT {read})
        UNION ALL
        (SELECT 5, c.id FROM cases_case c
         WHERE c.closed_at IS NULL AND NOT c.light AND c.owner_id = %(me)s::bigint
           AND EXISTS (SELECT FROM journal_entry a
                       WHERE a.case_id = c.id AND a.verb IN ({astray}) AND a.data->'instead' IS NULL
                         AND NOT EXISTS (SELECT FROM journal_entry e
                                         WHERE e.case_id = a.case_id AND e.id > a.id
                                           AND (e.verb IN ({replies}) OR e.data->'message' = a.data->'message')))
         ORDER BY c.id LIMIT {read})
        UNION ALL
        (SELECT 6, case_id FROM asked_of_me WHERE purpose = 'find_cause' AND state <> 'open'
         ORDER BY case_id LIMIT {read})
        UNION ALL
        (SELECT 7, case_id FROM asked_of_me WHERE purpose = 'follow_up' AND state <> 'open'
         ORDER BY case_id LIMIT {read})
    ) each_sort GROUP BY number
), theirs AS MATERIALIZED (
    (SELECT id, severity, opened_at, reopened_at, detected_by, cause_id, cause_finder_id, true AS untaken
     FROM cases_case c WHERE closed_at IS NULL AND NOT light AND taken_at IS NULL AND {ours}
     ORDER BY severity DESC, opened_at, id LIMIT {read})
    UNION ALL
    (SELECT id, severity, opened_at, reopened_at, detected_by, cause_id, cause_finder_id, false
     FROM cases_case c WHERE closed_at IS NULL AND NOT light AND taken_at IS NOT NULL AND {ours}
     ORDER BY severity DESC, opened_at, id LIMIT {read})
), stood AS MATERIALIZED (
    SELECT c.id, c.untaken, c.severity, c.opened_at, coalesce(f.breaks_at, c.opened_at) AS breaks_at,
           f.broken OR f.harm OR m.broken AS runs,
           coalesce(f.late_since, CASE WHEN f.harm THEN c.opened_at END, m.late_since) AS late_since,
           CASE WHEN done THEN 'waiting'
                WHEN c.detected_by = 'forecast' AND NOT f.failed AND NOT m.word_broken THEN 'at_risk'
                ELSE 'broken' END AS "group",
           CASE WHEN a.answer IS NULL THEN 100 WHEN a.answer = 'not_reached' THEN 101 WHEN a.answer = '' THEN 104
                WHEN c.cause_id IS NULL AND c.cause_finder_id IS NULL THEN 102 ELSE 103 END AS to_conclude
    FROM theirs c, LATERAL (
        SELECT coalesce(bool_or(promise_id IS NULL OR p.state IN ('broken', 'kept_late', 'released')), false) AS failed,
               coalesce(bool_or(p.state = 'broken'), false) AS broken,
               coalesce(bool_or(p.state IN ('open', 'at_risk', 'broken')), false) AS unkept,
               coalesce(bool_or(promise_id IS NULL), false) AS harm, count(promise_id) > 0 AS known,
               min(p.breaks_at) AS breaks_at, min(p.due_at) FILTER (WHERE p.state = 'broken') AS late_since
        FROM cases_failure LEFT JOIN promises_promise p ON p.id = promise_id
        WHERE case_id = c.id AND corrected_at IS NULL
    ) f, LATERAL (
        SELECT coalesce(bool_or(p.state = 'broken'), false) AS broken,
               coalesce(bool_or(p.state = 'broken' AND purpose <> 'first_contact'), false) AS word_broken,
               min(p.due_at) FILTER (WHERE p.state = 'broken') AS late_since,
               coalesce(bool_or(p.state IN ('open', 'at_risk', 'broken')), false) AS unkept,
               coalesce(bool_or(purpose <> 'first_contact' AND p.made_at >= coalesce(c.reopened_at, p.made_at)), false)
                   AS agreed
        FROM cases_commitment JOIN promises_promise p ON p.id = promise_id
        WHERE NOT f.broken AND case_id = c.id AND undone_at IS NULL
              AND purpose IN ('first_contact', 'commitment', 'update')
    ) m LEFT JOIN LATERAL (
        SELECT answer FROM cases_satisfactioncheck
        WHERE NOT f.unkept AND NOT m.unkept AND case_id = c.id AND undone_at IS NULL
              AND asked_at >= coalesce(c.reopened_at, asked_at)
        ORDER BY asked_at DESC, id DESC LIMIT 1
    ) a ON true, LATERAL (
        SELECT NOT c.untaken AND NOT f.unkept AND NOT m.unkept AND coalesce(a.answer, '') <> 'more'
               AND (a.answer IS NOT NULL OR m.agreed OR (f.known AND c.reopened_at IS NULL)) AS done
    ) d
    WHERE c.id NOT IN (SELECT number FROM waiting)
)
"""

# Of `mine` those in a state that no case is about, the latest to break or the next to break first. Nearly all have a
# case: that is seen (OFFSET 0 keeps it so) before any row of theirs is read.
CASELESS_MINE = f"""
SELECT p.id FROM (
    SELECT id FROM mine WHERE state = '{{state}}' AND NOT inside_case
      AND NOT EXISTS (SELECT FROM cases_failure WHERE promise_id = mine.id) OFFSET 0
) alone JOIN promises_promise p ON p.id = alone.id
ORDER BY p.breaks_at {{down}}, p.id LIMIT {MOST_READ}
"""  # noqa: S608 - written here
