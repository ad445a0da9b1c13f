"""What we ask customers, whom we may ask, and what an answer comes to. Pure, and light: doors load it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from makegood.measurement.scales import RANGE, Occasion, Scale


class Justice(StrEnum):
    """Of what somebody who was failed judges us by (EVIDENCE 1.2)."""

    DISTRIBUTIVE = "distributive"
    PROCEDURAL = "procedural"
    INTERACTIONAL = "interactional"
    INFORMATIONAL = "informational"


ITEMS: Mapping[str, Justice] = {
    "fair": Justice.DISTRIBUTIVE,
    "right": Justice.DISTRIBUTIVE,
    "soon": Justice.PROCEDURAL,
    "easy": Justice.PROCEDURAL,
    "heard": Justice.INTERACTIONAL,
    "sorry": Justice.INTERACTIONAL,
    "told": Justice.INFORMATIONAL,
}
"""The recovery survey: what is asked, each from 1 (not at all) to 5 (completely), in the order of the page."""
LEAST_ITEMS = 4
"""So many of them must be answered for a mean."""
SINGLE = (Scale.CSAT, Scale.CES, Scale.NPS)
"""The scales that one question stands for."""
WORDS_LIMIT = 2_000
LOW: Mapping[Scale, Decimal] = {
    Scale.CSAT: Decimal(2), Scale.CES: Decimal(3), Scale.NPS: Decimal(6), Scale.RECOVERY: Decimal("2.5"),
}  # fmt: skip
"""Up to here somebody is told that a customer is not content."""


def questions_of(scales: Sequence[str]) -> tuple[str, ...]:
    """What is asked for these scales, by name: the items of the recovery survey, and the single questions."""
    return tuple(name for scale in scales for name in (ITEMS if scale == Scale.RECOVERY else (scale,)))


def range_of(question: str) -> tuple[int, int]:
    """Least and most that may be answered."""
    return RANGE[Scale(question)] if question in SINGLE else RANGE[Scale.RECOVERY]


def read_answers(scales: Sequence[str], given: Mapping[str, str]) -> dict[str, int]:
    """What was answered, by question. What is no answer to one of them is passed over."""
    read = {}
    for name in questions_of(scales):
        text = given.get(name, "")
        least, most = range_of(name)
        if text.isascii() and text.isdigit() and len(text) < 3 and least <= int(text) <= most:
            read[name] = int(text)
    return read


def scores_of(scales: Sequence[str], answers: Mapping[str, int]) -> dict[Scale, Decimal]:
    """The scores that the answers come to: of the recovery survey the mean, when enough of it was answered."""
    found: dict[Scale, Decimal] = {}
    items = [answers[name] for name in ITEMS if name in answers]
    if Scale.RECOVERY in scales and len(items) >= LEAST_ITEMS:
        found[Scale.RECOVERY] = (Decimal(sum(items)) / len(items)).quantize(Decimal("0.01"))
    for scale in SINGLE:
        if scale in scales and scale.value in answers:
            found[scale] = Decimal(answers[scale.value])
    return found


def is_low(scores: Mapping[Scale, Decimal]) -> bool:
    """Whether one of these says that the customer is not content."""
    return any(value <= LOW[scale] for scale, value in scores.items())


class Because(StrEnum):
    """Why somebody was not asked after all."""

    IN_PEACE = "in_peace"
    CASE_OPEN = "case_open"
    REOPENED = "reopened"
    ASKED_LATELY = "asked_lately"
    OF_INCIDENT = "of_incident"
    UNREACHABLE = "unreachable"
    TURNED_OFF = "turned_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a customer stands at the instant at which they would be asked. `asked` are the surveys they were asked
    within the window, each with whether it was asked `again`, after a second failure; `case_closed` is None for a
    pulse. `asked_of_incident` says that they were asked of the incident to which the case belongs."""

    occasion: Occasion
    again: bool
    in_peace: bool
    has_open_case: bool
    case_closed: bool | None
    reachable: bool
    asked: Sequence[bool]
    asked_of_incident: bool = False


def why_not(one: Standing) -> Because | None:
    """Why somebody is not asked, None when they are.

    Nobody is asked twice within the window, whatever the occasion. There is one exception, and it counts once in a
    window: a second failure is asked about again. Of one incident they are asked once, however many cases it made.
    """
    if one.in_peace:
        return Because.IN_PEACE
    if one.occasion is Occasion.PULSE and one.has_open_case:
        return Because.CASE_OPEN
    if one.occasion is Occasion.CASE and not one.case_closed:
        return Because.REOPENED
    if one.asked_of_incident:
        return Because.OF_INCIDENT
    if one.asked and (not one.again or any(one.asked)):
        return Because.ASKED_LATELY
    return None if one.reachable else Because.UNREACHABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingFacts:
    """How customers are asked; see `models.Asking`."""

    is_on: bool = False
    pulse_percent: Decimal = Decimal(4)
    pulse_scale: Scale = Scale.CSAT
    window_days: int = 30
    wait_days: int = 3
    holds_days: int = 21
    remind_days: int = 6
    owners_read: bool = False

    @property
    def window(self) -> timedelta:
        """How long nobody is asked twice."""
        return timedelta(days=self.window_days)

    @property
    def case_scales(self) -> tuple[Scale, ...]:
        """What is asked after a case: what was done, and the question of the pulse, so that the two can be compared."""
        return Scale.RECOVERY, self.pulse_scale


def may_answer(*, expires_at: datetime | None, now: datetime) -> bool:
    """Whether a survey that was asked may still be answered."""
    return expires_at is not None and now < expires_at
