"""Keeping words that are used again."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from makegood.cases.actions.holding import person, said
from makegood.conversation.models import Phrase
from makegood.conversation.rules.messages import Channel
from makegood.conversation.rules.phrases import LONGEST, fields_of
from makegood.journal.actions import record
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, forbidden, invalid, missing
from makegood.kernel.texts import one_line
from makegood.people.rules import Ability, Scope


@transaction.atomic
def save_phrase(
    *,
    name: str,
    text: str,
    language: str = "",
    channel: str = "",
    phrase_id: int | None = None,
    scope: Scope,
    by: Actor,
    now: datetime,
) -> int:
    """Keep words under a name, or change those of `phrase_id`. Returns the id.

    Raises Refusal "case.may_not_work", "case.no_words", "phrase.no_name", "phrase.too_long", "phrase.name_taken",
    "phrase.unknown", "phrase.unknown_field", "message.bad_channel".
    """
    _check(scope, by)
    words, called = said(text, field="text", what="Write the words."), one_line(name)[:60]
    if not called:
        raise invalid("phrase.no_name", "Give it a name, so that others find it.", field="name")
    if len(words) > LONGEST:
        raise invalid("phrase.too_long", f"Up to {LONGEST:,} characters, please.", field="text")
    if channel and channel not in list(Channel):
        raise invalid("message.bad_channel", f"Choose of: {', '.join(Channel)}.", field="channel")
    fields_of(words)
    row = Phrase() if phrase_id is None else _phrase(phrase_id)
    row.name, row.text, row.language, row.channel, row.at = called, words, language.strip()[:12], channel, now
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refusal("phrase.name_taken", "There are words of this name in this language already.") from None
    record("phrase.saved", by=by, at=now, subject=("phrase", row.pk), data={"name": called, "text": words})
    return row.pk


@transaction.atomic
def remove_phrase(phrase_id: int, *, scope: Scope, by: Actor, now: datetime) -> None:
    """Keep these words no longer. Raises Refusal "case.may_not_work", "phrase.unknown"."""
    _check(scope, by)
    row = _phrase(phrase_id)
    record("phrase.removed", by=by, at=now, subject=("phrase", row.pk), data={"name": row.name, "text": row.text})
    row.delete()


def _check(scope: Scope, by: Actor) -> None:
    if not scope.may(Ability.WORK):
        raise forbidden("case.may_not_work", "Your role may look at cases but not work them.")
    person(by)


def _phrase(phrase_id: int) -> Phrase:
    row = Phrase.objects.select_for_update().filter(pk=phrase_id).first()
    if row is None:
        raise missing("phrase.unknown", "There are no such words.")
    return row
