"""What somebody is writing and has not sent yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from makegood.cases.actions.holding import WORDS_LIMIT, person
from makegood.cases.queries import case_for
from makegood.cases.rules import CONVERSATION
from makegood.conversation.models import Draft, Message
from makegood.journal.actors import Actor
from makegood.kernel.refusals import forbidden, invalid
from makegood.kernel.texts import one_line
from makegood.people.rules import Ability, Scope


@transaction.atomic
def keep_draft(
    number: int,
    *,
    mode: str,
    text: str,
    to: str = "",
    subject: str = "",
    covers: Sequence[str] = (),
    scope: Scope,
    by: Actor,
    now: datetime,
) -> None:
    """Keep what somebody is writing at a case, in the place of what was kept; without words it is forgotten. It is
    theirs alone, and no move of the case. Raises Refusal "case.unknown", "case.may_not_work", "case.too_long"."""
    if not scope.may(Ability.WORK):
        raise forbidden("case.may_not_work", "Your role may look at cases but not work them.")
    case_for(scope, number)
    me = person(by)
    if len(text) > WORDS_LIMIT:
        raise invalid("case.too_long", f"Up to {WORDS_LIMIT:,} characters, please.", field="text")
    if not text.strip():
        forget_draft(number, me)
        return
    kept = {
        "mode": mode[:10], "text": text, "address": to[:300], "subject": one_line(subject)[:300], "at": now,
        "covers": [one for one in CONVERSATION if one in covers],
    }  # fmt: skip
    Draft.objects.update_or_create(case_id=number, staff_id=me, defaults=kept)


def forget_draft(number: int, staff_id: int) -> None:
    """It was sent, or is not wanted any more."""
    Draft.objects.filter(case_id=number, staff_id=staff_id).delete()


def restore_draft(row: Message, *, now: datetime) -> None:
    """What was taken back before it left is its author's to go on writing, unless they write something else by now."""
    if row.by_id is None or row.thread.case_id is None:
        return
    kept = {
        "mode": row.channel, "text": row.text, "address": row.address, "subject": row.subject, "covers": row.covers,
        "at": now,
    }  # fmt: skip
    Draft.objects.get_or_create(case_id=row.thread.case_id, staff_id=row.by_id, defaults=kept)
