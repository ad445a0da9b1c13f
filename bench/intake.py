"""Batches of a thousand facts over HTTP, against a bare COPY of the same rows into the same table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bench.client import Connection, Request, at_once, shares
from bench.ground import Ground
from bench.table import Row, against_floor

SIZE = 1_000
BATCHES = 24
ROUNDS = 3
CUSTOMERS = 5_000
_COLUMNS = (
    "source, reference, customer_id, kind_id, title, made_by, made_at, due_at, warn_at, breaks_at, state,"
    " next_check_at, amount, currency, attributes"
)


def run(place: Ground, *, full: bool) -> Iterator[Row]:
    """Rows a second that are durable in the ledger with their journal, by one client and by two."""
    with place.web():
        send(place, batches(place, "W", 8), 2)
        for clients in (1, 2):
            ours, floors = _rounds(place, clients)
            budget = 0.6 if clients == 2 else None
            yield against_floor(
                f"batch intake, {clients} client(s), against one COPY", ours, floors[0], "rows/s", at_least=budget
            )
            if clients > 1:
                yield against_floor(
                    f"batch intake, {clients} clients, against {clients} COPYs", ours, floors[1], "rows/s"
                )


def _rounds(place: Ground, clients: int) -> tuple[float, list[float]]:
    """Rates of ours and of the floors with one and with as many connections, in turns so that noise meets all."""
    many = list(dict.fromkeys([1, clients]))
    ours, floors = 0.0, [0.0] * len(many)
    for number in range(ROUNDS):
        name = f"{clients}{number}"
        ours += send(place, batches(place, name, BATCHES), clients)
        lines = _lines(place, name)
        for at, connections in enumerate(many):
            floors[at] += _copy(place, lines, f"f{at}", connections)
    rows = SIZE * BATCHES * ROUNDS
    return rows / ours, [rows / seconds for seconds in floors]


def batches(place: Ground, name: str, many: int) -> list[Request]:
    now = datetime.now(UTC)
    return [place.post("/facts", _body(name, number, now)) for number in range(many)]


def _body(name: str, number: int, now: datetime) -> bytes:
    return json.dumps([_fact(f"R{name}-{number * SIZE + place}", place, now) for place in range(SIZE)]).encode()


def _fact(reference: str, place: int, now: datetime) -> dict[str, object]:
    customer = hash(reference) % CUSTOMERS
    return {
        "source": "shop",
        "reference": reference,
        "customer": {"key": f"C{customer}", "name": f"Customer {customer}"},
        "kind": "delivery",
        "title": "Six pieces to the door",
        "made_at": now.isoformat(),
        "due_at": (now + timedelta(days=2, seconds=place)).isoformat(),
        "amount": "129.90",
        "currency": "GBP",
    }


def send(place: Ground, batches: list[Request], clients: int) -> float:
    def client(mine: list[Request]) -> None:
        connection = Connection(place.port)
        for batch in mine:
            taken = json.loads(connection.must(batch))
            if taken["accepted"] != SIZE:
                raise RuntimeError(f"Not all was taken: {taken}")

    return at_once([lambda mine=mine: client(mine) for mine in shares(batches, clients)])


def _lines(place: Ground, name: str) -> list[bytes]:
    """The rows just taken in, as COPY wrote them out, without their ids."""
    query = f"SELECT {_COLUMNS} FROM promises_promise WHERE reference LIKE 'R{name}-%' ORDER BY id"
    with place.connect() as link, link.cursor().copy(f"COPY ({query}) TO STDOUT") as out:
        return b"".join(bytes(piece) for piece in out).splitlines(keepends=True)


def _copy(place: Ground, lines: list[bytes], mark: str, connections: int) -> float:
    """Seconds for the same rows under references of their own, a thousand in each transaction."""
    named = [line.replace(b"\tR", b"\t" + mark.encode(), 1) for line in lines]
    pieces = [b"".join(named[start : start + SIZE]) for start in range(0, len(named), SIZE)]

    def client(mine: list[bytes]) -> None:
        with place.connect() as link:
            for piece in mine:
                with link.cursor().copy(f"COPY promises_promise ({_COLUMNS}) FROM STDIN") as copy:
                    copy.write(piece)

    return at_once([lambda mine=mine: client(mine) for mine in shares(pieces, connections)])
