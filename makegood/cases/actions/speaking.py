"""What a customer does themselves, on their private page: writes, answers, asks for a new link.

No scope is asked for: whoever holds the customer's link may speak for the customer, and only in that case.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from makegood.cases.actions.closing import reopen_for
from makegood.cases.actions.holding import WORDS_LIMIT, hold_theirs, said, tell
from makegood.cases.actions.working import keep_first_contact
from makegood.cases.models import Case, SatisfactionCheck
from makegood.cases.queries.story import story_of
from makegood.cases.rules import Answer, outcome_of
from makegood.journal.actors import SYSTEM, Actor
from makegood.kernel.refusals import invalid
from makegood.notices.actions import tell as tell_person

PAGE = "page"
"""The channel by which it came."""


@transaction.atomic
def write(number: int, *, words: str, by: Actor, now: datetime) -> None:
    """The customer writes to the owner. Raises Refusal "case.no_words", "case.too_long"."""
    case = hold_theirs(number)
    text = _short(said(words, field="words", what="Write a few words first."))
    tell("wrote", case, by=by, at=now, data={"words": text, "channel": PAGE})
    _tell_owner(case, "wrote", "The customer of {} wrote to you.", by=by, now=now)


@transaction.atomic
def answer_oneself(number: int, *, answer: str, words: str = "", by: Actor, now: datetime) -> None:
    """The customer says whether it is right, asked or not: the page asks always.

    Yes, said again, changes nothing. Wanting something more opens a closed case again. Raises Refusal
    "case.unknown_answer", "case.too_long".
    """
    given, text = _answer(answer), _short(words.strip())
    case = hold_theirs(number)
    if given is Answer.SATISFIED and story_of(case).answers[-1:] == (Answer.SATISFIED,):
        return
    if given is Answer.MORE and case.closed_at is not None:
        reopen_for(case, reason=text or "The customer wants something more.", by=by, now=now)
    check = _asked(case, now)
    check.answer, check.answered_at, check.words = given, now, text
    check.save(update_fields=["answer", "answered_at", "words"])
    outcome = outcome_of(story_of(case)) or ""
    if given is Answer.SATISFIED:
        keep_first_contact(case, by=by, now=now)
        if case.closed_at is not None:
            case.outcome = outcome
            case.save(update_fields=["outcome"])
    tell(
        "answered", case, by=by, at=now, data={"answer": given, "words": text, "outcome": outcome, "channel": PAGE}
    )  # fmt: skip
    news = "The customer of {} says it is right." if given is Answer.SATISFIED else "The customer of {} wants more."
    _tell_owner(case, "answered", news, by=by, now=now)


@transaction.atomic
def ask_for_link(number: int, *, by: Actor, now: datetime) -> None:
    """The customer's link works no more, or soon will not: they want another."""
    case = hold_theirs(number)
    tell("link_asked", case, by=by, at=now)
    _tell_owner(case, "link_asked", "The customer of {} asks for a new link to their page.", by=by, now=now)


def _asked(case: Case, now: datetime) -> SatisfactionCheck:
    """The question that awaits its answer; the page's own when nobody had asked."""
    waiting = case.checks.filter(answer="", undone_at=None).first()
    if waiting is not None:
        return waiting
    tell("asked", case, by=SYSTEM, at=now, data={"channel": PAGE})
    return SatisfactionCheck.objects.create(case=case, asked_at=now, channel=PAGE)


def _answer(text: str) -> Answer:
    known = (Answer.SATISFIED, Answer.MORE)
    if text not in known:
        raise invalid("case.unknown_answer", f"Say {' or '.join(known)}.", field="answer")
    return Answer(text)


def _short(text: str) -> str:
    if len(text) > WORDS_LIMIT:
        raise invalid("case.too_long", f"Up to {WORDS_LIMIT:,} characters, please.", field="words")
    return text


def _tell_owner(case: Case, topic: str, words: str, *, by: Actor, now: datetime) -> None:
    tell_person(
        case.owner_id, about=("case", case.pk), topic=f"case.{topic}", words=words.format(f"SR-{case.pk}"),
        link=f"/cases/SR-{case.pk}/", occasion=now.isoformat(), by=by, now=now,
    )  # fmt: skip
