"""Ledgers of any size, written straight into the tables by the database itself."""

from __future__ import annotations

from bench.ground import Ground

STAFF = 20
_FIRST = (
    "Anna Ben Carla Dario Elif Farid Grace Hugo Irina Jonas Katja Liam Mina Noor Olga Pedro Quentin Rosa Sami Tilda"
)
_LAST = "Abbott Brandt Castro Dubois Evans Fischer Garcia Holm Ivanov Jensen Klein Lopez Meyer Novak Olsen Petit"

# Rows are made whole and true to each other, so that looking up every reference again would only cost time.
_TRUSTING = "SET session_replication_role = replica"

_CUSTOMERS = f"""
INSERT INTO customers_customer
    (key, name, language, time_zone, preferred_channel, currency, made_at, search)
SELECT 'F' || n, name, '', '', '', '', now() - interval '1 year',
       array_to_tsvector(array[lower(split_part(name, ' ', 1)), lower(split_part(name, ' ', 2)), 'f' || n])
FROM (
    SELECT n, (string_to_array('{_FIRST}', ' '))[1 + n %% 20] || ' '
              || (string_to_array('{_LAST}', ' '))[1 + (n / 20) %% 16] || (n / 320)::text AS name
    FROM generate_series(1, %(many)s) n
) c
ON CONFLICT (key) DO NOTHING
"""

# Open promises that nobody need look at for a week.
_OPEN = """
INSERT INTO promises_promise
    (source, reference, customer_id, kind_id, title, made_by, made_at, due_at, warn_at, breaks_at, state,
     next_check_at, currency, attributes)
SELECT 'fill', 'O' || n, %(first_customer)s + n %% %(customers)s, %(kind)s, 'Six pieces to the door', 'fill',
       now() - interval '1 day', due, due - interval '4 hours', due, 'open', due - interval '4 hours', '', '{}'
FROM (SELECT n, now() + interval '8 days' + n %% 1000000 * interval '1 second' AS due
      FROM generate_series(%(start)s::int, %(end)s::int) n) p
"""

# A year of promises: of a hundred, ten were broken (and each has its case), five are open, the others were kept.
_HISTORY = """
INSERT INTO promises_promise
    (source, reference, customer_id, kind_id, title, owner_id, made_by, made_at, due_at, warn_at, breaks_at,
     kept_at, state, next_check_at, settled_at, currency, attributes)
SELECT 'fill', 'H' || n, %(first_customer)s + n %% %(customers)s, %(kind)s, 'Order ' || n || ' to the door',
       %(first_staff)s + (n + n / 500) %% %(staff)s, 'fill', due - interval '3 days', due,
       due - interval '4 hours', due,
       CASE state WHEN 'kept' THEN due - interval '1 hour' WHEN 'kept_late' THEN due + interval '1 hour' END,
       state, CASE state WHEN 'open' THEN due - interval '4 hours' END,
       CASE state WHEN 'kept' THEN due - interval '1 hour' WHEN 'kept_late' THEN due + interval '1 hour' END, '', '{}'
FROM (
    SELECT n, CASE WHEN n %% 20 = 19 THEN 'open' WHEN n %% 100 = 50 THEN 'broken' WHEN n %% 10 = 0 THEN 'kept_late'
                   ELSE 'kept' END AS state,
           CASE WHEN n %% 20 = 19 THEN now() + interval '1 day' + n * interval '1 second'
                ELSE now() - interval '6 hours' - n %% 365 * interval '1 day' - n * interval '20 ms' END AS due
    FROM generate_series(1, %(many)s) n
) p
"""

