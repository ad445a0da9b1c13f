"""What promises, cases, remedies and answers count for as they stand: one row of each that counts for something."""

from __future__ import annotations

# Every statement gives: number, day, kind, team, marks, places, amounts; the marks that have an amount stand in front.
# It takes: ids, zone, minutes, place_names.
_PLACES = """ARRAY(
    SELECT DISTINCT a.key || ':' || left(a.value, 80) AS place
    FROM {whose} CROSS JOIN LATERAL jsonb_each_text({attributes}) a
    WHERE {of} AND a.key = ANY(%(place_names)s::text[]) AND a.value <> '' ORDER BY place
)"""
# Of a promise `p`: its own. Of a case: those of the promises that failed in it, and so of what was promised in it.
_ITS_PLACES = _PLACES.format(whose="(VALUES (1)) one", attributes="p.attributes", of="true")
_FAILED_HERE = "cases_failure f JOIN promises_promise b ON b.id = f.promise_id"
_PLACES_OF_CASE = _PLACES.format(whose=_FAILED_HERE, attributes="b.attributes", of="f.case_id = c.id")
_PLACES_OF_VOW = _PLACES.format(
    whose=f"cases_commitment m JOIN ({_FAILED_HERE}) ON f.case_id = m.case_id", attributes="b.attributes",
    of="m.promise_id = p.id",
)  # fmt: skip
# Of a remedy `g` in a case `c`: what it cost, by what it was for, and what of it went into a second failure.
PARTS = """
VALUES ('cost', g.entitled + g.correction + g.goodwill), ('owed', g.entitled), ('correction', g.correction),
       ('goodwill', g.goodwill), ('again', CASE WHEN c.ordinal > 1 THEN g.entitled + g.correction + g.goodwill END)
"""
# Of a case `c`: that something had failed in it after all. Whatever counts cases asks this.
FAILED = """
c.outcome <> 'corrected' AND NOT EXISTS (
    SELECT FROM cases_failure f WHERE f.case_id = c.id AND f.corrected_at IS NOT NULL
      AND NOT EXISTS (SELECT FROM cases_failure s WHERE s.case_id = f.case_id AND s.corrected_at IS NULL))
"""
_PROMISES = f"""
SELECT p.id AS number, (p.due_at AT TIME ZONE %(zone)s)::date AS day, p.kind_id AS kind,
       coalesce(o.team_id, k.team_id, 0) AS team,
       ARRAY[CASE WHEN k.inside_case THEN 'v:' ELSE 'p:' END || p.state] AS marks,
       CASE WHEN k.inside_case THEN {_PLACES_OF_VOW} ELSE {_ITS_PLACES} END AS places, NULL::numeric[] AS amounts
FROM promises_promise p JOIN promises_kind k ON k.id = p.kind_id LEFT JOIN people_staff o ON o.id = p.owner_id
WHERE p.id = ANY(%(ids)s::bigint[]) AND p.state IN ('kept', 'kept_late', 'broken', 'released')
"""  # noqa: S608 - written above

