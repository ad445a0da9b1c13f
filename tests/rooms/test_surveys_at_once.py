"""Several workers ask at the same instant: each customer is asked once, and a day is drawn once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from makegood.conversation.models import Mailbox, Message
from makegood.measurement import actions
from makegood.measurement.models import Drawing, Survey
from tests.factories import NOW, Cast, make_cast
from tests.rooms.surveying import NOON, pulse_of, reachable, turn_on
from tests.rooms.test_cases_at_once import TABLES, together


@pytest.fixture
def cast(committed: list[str]) -> Cast:
    committed.extend(
        (
            "measurement_score", "measurement_survey", "measurement_drawing", "measurement_asking",
            "conversation_message", "conversation_thread", "conversation_mailbox", "customers_contactpoint", *TABLES,
        )
    )  # fmt: skip
    Mailbox.objects.create(name="Care", address="care@desk.example", made_at=NOW, smtp_host="mail.example")
    return make_cast()


def test_a_customer_with_two_surveys_due_is_asked_once(cast: Cast) -> None:
    turn_on(cast)
    people = [reachable(f"N{n} X") for n in range(8)]
    for one in people:
        pulse_of(one, due_at=NOW)
        pulse_of(one, due_at=NOW)
    together(*[lambda: actions.ask_due(now=NOON)] * 4)
    while actions.ask_due(now=NOON):
        pass
    assert Survey.objects.filter(asked_at__isnull=False).count() == len(people)
    assert Survey.objects.filter(dropped_because="asked_lately").count() == len(people)
    assert Message.objects.count() == len(people)


def test_a_day_is_drawn_once(cast: Cast) -> None:
    turn_on(cast, pulse_percent=Decimal(100))
    for n in range(30):
        reachable(f"N{n} X")
    together(*[lambda: actions.draw_today(now=NOW)] * 4)
    assert Drawing.objects.count() == 1
    assert Survey.objects.count() == Drawing.objects.get().planned
