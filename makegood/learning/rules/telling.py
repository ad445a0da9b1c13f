"""Telling a customer whom we failed that it was changed: whom, and in which words. Pure.

That a change in the process is shown to those it failed brings trust back that an apology does not (Michel, Bowen &
Johnston 2009). It says only what is so: what went wrong for them, what was changed, since when. It does not apologise
again, which costs more than it gives (Halperin et al. 2022).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

import msgspec

from makegood.cases.rules import Obstacle
from makegood.conversation.coach import Context, Finding, languages, read
from makegood.remedies.rules.plan import language_of

LONGEST = 600
"""Characters of what was changed, in one language."""
BRIEF = 380
"""Characters of a text message, its link not among them."""
_BLAME = "blames-"


class Left(StrEnum):
    """Why a customer whom the cause failed is not told."""

    CASE_OPEN = "case_open"
    """A case of theirs is open: whoever owns it speaks to them."""
    WILL_NOT_FORGIVE = "will_not_forgive"
    """They said that they will not forgive us, and are left in peace."""
    IN_PEACE = "in_peace"
    """They asked us not to write unless they do."""
    TOLD_ALREADY = "told_already"
    """They were told of this change, or of another one in the last thirty days."""
    NO_WAY_TO_REACH = "no_way_to_reach"
    """We have no address of theirs to which we can send."""
    NO_WORDS = "no_words"
    """Nobody has written in their language what was changed."""


class Plight(NamedTuple):
    """How a customer stands when they would be told."""

    case_open: bool
    unforgiving: bool
    in_peace: bool
    told_already: bool
    reachable: bool
    has_words: bool


def left_out(plight: Plight) -> Left | None:
    """Why somebody is left out, None when they are told. The first reason stands."""
    reasons = (
        (plight.case_open, Left.CASE_OPEN), (plight.unforgiving, Left.WILL_NOT_FORGIVE),
        (plight.in_peace, Left.IN_PEACE), (plight.told_already, Left.TOLD_ALREADY),
        (not plight.reachable, Left.NO_WAY_TO_REACH), (not plight.has_words, Left.NO_WORDS),
    )  # fmt: skip
    return next((why for holds, why in reasons if holds), None)


class Words(msgspec.Struct, frozen=True):
    """What people wrote was changed, by language."""

    changed: Mapping[str, str] = {}

    def of(self, language: str) -> str:
        """What was written, "" when nothing was."""
        return self.changed.get(language, "")


class Facts(NamedTuple):
    """What is true for one customer, each text as they read it: `title` what was promised or went wrong, `when` it
    did, `live` since when it is changed. `held` says that it fails less since, beyond chance."""

    name: str
    title: str
    when: str
    live: str
    held: bool


class _Wording(NamedTuple):
    went_wrong: str
    changed: str
    since: str
    held: str
    nothing: str
    brief: str


_WORDINGS: Mapping[str, _Wording] = {
    "en": _Wording(
        "Hello {name},\n\nin {when} this went wrong for you: {title}.",
        "We looked for the reason, and found it. This is what we have changed: {changed}",
        "It has been so since {live}.",
        "Since then it goes wrong clearly less often: we count.",
        "There is nothing you need to do. If anything is still not right for you, just answer: we read it.",
        "{name}, what went wrong in {when} ({title}) is changed since {live}. More about it here:",
    ),
    "de": _Wording(
        "Guten Tag {name},\n\nim {when} ist dies bei Ihnen schiefgegangen: {title}.",
        "Wir haben den Grund gesucht und gefunden. Das haben wir geändert: {changed}",
        "So ist es seit dem {live}.",
        "Seither geht es deutlich seltener schief: Wir zählen mit.",
        "Sie müssen nichts tun. Ist für Sie noch etwas offen, antworten Sie einfach auf diese Nachricht: Wir lesen es.",
        "{name}, was im {when} schiefging ({title}), ist seit dem {live} geändert. Mehr dazu hier:",
    ),
    "es": _Wording(
        "Hola, {name}:\n\nen {when} le falló esto: {title}.",
        "Hemos buscado el motivo y lo hemos encontrado. Esto es lo que hemos cambiado: {changed}",
        "Es así desde el {live}.",
        "Desde entonces falla claramente menos: lo contamos.",
        "No tiene que hacer nada. Si algo sigue sin estar bien, leemos lo que nos responda.",
        "{name}, lo que falló en {when} ({title}) ha cambiado desde el {live}. Más sobre ello aquí:",
    ),
    "pt": _Wording(
        "Olá, {name},\n\nem {when} isto correu mal consigo: {title}.",
        "Procurámos o motivo e encontrámo-lo. Foi isto que mudámos: {changed}",
        "É assim desde {live}.",
        "Desde então corre mal claramente menos vezes: nós contamos.",
        "Não precisa de fazer nada. Se algo ainda não está bem, basta responder: nós lemos.",
        "{name}, o que correu mal em {when} ({title}) mudou desde {live}. Mais sobre isto aqui:",
    ),
}
LANGUAGES = tuple(_WORDINGS)
DAY: Mapping[str, str] = {"en": "j F Y", "de": "j. F Y", "es": r"j \d\e F \d\e Y", "pt": r"j \d\e F \d\e Y"}
MONTH: Mapping[str, str] = {"en": "F Y", "de": "F Y", "es": r"F \d\e Y", "pt": r"F \d\e Y"}
"""How a day and a month are said, as Django's date formats."""


def compose(changed: str, language: str, facts: Facts) -> str:
    """The message as it is sent by mail; "" where nobody wrote what was changed."""
    if not changed:
        return ""
    words = _WORDINGS[language_of(language)]
    known = facts._asdict() | {"title": facts.title.rstrip(".!"), "changed": _sentence(changed)}
    since = f"{words.since} {words.held}" if facts.held else words.since
    return "\n\n".join(part.format(**known) for part in (words.went_wrong, f"{words.changed} {since}", words.nothing))


def brief_of(language: str, facts: Facts) -> str:
    """What of it fits into a text message."""
    words = _WORDINGS[language_of(language)].brief
    room = BRIEF - len(words.format(**facts._asdict() | {"title": ""}))
    title = facts.title if len(facts.title) <= room else f"{facts.title[: room - 1]}…"
    return words.format(**facts._asdict() | {"title": title})


def faults(language: str, changed: str) -> Iterator[Obstacle]:
    """What is wrong with words that somebody wrote: they are refused with it."""
    if language not in LANGUAGES:
        yield Obstacle("telling.unknown_language", f"We write {', '.join(LANGUAGES)}.")
    elif len(changed) > LONGEST:
        yield Obstacle("telling.too_long", f"Up to {LONGEST} characters, please: it is read on a phone.")
    elif blamed := next((one for one in heard(language, changed) if one.code.startswith(_BLAME)), None):
        yield Obstacle("telling.blames", f"“{blamed.words}”: say what is changed, and never who was at fault.")


def heard(language: str, text: str) -> tuple[Finding, ...]:
    """What the coach finds wrong; that it is better now is on record."""
    if language not in languages():
        return ()
    return read(text, language=language, context=Context(improved=True)).faults


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
