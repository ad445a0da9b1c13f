"""When we come back to customers, and what ends a case beside what the case itself asks for. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from makegood.cases.rules import Answer, Obstacle, Step
from makegood.conversation.rules.messages import before_their_night, in_their_hours
from makegood.people.rules import Ability, Scope
from makegood.remedies.rules.fit import RemedyKind

MONEY = frozenset({RemedyKind.REFUND, RemedyKind.CREDIT})
TREATMENT = (Step.OWN, Step.EMPATHISE, Step.APOLOGISE)
"""What money does not replace: that somebody took it on, saw what it meant, and was sorry."""


def money_alone(given: Collection[RemedyKind], spoken: Collection[Step]) -> Obstacle | None:
    """What stands in the way when money was given and nothing else: no other remedy, and none of `TREATMENT` spoken to
    the customer. Money wins the moment, treatment keeps the customer (Gelbrich & Roschk 2011)."""
    if not given or not MONEY.issuperset(given) or not set(TREATMENT).isdisjoint(spoken):
        return None
    return Obstacle(
        "case.money_alone",
        "Only money was given. Speak to the customer first: take it on, say what it meant to them, apologise.",
    )


@dataclass(frozen=True, slots=True)
class Pending:
    """A follow-up that is still to come: `attempt` counts the tries to reach somebody who keeps silent, None for one of
    the plan; from `opens_at` (aware UTC) on an answer counts for it."""

    promise_id: int
    attempt: int | None
    opens_at: datetime


def heard(pending: Iterable[Pending], now: datetime) -> tuple[int, ...]:
    """The promises that a word of the customer at `now` is the answer to: every try to reach them, and of the plan what
    is at hand. What lies far ahead is still owed."""
    return tuple(one.promise_id for one in pending if one.attempt is not None or one.opens_at <= now)


def openings(begins: datetime, dues: Sequence[datetime], *, at_once: bool) -> list[datetime]:
    """From when on an answer counts for each of a plan: from the middle between the one before, or the beginning, and
    it; for the first from the beginning when it is to be asked `at_once`."""
    middles = [before + (due - before) / 2 for before, due in pairwise([begins, *dues])]
    return [begins, *middles[1:]][: len(dues)] if at_once else middles


def wait_before(attempt: int, wait: timedelta) -> timedelta:
    """How long we wait for a word after the try of that number (from 1): each time twice as long."""
    return wait * (1 << (attempt - 1))


def silent_for(tries: int, wait: timedelta) -> timedelta:
    """How long a customer keeps silent until we give up: all the waits together."""
    return sum((wait_before(attempt, wait) for attempt in range(1, tries + 1)), timedelta(0))


STOPS: Mapping[Answer, str] = {
    Answer.MORE: "The customer wants something more: we come back once it is done.",
    Answer.WILL_NOT_FORGIVE: "The customer will not forgive us, and is left in peace.",
    Answer.UNREACHABLE: "The customer could not be reached.",
}
"""Answers after which we come back no more as planned, and why."""


def may_hear(scope: Scope, *, staff_id: int, team_id: int | None, lead_id: int | None) -> bool:
    """Whether somebody may hear a person: they were named for it, or lead them. Nobody hears themselves."""
    if scope.staff_id is None or scope.staff_id == staff_id:
        return False
    leads = scope.may(Ability.ASSIGN) and (scope.sees_all or (team_id is not None and scope.team_id == team_id))
    return scope.staff_id == lead_id or leads


MACHINE = ("", "email", "sms", "chat")
"""The channels of a plan by which a question may go out by itself; a call and a visit are a person's."""
_AHEAD = timedelta(hours=1)
"""How long before it is due a question goes out at the latest."""
_CLEAR = timedelta(minutes=5)


def asks_at(opens_at: datetime, warn_at: datetime, due_at: datetime, zone: ZoneInfo, *, at_once: bool) -> datetime:
    """When a planned question goes out by itself (aware UTC): `at_once` as it opens, a later one as late as it may be
    without being late or in the night of whoever is asked in `zone`."""
    late = before_their_night(min(due_at - _AHEAD, warn_at - _CLEAR), zone)
    return in_their_hours(opens_at if at_once else max(opens_at, late), zone)


class Asking(NamedTuple):
    """A question in one language: the first time, and when we come back to something."""

    first: str
    again: str


QUESTIONS: Mapping[str, Asking] = {
    "en": Asking(
        "Hello {name},\n\nit is about this: {title}.\n\nAre you satisfied, or do you want something more?\n\n"
        "A few words in answer are enough, here or on your page: {owner} reads them, and answers.",
        "Hello {name},\n\nit is about this: {title}.\n\nIs it still right, or do you want something more?\n\n"
        "A few words in answer are enough, here or on your page: {owner} reads them, and answers.",
    ),
    "de": Asking(
        "Guten Tag {name},\n\nes geht hierum: {title}.\n\nSind Sie zufrieden, oder möchten Sie noch etwas?\n\n"
        "Ein paar Worte genügen, hier oder über Ihre Seite: {owner} liest sie und antwortet.",
        "Guten Tag {name},\n\nes geht hierum: {title}.\n\n"
        "Ist es noch in Ordnung, oder möchten Sie noch etwas?\n\n"
        "Ein paar Worte genügen, hier oder über Ihre Seite: {owner} liest sie und antwortet.",
    ),
    "es": Asking(
        "Hola, {name}:\n\nSe trata de esto: {title}.\n\n¿Está conforme, o quiere algo más?\n\n"
        "Unas palabras bastan, aquí o en su página: {owner} las lee y le responde.",
        "Hola, {name}:\n\nSe trata de esto: {title}.\n\n¿Sigue bien, o quiere algo más?\n\n"
        "Unas palabras bastan, aquí o en su página: {owner} las lee y le responde.",
    ),
    "pt": Asking(
        "Olá, {name},\n\ntrata-se disto: {title}.\n\nEstá satisfeito, ou quer mais alguma coisa?\n\n"
        "Bastam umas palavras, aqui ou na sua página: {owner} lê e responde.",
        "Olá, {name},\n\ntrata-se disto: {title}.\n\nContinua certo, ou quer mais alguma coisa?\n\n"
        "Bastam umas palavras, aqui ou na sua página: {owner} lê e responde.",
    ),
}
_TITLE = 120


def question(language: str, *, name: str, title: str, owner: str, again: bool) -> str:
    """The question as the customer reads it, in their language or in English; `again` when they were asked before, or
    some time after it was put right."""
    asking = QUESTIONS.get(language.lower().partition("-")[0], QUESTIONS["en"])
    about = title.rstrip(" .!") if len(title) <= _TITLE else f"{title[:_TITLE].rstrip()}…"
    return (asking.again if again else asking.first).format(name=name, title=about, owner=owner)
