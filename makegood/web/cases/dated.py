"""Dated words as the story of a case offers them, below the entry that said them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from makegood.cases.queries import CaseFacts
from makegood.conversation.queries import MessageFacts, offers_in
from makegood.customers.queries import CustomerFacts
from makegood.journal.queries import Recorded
from makegood.kernel.texts import one_line
from makegood.kernel.when import When
from makegood.web import clocks
from makegood.web.desk import Desk
from makegood.web.telling import DatedLine


def lines_of(
    case: CaseFacts, customer: CustomerFacts, entries: Sequence[Recorded], messages: Sequence[MessageFacts], desk: Desk
) -> Mapping[int, Sequence[DatedLine]]:
    """What is offered below each entry of the story."""
    found: dict[int, list[DatedLine]] = defaultdict(list)
    home = desk.organisation.zone
    for one in offers_in(case, customer, entries=entries, messages=messages, home=home, now=desk.now):
        found[one.entry].append(
            DatedLine(
                words=one_line(one.words),
                what=one.what,
                due=due_words(one.when, customer, desk),
                start=one.start,
                theirs=one.said_by == "them",
                ahead=one.ahead,
                held=one.held,
                url=f"/cases/{case.ref}/dated/{one.entry}/",
            )
        )
    return found


def due_words(when: When | None, customer: CustomerFacts, desk: Desk) -> str:
    """By when, on the reader's clock and on the customer's where that shows another time."""
    if when is None:
        return ""
    if when.due_at <= desk.now:
        return clocks.due(when.due_at, desk.now, when.due_on)
    there = clocks.elsewhere(when.due_at, customer.time_zone, desk.zone) if when.due_on is None else ""
    return ", ".join(filter(None, (clocks.ahead(when.due_at, desk.now, when.due_on), there)))
