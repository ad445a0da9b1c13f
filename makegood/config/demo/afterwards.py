"""What follows a case that was put right weeks ago: coming back to the customer, and the other two closures."""

from __future__ import annotations

from datetime import datetime, timedelta

from makegood.cases.queries import case_for
from makegood.cases.rules import Answer
from makegood.config.demo import words
from makegood.config.demo.hand import EVERYTHING, Hand, hand_of
from makegood.followups import actions as followups
from makegood.followups.queries import closure_for, follow_ups_of

# Every third case waits for its process, and for whoever carried it, so that a lead finds some to see to.
_LEFT = 3


def come_back(number: int, *, before: datetime) -> None:
    """Everybody was asked again as it was promised, until `before`; they are content still."""
    for place, one in enumerate(follow_ups_of(number)):
        if one.is_ahead and one.due_at < before + timedelta(hours=12):
            now = min(one.due_at - timedelta(hours=1), before - timedelta(hours=1))
            said = words.STILL[(number + place) % len(words.STILL)]
            hand = hand_of(case_for(EVERYTHING, number).owner_id, now)
            followups.follow_up(number, promise_id=one.promise_id, answer=Answer.SATISFIED, words=said, **hand)


def make_good(number: int, *, now: datetime) -> None:
    """What was changed so that it does not happen again, and a word to whoever carried the case."""
    closure = closure_for(EVERYTHING, number)
    if number % _LEFT == 0 or closure.owner_id is None:
        return
    hand = hand_of(closure.owner_id, now)
    followups.close_process(number, words=words.CHANGED[number % len(words.CHANGED)], **hand)
    hear(number, hand)


def hear(number: int, hand: Hand) -> None:
    """A word to everybody who carried the case."""
    for one in closure_for(EVERYTHING, number).hearings:
        followups.hear_carrier(number, staff_id=one.staff_id, word=words.HEARD_THEM, is_well=True, **hand)
