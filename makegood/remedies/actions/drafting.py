"""Having a language model draft a message: told the facts of the case, and held against them before it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from makegood.adapters.asking import Asked
from makegood.cases.actions.holding import hold, person, tell
from makegood.cases.queries import case_for
from makegood.conversation.coach import Finding, read
from makegood.customers.queries import customer_for
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal
from makegood.people.rules import Scope
from makegood.remedies.queries.drafting import Material, material
from makegood.remedies.rules.backing import Unbacked, unbacked
from makegood.remedies.rules.drafting import LONGEST, corrected, instruction
from makegood.remedies.rules.opening import letter

_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft, greeting and signature with it, by which `model`, and what the coach still finds in it."""

    text: str
    model: str
    faults: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Judged:
    words: str
    faults: tuple[Finding, ...]
    wrong: tuple[Unbacked, ...]


def draft_message(number: int, *, model: Asked | None, writer: str, scope: Scope, by: Actor, now: datetime) -> Draft:
    """Have a message of a case drafted, to be signed by `writer`. Nothing is sent or kept; that it was asked is told in
    the journal. A draft with a fault, or with what the facts do not back, is written once more.

    Raises Refusal "draft.off" without a model, "draft.language", "draft.silent" when none comes, "draft.not_backed" for
    one that states what the facts do not, and as `hold` does.
    """
    if model is None:
        raise Refusal("draft.off", "No model drafts here. An administrator can name one: MAKEGOOD_AI_URL.")
    person(by)
    made = _asked(number, model.model, scope=scope, by=by, now=now)
    found = _best(model, made, now)
    if found.wrong:
        named = ", ".join(f"“{one.words}”" for one in found.wrong[:_MOST_NAMED])
        raise Refusal(
            "draft.not_backed", f"{model.model} wrote what the case does not show: {named}. Nothing of it was taken."
        )
    customer = customer_for(scope, case_for(scope, number).customer_id)
    text = letter(found.words, language=made.language, customer=customer.name, writer=writer)
    return Draft(text, model.model, found.faults)


@transaction.atomic
def _asked(number: int, model: str, *, scope: Scope, by: Actor, now: datetime) -> Material:
    """What is told to the model, with that it is asked on record before anything leaves."""
    case = hold(number, scope=scope, closed=None)
    facts = case_for(scope, number)
    made = material(facts, customer_for(scope, facts.customer_id), scope=scope, now=now)
    tell("draft_asked", case, by=by, at=now, data={"model": model})
    return made


def _best(model: Asked, made: Material, now: datetime) -> _Judged:
    """The first draft if it is clean; else the second, unless only the first can be taken."""
    said = [("system", instruction(made.language)), ("user", made.told)]
    first = _judge(_words(model, said), made, now)
    if not (first.faults or first.wrong):
        return first
    said += [("assistant", first.words), ("user", corrected(first.faults, first.wrong))]
    try:
        second = _judge(_words(model, said), made, now)
    except Refusal:
        if first.wrong:
            raise
        return first
    return first if second.wrong and not first.wrong else second


def _words(model: Asked, said: Sequence[tuple[str, str]]) -> str:
    answer = model.ask(said)
    problem = answer.problem or ("" if len(answer.words) <= LONGEST else "It wrote far more than a message.")
    if problem:
        raise Refusal("draft.silent", f"{model.model} gave no draft. {problem}")
    return answer.words


def _judge(words: str, made: Material, now: datetime) -> _Judged:
    return _Judged(
        words, read(words, language=made.language, context=made.context).faults,
        unbacked(words, made.grounds, language=made.language, now=now, zone=made.zone),
    )  # fmt: skip
