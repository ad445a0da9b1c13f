"""What is read out of a text: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from makegood.kernel.when import When

SaidBy = Literal["us", "them"]


class Confidence(StrEnum):
    """How plainly it was promised: in so many words, or with a hedge ("should", "hope to", "was supposed to")."""

    CLEAR = "clear"
    HEDGED = "hedged"


@dataclass(frozen=True, slots=True)
class Dated:
    """Words of a text that promise something by a time.

    `words` is `text[start:end]`, the time as it was said ("by five"). `what` is what was promised without its time,
    fit to be a promise's title ("Ring you"); "" when the text does not say ("you said Tuesday"). `when` is None where
    the words count from a moment that is not known: "I was promised a call within the hour". `rule` names what in the
    language's file found it.
    """

    start: int
    end: int
    words: str
    what: str
    when: When | None
    confidence: Confidence
    rule: str
