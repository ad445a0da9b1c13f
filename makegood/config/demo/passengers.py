"""Invented customers of the demo and the seats they booked. The same seed gives the same people."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from makegood.config.demo.flights import Leg
from makegood.customers.rules import CustomerFact

_FIRST = (
    "Dana", "Theo", "Ines", "Samir", "June", "Ravi", "Lucy", "Bea", "Marcel", "Yuki", "Omar", "Greta", "Paulo",
    "Nadia", "Felix", "Aisha", "Hugo", "Carmen", "Noor", "Ivo", "Selma", "Kofi", "Maeve", "Anton", "Leila",
    "Diego", "Freya", "Tariq", "Rosa", "Milan", "Chidi", "Elif", "Jonas", "Pilar", "Wen", "Astrid", "Mateo",
    "Zadie", "Bruno", "Hana", "Alma", "Idris", "Signe", "Rafael", "Ngozi", "Peter", "Mina", "Callum", "Yara",
    "Stefan", "Amara", "Luca", "Oona", "Vikram", "Celia", "Desmond", "Ayla", "Tomek", "Ruth", "Emre", "Lina",
    "Gideon", "Paola", "Kwame", "Sofie", "Nils", "Farah", "Victor", "Mei", "Andre", "Ilse", "Joao", "Salma", "Keir",
    "Vera", "Tunde", "Margot", "Arjun", "Esther", "Pavel", "Noemi", "Hamid", "Clara", "Ossian", "Thandi", "Louis",
    "Parisa", "Edgar", "Wanda", "Ciaran", "Lupita", "Sven", "Amina", "Matteo", "Brigid", "Kenji", "Adele", "Rashid",
)  # fmt: skip
_LAST = (
    "Okafor", "Grant", "Duarte", "Patel", "Park", "Menon", "Adeyemi", "Novak", "Laurent", "Tanaka", "Haddad",
    "Lindqvist", "Ferreira", "Petrova", "Brandt", "Rahman", "Moreau", "Vega", "Sheikh", "Kovac", "Demir",
    "Mensah", "Byrne", "Weiss", "Nasser", "Romero", "Dahl", "Aziz", "Marin", "Horvat", "Eze", "Yilmaz",
    "Keller", "Soto", "Zhang", "Holm", "Silva", "Clarke", "Conti", "Mori",
)  # fmt: skip
_LANGUAGES = ("en",) * 13 + ("es",) * 4 + ("pt", "de", "fr")
_CHANNEL_SEED = 2013
POOL = 900
_SECOND_SEAT = 0.18


@dataclass(frozen=True, slots=True, kw_only=True)
class Passenger:
    """A customer of the demo. Frequent ones are booked more often and have a history."""

    fact: CustomerFact
    frequent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A seat on a flight."""

    leg: Leg
    customer: CustomerFact
    seat: str
    fare: Decimal
    reference: str


def passengers(time_zone: str) -> tuple[Passenger, ...]:
    """Everybody who ever flies in the demo; they live in the desk's time zone."""
    chance = random.Random(_CHANNEL_SEED)  # noqa: S311 - a fixed cast, not a secret
    names = [f"{first} {last}" for first in _FIRST for last in _LAST]
    return tuple(_passenger(number, name, time_zone, chance) for number, name in enumerate(chance.sample(names, POOL)))


def _passenger(number: int, name: str, time_zone: str, chance: random.Random) -> Passenger:
    frequent = number % 9 == 0
    value = Decimal(chance.randrange(2_400, 18_000) if frequent else chance.randrange(150, 2_200))
    fact = CustomerFact(
        key=f"SM-{7_100_000 + 37 * number}",
        name=name,
        email=f"{name.lower().replace(' ', '.')}@example.com",
        phone=f"+1 {chance.choice(('212', '718', '917', '646'))} 555 {100 + number % 100:04}",
        language=chance.choice(_LANGUAGES),
        timezone=time_zone,
        value=value,
    )
    return Passenger(fact=fact, frequent=frequent)


def bookings(legs: Iterable[Leg], people: Sequence[Passenger]) -> Iterator[Booking]:
    """Who sits where: one seat booked with us on each flight, now and then two, nobody twice a day."""
    chance = random.Random(_CHANNEL_SEED + 1)  # noqa: S311
    weights = [5 if person.frequent else 1 for person in people]
    flying: dict[str, object] = {}
    for leg in legs:
        for _ in range(2 if chance.random() < _SECOND_SEAT else 1):
            person = _free(leg, people, weights, flying, chance)
            yield Booking(
                leg=leg,
                customer=person.fact,
                seat=f"{chance.randrange(4, 34)}{chance.choice('ABCDEF')}",
                fare=Decimal(chance.randrange(79, 480)),
                reference=f"{leg.number.replace(' ', '')}-{leg.day:%m%d}-{leg.origin}-{person.fact.key[3:]}",
            )


def _free(
    leg: Leg,
    people: Sequence[Passenger],
    weights: Sequence[int],
    flying: dict[str, object],
    chance: random.Random,
) -> Passenger:
    """Somebody who does not fly on that day yet; marks them as flying."""
    while True:
        (person,) = chance.choices(people, weights)
        if flying.get(person.fact.key) != leg.day:
            flying[person.fact.key] = leg.day
            return person
