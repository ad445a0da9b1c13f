"""Working a case: the steps of the recovery, and notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from makegood.cases.actions.charging import note_contact
from makegood.cases.actions.committing import promise_next_word
from makegood.cases.actions.holding import WORDS_LIMIT, bring_to_desk, entry, hold, person, said, tell
from makegood.cases.actions.searching import index_words
from makegood.cases.models import Case, Commitment, SatisfactionCheck, StepDone
from makegood.cases.rules import CONVERSATION, Answer, Held, Purpose, Step
from makegood.journal.actions import record_many
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
    held: Held | None = None,
    needs: str = "",
    scope: Scope,
    by: Actor,
    now: datetime,
) -> None:
    """Record a step of the recovery with what was said; any step may be recorded at any time, and again.

    The first step of the conversation that tells what was said, or how, keeps the promise of a first contact;
    any step makes an owner who had not yet said so the one at work. `harm` is what it means to this customer,
    `needs` what they need now, `held` when it was said, if that was before now. Raises Refusal "case.unknown_step",
    "case.too_long", "case.ahead".
    """
    case = hold(number, scope=scope)
    me = person(by)
    done = _step(step)
    if max(len(words), len(harm), len(needs)) > WORDS_LIMIT:
        raise invalid("case.too_long", f"Up to {WORDS_LIMIT:,} characters, please.", field="words")
    if held is not None and held.at > now:
        raise invalid("case.ahead", "That time has not come yet. Log a call once it was held.", field="held_at")
    at = held.at if held else now
    row = StepDone.objects.create(
        case=case, step=done, said=words.strip(), channel=channel.strip()[:10], by_id=me, at=at
    )
    before = _note_heard(case, {"harm": harm.strip(), "needs": needs.strip()}, me, now)
    bring_to_desk(case)
    index_words([case.pk])
    told = {"step": done, "said": words.strip(), "channel": channel, "harm": harm.strip(), "row": row.pk}
    told |= {"needs": needs.strip()} if needs.strip() else {}
    if held is not None:
        told |= {"held_at": at.isoformat(), "with": held.who.strip()[:120]}
        told |= {} if held.minutes is None else {"minutes": held.minutes}
    tell("step", case, by=by, at=now, data=told | ({"before": before} if before else {}))
    if done in CONVERSATION and (words.strip() or channel.strip() or done is not Step.OWN):
        keep_contact(case, by=by, now=now, at=held.at if held else None)


def note_said(case: Case, steps: Sequence[Step], *, channel: str, by: Actor, now: datetime, message: int) -> list[int]:
    """A message that took these steps has left: each is done, and the customer was spoken to. The case must be held.

    Returns the rows of the steps. What was said stands with the message."""
    rows = StepDone.objects.bulk_create(
        StepDone(case=case, step=step, channel=channel[:10], by_id=by.id, at=now) for step in steps
    )
    record_many(
        entry(
            "step", case.pk, case.customer_id, by=by, at=now,
            data={"step": row.step, "said": "", "channel": channel, "harm": "", "row": row.pk, "message": message},
        )
        for row in rows
    )  # fmt: skip
    if case.owner_id == by.id and case.taken_at is None:
        case.taken_at = now
        case.save(update_fields=["taken_at"])
    keep_contact(case, by=by, now=now)
    return [row.pk for row in rows]


@transaction.atomic
def note(number: int, *, text: str, scope: Scope, by: Actor, now: datetime) -> None:
    """Write a note for colleagues. Raises Refusal "case.no_words"."""
    case = hold(number, scope=scope)
    person(by)
    words = said(text, field="text", what="Write something for your colleagues to read.")
    tell("noted", case, by=by, at=now, data={"text": words[:WORDS_LIMIT]})


def has_spoken(case: Case, *, since: datetime, staff_id: int | None = None) -> bool:
    """Whether anybody, or this person, has spoken to the customer since then, as far as what is recorded counts."""
    steps = StepDone.objects.filter(case=case, undone_at=None, at__gte=since, step__in=CONVERSATION)
    answers = SatisfactionCheck.objects.filter(case=case, undone_at=None, answered_at__gte=since)
    if staff_id is not None:
        steps, answers = steps.filter(by_id=staff_id), answers.filter(asked_by_id=staff_id)
    silent = Q(said="", channel="", step=Step.OWN)
    return steps.exclude(silent).exists() or answers.exclude(answer=Answer.NOT_REACHED).exists()


def keep_contact(case: Case, *, by: Actor, now: datetime, at: datetime | None = None) -> None:
    """Somebody has spoken to the customer, now or at an earlier instant: the promise to do so is kept, late if it was
    late; and so is their own, if they were drawn in and promised to speak to them in person."""
    note_contact(case, by=by, now=now)
    waiting = Commitment.objects.filter(case=case, purpose=Purpose.FIRST_CONTACT, promise__state__in=UNKEPT)
    for promise_id, made_at in waiting.values_list("promise_id", "promise__made_at"):
        promises.keep(promise_id, at=None if at is None else max(at, made_at), by=by, now=now)
        promise_next_word(case, now=now)


def _step(text: str) -> Step:
    try:
        return Step(text)
    except ValueError:
        known = ", ".join(step.value for step in Step)
        raise invalid("case.unknown_step", f"There is no step called {text!r}. Steps: {known}.", field="step") from None


def _note_heard(case: Case, heard: Mapping[str, str], me: int, now: datetime) -> dict[str, str | None]:
    """What the step changes in the case itself: its values before, by name."""
    before: dict[str, str | None] = {}
    for name, words in heard.items():
        if words:
            before[name] = getattr(case, name)
            setattr(case, name, words)
    if case.owner_id == me and case.taken_at is None:
        before["taken_at"], case.taken_at = None, now
    if before:
        case.save(update_fields=list(before))
    return before
