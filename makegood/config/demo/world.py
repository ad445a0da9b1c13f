"""Loading the demo: the ledger of past weeks, and today up to this minute as it would have come in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from msgspec.structs import replace

from makegood.config.demo.answers import invent_answers
from makegood.config.demo.bags import BAG, bag_facts, put_bags_right
from makegood.config.demo.desklife import DeskLife
from makegood.config.demo.flights import legs
from makegood.config.demo.hiring import hire
from makegood.config.demo.letters import first_letters, open_mailbox
from makegood.config.demo.never_again import learn, name_owner
from makegood.config.demo.news import KIND, News, booked, news_of
from makegood.config.demo.passengers import Booking, bookings, passengers
from makegood.config.demo.scene import Scene
from makegood.config.demo.trying import ask_whether_it_keeps_them, begin_trying
from makegood.intake.actions import CasesFor, take_in
from makegood.journal.actors import SYSTEM, Actor, ActorKind
from makegood.people.rules import Role, Scope
from makegood.platform.installation import set_up
from makegood.promises.actions import ensure_kind, give
from makegood.promises.facts import Fact
from makegood.promises.queries import LedgerFilter, ledger
from makegood.remedies.actions import bind, install_shipped, set_limit
from makegood.remedies.queries import policies
from makegood.remedies.rules.authority import Limit
from makegood.remedies.rules.bindings_file import binding_from, ready_made
from makegood.worker.watch import tick

FEED = Actor(ActorKind.SYSTEM, None, "Departure control")
_HISTORY = timedelta(days=42)
_AHEAD = timedelta(days=2)
_STEP = timedelta(minutes=10)
_CHUNK = 1_000
_EVERYTHING = Scope(Role.MANAGER)
_LIMITS = {1: (Decimal(250), Decimal(2_500)), 2: (Decimal(1_000), Decimal(20_000)), 4: (None, None)}
"""Of each grade: what a case may be given, and what one person may give in a month."""
_POLICIES = ("us-dot-refunds", "us-dot-denied-boarding")
"""What the law says of domestic flights in the United States; who was denied a seat the data does not tell."""
# Who answers for the flights of which airport.
_DESKS = {"LGA": ("priya", "tomas"), "EWR": ("tomas",), "JFK": ("ana", "marcus")}


def build(scene: Scene, *, now: datetime) -> dict[str, int]:
    """Fill an empty installation with the scene as it stands at `now`. Returns the ids of the staff by key."""
    set_up(name="Delta, New York desk", time_zone=scene.time_zone, currency="USD", notice=_notice(scene))
    staff = hire(now=scene.starts_at)
    ensure_kind(
        KIND, name="Arrival", warning=timedelta(minutes=30), grace=timedelta(minutes=15), severity=3, by=SYSTEM,
        now=scene.starts_at,
    )  # fmt: skip
    ensure_kind(BAG, name="Bag to the door", severity=2, by=SYSTEM, now=scene.starts_at)
    open_mailbox(scene.starts_at)
    install_shipped(by=SYSTEM, now=scene.starts_at)
    for policy in _POLICIES:
        text = ready_made(policy, KIND) or ""
        bind(binding_from(text, f"{policy}.yaml", policies()), source=text, by=SYSTEM, now=scene.starts_at)
    for grade, (case, budget) in _LIMITS.items():
        limit = Limit(grade=grade, currency="USD", case=case, budget=budget)
        set_limit(limit, by=SYSTEM, now=scene.starts_at)
    seats = seats_of(scene)
    _take([_closed(seat, scene) for seat in seats if seat.leg.day < _timed_from(scene)], now=scene.starts_at)
    _take([booked(seat, zone=scene.zone) for seat in timed(seats, scene)], now=scene.starts_at)
    _take(list(bag_facts(scene, passengers(scene.time_zone))), now=scene.starts_at)
    _share_out(scene, staff)
    desk = DeskLife(staff, until=now)
    desk.remember_past(scene)
    name_owner(scene, staff)
    learn(scene, staff, lost=put_bags_right(scene, staff))
    begin_trying(scene, staff)
    ask_whether_it_keeps_them(scene, staff)
    live_through(news_of(timed(seats, scene)), scene.starts_at, now, each_step=desk.act)
    desk.leave_some_work(now=now)
    first_letters([staff["priya"], staff["tomas"]], now)
    invent_answers(staff, now=now)
    return staff


def seats_of(scene: Scene) -> tuple[Booking, ...]:
    """Every booking of the scene: some weeks back and two days on. The same scene gives the same ones."""
    flights = legs(scene.shift, first=scene.date - _HISTORY, last=scene.date + _AHEAD)
    return tuple(bookings(flights, passengers(scene.time_zone)))


def timed(seats: Sequence[Booking], scene: Scene) -> list[Booking]:
    """Those whose news comes minute by minute: from the day before, whose cancelled passengers arrive today."""
    return [seat for seat in seats if seat.leg.day >= _timed_from(scene)]


def live_through(
    news: Sequence[News], start: datetime, end: datetime, *, each_step: Callable[[datetime], None]
) -> None:
    """Let the time from `start` to `end` pass in steps: news comes in, the watch looks, people act."""
    clock, told = start, 0
    while clock < end:
        clock = min(clock + _STEP, end)
        until = next((place for place in range(told, len(news)) if news[place].at > clock), len(news))
        take_in([one.fact for one in news[told:until]], by=FEED, now=clock)
        told = until
        while tick(now=clock).moved:
            pass
        each_step(clock)


def _timed_from(scene: Scene) -> date:
    return scene.date - timedelta(days=1)


def _notice(scene: Scene) -> str:
    return f"Demo: real flights of {scene.date:%A %-d %B %Y}, moved to today; customers and bags are invented."


def _closed(seat: Booking, scene: Scene) -> Fact:
    """A flight of past weeks, with its end."""
    end = news_of([seat])[-1].fact
    return replace(booked(seat, zone=scene.zone), kept_at=end.kept_at, forecast_at=end.forecast_at)


def _take(facts: Sequence[Fact], *, now: datetime) -> None:
    for chunk in _chunks(facts):
        take_in(chunk, by=FEED, now=now, cases=CasesFor.NONE)


def _chunks(facts: Sequence[Fact]) -> Iterator[Sequence[Fact]]:
    for start in range(0, len(facts), _CHUNK):
        yield facts[start : start + _CHUNK]


def _share_out(scene: Scene, staff: dict[str, int]) -> None:
    """Give each agent their airport's flights of the day."""
    today = LedgerFilter(kind=KIND, due_from=scene.starts_at, due_before=scene.starts_at + timedelta(days=1))
    shares: dict[str, list[int]] = {key: [] for keys in _DESKS.values() for key in keys}
    for place, row in enumerate(ledger(_EVERYTHING, today, limit=1_000).rows):
        desk = _DESKS[str(row.attributes["from"])]
        shares[desk[place % len(desk)]].append(row.id)
    for key, promise_ids in shares.items():
        give(promise_ids, owner_id=staff[key], by=SYSTEM, now=scene.starts_at)
