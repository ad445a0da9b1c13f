"""When we come back to a customer, and in which words: what the playbooks say. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from makegood.kernel.phrases import Span
from makegood.remedies.rules.playbooks import NOW, FollowUp, Playbook, Words
from makegood.remedies.rules.playbooks_file import ASK_AGAIN
from makegood.remedies.rules.playbooks_match import Situation, rules_for

STANDARD = "making-good"
"""The playbook whose plan holds where no other says anything."""
UNLESS_TOLD = tuple(FollowUp(after=after, what=ASK_AGAIN) for after in (NOW, Span("days", 1), Span("months", 1)))
Chosen = tuple[str, str, str]
"""Playbook, rule and option that a remedy was chosen from."""


def follow_up_plan(
    playbooks: Collection[Playbook], situation: Situation, chosen: Collection[Chosen]
) -> tuple[FollowUp, ...]:
    """The plan of what was given; else of the most specific rule that has one, itself or by its playbook; else the
    standard one."""
    for plan in _plans(playbooks, situation, chosen):
        if plan:
            return plan
    return UNLESS_TOLD


def _plans(
    playbooks: Collection[Playbook], situation: Situation, chosen: Collection[Chosen]
) -> Iterator[tuple[FollowUp, ...]]:
    yield from _of_chosen(playbooks, chosen)
    for one in rules_for(playbooks, situation):
        yield one.rule.follow_up or one.playbook.follow_up
    yield from (one.follow_up for one in playbooks if one.playbook == STANDARD)


def _of_chosen(playbooks: Iterable[Playbook], chosen: Collection[Chosen]) -> Iterator[tuple[FollowUp, ...]]:
    for playbook in playbooks:
        for rule in playbook.rules:
            for option in rule.options:
                if (playbook.playbook, rule.rule, option.option) in chosen:
                    yield option.follow_up or rule.follow_up or playbook.follow_up


_SPANS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "en": {
        "minute": ("a minute later", "{} minutes later"), "hour": ("an hour later", "{} hours later"),
        "day": ("a day later", "{} days later"), "week": ("a week later", "{} weeks later"),
        "workday": ("a working day later", "{} working days later"), "month": ("a month later", "{} months later"),
    },
    "de": {
        "minute": ("eine Minute später", "{} Minuten später"), "hour": ("eine Stunde später", "{} Stunden später"),
        "day": ("einen Tag später", "{} Tage später"), "week": ("eine Woche später", "{} Wochen später"),
        "workday": ("einen Arbeitstag später", "{} Arbeitstage später"),
        "month": ("einen Monat später", "{} Monate später"),
    },
    "es": {
        "minute": ("un minuto después", "{} minutos después"), "hour": ("una hora después", "{} horas después"),
        "day": ("un día después", "{} días después"), "week": ("una semana después", "{} semanas después"),
        "workday": ("un día laborable después", "{} días laborables después"),
        "month": ("un mes después", "{} meses después"),
    },
    "pt": {
        "minute": ("um minuto depois", "{} minutos depois"), "hour": ("uma hora depois", "{} horas depois"),
        "day": ("um dia depois", "{} dias depois"), "week": ("uma semana depois", "{} semanas depois"),
        "workday": ("um dia útil depois", "{} dias úteis depois"), "month": ("um mês depois", "{} meses depois"),
    },
}  # fmt: skip
_AT_ONCE = {"en": "at once", "de": "sofort", "es": "enseguida", "pt": "de imediato"}
_STILL = {
    "en": "Ask {when} whether it is still right, or whether there is something more.",
    "de": "Fragen, ob es {when} noch in Ordnung ist oder ob noch etwas fehlt.",
    "es": "Preguntar si {when} sigue bien o si falta algo más.",
    "pt": "Perguntar se {when} continua certo ou se falta mais alguma coisa.",
}


def told_apart(plan: Sequence[FollowUp]) -> tuple[FollowUp, ...]:
    """A plan in words that say when: what is asked later asks whether it still holds, and what would be asked in the
    same words as another begins with its time."""
    worded = [_timely(one) for one in plan]
    often = Counter(str(one.what) for one in worded)
    return tuple(one if often[str(one.what)] == 1 else _begun(one) for one in worded)


def _timely(one: FollowUp) -> FollowUp:
    if one.what != ASK_AGAIN or one.after == NOW:
        return one
    return replace(one, what=Words({tag: text.format(when=_later(one.after, tag)) for tag, text in _STILL.items()}))


def _begun(one: FollowUp) -> FollowUp:
    begun = {tag: f"{_capital(_later(one.after, tag))}: {text}" for tag, text in one.what.texts.items()}
    return replace(one, what=Words(begun))


def _later(after: Span, tag: str) -> str:
    """How long after, in a language; in English where we have no words for it."""
    language = tag.partition("-")[0]
    if after == NOW:
        return _AT_ONCE.get(language, _AT_ONCE["en"])
    unit, number = _counted(after)
    one, many = _SPANS.get(language, _SPANS["en"])[unit]
    return one if number == 1 else many.format(number)


def _counted(after: Span) -> tuple[str, int]:
    """A length of time in the largest unit that it fills."""
    match after:
        case Span("months", number):
            return "month", number
        case Span("workdays", number):
            return "workday", number
        case Span("days", number):
            return ("day", number) if number % 7 else ("week", number // 7)
    hours, rest = divmod(after.number, 3600)
    return ("minute", max(1, after.number // 60)) if rest else ("hour", hours)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
