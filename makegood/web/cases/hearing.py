"""An answer heard in a message, as it is offered at the case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from makegood.cases.queries import CaseFacts
from makegood.conversation.hearing.answers import Verdict
from makegood.conversation.queries import MessageFacts, answer_in


@dataclass(frozen=True, slots=True)
class Offered:
    """The answer that one press records: what it is, what the button says, and the customer's words."""

    answer: str
    name: str
    words: str


def offered(case: CaseFacts, messages: Sequence[MessageFacts], *, language: str) -> Offered | None:
    """What the customer's latest message says to the question that is open; None when that is not plain."""
    heard = answer_in(case, messages, language=language)
    if heard is None:
        return None
    names = {
        Verdict.SATISFIED: _("Record: satisfied"), Verdict.MORE: _("Record: wants something more"),
        Verdict.NOT_SATISFIED: _("Record: not satisfied"),
    }  # fmt: skip
    return Offered(heard.verdict.value, names[heard.verdict], messages[-1].text)