# One case for every tenth promise; of a hundred cases two are still open.
_CASES = """
INSERT INTO cases_case
    (customer_id, kind_id, title, severity, criticality, detected_by, opened_at, owner_id, taken_at, offer_note,
     ordinal, harm, cause_note, outcome, closed_at, search)
SELECT customer_id, kind_id, title || ' was not kept', 3, 2, 'watch', due_at, owner_id, due_at + interval '5 minutes',
       '', 1, 'The customer waited at home', '', CASE WHEN is_open THEN '' ELSE 'satisfied' END,
       CASE WHEN NOT is_open THEN due_at + interval '2 days' END,
       to_tsvector('simple', title || ' was not kept The customer waited at home')
FROM (SELECT *, substr(reference, 2)::int %% 500 = 0 AS is_open FROM promises_promise
      WHERE source = 'fill' AND substr(reference, 2)::int %% 10 = 0 AND reference LIKE 'H%%') p
ORDER BY due_at
"""
_FAILURES = """
INSERT INTO cases_failure (case_id, promise_id, failure_class, what, severity, detected_by, at)
SELECT c.id, p.id, 'outcome', c.title, 3, 'watch', c.opened_at
FROM cases_case c JOIN promises_promise p ON p.customer_id = c.customer_id AND c.title = p.title || ' was not kept'
"""
_STEPS = """
INSERT INTO cases_stepdone (case_id, step, said, channel, by_id, at)
SELECT id, step, 'We are sorry, and this is what we do', 'phone', owner_id, opened_at + place * interval '10 minutes'
FROM cases_case, unnest(%(steps)s::text[]) WITH ORDINALITY AS s (step, place)
"""
# What was promised inside each case: one that was kept, and one more that is still open in the open cases.
_COMMITMENTS = """
WITH made AS (
    INSERT INTO promises_promise
        (source, reference, customer_id, kind_id, title, owner_id, made_by, made_at, due_at, warn_at, breaks_at,
         kept_at, state, next_check_at, settled_at, currency, attributes)
    SELECT 'fill', purpose || id, customer_id, (SELECT id FROM promises_kind WHERE slug = 'commitment'),
           'Ring the customer', owner_id, 'fill', opened_at, due, due - interval '5 minutes', due,
           CASE WHEN state = 'kept' THEN due END, state,
           CASE WHEN state = 'open' THEN due - interval '5 minutes' END, CASE WHEN state = 'kept' THEN due END, '', '{}'
    FROM (
        SELECT id, customer_id, owner_id, opened_at, 'first_contact' AS purpose, 'kept' AS state,
               opened_at + interval '15 minutes' AS due FROM cases_case
        UNION ALL
        SELECT id, customer_id, owner_id, opened_at, 'commitment', 'open', now() + interval '1 day' FROM cases_case
        WHERE closed_at IS NULL
    ) c
    RETURNING id, reference
)
INSERT INTO cases_commitment (case_id, promise_id, purpose)
SELECT substring(reference FROM '[0-9]+$')::bigint, id, rtrim(reference, '0123456789') FROM made
"""
_JOURNAL = """
INSERT INTO journal_entry
    (at, actor_kind, actor_id, actor_name, verb, customer_id, case_id, subject_kind, subject_id, data)
SELECT opened_at + place * interval '10 minutes', 'staff', owner_id, 'Ada Bench', 'case.told', customer_id, id,
       'case', id, '{"step": "own"}'
FROM cases_case, generate_series(1, 5) place
"""
# Answers of a year: four in five to everybody by lot, the others after a case.
_ANSWERS = """
INSERT INTO measurement_score (customer_id, scale, value, occasion, answered_at, source, reference)
SELECT %(first_customer)s + n %% %(customers)s, 'csat', 1 + n %% 5,
       CASE WHEN n %% 5 = 0 THEN 'case' ELSE 'pulse' END, now() - n %% 365 * interval '1 day', 'fill', n::text
FROM generate_series(1, %(many)s) n
"""
# Of closed cases nineteen in twenty have a cause, a few causes most of them; in every third something was given, after
# every fiftieth the customer left, and every hundredth will not forgive.
_CAUSES = """
UPDATE cases_case c SET outcome = CASE WHEN c.id %% 100 = 7 THEN 'will_not_forgive' ELSE c.outcome END,
    cause_id = CASE WHEN c.id %% 20 > 0
                    THEN known.ids[1 + floor(cardinality(known.ids) * (c.id %% 1000 / 1000.0) ^ 3)] END
FROM (SELECT array_agg(id ORDER BY id) AS ids FROM cases_cause) known WHERE c.closed_at IS NOT NULL
"""
_GRANTS = """
INSERT INTO remedies_grant
    (remedy, title, words, playbook, rule, option, entitled, correction, goodwill, currency, reason, state, made_at,
     due_at, given_at, by_id, case_id, decided_by_id, promise_id, failure, problem, reference, once_key, policy, titles)
SELECT 'credit', 'A credit', '', '', '', '', 0, 0, 10 + c.id %% 30, 'GBP', '', 'given', c.opened_at,
       c.opened_at + interval '1 day', c.opened_at + interval '1 hour', c.owner_id, c.id, c.owner_id, f.promise_id,
       '', '', '', '', '', '{}'
FROM cases_case c JOIN cases_failure f ON f.case_id = c.id WHERE c.closed_at IS NOT NULL AND c.id %% 3 = 0
"""
_LEFT = """
INSERT INTO measurement_behaviour (deed, at, currency, source, reference, customer_id)
SELECT 'left', opened_at + interval '30 days', '', 'fill', id::text, customer_id FROM cases_case
WHERE id %% 50 = 3 AND opened_at < now() - interval '30 days'
"""
_CLEAR = (
    "TRUNCATE promises_promise, cases_case, cases_failure, cases_stepdone, cases_commitment, cases_escalation,"
    " cases_satisfactioncheck, measurement_score, measurement_behaviour CASCADE"
)


