"""An answer heard in a message: offered to whoever reads it, never taken by itself."""

from __future__ import annotations

from collections.abc import Sequence

from makegood.cases.queries import CaseFacts
from makegood.cases.rules import Do
from makegood.conversation.hearing.answers import Heard, hear_answer
from makegood.conversation.queries.messages import MessageFacts
from makegood.conversation.rules.messages import Sort


def answer_in(case: CaseFacts, messages: Sequence[MessageFacts], *, language: str) -> Heard | None:
    """What the latest of the messages, when it is the customer's, says to the question that is open; None when that is
    not plain. `language` is the customer's."""
    last = messages[-1] if messages else None
    asked = case.checks[-1] if case.checks else None
    if asked is None or asked.answer or last is None or Do.ANSWER not in case.allowed:
        return None
    if not last.inward or last.sort is not Sort.ORDINARY or last.at < asked.asked_at:
        return None
    return hear_answer(last.text, asked=True, language=language)
