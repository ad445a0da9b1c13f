"""Working a case: the steps of the recovery, and notes."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from makegood.cases.actions.holding import WORDS_LIMIT, hold, person, said, tell
from makegood.cases.actions.searching import index_words
from makegood.cases.models import Case, Commitment, StepDone
from makegood.cases.rules import CONVERSATION, Purpose, Step
from makegood.journal.actors import Actor
from makegood.kernel.refusals import invalid
from makegood.people.rules import Scope
from makegood.promises import actions as promises
from makegood.promises.rules import UNKEPT


@transaction.atomic
def record_step(
    number: int,
    *,
    step: str,
    words: str = "",
    channel: str = "",
    harm: str = "",
    scope: Scope,
    by: Actor,
    now: datetime,
) -> None:
    """Record a step of the recovery with what was said; any step may be recorded at any time, and again.

    The first step of the conversation that tells what was said, or how, keeps the promise of a first contact;
    any step makes an owner who had not yet said so the one at work. `harm` is what it means to this customer.
    Raises Refusal "case.unknown_step", "case.too_long".
    """
    case = hold(number, scope=scope)
    me = person(by)
    done = _step(step)
    if max(len(words), len(harm)) > WORDS_LIMIT:
        raise invalid("case.too_long", f"Up to {WORDS_LIMIT:,} characters, please.", field="words")
    StepDone.objects.create(case=case, step=done, said=words.strip(), channel=channel.strip()[:10], by_id=me, at=now)
    _note_harm(case, harm, me, now)
    index_words([case.pk])
    tell(
        "step",
        case,
        by=by,
        at=now,
        data={"step": done, "said": words.strip(), "channel": channel, "harm": harm.strip()},
    )
    if done in CONVERSATION and (words.strip() or channel.strip() or done is not Step.OWN):
        keep_first_contact(case, by=by, now=now)


@transaction.atomic
def note(number: int, *, text: str, scope: Scope, by: Actor, now: datetime) -> None:
    """Write a note for colleagues. Raises Refusal "case.no_words"."""
    case = hold(number, scope=scope)
    person(by)
    words = said(text, field="text", what="Write something for your colleagues to read.")
    tell("noted", case, by=by, at=now, data={"text": words[:WORDS_LIMIT]})


def keep_first_contact(case: Case, *, by: Actor, now: datetime) -> None:
    """Somebody has spoken to the customer: the promise to do so is kept, late if it was late."""
    waiting = Commitment.objects.filter(case=case, purpose=Purpose.FIRST_CONTACT, promise__state__in=UNKEPT)
    for promise_id in waiting.values_list("promise_id", flat=True):
        promises.keep(promise_id, by=by, now=now)


def _step(text: str) -> Step:
    try:
        return Step(text)
    except ValueError:
        known = ", ".join(step.value for step in Step)
        raise invalid("case.unknown_step", f"There is no step called {text!r}. Steps: {known}.", field="step") from None


def _note_harm(case: Case, harm: str, me: int, now: datetime) -> None:
    changed = []
    if harm.strip():
        case.harm = harm.strip()
        changed.append("harm")
    if case.owner_id == me and case.taken_at is None:
        case.taken_at = now
        changed.append("taken_at")
    if changed:
        case.save(update_fields=changed)
