"""Asking the customer: "are you satisfied, or is there something more?"."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from makegood.cases.actions.closing import reopen_for
from makegood.cases.actions.holding import hold, person, tell
from makegood.cases.actions.working import keep_first_contact
from makegood.cases.models import Case, SatisfactionCheck
from makegood.cases.queries.story import story_of
from makegood.cases.rules import Answer, outcome_of
from makegood.journal.actors import Actor
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
        keep_first_contact(case, by=by, now=now)
    told = {"answer": given, "words": words.strip(), "outcome": outcome_of(story_of(case)) or ""}
    # An answer that opened the case again stands: to close it once more is for the customer to say.
    tell("answered", case, by=by, at=now, data=told if case.reopened_at == now else told | {"row": check.pk})


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
