"""The messages by which we ask, in the languages of the customer's page. Pure.

They say nothing of what went wrong: a message may be read by others. Short enough for one text message or two.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from makegood.measurement.scales import Occasion


class Wording(NamedTuple):
    """A message in one language: what it stands under, after a case, as a pulse, as a reminder, and before the link."""

    subject: str
    case: str
    pulse: str
    reminder: str
    link: str


WORDINGS: Mapping[str, Wording] = {
    "en": Wording(
        "How was it, with {house}?",
        "Hello {name},\n\nsomething went wrong with us, and we dealt with it. How was that for you? "
        "Eight short questions.",
        "Hello {name},\n\none question: how are we doing? You were chosen by lot.",
        "Hello {name},\n\nwe asked how it was for you. If you like, there is still time; we do not ask again.",
        "Answer, or say that you want no such questions",
    ),
    "de": Wording(
        "Wie war es mit {house}?",
        "Guten Tag {name},\n\nbei uns ist etwas schiefgegangen, und wir haben uns darum gekümmert. Wie war das für "
        "Sie? Acht kurze Fragen.",
        "Guten Tag {name},\n\neine Frage: Wie machen wir unsere Sache? Sie wurden ausgelost.",
        "Guten Tag {name},\n\nwir haben gefragt, wie es für Sie war. Wenn Sie mögen, ist noch Zeit; wir fragen nicht "
        "noch einmal.",
        "Antworten, oder sagen, dass Sie keine solchen Fragen möchten",
    ),
    "es": Wording(
        "¿Qué tal con {house}?",
        "Hola, {name}:\n\nAlgo salió mal con nosotros y nos ocupamos de ello. ¿Cómo lo vivió usted? "
        "Ocho preguntas cortas.",
        "Hola, {name}:\n\nUna pregunta: ¿qué tal lo hacemos? Le ha tocado por sorteo.",
        "Hola, {name}:\n\nLe preguntamos cómo lo vivió. Si quiere, aún está a tiempo; no volveremos a preguntar.",
        "Responder, o decir que no quiere estas preguntas",
    ),
    "pt": Wording(
        "Como correu com {house}?",
        "Olá, {name},\n\nalgo correu mal connosco e tratámos disso. Como foi para si? Oito perguntas curtas.",
        "Olá, {name},\n\numa pergunta: como nos estamos a sair? Foi escolhido por sorteio.",
        "Olá, {name},\n\nperguntámos como foi para si. Se quiser, ainda está a tempo; não voltamos a perguntar.",
        "Responder, ou dizer que não quer estas perguntas",
    ),
}


def words_of(language: str, occasion: Occasion, *, reminder: bool, name: str, house: str) -> tuple[str, str]:
    """Subject and words of a message that asks, in the customer's language or in English."""
    ours = _ours(language)
    text = ours.reminder if reminder else ours.case if occasion is Occasion.CASE else ours.pulse
    return ours.subject.format(house=house), text.format(name=name)


def with_survey(text: str, address: str, *, language: str) -> str:
    """Words with the address of the survey below them."""
    return f"{text.rstrip()}\n\n{_ours(language).link}: {address}"


def _ours(language: str) -> Wording:
    return WORDINGS.get(language.lower().partition("-")[0], WORDINGS["en"])
