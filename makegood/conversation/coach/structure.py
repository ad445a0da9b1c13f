"""What only the whole text shows: that nobody has a next step, that reasons take it over, that it echoes the customer.

Each check is named by a rule of the language's file (`check: no-step`), and knows no language itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from makegood.conversation.coach.matching import Hit
from makegood.conversation.coach.sentences import Sentence
from makegood.conversation.coach.values import Context

# What gives somebody a next step, or answers the point that was raised.
STEPS = frozenset({"own", "repair", "when", "ask", "hands-back", "undated-promise", "empty-promise",
                   "asks-customer-to-solve"})  # fmt: skip
# What only a text to an unhappy customer has.
TROUBLE = frozenset({"apologise", "conditional-apology", "passive-evasion", "justifies", "blames-customer"})
REASONS = frozenset({"explain", "justifies", "blames-customer", "blames-colleague"})
MOST_REASON_WORDS = 60
LONG_TEXT = 60
# An echo needs this many of the customer's own words; shorter words than these say nothing.
ECHOED = 2
SHORTEST_WORD = 4
STEM = 6
_ADDRESS = re.compile(r"\S@\S|https?:|www\.|\d{3}[ -]?\d{3,}")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Seen:
    """What the checks look at."""

    cut: Sequence[Sentence]
    hits: Sequence[Hit]
    context: Context
    commonplace: frozenset[str]

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(hit.code for hit in self.hits)


Span = tuple[int, int, int]
"""The index of a sentence, and where the words start and end in the text."""


def no_step(seen: Seen) -> Iterator[Span]:
    """An answer to an unhappy customer that leaves nobody with anything to do: its last sentence."""
    way_on = any(one.asks or _ADDRESS.search(one.low) for one in seen.cut)
    if seen.cut and seen.codes & TROUBLE and not seen.codes & STEPS and not way_on:
        yield _whole(seen, len(seen.cut) - 1)


def reasons(seen: Seen) -> Iterator[Span]:
    """More than 60 words, or more than half of a longer text, that say why: from the first reason on."""
    told = sorted({hit.sentence for hit in seen.hits if hit.code in REASONS})
    words = sum(seen.cut[index].words for index in told)
    total = sum(one.words for one in seen.cut)
    if words > MOST_REASON_WORDS or (total > LONG_TEXT and words * 2 > total):
        yield _whole(seen, told[0])


def echo(seen: Seen) -> Iterator[Span]:
    """The sentence that has most of the customer's own words, when it has enough of them."""
    theirs = _stems(seen.context.customer_words.lower()) - seen.commonplace
    asked = {hit.sentence for hit in seen.hits if hit.code in {"hands-back", "formula"}}
    counted = [
        (len(theirs & _stems(one.low)), -index) for index, one in enumerate(seen.cut) if index not in asked
    ]  # fmt: skip
    if counted and max(counted)[0] >= ECHOED:
        yield _whole(seen, -max(counted)[1])


def again(seen: Seen) -> Iterator[Span]:
    """An apology to a customer to whom we apologised before within the window."""
    sorry = next((hit for hit in seen.hits if hit.code in {"apologise", "conditional-apology"}), None)
    if seen.context.apologies and sorry:
        yield sorry.sentence, sorry.start, sorry.end


def _whole(seen: Seen, index: int) -> Span:
    return index, seen.cut[index].start, seen.cut[index].end


def _stems(low: str) -> set[str]:
    return {word[:STEM] for word in _WORD.findall(low) if len(word) >= SHORTEST_WORD}


CHECKS: Mapping[str, Callable[[Seen], Iterator[Span]]] = {
    "no-step": no_step,
    "reasons": reasons,
    "echo": echo,
    "again": again,
}
