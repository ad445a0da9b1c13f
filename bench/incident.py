"""An incident of ten thousand customers: collected, every message prepared, and told in batches."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from bench.filling import clear, fill_customers, fill_staff, kind_id
from bench.ground import EMAIL, Ground
from bench.table import Row, below

CUSTOMERS = 10_000
BATCH = 500

# Five hours and more late over 5,800 km: every one of them is owed 600 euros.
_OWED = """
binding: bench-flights
policy: eu-261
promise: [delivery]
facts:
  event: {always: delay}
  distance: {always: "5800"}
  intra_eu: {always: "no"}
  scheduled_arrival: {clock: due}
  arrived_at: {clock: expected}
  passenger: {customer: number}
  flight: {promise: reference}
"""
# Every fifth language of four and one that we do not write in; all can be reached.
_REACHED = """
UPDATE customers_customer SET language = (ARRAY['en', 'de', 'es', 'pt', 'fr'])[1 + id %% 5] WHERE id >= %(first)s;
INSERT INTO customers_contactpoint (customer_id, channel, value, normal)
SELECT id, 'email', 'c' || id || '@example.com', 'c' || id || '@example.com' FROM customers_customer
WHERE id >= %(first)s ON CONFLICT DO NOTHING
"""
_BROKEN = """
INSERT INTO promises_promise
    (source, reference, customer_id, kind_id, title, made_by, made_at, due_at, warn_at, breaks_at, forecast_at, state,
     next_check_at, currency, attributes)
SELECT 'storm', 'S' || n, %(first)s + n, %(kind)s, 'In Atlanta at 18:30 with DL 123', 'storm', due - interval '2 days',
       due, due - interval '1 hour', due, due + interval '1 day', 'at_risk', due, '',
       '{"from": "JFK", "status": "cancelled"}'
FROM (SELECT n, now() + interval '3 hours' + n / 100 * interval '1 minute' AS due
      FROM generate_series(0, %(many)s - 1) n) p
"""


def run(place: Ground, *, full: bool) -> Iterator[Row]:
    """How long ten thousand customers take from the filter to the last of them told."""
    from makegood.conversation.actions import add_mailbox
    from makegood.incidents import actions
    from makegood.incidents.rules.judging import Line
    from makegood.journal.actors import Actor, ActorKind
    from makegood.people.queries import staff_by_email
    from makegood.remedies.actions import bind, retire_binding, set_limit
    from makegood.remedies.queries import policies
    from makegood.remedies.rules.authority import Limit
    from makegood.remedies.rules.bindings_file import binding_from

    fill_staff(place)
    now = datetime.now(UTC)
    ada = staff_by_email(EMAIL, now)
    assert ada is not None
    by = Actor(ActorKind.STAFF, ada.id, ada.name)
    hand: dict[str, Any] = {"scope": ada.scope, "by": by, "now": now}
    set_limit(Limit(grade=ada.grade, currency="GBP"), by=by, now=now)
    bind(binding_from(_OWED, "bench.yaml", policies()), source=_OWED, by=by, now=now)
    # Each is written to by mail: nothing leaves while no worker runs.
    add_mailbox(name="Care", address="care@example.com", smtp_host="mail.example.com", by=by, now=now)
    # Whom a rule owes something gets a full case, unless the plan keeps those off the desks who are owed alike.
    number = yield from _gathered(place, hand)
    yield from _reckoned(hand, number)
    yield from _told(hand, number, f"incident: {CUSTOMERS:,} told by {BATCH}, each with a full case and gift")
    number = _drain(_gathered(place, hand))
    actions.set_bar(number, Line(owed=False), **hand)
    yield from _told(hand, number, f"incident: {CUSTOMERS:,} told alike, each with a light case, off the desks")
    yield from _taken_back(hand, number)
    number = _drain(_gathered(place, hand))
    actions.set_owed(number, give=True, **hand)
    yield from _told(hand, number, f"incident: {CUSTOMERS:,} told, and each given what a policy owes beside the gift")
    retire_binding("bench-flights", by=by, now=now)
    clear(place)


def _gathered(place: Ground, hand: dict[str, Any]) -> Generator[Row, None, int]:
    """Ten thousand customers into an empty ledger, and their incident with a gift. Returns its number."""
    from makegood.incidents import actions, queries
    from makegood.incidents.rules.giving import Gift
    from makegood.incidents.rules.narrowing import Narrow
    from makegood.remedies.rules.fit import RemedyKind

    clear(place)
    first, now = fill_customers(place, CUSTOMERS), hand["now"]
    for statement in _REACHED.split(";"):
        place.sql(statement, {"first": first})
    place.sql(_BROKEN, {"first": first, "kind": kind_id(place, "delivery"), "many": CUSTOMERS})
    place.sql("ANALYZE")
    narrow = Narrow(kind="delivery", attributes=(("from", "JFK"), ("status", "cancelled")), due_from=now,
                    due_before=now + timedelta(days=1))  # fmt: skip
    collected, number = _timed(lambda: actions.open_incident(title="Storm", narrow=narrow, **hand))
    gift = Gift(remedy=RemedyKind.CREDIT, titles={"en": "A meal voucher"}, amount=Decimal(15), currency="GBP")
    actions.set_gift(number, gift, **hand)
    prepared, many = _timed(lambda: sum(1 for _ in queries.every_message(hand["scope"], number, now=now)))
    assert many == CUSTOMERS
    yield below(
        f"incident: {CUSTOMERS:,} customers collected and every message prepared", collected + prepared, "s", 60
    )
    return int(number)


def _reckoned(hand: dict[str, Any], number: int) -> Iterator[Row]:
    from makegood.incidents import actions, queries

    counted, _ = _timed(lambda: queries.tally(hand["scope"], number, now=hand["now"]))
    yield below(f"incident: what a release of {CUSTOMERS:,} would do, in numbers", counted, "s", 60)
    owed, _ = _timed(lambda: actions.reckon_due(now=hand["now"]))
    (due,) = queries.incident_for(hand["scope"], number).owed
    assert (due.many, due.amount) == (CUSTOMERS, 600 * CUSTOMERS)
    yield below(f"incident: what a policy owes to {CUSTOMERS:,}, worked out for the page", owed, "s", 60)


def _told(hand: dict[str, Any], number: int, what: str) -> Iterator[Row]:
    from makegood.incidents import actions, queries

    actions.release(number, batch_size=BATCH, every=0, **hand)
    told, _ = _timed(lambda: _tell_all(actions.release_due, hand["now"]))
    counts = queries.incident_for(hand["scope"], number).counts
    assert counts.told == counts.to_send == CUSTOMERS
    yield below(what, told, "s", 60)
    read, _ = _timed(lambda: queries.incident_for(hand["scope"], number))
    yield below(f"incident: its figures read, {CUSTOMERS:,} told", read * 1000, "ms", 60)


def _taken_back(hand: dict[str, Any], number: int) -> Iterator[Row]:
    from makegood.incidents import actions, queries

    took, _ = _timed(lambda: actions.stop(number, **hand))
    assert queries.incident_for(hand["scope"], number).counts.waiting == CUSTOMERS
    yield below(f"incident: stopped, {CUSTOMERS:,} messages that had not left taken back", took, "s", 60)


def _drain(rows: Generator[Row, None, int]) -> int:
    """What a measurement returns, its rows passed over: it was made before."""
    while True:
        try:
            next(rows)
        except StopIteration as end:
            return int(end.value)


def _tell_all(turn: Callable[..., bool], now: datetime) -> None:
    while turn(now=now):
        pass


def _timed(job: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = job()
    return time.perf_counter() - began, found
