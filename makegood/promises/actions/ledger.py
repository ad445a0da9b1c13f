"""What all writers of the ledger share: policies, rows in bulk, and the words of a move."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any

import msgspec
from django.db import connection

from makegood.customers.queries import LIVING_BY_ID, Living
from makegood.journal.actions import hand, recording
from makegood.journal.actors import Actor
from makegood.platform.among import array_of
from makegood.platform.copying import copy_rows
from makegood.platform.rows import fetch_rows
from makegood.promises.models import Kind, Promise
from makegood.promises.rules import Clocks, Events, Moved, Policy, Standing, State

VERBS: Mapping[State, str] = {
    State.OPEN: "promise.calmed",
    State.AT_RISK: "promise.at_risk",
    State.BROKEN: "promise.broken",
    State.KEPT: "promise.kept",
    State.KEPT_LATE: "promise.kept_late",
    State.REPLACED: "promise.replaced",
    State.WITHDRAWN: "promise.withdrawn",
    State.RELEASED: "promise.released",
}


class NewRow(msgspec.Struct, frozen=True, kw_only=True):
    """A promise about to be written, complete."""

    source: str = ""
    reference: str | None = None
    customer_id: int
    policy: Policy
    title: str
    owner_id: int | None = None
    made_by: str = ""
    made_at: datetime
    due_on: date | None = None
    clocks: Clocks
    events: Events
    standing: Standing
    replaces_id: int | None = None
    amount: Decimal | None = None
    currency: str = ""
    attributes: Mapping[str, Any] = {}
    stamps: Mapping[str, Any] | None = None
    working: Any = None


def policy_of(kind: Kind) -> Policy:
    """The policy of a kind, as a plain value."""
    return Policy(
        kind_id=kind.pk,
        slug=kind.slug,
        name=kind.name,
        warning=kind.warning,
        grace=kind.grace,
        severity=kind.severity,
        role=kind.role,
        team_id=kind.team_id,
        opens_case=kind.opens_case,
        inside_case=kind.inside_case,
    )


# By hand, because putting the statement together took longer than asking it, for every promise that is made.
_POLICIES = """
SELECT id, slug, name, warning, grace, severity, role, team_id, opens_case, inside_case
FROM promises_kind WHERE retired_at IS NULL OR %s
"""
# The ids of the promises to come are drawn by the way.
_POLICY_AND_IDS = """
SELECT id, slug, name, warning, grace, severity, role, team_id, opens_case, inside_case,
       ARRAY(SELECT nextval('promises_promise_id_seq') FROM generate_series(1, %s))
FROM promises_kind WHERE slug = %s
"""
# The same for one promise, with the customer it is made to.
_POLICY_ID_AND_CUSTOMER = f"""
SELECT k.id, k.slug, k.name, k.warning, k.grace, k.severity, k.role, k.team_id, k.opens_case, k.inside_case,
       nextval('promises_promise_id_seq'), c.id, c.name, c.time_zone
FROM promises_kind k LEFT JOIN ({LIVING_BY_ID}) c ON true WHERE k.slug = %(slug)s AND k.retired_at IS NULL
"""  # noqa: S608 - the statement of the room of customers
_OF_POLICY = (
    "kind_id", "slug", "name", "warning", "grace", "severity", "role", "team_id", "opens_case", "inside_case",
)  # fmt: skip


def all_policies(*, retired: bool = True) -> dict[str, Policy]:
    """Every kind's policy by slug, with or without the `retired`: one small read, done once per batch."""
    return {row[1]: _policy(row) for row in fetch_rows(_POLICIES, [retired])}


def policy_and_ids(slug: str, many: int) -> tuple[Policy, list[int]] | None:
    """The policy of a kind, also of a retired one, and ids for so many promises of it; None when there is none."""
    found = [(_policy(row), ids) for *row, ids in fetch_rows(_POLICY_AND_IDS, [many, slug])]
    return found[0] if found else None


def policy_id_and_customer(slug: str, customer_id: int) -> tuple[Policy, int, Living | None] | None:
    """The policy of a kind in use, an id for one promise of it, and the customer; None when there is no such kind."""
    found = fetch_rows(_POLICY_ID_AND_CUSTOMER, {"slug": slug, "customer": customer_id})
    if not found:
        return None
    *policy, number, living_id, name, zone = found[0]
    return _policy(policy), number, None if living_id is None else Living(living_id, name, zone)


def _policy(row: Sequence[Any]) -> Policy:
    return Policy(**dict(zip(_OF_POLICY, row, strict=True)))


_COLUMNS = (
    "id", "source", "reference", "customer_id", "kind_id", "title", "owner_id", "made_by", "made_at", "due_at",
    "due_on", "warn_at", "breaks_at", "forecast_at", "kept_at", "withdrawn_at", "replaced_at", "replaces_id",
    "state", "next_check_at", "settled_at", "amount", "currency", "attributes", "stamps", "working",
)  # fmt: skip
# The name of the sequence as it stands: asking for it by table and column cost 2 ms in a thousand.
_IDS = "SELECT nextval('promises_promise_id_seq') FROM generate_series(1, %s)"


