"""An answer heard in a message: offered to whoever reads it, never taken by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from makegood.cases.queries import CaseFacts
from makegood.cases.rules import Do
from makegood.conversation.hearing.answers import Verdict, hear_answer
from makegood.conversation.queries import MessageFacts
from makegood.conversation.rules.messages import Sort


@dataclass(frozen=True, slots=True)
class Offered:
    """The answer that one press records: what it is, what the button says, and the customer's words."""

    answer: str
    name: str
    words: str


def offered(case: CaseFacts, messages: Sequence[MessageFacts], *, language: str) -> Offered | None:
    """What the customer's latest message says to the question that is open; None when that is not plain."""
    last = messages[-1] if messages else None
    asked = case.checks[-1] if case.checks else None
    if asked is None or asked.answer or last is None or Do.ANSWER not in case.allowed:
        return None
    if not last.inward or last.sort is not Sort.ORDINARY or last.at < asked.asked_at:
        return None
    heard = hear_answer(last.text, asked=True, language=language)
    if heard is None:
        return None
    names = {
        Verdict.SATISFIED: _("Record: satisfied"), Verdict.MORE: _("Record: wants something more"),
        Verdict.NOT_SATISFIED: _("Record: not satisfied"),
    }  # fmt: skip
    return Offered(heard.verdict.value, names[heard.verdict], last.text)
