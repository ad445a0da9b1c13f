"""One cause behind what broke within the hour, suggested to those who may open an incident."""

from __future__ import annotations

from datetime import timedelta

import pytest

from makegood.incidents import actions
from makegood.incidents.queries import suggestions
from makegood.platform.models import Installation
from makegood.promises.models import Promise
from makegood.promises.rules import State
from tests.factories import NOW, Cast
from tests.rooms.casework import Hand, cast  # noqa: F401 - a fixture
from tests.rooms.incidents import NARROW, H, cancelled, passengers

pytestmark = pytest.mark.django_db


@pytest.fixture
def lena(cast: Cast) -> Hand:  # noqa: F811
    Installation.objects.create(name="Snowline", time_zone="America/New_York", currency="USD")
    return Hand(cast.lena)


def fly(many: int, flight: str, *, broke: bool = True, ago: timedelta = 20 * timedelta(minutes=1)) -> None:
    for one in passengers(many):
        promise = cancelled(one, flight=flight, seat=f"{one.pk}A", carrier="DL")
        if broke:
            due = NOW - ago - H
            Promise.objects.filter(pk=promise.pk).update(
                state=State.BROKEN, due_at=due, breaks_at=due + H, next_check_at=None
            )


def told(hand: Hand, least: int = 4) -> list[tuple[str, str, int]]:
    return [(one.name, one.value, one.many) for one in suggestions(hand.scope, least=least, now=NOW)]


def test_what_broke_shares_a_flight_and_others_do_not(lena: Hand) -> None:
    fly(5, "EV4242")
    fly(9, "DL 1", broke=False)
    assert told(lena) == [("flight", "EV4242", 5)]
    (one,) = suggestions(lena.scope, least=4, now=NOW)
    assert (one.kind, one.first) == ("delivery", NOW - H - timedelta(minutes=20))
    assert told(lena, least=6) == []


def test_what_everybody_has_tells_nothing(lena: Hand) -> None:
    for number in range(5):
        fly(1, f"EV{number}")
    fly(9, "DL 1", broke=False)
    assert told(lena) == []


def test_what_broke_long_ago_or_is_in_an_incident_is_not_asked_about(lena: Hand) -> None:
    fly(5, "EV4242", ago=2 * H)
    fly(9, "DL 1", broke=False)
    assert told(lena) == []
    fly(5, "EV7")
    assert told(lena) == [("flight", "EV7", 5)]
    narrow = NARROW.__class__(kind="delivery", attributes=(("flight", "EV7"),), due_from=NOW - 5 * H, due_before=NOW)
    actions.open_incident(title="Late crew", narrow=narrow, **lena.at(NOW))
    assert told(lena) == []


def test_a_stranger_and_an_agent_are_not_asked(lena: Hand, cast: Cast) -> None:  # noqa: F811
    fly(5, "EV4242")
    assert told(Hand(cast.mara)) == []
    assert told(Hand(cast.stranger)) == []
    assert told(Hand(cast.otto)) == [], "the lead of another team"
