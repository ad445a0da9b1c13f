"""One promise, or one case, in each request, against bare single-row commits into the same table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.client import Connection, Request, at_once, shares
from bench.filling import clear, fill_customers, fill_staff, kind_id
from bench.ground import EMAIL, Ground
from bench.nothing import answering
from bench.table import Row, against_floor

MANY = 200
ROUNDS = 4
# Every connection of every process has asked each statement often enough for the database to have planned it.
WARM = 200
CUSTOMERS = 20_000

_PROMISE = """
INSERT INTO promises_promise
    (source, customer_id, kind_id, title, made_by, made_at, due_at, warn_at, breaks_at, state, next_check_at,
     currency, attributes)
VALUES ('', %s, %s, 'Ring back with the plan', 'bench', now(), now() + interval '1 day', now() + interval '23 hours',
        now() + interval '1 day', 'open', now() + interval '23 hours', '', '{}')
"""
_CASE = """
INSERT INTO cases_case
    (customer_id, kind_id, title, severity, criticality, detected_by, opened_at, owner_id, offer_note, ordinal,
     harm, cause_note, outcome, search)
VALUES (%s, %s, 'Nobody came', 3, 2, 'customer', now(), (SELECT min(id) FROM people_staff), '', 1, '', '', '',
        to_tsvector('simple', 'Nobody came'))
"""


def run(place: Ground, *, full: bool) -> Iterator[Row]:
    """Durable writes a second, by one client after the other and by four at once."""
    fill_staff(place)
    first = fill_customers(place, CUSTOMERS)
    for clients in (1, 4):
        yield Row(
            what=f"an answer over HTTP that does nothing, {clients} client(s)",
            ours=f"{_alone(place, first, clients):,.0f} answers/s",
        )
    for what, path, floor, kind in (
        ("promise", "/promises", _PROMISE, "callback"),
        ("promise told as a fact", "/facts", _PROMISE, "callback"),
        ("case", "/cases", _CASE, "repair"),
    ):
        for clients in (1, 4):
            clear(place)
            ours, bare = _rounds(place, path, floor, kind, first, clients)
            yield against_floor(
                f"one {what} by API, {clients} client(s), against {clients} connection(s)", ours, bare, "commits/s",
                at_least=0.4,
            )  # fmt: skip
    clear(place)


def _rounds(place: Ground, path: str, floor: str, kind: str, first: int, clients: int) -> tuple[float, float]:
    ours = bare = 0.0
    ids = iter(range(first, first + CUSTOMERS))
    with place.web():
        _send(place.port, [_request(place, path, kind, next(ids)) for _ in range(WARM)], clients)
        for _ in range(ROUNDS):
            customers = [next(ids) for _ in range(MANY)]
            ours += _send(place.port, [_request(place, path, kind, customer) for customer in customers], clients)
            bare += _insert(place, floor, [(next(ids), kind_id(place, kind)) for _ in range(MANY)], clients)
    return MANY * ROUNDS / ours, MANY * ROUNDS / bare


def _request(place: Ground, path: str, kind: str, customer: int) -> Request:
    due = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    told: dict[str, dict[str, Any]] = {
        "/promises": {"customer": customer, "title": "Ring back with the plan", "due_at": due},
        "/facts": {
            "source": "shop", "reference": f"single-{customer}", "customer": {"key": f"F{customer}"},
            "title": "Ring back with the plan", "due_at": due,
        },
        "/cases": {"customer": customer, "what": "Nobody came", "staff": EMAIL},
    }  # fmt: skip
    one = told[path] | {"kind": kind}
    return place.post(path, json.dumps([one] if path == "/facts" else one).encode())


def _alone(place: Ground, customer: int, clients: int) -> float:
    """Answers a second of a server like ours that does nothing, to the same client and request."""
    requests = [_request(place, "/promises", "callback", customer)] * MANY * ROUNDS
    with answering() as port:
        _send(port, requests[:WARM], clients)
        return len(requests) / _send(port, requests, clients)


def _send(port: int, requests: list[Request], clients: int) -> float:
    def client(mine: Sequence[Request]) -> None:
        connection = Connection(port)
        for one in mine:
            connection.must(one)

    return at_once([lambda mine=mine: client(mine) for mine in shares(requests, clients)])


def _insert(place: Ground, query: str, rows: list[tuple[int, int]], clients: int) -> float:
    def client(mine: Sequence[tuple[int, int]]) -> None:
        with place.connect() as link:
            for row in mine:
                link.execute(query, row, prepare=True)

    return at_once([lambda mine=mine: client(mine) for mine in shares(rows, clients)])