def fill_customers(place: Ground, many: int) -> int:
    """Make customers; the id of the first, those of the others follow it."""
    with place.connect() as link:
        link.execute(_CUSTOMERS, {"many": many})
        row = link.execute("SELECT min(id) FROM customers_customer WHERE key LIKE 'F%'").fetchone()
        link.execute("VACUUM ANALYZE customers_customer")
    assert row is not None
    return int(row[0])


def fill_open(place: Ground, start: int, end: int, first_customer: int, customers: int) -> None:
    """Add the open promises numbered `start` to `end`; indexes grow as they always do."""
    values = {"start": start, "end": end, "first_customer": first_customer, "customers": customers}
    with place.connect() as link:
        link.execute(_TRUSTING)
        link.execute(_OPEN, {**values, "kind": kind_id(place, "delivery")})
        link.execute("VACUUM ANALYZE promises_promise")


def fill_history(place: Ground, promises: int, first_customer: int, customers: int) -> None:
    """Promises of a year, and a case for every tenth."""
    first_staff = fill_staff(place)
    values = {
        "many": promises, "first_customer": first_customer, "customers": customers, "first_staff": first_staff,
        "staff": STAFF, "kind": kind_id(place, "delivery"),
    }  # fmt: skip
    with place.connect() as link:
        link.execute(_TRUSTING)
        link.execute(_HISTORY, values)
        link.execute("ANALYZE promises_promise")
        link.execute(_CASES, values)
        link.execute("ANALYZE cases_case")
        link.execute(_FAILURES)
        link.execute(_STEPS, {"steps": ["own", "listen", "empathise", "apologise", "refocus"]})
        link.execute(_COMMITMENTS)
        link.execute(_JOURNAL)
        link.execute("VACUUM ANALYZE")


def fill_answers(place: Ground, many: int, first_customer: int, customers: int) -> None:
    """Scores of a year, spread over the customers."""
    with place.connect() as link:
        link.execute(_TRUSTING)
        link.execute(_ANSWERS, {"many": many, "first_customer": first_customer, "customers": customers})
        link.execute("VACUUM ANALYZE measurement_score")


def fill_causes(place: Ground) -> None:
    """Why cases happened, what was given in them, and who left after one."""
    with place.connect() as link:
        link.execute(_TRUSTING)
        for statement in (_CAUSES, _GRANTS, _LEFT):
            link.execute(statement, {})
        # As if they had been there from the beginning: an update leaves each row twice.
        link.execute("VACUUM FULL cases_case")
        link.execute("VACUUM ANALYZE cases_case, remedies_grant, measurement_behaviour")


def fill_staff(place: Ground) -> int:
    """Colleagues who may own work, on one team; the id of the first, those of the others follow it."""
    place.sql("INSERT INTO people_team (name) VALUES ('Care') ON CONFLICT DO NOTHING")
    place.sql(
        "INSERT INTO people_staff (password, email, name, role, team_id, grade, time_zone, language, week, single_keys,"
        " is_active) SELECT '', 'agent' || n || '@bench.example', 'Agent ' || n, 'agent', (SELECT min(id) FROM"
        " people_team), 1, '', 'en', '{}', true, true FROM generate_series(1, %s) n ON CONFLICT DO NOTHING",
        [STAFF],
    )
    return int(place.sql("SELECT min(id) FROM people_staff WHERE email LIKE 'agent%'")[0][0])


def clear(place: Ground) -> None:
    """Take all promises and cases away."""
    place.sql(_CLEAR)


def kind_id(place: Ground, slug: str) -> int:
    """The id of a kind of promise."""
    return int(place.sql("SELECT id FROM promises_kind WHERE slug = %s", [slug])[0][0])
