"""One cause behind what broke within the hour, suggested to those who may open an incident."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from makegood.incidents import actions
from makegood.incidents.models import Dismissal
from makegood.incidents.queries import suggestions
from makegood.incidents.rules.suggesting import Question
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
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


def dismissed(hand: Hand, flight: str = "EV4242", *, at: datetime = NOW, kind: str = "delivery") -> int:
    return actions.dismiss(Question("flight", flight, kind), least=4, **hand.at(at))


def test_what_was_dismissed_is_asked_about_again_once_half_as_many_more_are_hit(lena: Hand) -> None:
    fly(4, "EV4242")
    fly(9, "DL 1", broke=False)
    dismissed(lena)
    assert told(lena) == [], "nor does another value that the same customers share take its place"
    fly(1, "EV4242")
    assert told(lena) == []
    fly(1, "EV4242")
    assert told(lena) == [("flight", "EV4242", 6)]
    dismissed(lena)
    assert told(lena) == []
    kept = Entry.objects.filter(verb="incident.dismissed").order_by("pk").last()
    assert kept is not None
    assert kept.data == {"name": "flight", "value": "EV4242", "kind": "delivery", "many": 6}


def test_a_day_later_it_is_asked_about_again(lena: Hand) -> None:
    fly(4, "EV4242")
    fly(9, "DL 1", broke=False)
    dismissed(lena)
    Dismissal.objects.update(at=NOW - timedelta(hours=24))
    assert told(lena) == [("flight", "EV4242", 4)]


def test_dismissing_is_taken_back(lena: Hand) -> None:
    fly(4, "EV4242")
    fly(9, "DL 1", broke=False)
    number = dismissed(lena)
    actions.ask_again(number, **lena.at(NOW))
    assert told(lena) == [("flight", "EV4242", 4)]
    actions.ask_again(number, **lena.at(NOW))
    assert Entry.objects.filter(verb="incident.asked_again").count() == 1


def test_a_lead_dismisses_for_their_team_and_a_manager_for_all(lena: Hand, cast: Cast) -> None:  # noqa: F811
    fly(4, "EV4242")
    fly(9, "DL 1", broke=False)
    number = dismissed(lena)
    assert told(Hand(cast.greta)) == [("flight", "EV4242", 4)], "who sees more is asked"
    actions.ask_again(number, **Hand(cast.greta).at(NOW))
    dismissed(Hand(cast.greta))
    assert told(lena) == []


def test_who_may_open_no_incident_dismisses_none(lena: Hand, cast: Cast) -> None:  # noqa: F811
    fly(4, "EV4242")
    fly(9, "DL 1", broke=False)
    number = dismissed(lena)
    no_such, may_not = "incident.no_suggestion", "incident.may_not"
    for staff, code in ((cast.mara, may_not), (cast.stranger, may_not), (cast.otto, no_such)):
        with pytest.raises(Refusal) as no:
            dismissed(Hand(staff))
        assert no.value.code == code
        with pytest.raises(Refusal) as no:
            actions.ask_again(number, **Hand(staff).at(NOW))
        assert no.value.code == code
    with pytest.raises(Refusal) as no:
        dismissed(lena, "DL 1")
    assert no.value.code == "incident.no_suggestion"
