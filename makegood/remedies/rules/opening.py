"""A message to a customer that begins with the plan: its lines in a letter's order, in their language. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from makegood.cases.rules import Step
from makegood.kernel.texts import first_name
from makegood.remedies.rules.plan import language_of

_GREETINGS = {"en": "Hello {first},", "de": "Guten Tag {name},", "es": "Hola, {first}:", "pt": "Olá, {first},"}
_FAREWELLS = {"en": "Kind regards", "de": "Freundliche Grüße", "es": "Un saludo", "pt": "Com os melhores cumprimentos"}
_PARAGRAPHS = ((Step.OWN,), (Step.EMPATHISE, Step.APOLOGISE), (Step.REFOCUS,), (Step.LISTEN,))
"""In writing the question comes last, where it is answered."""


def opening(lines: Mapping[Step, str], *, language: str, customer: str, writer: str) -> str:
    """The text of a message that says these lines of a plan, greets the customer and is signed by its writer."""
    said = [" ".join(lines[step] for step in steps if step in lines) for steps in _PARAGRAPHS]
    return letter("\n\n".join(filter(None, said)), language=language, customer=customer, writer=writer)


def letter(words: str, *, language: str, customer: str, writer: str) -> str:
    """These words as a message that greets the customer and is signed by its writer."""
    code = language_of(language)
    greeting = _GREETINGS[code].format(first=first_name(customer), name=customer)
    return "\n\n".join(filter(None, (greeting, words, f"{_FAREWELLS[code]}\n{writer}")))
