"""Asking the customer: "are you satisfied, or is there something more?". What they say themselves, on their private
page, asks for no scope: whoever holds the customer's link may speak for the customer, and only in that case."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from makegood.cases.actions.closing import reopen_for
from makegood.cases.actions.holding import bring_to_desk, hold, hold_theirs, person, tell
from makegood.cases.actions.speaking import PAGE, short, tell_owner
from makegood.cases.actions.working import keep_contact
from makegood.cases.models import Case, SatisfactionCheck
from makegood.cases.queries.story import story_of
from makegood.cases.rules import Answer, outcome_of
from makegood.journal.actors import SYSTEM, Actor
from makegood.kernel.refusals import Refusal, invalid
from makegood.people.rules import Scope


@transaction.atomic
def ask(number: int, *, channel: str = "", scope: Scope, by: Actor, now: datetime) -> None:
    """Record that the customer was asked. Raises Refusal "case.already_asked" while an answer is awaited."""
    case = hold(number, scope=scope)
    me = person(by)
    if case.checks.filter(answer="", undone_at=None).exists():
        raise Refusal("case.already_asked", "The customer was asked already. Record the answer first.")
    SatisfactionCheck.objects.create(case=case, asked_at=now, asked_by_id=me, channel=channel.strip()[:10])
    tell("asked", case, by=by, at=now, data={"channel": channel.strip()})


@transaction.atomic
def answer(number: int, *, answer: str, words: str = "", scope: Scope, by: Actor, now: datetime) -> None:
    """Record what the customer said, or that they could not be reached.

    An answer that wants something more opens a closed case again. Raises Refusal "case.unknown_answer",
    "case.not_asked".
    """
    given = _answer(answer)
    case = _held(number, given, words, scope=scope, by=by, now=now)
    person(by)
    check = case.checks.filter(answer="", undone_at=None).first()
    if check is None:
        raise Refusal("case.not_asked", "The customer has not been asked yet.")
    check.answer, check.answered_at, check.words = given, now, words.strip()
    check.save(update_fields=["answer", "answered_at", "words"])
    if given is not Answer.NOT_REACHED:
        keep_contact(case, by=by, now=now)
    if given not in (Answer.NOT_REACHED, Answer.SATISFIED):
        bring_to_desk(case)
    told = {"answer": given, "words": words.strip(), "outcome": outcome_of(story_of(case)) or ""}
    # An answer that opened the case again stands: to close it once more is for the customer to say.
    tell("answered", case, by=by, at=now, data=told if case.reopened_at == now else told | {"row": check.pk})


@transaction.atomic
def answer_oneself(number: int, *, answer: str, words: str = "", by: Actor, now: datetime) -> None:
    """The customer says whether it is right, asked or not: the page asks always.

    Yes, said again, changes nothing. Wanting something more opens a closed case again. Raises Refusal
    "case.unknown_answer", "case.too_long".
    """
    given, text = _own_answer(answer), short(words.strip())
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
        keep_contact(case, by=by, now=now)
        if case.closed_at is not None:
            case.outcome = outcome
            case.save(update_fields=["outcome"])
    else:
        bring_to_desk(case)
    tell(
        "answered", case, by=by, at=now, data={"answer": given, "words": text, "outcome": outcome, "channel": PAGE}
    )  # fmt: skip
    news = "The customer of {} says it is right." if given is Answer.SATISFIED else "The customer of {} wants more."
    tell_owner(case, "answered", news, by=by, now=now)


def _held(number: int, given: Answer, words: str, *, scope: Scope, by: Actor, now: datetime) -> Case:
    """The open case; a closed one is opened again when the customer comes back wanting more."""
    try:
        return hold(number, scope=scope)
    except Refusal as refusal:
        if refusal.code != "case.closed" or given is not Answer.MORE:
            raise
    case = hold(number, scope=scope, closed=True)
    reopen_for(case, reason=words.strip() or "The customer wants something more.", by=by, now=now)
    SatisfactionCheck.objects.create(case=case, asked_at=now, asked_by_id=person(by))
    return case


def _answer(text: str) -> Answer:
    try:
        return Answer(text)
    except ValueError:
        known = ", ".join(answer.value for answer in Answer)
        raise invalid("case.unknown_answer", f"{text!r} is not an answer. Answers: {known}.", field="answer") from None


def _asked(case: Case, now: datetime) -> SatisfactionCheck:
    """The question that awaits its answer; the page's own when nobody had asked."""
    waiting = case.checks.filter(answer="", undone_at=None).first()
    if waiting is not None:
        return waiting
    tell("asked", case, by=SYSTEM, at=now, data={"channel": PAGE})
    return SatisfactionCheck.objects.create(case=case, asked_at=now, channel=PAGE)


def _own_answer(text: str) -> Answer:
    known = (Answer.SATISFIED, Answer.MORE)
    if text not in known:
        raise invalid("case.unknown_answer", f"Say {' or '.join(known)}.", field="answer")
    return Answer(text)
