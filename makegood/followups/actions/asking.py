"""Asking the customer: "are you satisfied, or is there something more?". What they say themselves, on their private
page, asks for no scope: whoever holds the customer's link may speak for the customer, and only in that case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from makegood.cases.actions.closing import reopen_for
from makegood.cases.actions.committing import end_rhythm, promise_next_word
from makegood.cases.actions.holding import bring_to_desk, hold, hold_theirs, person, tell
from makegood.cases.actions.speaking import PAGE, short, tell_owner
from makegood.cases.actions.working import keep_contact
from makegood.cases.models import Case, SatisfactionCheck
from makegood.cases.queries.story import story_of
from makegood.cases.rules import Answer, outcome_of, unreached
from makegood.followups.actions.planning import await_word, hear, pending_one, stop
from makegood.followups.actions.recognition import recognise
from makegood.followups.queries.following import patience
from makegood.followups.queries.questions import waits_to_leave
from makegood.followups.rules import STOPS
from makegood.journal.actors import SYSTEM, Actor
from makegood.kernel.refusals import Refusal, invalid
from makegood.people.rules import Scope

_RECORDED = tuple(answer for answer in Answer if answer is not Answer.UNREACHABLE)
"""What somebody may record. That a customer cannot be reached is what enough tries come to."""
_MORE = "The customer wants something more."


@transaction.atomic
def ask(number: int, *, channel: str = "", scope: Scope, by: Actor, now: datetime) -> None:
    """Record that the customer was asked, and promise to hear from them or ask again.

    Raises Refusal "case.already_asked" while an answer is awaited.
    """
    case = hold(number, scope=scope)
    me = person(by)
    if case.checks.filter(answer="", undone_at=None).exists():
        raise Refusal("case.already_asked", "The customer was asked already. Record the answer first.")
    check = SatisfactionCheck.objects.create(case=case, asked_at=now, asked_by_id=me, channel=channel.strip()[:10])
    kept = hear(case, check, tries=False, by=by, now=now)
    made = await_word(case, by=by, now=now)
    tell("asked", case, by=by, at=now, data={"channel": channel.strip(), "kept": kept, "made": made})


@transaction.atomic
def answer(number: int, *, answer: str, words: str = "", scope: Scope, by: Actor, now: datetime) -> None:
    """Record what the customer said, or that they could not be reached.

    An answer that wants something more opens a closed case again. Raises Refusal "case.unknown_answer",
    "case.not_asked", "case.question_waits".
    """
    given = _answer(answer)
    case = _held(number, given, words, scope=scope, by=by, now=now)
    person(by)
    check = case.checks.filter(answer="", undone_at=None).first()
    if check is None:
        raise Refusal("case.not_asked", "The customer has not been asked yet.")
    if given is Answer.NOT_REACHED and waits_to_leave(check.pk):
        raise Refusal("case.question_waits", "The question has not left yet: their silence counts from then on.")
    told = _record(case, check, given, words.strip(), by=by, now=now)
    # An answer that opened the case again stands: to close it once more is for the customer to say.
    tell("answered", case, by=by, at=now, data=told if case.reopened_at == now else told | {"row": check.pk})


@transaction.atomic
def follow_up(
    number: int,
    *,
    promise_id: int,
    answer: str,
    words: str = "",
    channel: str = "",
    scope: Scope,
    by: Actor,
    now: datetime,
) -> None:
    """Record what the customer said when we came back to them; also of a case that is closed, which stays so unless
    they want something more.

    Raises Refusal "followup.unknown", "case.unknown_answer", "case.too_long".
    """
    given, text = _answer(answer), short(words.strip())
    case = hold(number, scope=scope, closed=None)
    me = person(by)
    pending_one(case, promise_id)
    if given is Answer.MORE and case.closed_at is not None:
        reopen_for(case, reason=text or _MORE, by=by, now=now)
    before = {"outcome": case.outcome}
    check = case.checks.filter(answer="", undone_at=None).first()
    if check is None:
        check = SatisfactionCheck.objects.create(case=case, asked_at=now, asked_by_id=me, channel=channel.strip()[:10])
    told = _record(case, check, given, text, by=by, now=now, at_least=promise_id) | {"channel": channel.strip()}
    undoable = {} if case.reopened_at == now else {"row": check.pk, "before": before}
    tell("followed_up", case, by=by, at=now, data=told | undoable)


@transaction.atomic
def answer_oneself(number: int, *, answer: str, words: str = "", by: Actor, now: datetime) -> None:
    """The customer says whether it is right, asked or not: the page asks always.

    Yes, said again, changes nothing but that we need not come back just now. Wanting something more opens a closed
    case again. Raises Refusal "case.unknown_answer", "case.too_long".
    """
    given, text = _own_answer(answer), short(words.strip())
    case = hold_theirs(number)
    again = given is Answer.SATISFIED and story_of(case).answers[-1:] == (Answer.SATISFIED,)
    if again and not hear(case, case.checks.filter(undone_at=None).latest("asked_at", "id"), by=by, now=now):
        return
    if given is Answer.MORE and case.closed_at is not None:
        reopen_for(case, reason=text or _MORE, by=by, now=now)
    told = _record(case, _asked(case, now), given, text, by=by, now=now)
    tell("answered", case, by=by, at=now, data=told | {"channel": PAGE})
    news = "The customer of {} says it is right." if given is Answer.SATISFIED else "The customer of {} wants more."
    tell_owner(case, "answered", news, by=by, now=now)


def _record(
    case: Case,
    check: SatisfactionCheck,
    given: Answer,
    words: str,
    *,
    by: Actor,
    now: datetime,
    at_least: int | None = None,
) -> dict[str, Any]:
    """Write down an answer, and do what follows: what was to be asked is done, silence is followed up, and whoever
    wants more, will not forgive or cannot be reached is not asked as planned. Returns what the journal keeps."""
    if given is Answer.NOT_REACHED and unreached(story_of(case).answers) + 1 >= patience()[0]:
        given = Answer.UNREACHABLE
    check.answer, check.answered_at, check.words = given, now, words
    check.save(update_fields=["answer", "answered_at", "words"])
    if given not in (Answer.NOT_REACHED, Answer.UNREACHABLE):
        keep_contact(case, by=by, now=now)
    if given not in (Answer.NOT_REACHED, Answer.UNREACHABLE, Answer.SATISFIED):
        bring_to_desk(case)
    outcome = outcome_of(story_of(case)) or ""
    if outcome:
        end_rhythm(case, now=now)
    else:
        promise_next_word(case, now=now)
    if case.closed_at is not None and outcome and given is not Answer.UNREACHABLE:
        case.outcome = outcome
        case.save(update_fields=["outcome"])
        recognise(case, now=now)
    kept = hear(case, check, at_least=at_least, by=by, now=now)
    made = await_word(case, by=by, now=now) if given is Answer.NOT_REACHED else []
    dropped = stop(case, reason=STOPS[given], by=by, now=now) if given in STOPS else []
    return {"answer": given, "words": words, "outcome": outcome, "kept": [*kept, *dropped], "made": made}


def _held(number: int, given: Answer, words: str, *, scope: Scope, by: Actor, now: datetime) -> Case:
    """The open case, or a closed one whose customer was asked once more. It is opened again when they want more.

    Raises Refusal "case.closed" for another answer that nobody asked for.
    """
    case = hold(number, scope=scope, closed=None)
    if case.closed_at is None:
        return case
    is_asked = case.checks.filter(answer="", undone_at=None).exists()
    if given is not Answer.MORE:
        return case if is_asked else hold(number, scope=scope)
    reopen_for(case, reason=words.strip() or _MORE, by=by, now=now)
    if not is_asked:
        SatisfactionCheck.objects.create(case=case, asked_at=now, asked_by_id=person(by))
    return case


def _asked(case: Case, now: datetime) -> SatisfactionCheck:
    """The question that awaits its answer; the page's own when nobody had asked."""
    waiting = case.checks.filter(answer="", undone_at=None).first()
    if waiting is not None:
        return waiting
    tell("asked", case, by=SYSTEM, at=now, data={"channel": PAGE})
    return SatisfactionCheck.objects.create(case=case, asked_at=now, channel=PAGE)


def _answer(text: str) -> Answer:
    if text not in _RECORDED:
        known = ", ".join(_RECORDED)
        raise invalid("case.unknown_answer", f"{text!r} is not an answer. Answers: {known}.", field="answer")
    return Answer(text)


def _own_answer(text: str) -> Answer:
    known = (Answer.SATISFIED, Answer.MORE)
    if text not in known:
        raise invalid("case.unknown_answer", f"Say {' or '.join(known)}.", field="answer")
    return Answer(text)
