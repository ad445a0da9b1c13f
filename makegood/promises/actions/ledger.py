"""What all writers of the ledger share: policies, rows in bulk, and the words of a move."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from django.db import connection

from makegood.customers.queries import LIVING_BY_ID, Living
from makegood.journal.actions import hand, recording
from makegood.journal.actors import Actor
from makegood.people.queries import STANDS, Proof, stands, unknown_token
from makegood.platform.among import array_of
from makegood.platform.copying import copy_rows
from makegood.platform.rows import fetch_rows
from makegood.promises.models import Kind, Promise
from makegood.promises.queries.kinds import KindFacts
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


@dataclass(frozen=True, slots=True)
class BatchGround:
    """Every kind's policy by its slug, the zone in which the organisation counts days, whether any facts are held."""

    policies: Mapping[str, Policy]
    zone: ZoneInfo
    holds: bool


# By hand, because putting the statement together took longer than asking it, for every promise that is made.
_SLUGS = "SELECT slug FROM promises_kind WHERE retired_at IS NULL ORDER BY slug"
_BATCH_GROUND = f"""
SELECT id, slug, name, warning, grace, severity, role, team_id, opens_case, inside_case,
       coalesce((SELECT time_zone FROM platform_installation LIMIT 1), 'UTC'), EXISTS (SELECT FROM promises_held)
FROM promises_kind WHERE {STANDS}
"""  # noqa: S608 - the statement of the room of people
_IN_USE = """
SELECT id, slug, name, warning, grace, severity, role, team_id, opens_case, inside_case, k::text
FROM promises_kind k WHERE slug = %s AND retired_at IS NULL
"""
_OF_POLICY = (
    "kind_id", "slug", "name", "warning", "grace", "severity", "role", "team_id", "opens_case", "inside_case",
)  # fmt: skip


def slugs_in_use() -> list[str]:
    """The names of the kinds in use."""
    return [slug for (slug,) in fetch_rows(_SLUGS, ())]


def batch_ground(proof: Proof | None) -> BatchGround:
    """What a batch of facts is judged by: one small read. Raises Refusal "token.unknown" when the `proof` fails."""
    rows = fetch_rows(_BATCH_GROUND, stands(proof))
    if proof and not rows:
        raise unknown_token()
    policies = {row[1]: _policy(row) for *row, _, _ in rows}
    zone, holds = rows[0][-2:] if rows else ("UTC", False)
    return BatchGround(policies, ZoneInfo(zone), holds)


def policy_said(kind: KindFacts) -> Policy:
    """The policy of a kind that was read."""
    return Policy(
        kind_id=kind.id, slug=kind.slug, name=kind.name, warning=kind.warning, grace=kind.grace,
        severity=kind.severity, role=kind.role, team_id=kind.team_id, opens_case=kind.opens_case,
        inside_case=kind.inside_case,
    )  # fmt: skip


class AsRead(NamedTuple):
    """The policy of a kind in use, and the whole row that it was read from, as the database writes it."""

    policy: Policy
    row: str


def read_kind(slug: str) -> AsRead | None:
    """A kind in use as it is now; None when there is none."""
    found = fetch_rows(_IN_USE, [slug])
    if not found:
        return None
    *policy, row = found[0]
    return AsRead(_policy(policy), row)


def _policy(row: Sequence[Any]) -> Policy:
    return Policy(**dict(zip(_OF_POLICY, row, strict=True)))


