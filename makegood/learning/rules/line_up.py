"""The daily line-up: what it says in a sentence, what there is to talk about, and when somebody is told. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

HOUR = 8
"""When somebody is told unless they say otherwise."""


WORKDAYS = frozenset(range(5))
"""Monday to Friday: on which people are told."""


class Counts(NamedTuple):
    """What happened on a day: promises due and failed, causes found, changes that went live, held or came back, people
    who are recognised, and groups that were found to fail beyond chance."""

    due: int
    failed: int
    causes: int
    changes: int
    recognised: int
    signals: int = 0

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.failed or self.causes or self.changes or self.recognised or self.signals)


class Topic(StrEnum):
    """What there is to talk about, the first that holds."""

    CAME_BACK = "came_back"
    SIGNAL = "signal"
    CAUSE = "cause"
    KIND = "kind"
    THANKS = "thanks"
    NOTHING = "nothing"


_SAYS: Mapping[str, str] = {
    "en": "Line-up: {failed} of {due} due failed. Causes found: {causes}. Changes: {changes}."
    " Recognised: {recognised}.",
    "de": "Morgenrunde: {failed} von {due} fälligen nicht gehalten. Ursachen gefunden: {causes}. Änderungen: {changes}."
    " Gewürdigt: {recognised}.",
    "es": "Reunión del día: {failed} de {due} fallaron. Causas halladas: {causes}. Cambios: {changes}."
    " Reconocidos: {recognised}.",
    "pt": "Reunião do dia: {failed} de {due} falharam. Causas achadas: {causes}. Mudanças: {changes}."
    " Reconhecidos: {recognised}.",
}


def in_words(counts: Counts, language: str) -> str:
    """The day in a sentence, in a language of ours, else in English."""
    return _SAYS.get(language.partition("-")[0].lower(), _SAYS["en"]).format(**counts._asdict())


def next_at(now: datetime, hour: int, zone: ZoneInfo, days: Collection[int]) -> datetime:
    """The next instant (aware UTC) after `now` at which it is that hour of one of these weekdays (0 Monday) where
    somebody is."""
    there = now.astimezone(zone)
    day = there.date() + timedelta(days=there.time() >= time(hour))
    while day.weekday() not in days:
        day += timedelta(days=1)
    return datetime.combine(day, time(hour), zone).astimezone(now.tzinfo)


def days_to_tell(today: date, days: Collection[int]) -> list[date]:
    """The days that nobody was told of before `today`: those since the working day before it, the last first."""
    told = [today - timedelta(days=1)]
    while told[-1].weekday() not in days:
        told.append(told[-1] - timedelta(days=1))
    return told


def day_before(now: datetime, zone: ZoneInfo) -> date:
    """Yesterday, where somebody is."""
    return now.astimezone(zone).date() - timedelta(days=1)
