"""Bags that came off another flight and are brought to the door: invented, couriers and all, by a rule that is written
here. One courier is late more often than the others; and until something is changed, lists get lost at the belt."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from makegood.cases import actions as cases
from makegood.cases.queries import case_for
from makegood.cases.rules import Answer, DetectedBy, Step
from makegood.config.demo import words
from makegood.config.demo.afterwards import come_back, hear
from makegood.config.demo.hand import EVERYTHING, hand_of
from makegood.config.demo.passengers import Passenger
from makegood.config.demo.scene import Scene
from makegood.followups import actions as followups
from makegood.promises.facts import Fact
from makegood.promises.queries import LedgerFilter, ledger
from makegood.promises.rules import State

BAG = "bag"
DAYS = 41
A_DAY = 4
LIST_LOST, COURIER_LATE = "handoff-nobody-told", "carrier-late"
SCANNED, COLLECTED_BEFORE = 22, 4
"""So many days before today bags were first scanned to the courier, and collected before the evening."""
_COURIERS = ("Harbor Van", "Swift Parcel", "Metro Door")
_SWIFT = "Swift Parcel"
_SEED = 1937
_AGENTS = ("priya", "tomas", "ana", "marcus")
_DUE_HOUR = timedelta(hours=18)


@dataclass(frozen=True, slots=True)
class Bag:
    """A bag that is to be at a door on the evening of the day so many `days_ago`; `why` it came late, "" in time; and
    whether its customer `said` so: many keep silent."""

    number: int
    days_ago: int
    courier: str
    why: str
    said: bool


def bags() -> tuple[Bag, ...]:
    """All of them, the first one first. Every third bag of Swift Parcel is late and every sixteenth of the others;
    each tenth bag stood on a lost list, until they were scanned."""
    made = list[Bag]()
    of_courier = dict.fromkeys(_COURIERS, 0)
    for number in range(DAYS * A_DAY):
        days_ago, courier = DAYS - number // A_DAY, _COURIERS[number % len(_COURIERS)]
        of_courier[courier] += 1
        every = 16 if courier != _SWIFT else 3 if days_ago > COLLECTED_BEFORE else 50
        why = COURIER_LATE if of_courier[courier] % every == 0 else ""
        why = LIST_LOST if days_ago > SCANNED and number % 10 == 0 else why
        said = why == LIST_LOST or (why == COURIER_LATE and courier == _SWIFT and of_courier[courier] % 9 == 3)
        made.append(Bag(number, days_ago, courier, why, said))
    return tuple(made)


def bag_facts(scene: Scene, people: Sequence[Passenger]) -> Iterator[Fact]:
    """What the couriers told of each. Nobody's bag is late twice."""
    chance = random.Random(_SEED)  # noqa: S311 - a fixed cast, not a secret
    all_bags = bags()
    for bag, person in zip(all_bags, chance.sample(people, len(all_bags)), strict=True):
        due = scene.starts_at - timedelta(days=bag.days_ago) + _DUE_HOUR
        late = (
            timedelta(minutes=chance.randrange(70, 340)) if bag.why else -timedelta(minutes=chance.randrange(20, 400))
        )
        yield Fact(
            source="couriers", reference=_reference(bag), customer=person.fact, kind=BAG,
            title="Your bag at your door by 18:00", made_at=due - timedelta(hours=20), due_at=due, kept_at=due + late,
            amount=Decimal(chance.randrange(60, 400)), currency="USD", attributes={"courier": bag.courier},
        )  # fmt: skip


def put_bags_right(scene: Scene, staff: dict[str, int]) -> list[int]:
    """Those who got their bag late and said so were put right that evening. The cases of lost lists."""
    lost = list[int]()
    why = {_reference(bag): bag.why for bag in bags() if bag.said}
    late = LedgerFilter(states=(State.KEPT_LATE,), kind=BAG, due_before=scene.starts_at)
    rows = sorted(ledger(EVERYTHING, late, limit=200).rows, key=lambda row: row.due_at)
    told = [(row, why[row.reference]) for row in rows if row.reference in why]
    for place, (row, cause) in enumerate(told):
        now = min((row.settled_at or row.due_at) + timedelta(minutes=20), scene.starts_at - timedelta(minutes=1))
        said = words.BAG_LATE[place % len(words.BAG_LATE)]
        number = cases.report_failure(
            customer_id=row.customer_id, what=said, promise_id=row.id, detected_by=DetectedBy.CUSTOMER,
            **hand_of(staff[_AGENTS[place % len(_AGENTS)]], now),
        ).number  # fmt: skip
        _put_right(number, said, cause, now)
        come_back(number, before=scene.starts_at)
        hear(number, hand_of(staff["helen"], min(now + timedelta(days=1), scene.starts_at)))
        lost += [number] if cause == LIST_LOST else []
    return lost


def _reference(bag: Bag) -> str:
    return f"BAG-{4_000 + bag.number}"


def _put_right(number: int, said: str, cause: str, now: datetime) -> None:
    hand = hand_of(case_for(EVERYTHING, number).owner_id, now)
    cases.take(number, **hand)
    cases.record_step(number, step=Step.LISTEN, words=said, channel="phone", **hand)
    cases.record_step(number, step=Step.APOLOGISE, words=words.APOLOGISED, channel="phone", **hand)
    followups.ask(number, channel="phone", **hand)
    followups.answer(number, answer=Answer.SATISFIED, words=words.CONTENT[number % len(words.CONTENT)], **hand)
    cases.record_cause(number, cause=cause, **hand)
    followups.close(number, **hand)
