"""What the coach is given and what it answers: plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

# The five steps and what belongs to them, in the order in which a good reply says them.
ELEMENTS = ("own", "listen", "empathise", "apologise", "explain", "repair", "when", "ask")
FAULTS = (
    "blames-customer",
    "blames-colleague",
    "conditional-apology",
    "formula",
    "justifies",
    "hands-back",
    "asks-customer-to-solve",
    "dead-end",
    "empty-promise",
    "undated-promise",
    "repeat-apology",
    "passive-evasion",
    "long-explanation",
    "unkept-fact",
)

Kind = Literal["element", "fault"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the case knows, and the words alone cannot tell.

    `apologies` were made to this customer within the window. `improved` says that an improvement is on record, which
    makes a promise of betterment more than words. `done` names the facts that the case shows as done (`refund`,
    `credit`, `replacement`, `dispatch`, `call`, `repair`, `improvement`); None when nothing is known, and then no fact
    is doubted. `customer_words` is what the customer wrote, so that an echo of it counts as having listened.
    """

    apologies: int = 0
    improved: bool = False
    done: frozenset[str] | None = None
    customer_words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Words of the text that are an element of a good reply, or a fault.

    `words` is `text[start:end]`; `line` and `column` count from 1. `rule` names what found it, `why` says in one
    sentence why it matters and on whose evidence, `better` what to write instead ("" for an element).
    """

    code: str
    kind: Kind
    start: int
    end: int
    line: int
    column: int
    words: str
    rule: str
    why: str
    better: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """An element that the text does not have: why it matters, and words to begin with."""

    code: str
    why: str
    better: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that the coach found, in the order of the text."""

    language: str
    findings: tuple[Finding, ...] = ()
    missing: tuple[Missing, ...] = field(default=())

    @property
    def faults(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.kind == "fault")

    @property
    def elements(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.kind == "element")

    @property
    def codes(self) -> frozenset[str]:
        """Each code that was found, once."""
        return frozenset(one.code for one in self.findings)

    @property
    def clean(self) -> bool:
        return not self.faults
