"""Letting the day of the demo go on at its real pace."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from makegood.config.demo.letters import Customers
from makegood.config.demo.news import news_of
from makegood.config.demo.scene import Scene
from makegood.config.demo.world import FEED, seats_of, timed
from makegood.intake.actions import take_in

PACE_SECONDS = 1.0


def play(scene: Scene, customers: Customers, *, asked_to_stop: Callable[[], bool]) -> None:
    """Tell the ledger each piece of news when its instant comes. What it knows already changes nothing,
    so a player that was stopped or killed simply begins again at the start of the day. Customers answer what the
    desk writes to them."""
    news = news_of(timed(seats_of(scene), scene))
    told = 0
    while not asked_to_stop():
        now = datetime.now(UTC)
        until = next((place for place in range(told, len(news)) if news[place].at > now), len(news))
        if until > told:
            take_in([one.fact for one in news[told:until]], by=FEED, now=now)
            told = until
        customers.answer(now)
        time.sleep(PACE_SECONDS)
