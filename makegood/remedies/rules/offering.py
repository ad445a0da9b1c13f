"""Letting the customer choose: what an offer must be, and until when it may be chosen from. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from makegood.cases.rules import Obstacle
from makegood.remedies.rules.granting import Choice

FEWEST, MOST = 2, 6
LONGEST = timedelta(days=30)
IN_TOUCH_WITHIN = timedelta(hours=1)
"""By when the owner gets in touch with somebody who chose nothing in time."""
_USUALLY = timedelta(days=1)
_STEP = 15 * 60


class OfferState(StrEnum):
    """Where an offer stands. While it is `open` the customer may choose, and change their mind."""

    ASKED = "asked"
    OPEN = "open"
    SETTLED = "settled"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Silence(StrEnum):
    """What happens when the customer chooses nothing in time."""

    FIRST = "first"
    """They get the first option."""
    IN_TOUCH = "in_touch"
    """The owner gets in touch with them."""


def offer_faults(choices: Sequence[Choice], *, until: datetime, now: datetime) -> Iterator[Obstacle]:
    """What is wrong with an offer, each as a sentence."""
    if not FEWEST <= len(choices) <= MOST:
        yield Obstacle("offer.how_many", f"Offer {FEWEST} to {MOST} things to choose from, each one concrete.")
    if len({choice.whole.strip().casefold() for choice in choices}) < len(choices):
        yield Obstacle("offer.alike", "Two of these have the same name: the customer could not tell them apart.")
    if not now < until <= now + LONGEST:
        yield Obstacle("offer.bad_until", f"Let them choose until a time within {LONGEST.days} days from now.")
    for one in (one for choice in choices for one in choice.parts):
        if one.due_at <= until:
            yield Obstacle(
                "offer.due_too_soon",
                f"“{one.title}” would be due before the choice ends. Let it end sooner, or be due later.",
            )


def still_open(until: str, silence: Silence, *, wants_else: bool) -> Obstacle:
    """What stands in the way of ending a case of which the customer may still choose, `until` then, and has not."""
    if wants_else:
        told = f"The customer asked for something else, and may still choose until {until}. Answer them"
    else:
        then = "get the first" if silence is Silence.FIRST else "hear from you"
        told = f"The customer may choose of what you offered until {until}; then they {then}. Wait for that"
    return Obstacle("offer.open", f"{told}, record what they choose, or take the offer back with a word to them.")


def usual_until(dues: Collection[datetime], *, now: datetime) -> datetime:
    """Until when somebody may choose unless it is said: half of the time to what is due first, a day at most, on a
    quarter of an hour where that leaves any time."""
    half = min(_USUALLY, (min(dues) - now) / 2) if dues else _USUALLY
    until = now + half
    whole = datetime.fromtimestamp(until.timestamp() // _STEP * _STEP, until.tzinfo)
    return whole if whole > now else until
