"""What somebody who writes to a customer has before them: by which ways, what they had begun, and words kept ready."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from makegood.conversation.models import Draft, Phrase
from makegood.kernel.refusals import missing
from makegood.people.rules import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftFacts:
    """What somebody is writing at a case; see `models.Draft`."""

    mode: str
    to: str
    subject: str
    text: str
    covers: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class PhraseFacts:
    """Words kept to be used again; see `models.Phrase`."""

    id: int
    name: str
    language: str
    channel: str
    text: str
    at: datetime


def draft_of(scope: Scope, number: int) -> DraftFacts | None:
    """What the reader had begun at a case that they may see; None when they had not."""
    row = Draft.objects.filter(case_id=number, staff_id=scope.staff_id).first() if scope.staff_id else None
    if row is None:
        return None
    return DraftFacts(
        mode=row.mode, to=row.address, subject=row.subject, text=row.text, covers=tuple(row.covers), at=row.at
    )


def phrases() -> tuple[PhraseFacts, ...]:
    """All words that are kept, by name: they belong to everybody at the desk."""
    return tuple(_facts(row) for row in Phrase.objects.all())


def phrase_for(phrase_id: int) -> PhraseFacts:
    """One of them. Raises Refusal "phrase.unknown"."""
    row = Phrase.objects.filter(pk=phrase_id).first()
    if row is None:
        raise missing("phrase.unknown", "There are no such words.")
    return _facts(row)


def _facts(row: Phrase) -> PhraseFacts:
    return PhraseFacts(row.pk, row.name, row.language, row.channel, row.text, row.at)
