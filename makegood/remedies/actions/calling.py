"""A call that was held before it is told: what was said, what of the conversation it covered, what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from makegood.cases.actions import commit
from makegood.cases.actions.holding import said
from makegood.cases.queries import case_for, is_improved
from makegood.cases.rules import CONVERSATION, Held, Step
from makegood.customers.queries import customer_for
from makegood.journal.actors import Actor
from makegood.kernel.refusals import invalid
from makegood.people.rules import Scope
from makegood.remedies.actions.planning import take_step
from makegood.remedies.queries.plan import zone_of
from makegood.remedies.rules.plan import Caution, language_of, promised_better
from makegood.remedies.rules.spoken import of_call


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What was promised in the call, and by when: an instant (aware UTC) or a day."""

    title: str
    due_at: datetime | None = None
    due_on: date | None = None


@transaction.atomic
def log_call(
    number: int,
    *,
    words: str,
    steps: Sequence[str] = (),
    held: Held,
    channel: str = "phone",
    harm: str = "",
    needs: str = "",
    promised: Next | None = None,
    scope: Scope,
    by: Actor,
    now: datetime,
) -> tuple[Caution, ...]:
    """Record a call in one go. `steps` are those of the conversation that it covered; what was said stands with the
    listening, which every call holds. The customer was spoken to when it was held.

    Returns what there is to heed. Raises Refusal "case.no_words", "case.not_of_a_call", "case.ahead", and what
    `take_step` and `commit` raise.
    """
    text = said(words, field="text", what="Write down what was said.")
    strange = next((step for step in steps if step not in CONVERSATION), "")
    if strange:
        known = ", ".join(CONVERSATION)
        raise invalid("case.not_of_a_call", f"A call does not cover {strange!r}. Choose of: {known}.", field="steps")
    # What was said in a call is ours as much as theirs. It is told, not refused: it was said.
    heeded = [*promised_better([text], improved=is_improved(case_for(scope, number)))]
    for step in (one for one in CONVERSATION if one in steps or one is Step.LISTEN):
        listens = step is Step.LISTEN
        heeded += take_step(
            number, step=step, words=text if listens else "", harm=harm if listens else "",
            needs=needs if listens else "", channel=channel, held=held, scope=scope, by=by, now=now,
        )  # fmt: skip
    customer = customer_for(scope, case_for(scope, number).customer_id)
    heeded += of_call(
        text, steps, promised=promised is not None, language=language_of(customer.language), zone=zone_of(customer),
        now=now,
    )  # fmt: skip
    if promised is not None:
        commit(
            number, title=promised.title, due_at=promised.due_at, due_on=promised.due_on, scope=scope, by=by, now=now
        )
    return tuple(heeded)
