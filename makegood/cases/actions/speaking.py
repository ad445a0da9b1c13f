"""What a customer does themselves, on their private page: writes, asks for a new link. What they answer is
heard by the room of follow-ups.

No scope is asked for: whoever holds the customer's link may speak for the customer, and only in that case.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from makegood.cases.actions.holding import WORDS_LIMIT, bring_to_desk, hold_theirs, said, tell
from makegood.cases.models import Case
from makegood.journal.actors import Actor
from makegood.kernel.refusals import invalid
from makegood.notices.actions import News, tell_many

PAGE = "page"
"""The channel by which it came."""


@transaction.atomic
def write(number: int, *, words: str, by: Actor, now: datetime) -> None:
    """The customer writes to the owner. Raises Refusal "case.no_words", "case.too_long"."""
    case = hold_theirs(number)
    text = short(said(words, field="words", what="Write a few words first."))
    bring_to_desk(case)
    tell("wrote", case, by=by, at=now, data={"words": text, "channel": PAGE})
    tell_owner(case, "wrote", "The customer of {} wrote to you.", by=by, now=now)


@transaction.atomic
def ask_for_link(number: int, *, by: Actor, now: datetime) -> None:
    """The customer's link works no more, or soon will not: they want another."""
    case = hold_theirs(number)
    tell("link_asked", case, by=by, at=now)
    tell_owner(case, "link_asked", "The customer of {} asks for a new link to their page.", by=by, now=now)


def short(text: str) -> str:
    """Words of a customer that are not too many. Raises Refusal "case.too_long"."""
    if len(text) > WORDS_LIMIT:
        raise invalid("case.too_long", f"Up to {WORDS_LIMIT:,} characters, please.", field="words")
    return text


def tell_owner(case: Case, topic: str, words: str, *, by: Actor, now: datetime) -> None:
    """Let the owner know what their customer did; `words` have a place for the number."""
    tell_many([news_for_owner(case.pk, case.owner_id, topic, words, occasion=now.isoformat())], by=by, now=now)


def news_for_owner(number: int, owner_id: int, topic: str, words: str, *, occasion: str) -> News:
    """The same, to be told with others."""
    return News(
        staff_id=owner_id, about=("case", number), topic=f"case.{topic}", words=words.format(f"SR-{number}"),
        link=f"/cases/SR-{number}/", occasion=occasion,
    )  # fmt: skip
