"""The questions of a survey in the words of the customer's language. The words are our own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from makegood.measurement.asking import ITEMS, questions_of, range_of


@dataclass(frozen=True, slots=True)
class Mark:
    """One of the numbers that may be marked. `says` is what it means where it stands at an end."""

    number: int
    says: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One question: `name` of the field, `words`, its marks, and what the least and the most of them mean."""

    name: str
    words: str
    marks: tuple[Mark, ...]
    least: str
    most: str

    @property
    def wide(self) -> int:
        """How many marks stand beside each other on a phone."""
        return len(self.marks) if len(self.marks) < 8 else 6


def questions(scales: Sequence[str], typed: Mapping[str, str]) -> tuple[Question, ...]:
    """What is asked, with what was marked already, in the language that is active."""
    return tuple(_question(name, typed.get(name, "")) for name in questions_of(scales))


def _question(name: str, typed: str) -> Question:
    least, most = range_of(name)
    words, low, high = _words()[name]
    marks = tuple(
        Mark(number, low if number == least else high if number == most else "", typed == str(number))
        for number in range(least, most + 1)
    )
    return Question(name, words, marks, low, high)


def _words() -> dict[str, tuple[str, str, str]]:
    """What is asked by name, and what stands at both ends."""
    ends = _("not at all"), _("completely")
    items = {
        "fair": _("What you did about it was fair."),
        "right": _("In the end it was put right."),
        "soon": _("It was done soon enough for me."),
        "easy": _("It cost me little effort."),
        "heard": _("Somebody listened to me, and cared."),
        "sorry": _("I believe that you were sorry."),
        "told": _("I was told what had happened, and what came next."),
    }
    single = {
        "csat": (_("All in all, how satisfied are you with us?"), _("not at all"), _("very")),
        "ces": (_("How easy do we make it for you?"), _("very hard"), _("very easy")),
        "nps": (_("How likely are you to recommend us to somebody you know?"), _("not at all"), _("very likely")),
    }
    return {**{name: (items[name], *ends) for name in ITEMS}, **single}
