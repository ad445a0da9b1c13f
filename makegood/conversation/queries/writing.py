"""What somebody who writes to a customer has before them: by which ways, what they had begun, and words kept ready."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from makegood.cases.queries.seeing import NOBODY
from makegood.conversation.models import Phrase
from makegood.kernel.refusals import missing
from makegood.people.rules import Scope
from makegood.platform.rows import fetch_rows


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
    for mode, to, subject, text, covers, at in fetch_rows(_DRAFT, [number, scope.staff_id or NOBODY]):
        return DraftFacts(mode=mode, to=to, subject=subject, text=text, covers=tuple(covers), at=at)
    return None


_DRAFT = "SELECT mode, address, subject, text, covers, at FROM conversation_draft WHERE case_id = %s AND staff_id = %s"


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
