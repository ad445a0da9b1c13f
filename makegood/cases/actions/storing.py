"""Writing many rows of a case at once: a thousand promises may break in the same second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from makegood.cases.rules import FailureClass, Purpose
from makegood.journal.actions import RECORDED, NewEntry, entry_rows
from makegood.notices.actions import TOLD
from makegood.platform.among import array_of
from makegood.platform.copying import copy_rows


class NewCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case to be opened. Its number is drawn beforehand, so that what belongs to it can name it."""

    id: int
    customer_id: int
    kind_id: int
    title: str
    severity: int
    criticality: int
    detected_by: str
    opened_at: datetime
    owner_id: int
    ordinal: int
    repeat_of_id: int | None
    harm: str
    needs: str
    light: bool = False


class NewFailure(msgspec.Struct, frozen=True, kw_only=True):
    """One failure to be added to a case. `promise_id` is None for a harm that a person reported."""

    case_id: int
    promise_id: int | None
    failure_class: FailureClass
    what: str
    severity: int
    detected_by: str
    at: datetime


class NewCommitment(msgspec.Struct, frozen=True, kw_only=True):
    """One promise that was made inside a case."""

    case_id: int
    promise_id: int
    purpose: Purpose


class NewEscalation(msgspec.Struct, frozen=True, kw_only=True):
    """One rung climbed: `commitment_id` broke (None: the customer was failed again), `charge_id` is the promise to take
    the case in charge."""

    case_id: int
    commitment_id: int | None
    charge_id: int
    rung: int
    person_id: int
    at: datetime


# All that is new goes in one statement: of a single case, each way to the server is a good part of the time. The words
# by which a case is found are worked out while it is written: a second pass would write it twice.
_INSERT_CASES = f"""
WITH {RECORDED}, {TOLD}, failed AS (
    INSERT INTO cases_failure ({", ".join(NewFailure.__struct_fields__)})
    SELECT {", ".join(NewFailure.__struct_fields__)}
    FROM json_populate_recordset(NULL::cases_failure, %(failures)s::json)
), committed AS (
    INSERT INTO cases_commitment ({", ".join(NewCommitment.__struct_fields__)})
    SELECT {", ".join(NewCommitment.__struct_fields__)}
    FROM json_populate_recordset(NULL::cases_commitment, %(commitments)s::json)
)
INSERT INTO cases_case (id, customer_id, kind_id, title, severity, criticality, detected_by, opened_at, owner_id,
    ordinal, repeat_of_id, harm, needs, light, cause_note, outcome, offer_note, search)
SELECT id, customer_id, kind_id, title, severity, criticality, detected_by, opened_at, owner_id,
    ordinal, repeat_of_id, harm, needs, light, '', '', '', to_tsvector('simple', title || ' ' || harm || ' ' || needs)
FROM json_populate_recordset(NULL::cases_case, %(cases)s::json)
"""  # noqa: S608 - names of columns, written above


def insert_cases(
    cases: Sequence[NewCase],
    failures: Sequence[NewFailure],
    commitments: Sequence[NewCommitment],
    entries: Sequence[NewEntry],
    telling: Mapping[str, Any],
) -> None:
    """Write new cases, what failed in them or in others, what was promised in them, what the journal says, and whom it
    is told (`to_tell`)."""
    given = {"cases": cases, "failures": failures, "commitments": commitments}
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT_CASES,
            {
                **{name: msgspec.json.encode(rows).decode() for name, rows in given.items()},
                "entries": entry_rows(entries),
                **telling,
            },
        )


def insert_commitments(commitments: Sequence[NewCommitment]) -> list[int]:
    """Write commitments and return their ids in the order given."""
    ids = _numbers("cases_commitment_id_seq", len(commitments))
    columns = ("id", *NewCommitment.__struct_fields__)
    rows = [(number, *msgspec.structs.astuple(one)) for number, one in zip(ids, commitments, strict=True)]
    copy_rows("cases_commitment", columns, rows)
    return ids


def insert_escalations(escalations: Sequence[NewEscalation]) -> None:
    """Write rungs."""
    _copy("cases_escalation", NewEscalation.__struct_fields__, escalations)


def set_severities(severities: dict[int, int]) -> None:
    """Change the severity of cases, by number. What makes one graver needs a person: it is light no more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_case c SET severity = n.severity, light = false "
            "FROM unnest(%s::bigint[], %s::int[]) AS n (id, severity) "
            "WHERE c.id = n.id AND (c.severity <> n.severity OR c.light)",
            [array_of(severities), array_of(severities.values())],
        )


def _copy(table: str, columns: tuple[str, ...], rows: Sequence[msgspec.Struct]) -> None:
    copy_rows(table, columns, [msgspec.structs.astuple(row) for row in rows])


def _numbers(sequence: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(nextval(%s)) FROM generate_series(1, %s)", [sequence, count])
        (numbers,) = cursor.fetchall()[0]
    return list(numbers or [])