# Said of the rows as they stand: made here and sent, a thousand entries took twice as long.
_MADE = """
    SELECT p.made_at AS at, 'promise.made' AS verb, p.customer_id, 'promise' AS subject_kind, p.id AS subject_id,
           CASE WHEN p.due_on IS NULL THEN jsonb_build_object('title', p.title, 'kind', k.slug, 'due_at', p.due_at)
                ELSE jsonb_build_object('title', p.title, 'kind', k.slug, 'due_at', p.due_at, 'due_on', p.due_on)
           END AS data
    FROM made p JOIN promises_kind k ON k.id = p.kind_id ORDER BY p.id
"""
_RECORD_MADE = f"""
WITH made AS (SELECT * FROM promises_promise WHERE id = ANY(%(ids)s::bigint[]))
{recording(_MADE)}
"""  # noqa: S608 - put together from what is written here


def draw_ids(many: int) -> list[int]:
    """Ids for so many new promises, in rising order."""
    return [number for (number,) in fetch_rows(_IDS, [many])]


def insert_rows(rows: Iterable[tuple[int, NewRow]], *, by: Actor) -> None:
    """Write new promises with the ids they were given, and that they were made.

    Rows may be worked out while they are asked for: the database takes in the first meanwhile.
    """
    remaining = iter(rows)
    first = list(islice(remaining, _FEW + 1))
    if len(first) > _FEW:
        _copy(chain(first, remaining), by)
    elif first:
        _insert(first, by)


def _copy(rows: Iterable[tuple[int, NewRow]], by: Actor) -> None:
    ids = []

    def cells() -> Iterable[tuple[Any, ...]]:
        for number, row in rows:
            ids.append(number)
            yield _cells(number, row)

    copy_rows("promises_promise", _COLUMNS, cells())
    with connection.cursor() as cursor:
        cursor.execute(_RECORD_MADE, {"ids": array_of(ids), **hand(by)})


def _cells(number: int, row: NewRow) -> tuple[Any, ...]:
    clocks, events, standing = row.clocks, row.events, row.standing
    return (
        number, row.source, row.reference, row.customer_id, row.policy.kind_id, row.title, row.owner_id,
        row.made_by, row.made_at, clocks.due_at, row.due_on, clocks.warn_at, clocks.breaks_at, events.forecast_at,
        events.kept_at, events.withdrawn_at, events.replaced_at, row.replaces_id, standing.state,
        standing.next_check_at, standing.settled_at, row.amount, row.currency,
        _json(row.attributes) or "{}", row.stamps and _json(row.stamps), row.working and _json(row.working),
    )  # fmt: skip


# Up to so many promises go in one statement with what the journal says of them, which needs no transaction around it.
# Of more, a COPY makes up for the further ways to the server that it takes.
_FEW = 20
_INSERT = f"""
WITH made AS (
    INSERT INTO promises_promise ({", ".join(_COLUMNS)}) SELECT {", ".join(_COLUMNS)}
    FROM json_populate_recordset(NULL::promises_promise, %(promises)s::json)
    RETURNING id, customer_id, kind_id, title, made_at, due_at, due_on
)
{recording(_MADE)}
"""  # noqa: S608 - names of columns, written above


def _insert(rows: Sequence[tuple[int, NewRow]], by: Actor) -> None:
    told = [dict(zip(_COLUMNS, _cells(number, row), strict=True)) | _plain_json(row) for number, row in rows]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, {"promises": msgspec.json.encode(told).decode(), **hand(by)})


def _plain_json(row: NewRow) -> dict[str, Any]:
    return {"attributes": row.attributes, "stamps": row.stamps, "working": row.working}


def _json(value: Any) -> str | None:
    return msgspec.json.encode(value).decode() if value else None


def events_of(promise: Promise) -> Events:
    """What is known to have happened to a stored promise."""
    return Events(
        forecast_at=promise.forecast_at,
        kept_at=promise.kept_at,
        withdrawn_at=promise.withdrawn_at,
        replaced_at=promise.replaced_at,
    )


def clocks_of(promise: Promise) -> Clocks:
    """The clocks of a stored promise."""
    return Clocks(due_at=promise.due_at, warn_at=promise.warn_at, breaks_at=promise.breaks_at)


def moved_from(row: NewRow, number: int, *, before: State | None) -> Moved:
    """The move that brought a written row into its state."""
    policy = row.policy
    return Moved(
        promise_id=number,
        customer_id=row.customer_id,
        kind_id=policy.kind_id,
        title=row.title,
        owner_id=row.owner_id,
        due_at=row.clocks.due_at,
        breaks_at=row.clocks.breaks_at,
        forecast_at=row.events.forecast_at,
        kept_at=row.events.kept_at,
        before=before,
        after=row.standing.state,
        opens_case=policy.opens_case,
        inside_case=policy.inside_case,
        severity=policy.severity,
        team_id=policy.team_id,
        role=policy.role,
    )


def moment_of(state: State, clocks: Clocks, standing: Standing, now: datetime) -> datetime:
    """When a move into `state` happened: its own instant when it has one, else the instant it was noticed."""
    if standing.settled_at is not None:
        return standing.settled_at
    return clocks.breaks_at if state is State.BROKEN else now