# A case in which nothing had failed after all counts for nothing. The customer was told first when somebody spoke to
# them before they had said a word; a step without words or channel is no conversation yet.
_CASES = f"""
SELECT c.id AS number, (c.opened_at AT TIME ZONE %(zone)s)::date AS day, c.kind_id AS kind,
       coalesce(o.team_id, 0) AS team,
       coalesce(g.marks, '{{}}') || array_remove(ARRAY[
           'f:' || CASE WHEN c.detected_by = 'customer' OR them.spoke_first THEN 'them'
                        WHEN s.spoke_at IS NULL THEN 'nobody' ELSE 'us' END
             || ':' || CASE WHEN g.approved THEN 'approval' WHEN g.given > 0 THEN 'spot'
                            WHEN s.apologised THEN 'apology' ELSE 'nothing' END
             || ':' || CASE coalesce(nullif(c.outcome, ''), a.answer)
                         WHEN 'satisfied' THEN 'right' WHEN 'satisfied_after_more' THEN 'right'
                         WHEN 'more' THEN 'more' WHEN 'not_satisfied' THEN 'more' WHEN 'will_not_forgive' THEN 'left'
                         WHEN '' THEN 'silent' WHEN 'not_reached' THEN 'silent' WHEN 'unreachable' THEN 'silent'
                         ELSE 'open' END,
           'own:' || width_bucket(extract(epoch FROM c.taken_at - c.opened_at) / 60, %(minutes)s::numeric[]),
           'contact:' || width_bucket(
               extract(epoch FROM coalesce(v.kept_at, s.spoke_at) - c.opened_at) / 60, %(minutes)s::numeric[]),
           'right:' || width_bucket(extract(epoch FROM
               CASE WHEN a.answer = 'satisfied' THEN a.answered_at
                    WHEN c.outcome IN ('satisfied', 'satisfied_after_more') THEN c.closed_at END - c.opened_at) / 60,
               %(minutes)s::numeric[]),
           'cause:' || c.cause_id,
           CASE WHEN c.ordinal > 1 THEN 'second' END,
           CASE WHEN v.judged THEN 'when:'
             || CASE WHEN extract(isodow FROM c.opened_at AT TIME ZONE %(zone)s) > 5 THEN 'weekend' ELSE 'weekday' END
             || ':' || (extract(hour FROM c.opened_at AT TIME ZONE %(zone)s)::int / 4 * 4)
             || ':' || CASE WHEN v.late THEN 'late' ELSE 'soon' END END
       ], NULL) AS marks, {_PLACES_OF_CASE} AS places, g.amounts
FROM cases_case c JOIN people_staff o ON o.id = c.owner_id
LEFT JOIN LATERAL (
    SELECT min(at) AS spoke_at, bool_or(step = 'apologise') AS apologised FROM cases_stepdone
    WHERE case_id = c.id AND undone_at IS NULL AND step IN ('own', 'listen', 'empathise', 'apologise', 'refocus')
      AND NOT (step = 'own' AND said = '' AND channel = '')
) s ON true
LEFT JOIN LATERAL (
    SELECT min(p.kept_at) AS kept_at, bool_or(p.state IN ('kept_late', 'broken', 'released')) AS late,
           bool_or(p.state IN ('kept', 'kept_late', 'broken', 'released')) AS judged
    FROM cases_commitment m JOIN promises_promise p ON p.id = m.promise_id
    WHERE m.case_id = c.id AND m.purpose = 'first_contact' AND m.undone_at IS NULL
) v ON true
LEFT JOIN LATERAL (
    SELECT count(*) AS given, bool_or(approval_id IS NOT NULL) AS approved,
           array_agg('given:' || coalesce(c.cause_id, 0) || ':' || currency ORDER BY id) AS marks,
           array_agg(entitled + correction + goodwill ORDER BY id) AS amounts
    FROM remedies_grant
    WHERE case_id = c.id AND state = 'given'
) g ON true
LEFT JOIN LATERAL (
    SELECT answer, answered_at FROM cases_satisfactioncheck WHERE case_id = c.id AND undone_at IS NULL
    ORDER BY asked_at DESC, id DESC LIMIT 1
) a ON true
LEFT JOIN LATERAL (
    SELECT EXISTS (SELECT FROM cases_failure WHERE case_id = c.id AND detected_by = 'customer'
                   AND at <= coalesce(s.spoke_at, 'infinity'))
        OR EXISTS (SELECT FROM journal_entry WHERE case_id = c.id AND verb IN ('case.wrote', 'case.reported')
                   AND at < coalesce(s.spoke_at, 'infinity')) AS spoke_first
) them ON true
WHERE c.id = ANY(%(ids)s::bigint[]) AND {FAILED}
"""  # noqa: S608 - written above
_GRANTS = f"""
SELECT g.id AS number, (g.given_at AT TIME ZONE %(zone)s)::date AS day, c.kind_id AS kind,
       coalesce(o.team_id, 0) AS team, parts.marks, {_PLACES_OF_CASE} AS places, parts.amounts
FROM remedies_grant g JOIN cases_case c ON c.id = g.case_id JOIN people_staff o ON o.id = c.owner_id
CROSS JOIN LATERAL (
    SELECT array_agg(part || ':' || g.currency ORDER BY part) AS marks, array_agg(amount ORDER BY part) AS amounts
    FROM ({PARTS}) p (part, amount) WHERE amount <> 0 OR part = 'cost'
) parts
WHERE g.id = ANY(%(ids)s::bigint[]) AND g.state = 'given'
"""  # noqa: S608 - written above
_SCORES = f"""
SELECT s.id AS number, (s.answered_at AT TIME ZONE %(zone)s)::date AS day, coalesce(c.kind_id, 0) AS kind,
       coalesce(o.team_id, 0) AS team,
       ARRAY['s:' || s.scale || ':' || s.occasion || ':' || round(s.value, 1)] AS marks, {_PLACES_OF_CASE} AS places,
       NULL::numeric[] AS amounts
FROM measurement_score s LEFT JOIN cases_case c ON c.id = s.case_id LEFT JOIN people_staff o ON o.id = c.owner_id
WHERE s.id = ANY(%(ids)s::bigint[])
"""  # noqa: S608 - written above
CONTRIBUTIONS = {"p": _PROMISES, "c": _CASES, "g": _GRANTS, "s": _SCORES}
TABLES = {"p": "promises_promise", "c": "cases_case", "g": "remedies_grant", "s": "measurement_score"}
