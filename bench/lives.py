"""Two years of installations in which failing and putting right change nothing at all, whatever may look so.

Everybody orders, each order makes a promise, promises break, and what breaks is put right or not; who orders how much
and who leaves when was settled before, and no failure changes it. So every difference between the failed and the never
failed is a fault of whoever compares them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from makegood.measurement.rules.estimate import Labels, Numbers
from makegood.measurement.rules.groups import Span
from makegood.measurement.rules.history import Cases, Events, Failures, History

DAYS = 730.0
# The second year up to where a month and a quarter of a year can still be watched.
SPAN = Span(365.0, 580.0, 30.0, 90.0)

Random = np.random.Generator
Pace = Callable[[Labels, Numbers], Numbers]
"""How many times as often as on average somebody orders on a day."""


@dataclass(frozen=True, slots=True)
class Customers:
    """Who they are: how loyal, from which day on, and until when."""

    loyal: Numbers
    since: Numbers
    left: Numbers

    def __len__(self) -> int:
        return len(self.loyal)


@dataclass(frozen=True, slots=True)
class Orders:
    """Whose, on which day, for how much, and when it was promised for."""

    customer: Labels
    at: Numbers
    amount: Numbers
    due: Numbers


def plain(size: int, *, seed: int) -> History:
    """Four in a hundred promises break, for everybody alike; the loyal order more and stay longer."""
    chance = np.random.default_rng(seed)
    return _lived(chance, people := _people(chance, size), _orders(chance, people))


def rare(size: int, *, seed: int) -> History:
    """The same with eight in a thousand."""
    chance = np.random.default_rng(seed)
    return _lived(chance, people := _people(chance, size), _orders(chance, people), fails=0.008)


def fading(size: int, *, seed: int) -> History:
    """Everybody orders less and less in the four months before they have stopped: of many a day in these two years."""
    chance = np.random.default_rng(seed)
    people, stops = _people(chance, size), chance.random(size) * 1100
    return _lived(chance, people, _orders(chance, people, lambda who, at: np.clip((stops[who] - at) / 120, 0.05, 1)))


def bursts(size: int, *, seed: int) -> History:
    """Three times in two years somebody orders eight times as much for two months."""
    chance = np.random.default_rng(seed)
    people, begins = _people(chance, size), chance.random((size, 3)) * DAYS

    def pace(who: Labels, at: Numbers) -> Numbers:
        return np.where(((at[:, None] > begins[who]) & (at[:, None] < begins[who] + 60)).any(1), 1.0, 0.125)

    return _lived(chance, people, _orders(chance, people, pace, most=4.0))


def newcomers(size: int, *, seed: int) -> History:
    """Half came in the course of it; in their first two months four times as much breaks, and many of them leave."""
    chance = np.random.default_rng(seed)
    people = _people(chance, size)
    since = np.where(chance.random(size) < 0.5, 0.0, chance.random(size) * 600)
    soon = np.where(chance.random(size) < 0.3, 0.3, 1.0)
    people = Customers(people.loyal, since, since + people.left * soon)
    orders = _orders(chance, people)
    new = orders.at - since[orders.customer] < 60
    return _lived(chance, people, orders, fails=np.where(new, 0.12, 0.03))


def growing(size: int, *, seed: int) -> History:
    """Work piles up: at the end four times as much breaks as at the beginning."""
    chance = np.random.default_rng(seed)
    people = _people(chance, size)
    orders = _orders(chance, people)
    return _lived(chance, people, orders, fails=0.02 + 0.06 * orders.at / DAYS)


def triage(size: int, *, seed: int) -> History:
    """Who spent much in the first year is put right far more readily than others."""
    chance = np.random.default_rng(seed)
    people = _people(chance, size)
    orders = _orders(chance, people)
    first = orders.at < 365.0
    spent = np.bincount(orders.customer[first], weights=orders.amount[first], minlength=size)
    return _lived(chance, people, orders, right=expit(-1 + 0.7 * np.log1p(spent)))


LIVES: dict[str, Callable[..., History]] = {
    "plain": plain, "rare": rare, "fading": fading, "bursts": bursts, "newcomers": newcomers, "growing": growing,
    "triage": triage,
}  # fmt: skip


def _people(chance: Random, size: int) -> Customers:
    loyal = chance.normal(size=size)
    return Customers(loyal, np.zeros(size), chance.exponential(700 * np.exp(0.6 * loyal)))


def _orders(chance: Random, people: Customers, pace: Pace | None = None, *, most: float = 1.0) -> Orders:
    """A Poisson process of `most` times the usual pace, thinned to their own (Lewis and Shedler 1979)."""
    often = most * np.exp(0.6 * people.loyal - 0.2) / 30
    customer = np.repeat(np.arange(len(people)), chance.poisson(often * DAYS))
    at = chance.random(len(customer)) * DAYS
    there = (at >= people.since[customer]) & (at < people.left[customer])
    if pace:
        there &= chance.random(len(customer)) < pace(customer, at)
    customer, at = customer[there], at[there]
    amount = np.exp(0.4 * people.loyal[customer] + 0.9 * chance.normal(size=len(at)))
    return Orders(customer, at, amount, at + chance.exponential(3.0, len(at)))


def _lived(
    chance: Random, people: Customers, orders: Orders, *, fails: Numbers | float = 0.04, right: Numbers | float = 0.6
) -> History:
    """`fails` is the share of promises that break, by order; `right` that of failures put right, by customer."""
    came = (orders.due < people.left[orders.customer]) & (orders.due < DAYS)
    broke = came & (chance.random(len(came)) < fails)
    whose, at = orders.customer[broke], orders.due[broke]
    chosen = chance.random(len(at)) < np.broadcast_to(right, len(people))[whose]
    done = at + chance.exponential(8.0, len(at))
    done = np.where(chosen & (done < people.left[whose]), done, np.nan)
    never, gone = np.full(len(at), np.nan), np.flatnonzero(people.left < DAYS)
    return History(
        known_from=people.since, due=Events(orders.customer[came], orders.due[came], np.zeros(int(came.sum()))),
        failures=Failures(whose, at, np.arange(len(at)), np.full(len(at), -1), np.zeros(len(at), dtype=bool), never),
        cases=Cases(spoken=at + 1, owned=done, apology=done, fulfilled=done, let_down=never),
        orders=Events(orders.customer, orders.at, orders.amount),
        left=Events(gone, people.left[gone], np.zeros(len(gone))),
        lost=Events(np.empty(0, dtype=np.int64), np.empty(0), np.empty(0)),
        scores={}, until=DAYS, numbers=np.arange(len(at)),
    )  # fmt: skip