_COLUMNS = (
    "source", "reference", "customer_id", "kind_id", "title", "owner_id", "made_by", "made_at", "due_at",
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


def insert_rows(rows: Iterable[NewRow], *, many: int, by: Actor) -> list[int]:
    """Write so `many` new promises and that they were made; their ids, which rise in the order of the rows.

    Rows may be worked out while they are asked for: the database takes in the first meanwhile.
    """
    if many > FEW:
        return _copy(rows, many, by)
    return _insert(rows, by) if many else []


def _copy(rows: Iterable[NewRow], many: int, by: Actor) -> list[int]:
    ids = [number for (number,) in fetch_rows(_IDS, [many])]
    copy_rows(
        "promises_promise", ("id", *_COLUMNS), ((number, *_cells(row)) for number, row in zip(ids, rows, strict=True))
    )
    with connection.cursor() as cursor:
        cursor.execute(_RECORD_MADE, {"ids": array_of(ids), **hand(by)})
    return ids


def _cells(row: NewRow) -> tuple[Any, ...]:
    clocks, events, standing = row.clocks, row.events, row.standing
    return (
        row.source, row.reference, row.customer_id, row.policy.kind_id, row.title, row.owner_id,
        row.made_by, row.made_at, clocks.due_at, row.due_on, clocks.warn_at, clocks.breaks_at, events.forecast_at,
        events.kept_at, events.withdrawn_at, events.replaced_at, row.replaces_id, standing.state,
        standing.next_check_at, standing.settled_at, row.amount, row.currency,
        _json(row.attributes) or "{}", row.stamps and _json(row.stamps), row.working and _json(row.working),
    )  # fmt: skip


# Up to so many promises go in one statement with what the journal says of them, which needs no transaction around it.
# Of more, a COPY makes up for the further ways to the server that it takes.
FEW = 20
_RETURNED = "RETURNING id, customer_id, kind_id, title, made_at, due_at, due_on"
_INSERT = f"""
WITH made AS (
    INSERT INTO promises_promise ({", ".join(_COLUMNS)}) SELECT {", ".join(_COLUMNS)}
    FROM json_populate_recordset(NULL::promises_promise, %(promises)s::json)
    {_RETURNED}
)
{recording(_MADE)} RETURNING subject_id
"""  # noqa: S608 - names of columns, written above
# One promise, to whomever the customer named means by now, if its kind still says what its clocks were fixed by.
_FOUND_MEANWHILE = {"customer_id": "living.id", "kind_id": "kind.id"}
_INSERT_IF = f"""
WITH kind AS (
    SELECT id FROM promises_kind k WHERE slug = %(slug)s AND retired_at IS NULL AND k::text = %(kind_row)s AND {STANDS}
), living AS ({LIVING_BY_ID}), made AS (
    INSERT INTO promises_promise ({", ".join(_COLUMNS)})
    SELECT {", ".join(_FOUND_MEANWHILE.get(name, f"n.{name}") for name in _COLUMNS)}
    FROM json_populate_recordset(NULL::promises_promise, %(promises)s::json) n, kind, living
    {_RETURNED}
), recorded AS ({recording(_MADE)})
SELECT made.id, living.id, living.name, living.time_zone FROM made, living
"""  # noqa: S608 - names of columns, written above, and the statement of the room of customers


def _insert(rows: Iterable[NewRow], by: Actor) -> list[int]:
    return [number for (number,) in fetch_rows(_INSERT, {"promises": _told(rows), **hand(by)})]


def insert_if(row: NewRow, kind_row: str, *, proof: Proof | None, by: Actor) -> tuple[int, Living] | None:
    """Write a new promise and that it was made, if the kind still reads `kind_row`; its id, and its customer.

    None, and nothing is written, when the kind has changed, the token of the `proof` does not stand, or there is no
    such customer.
    """
    asked = {"slug": row.policy.slug, "kind_row": kind_row, "customer": row.customer_id, **stands(proof)}
    made = fetch_rows(_INSERT_IF, {"promises": _told([row]), **asked, **hand(by)})
    return (made[0][0], Living(*made[0][1:])) if made else None


def _told(rows: Iterable[NewRow]) -> str:
    told = [dict(zip(_COLUMNS, _cells(row), strict=True)) | _plain_json(row) for row in rows]
    return msgspec.json.encode(told).decode()


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
