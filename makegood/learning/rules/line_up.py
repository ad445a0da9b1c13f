"""The daily line-up: what it says in a sentence, what there is to talk about, and when somebody is told. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

HOUR = 8
"""When somebody is told unless they say otherwise."""


class Counts(NamedTuple):
    """What happened on a day: promises due and failed, causes found, changes that went live, held or came back, and
    people who are recognised."""

    due: int
    failed: int
    causes: int
    changes: int
    recognised: int

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.failed or self.causes or self.changes or self.recognised)


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


def next_at(now: datetime, hour: int, zone: ZoneInfo) -> datetime:
    """The next instant (aware UTC) after `now` at which it is that hour where somebody is."""
    there = now.astimezone(zone)
    day = there.date() + timedelta(days=there.time() >= time(hour))
    return datetime.combine(day, time(hour), zone).astimezone(now.tzinfo)


def day_before(now: datetime, zone: ZoneInfo) -> date:
    """Yesterday, where somebody is."""
    return now.astimezone(zone).date() - timedelta(days=1)
