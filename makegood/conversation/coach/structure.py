"""What only the whole text shows: that nobody has a next step, that reasons take it over, that it echoes the customer.

Each check is named by a rule of the language's file (`check: no-step`), and knows no language itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from makegood.conversation.coach.matching import Hit
from makegood.conversation.coach.sentences import Frame, Sentence, stems
from makegood.conversation.coach.values import Context

# What gives somebody a next step, or answers the point that was raised.
STEPS = frozenset({"own", "repair", "when", "ask", "hands-back", "undated-promise", "empty-promise",
                   "asks-customer-to-solve"})  # fmt: skip
# What only a text to an unhappy customer has.
TROUBLE = frozenset({"apologise", "conditional-apology", "passive-evasion", "justifies", "blames-customer",
                     "formula"})  # fmt: skip
REASONS = frozenset({"explain", "justifies", "blames-customer", "blames-colleague"})
MOST_REASON_WORDS = 60
LONG_TEXT = 90
# An echo needs this many of the customer's own words.
ECHOED = 2
ADDRESS = re.compile(r"\S@\S|https?:|www\.|\d{3}[ -]?\d{3,}")


@dataclass(frozen=True, slots=True)
class Seen:
    """What the checks look at."""

    cut: Sequence[Sentence]
    hits: Sequence[Hit]
    context: Context
    frame: Frame

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(hit.code for hit in self.hits)


Span = tuple[int, int, int]
"""The index of a sentence, and where the words start and end in the text."""


def no_step(seen: Seen) -> Iterator[Span]:
    """An answer to an unhappy customer that leaves nobody with anything to do: its last sentence."""
    way_on = any(one.asks or ADDRESS.search(one.low) or seen.frame.praise.search(one.low) for one in seen.cut)
    if seen.cut and seen.codes & TROUBLE and not seen.codes & STEPS and not way_on:
        yield _whole(seen, len(seen.cut) - 1)


def reasons(seen: Seen) -> Iterator[Span]:
    """More than 60 words, or more than half of a longer text, that say why: from the first reason on.

    A sentence after a reason that is nothing else belongs to it.
    """
    codes: dict[int, set[str]] = {}
    for hit in seen.hits:
        codes.setdefault(hit.sentence, set()).add(hit.code)
    told, going_on = [], False
    for index, _one in enumerate(seen.cut):
        found = codes.get(index, set())
        going_on = bool(found & REASONS) or (going_on and not found)
        told += [index] if going_on else []
    words = sum(seen.cut[index].words for index in told)
    total = sum(one.words for one in seen.cut)
    if words > MOST_REASON_WORDS or (total > LONG_TEXT and words * 2 > total):
        yield _whole(seen, told[0])


def echo(seen: Seen) -> Iterator[Span]:
    """The sentence that has most of the customer's own words, when it has enough of them."""
    theirs = seen.frame.own_words(seen.context.customer_words)
    asked = {hit.sentence for hit in seen.hits if hit.code in {"hands-back", "formula"}}
    counted = [
        (len(theirs & stems(one.low)), -index) for index, one in enumerate(seen.cut) if index not in asked
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


CHECKS: Mapping[str, Callable[[Seen], Iterator[Span]]] = {
    "no-step": no_step,
    "reasons": reasons,
    "echo": echo,
    "again": again,
}
