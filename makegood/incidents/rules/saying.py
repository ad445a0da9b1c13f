"""What each customer of an incident is told: the plan's lines in their language, with what is true for them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache

import msgspec

from makegood.cases.rules import Obstacle, Step
from makegood.incidents.rules.wordings import WORDINGS
from makegood.remedies.rules.plan import Known, language_of, lines

LANGUAGES = tuple(WORDINGS)
LONGEST = 600
BRIEF = 380
"""Characters of a text message, its link not among them: with it they are three at most."""
_PLACE = re.compile(r"\{(\w*)\}")
PLACES = ("name", "promise", "due", "new", "owner", "offer", "by")
"""What may stand in braces."""


class Line(StrEnum):
    """A line of the message, in the order in which it is read."""

    APOLOGISE = "apologise"
    APOLOGISED = "apologised"
    HAPPENED = "happened"
    EMPATHISE = "empathise"
    OWN = "own"
    NEWS = "news"
    OFFER = "offer"
    ANSWER = "answer"


STEP_OF = {
    Line.APOLOGISE: Step.APOLOGISE, Line.APOLOGISED: Step.APOLOGISE, Line.HAPPENED: Step.APOLOGISE,
    Line.EMPATHISE: Step.EMPATHISE, Line.OWN: Step.OWN, Line.NEWS: Step.REFOCUS, Line.OFFER: Step.REFOCUS,
    Line.ANSWER: Step.REFOCUS,
}  # fmt: skip
"""Of which step of the recovery each line is."""


class Words(msgspec.Struct, frozen=True):
    """What people wrote, by language and line; the prepared words stand where nobody wrote any."""

    lines: Mapping[str, Mapping[str, str]] = {}

    def of(self, language: str, line: Line) -> str:
        """What was written, "" when nothing was."""
        return self.lines.get(language, {}).get(line, "")


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is true for one customer, each text as they read it, "" when nothing is known.

    `foretold` says that it is not late yet, `again` that they were failed before, `said_already` that we apologised to
    them lately.
    """

    name: str
    promise: str
    due: str
    owner: str
    new: str = ""
    offer: str = ""
    by: str = ""
    foretold: bool = False
    again: bool = False
    said_already: bool = False


def compose(words: Words, language: str, facts: Facts) -> dict[Line, str]:
    """The lines one customer is told, in order; a line of which nothing can be said is missing.

    Somebody who had our apology lately is not told it again: said once more it costs trust (Halperin et al. 2022).
    """
    spoken = language_of(language)
    unsaid = Line.APOLOGISE if facts.said_already else Line.APOLOGISED
    told = {line: _line(words, spoken, line, facts) for line in Line if line is not unsaid}
    return {line: text for line, text in told.items() if text}


def steps_of(told: Mapping[Line, str]) -> dict[Step, str]:
    """What is said at each step of the recovery."""
    steps: dict[Step, str] = {}
    for line, text in told.items():
        steps[STEP_OF[line]] = " ".join(filter(None, (steps.get(STEP_OF[line], ""), text)))
    return steps


def message_of(told: Mapping[Line, str]) -> str:
    """The message as it is read: a paragraph for each line."""
    return "\n".join(told.values())


def letter_of(told: Mapping[Line, str]) -> str:
    """The message as it is sent by mail: paragraphs with a line between them."""
    return "\n\n".join(told.values())


def brief_of(told: Mapping[Line, str], language: str) -> str:
    """What of the message fits into a text message, and that all of it stands on their page."""
    rest = WORDINGS[language_of(language)].rest
    first = [told[line] for line in (Line.APOLOGISE, Line.APOLOGISED, Line.NEWS, Line.OFFER) if line in told]
    while len(first) > 1 and sum(map(len, first)) + len(rest) + len(first) > BRIEF:
        first.pop()
    return " ".join([*first, rest])


def _line(words: Words, language: str, line: Line, facts: Facts) -> str:
    own = words.of(language, line)
    if line is Line.OFFER and not facts.offer:
        return ""
    if own:
        return filled(own, facts)
    if line is Line.HAPPENED:
        return ""
    if line in (Line.NEWS, Line.OFFER, Line.ANSWER):
        return filled(getattr(WORDINGS[language], line), facts)
    known = Known(
        owner=facts.owner, due=facts.due, foretold=facts.foretold, again=facts.again, said_already=facts.said_already
    )
    return lines(language, known)[STEP_OF[line]]


def prepared(language: str, line: Line) -> str:
    """Our words for a line, with their places open, as they are shown to whoever would put others in their place."""
    if line is Line.HAPPENED:
        return ""
    if line in (Line.NEWS, Line.OFFER, Line.ANSWER):
        return str(getattr(WORDINGS[language], line))
    known = Known(owner="{owner}", due="{due}", said_already=line is Line.APOLOGISED)
    return lines(language, known)[STEP_OF[line]]


def filled(template: str, facts: Facts) -> str:
    """The template with its places filled. A sentence with a place of which nothing is known is left out."""
    said = []
    for sentence, names in _sentences(template):
        if all(getattr(facts, name) for name in names):
            said.append(_PLACE.sub(lambda found: str(getattr(facts, found[1])), sentence))
    return " ".join(said)


@cache
def _sentences(template: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The sentences of a template, each with the places in it."""
    parts = re.split(r"(?<=[.!?…])\s+", " ".join(template.split()))
    return tuple((part, tuple(_PLACE.findall(part))) for part in parts if part)


def faults(language: str, line: str, text: str) -> Iterator[Obstacle]:
    """What is wrong with words that somebody wrote."""
    if language not in LANGUAGES or line not in list(Line):
        yield Obstacle("incident.unknown_line", f"There is no line {line!r} in {language!r}. Lines: {', '.join(Line)}.")
    if len(text) > LONGEST:
        yield Obstacle("incident.too_long", f"Up to {LONGEST} characters a line, please: it is read on a phone.")
    for name in _PLACE.findall(text):
        if name not in PLACES:
            known = ", ".join(f"{{{one}}}" for one in PLACES)
            yield Obstacle("incident.unknown_place", f"Nothing is known as {{{name}}}. What may stand there: {known}.")


def written(words: Words) -> list[str]:
    """All that people wrote, in every language."""
    return [text for by_line in words.lines.values() for text in by_line.values()]
