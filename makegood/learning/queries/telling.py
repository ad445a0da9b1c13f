"""What stands of telling the customers of a cause: the words, the dry run, and what became of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from makegood.conversation.coach import Finding
from makegood.kernel.refusals import forbidden, missing
from makegood.learning.models import Improvement, Telling
from makegood.learning.queries.affected import Prepared, affected, prepare
from makegood.learning.rules.recurrence import LETS_US_SAY
from makegood.learning.rules.telling import Words, heard
from makegood.people.rules import Ability, Scope
from makegood.platform.rows import fetch_rows

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingFacts:
    """How far telling has come. `left` counts those left out by reason, `to_send` what waits to leave, `red` what did
    not arrive. `may` says that it is the reader's to do, `possible` that there is a change that may be told.

    `words` are what people wrote was changed, by language.
    """

    words: Mapping[str, str]
    began_at: datetime | None
    under_way: bool
    stopped_why: str
    stopped_at: datetime | None
    ended_at: datetime | None
    batch_size: int
    every: int
    waiting: int
    told: int
    left: Mapping[str, int]
    to_send: int
    red: int
    may: bool
    possible: bool


class Rehearsal(NamedTuple):
    """A page of what each would be told, `next` the cursor of the one after it (0 at the end), `heard` what the coach
    finds, `many` how many would be told and `left` how many are left out, by reason and language. A page after the
    first counts nothing."""

    rows: tuple[Prepared, ...]
    next: int
    many: int
    left: Mapping[str, int]
    languages: Mapping[str, int]
    heard: tuple[Finding, ...]


class ChangeTold(NamedTuple):
    """That the customer of a case was told of a change: the words, when (aware UTC), and in whose name."""

    message: str
    at: datetime
    by: str


def may_tell(scope: Scope, owner_id: int) -> bool:
    """Whether telling customers of a change by this owner is theirs: a manager's, or its owner's who sees customers."""
    return scope.may(Ability.SET_CAUSES) or (scope.staff_id == owner_id and scope.sees_customers)


def words_of(kept: Mapping[str, str]) -> Words:
    """What people wrote, as it is kept."""
    return Words(dict(kept))


def telling_of(scope: Scope, number: int) -> TellingFacts:
    """How telling the customers of an improvement stands. Raises Refusal "improvement.unknown"."""
    row, telling = _found(number)
    counts = fetch_rows(_COUNTS, [telling.pk or 0])
    states = {name: many for name, many in counts if not name.startswith("left:")}
    return TellingFacts(
        words=telling.words, began_at=telling.began_at,
        under_way=telling.next_batch_at is not None, stopped_why=telling.stopped_why, stopped_at=telling.stopped_at,
        ended_at=telling.ended_at, batch_size=telling.batch_size, every=telling.every,
        waiting=states.get("waiting", 0), told=sum(states.get(name, 0) for name in ("sent", "to_send", "red")),
        left={name.removeprefix("left:"): many for name, many in counts if name.startswith("left:")},
        to_send=states.get("to_send", 0), red=states.get("red", 0), may=may_tell(scope, row.owner_id),
        possible=row.state in LETS_US_SAY,
    )  # fmt: skip


_COUNTS = """
SELECT CASE WHEN t.left_out <> '' THEN 'left:' || t.left_out WHEN t.told_at IS NULL THEN 'waiting'
            WHEN g.state IN ('failed', 'bounced') THEN 'red' WHEN g.state = 'waiting' THEN 'to_send' ELSE 'sent' END,
       count(*)
FROM learning_told t LEFT JOIN conversation_message g ON g.id = t.sent_as_id WHERE t.telling_id = %s GROUP BY 1
"""


def rehearse(scope: Scope, number: int, *, after: int = 0, limit: int = PAGE, now: datetime) -> Rehearsal:
    """What telling would do this minute, page by page; nothing is sent or kept.

    Raises Refusal "improvement.unknown", "telling.may_not".
    """
    row, telling = _found(number)
    if not may_tell(scope, row.owner_id):
        raise forbidden("telling.may_not", "A manager tells customers, or whoever owns the change and sees customers.")
    words = words_of(telling.words)
    people = affected(row, now=now, after=after, most=None if not after else limit + 1)
    done = {customer for (customer,) in fetch_rows(_DONE, [telling.pk or 0])}
    waits = [one for one in people if one.customer_id not in done]
    prepared = prepare(row, telling.pk or 0, words, waits if not after else waits[:limit], now=now)
    told = [one for one in prepared if one.left is None]
    page = prepared[:limit]
    return Rehearsal(
        rows=tuple(page), next=page[-1].customer_id if len(waits) > limit and page else 0, many=len(told),
        left=Counter(str(one.left) for one in prepared if one.left), languages=Counter(one.language for one in told),
        heard=tuple(_heard(told)),
    )  # fmt: skip


_DONE = "SELECT customer_id FROM learning_told WHERE telling_id = %s AND told_at IS NOT NULL"


def _heard(told: list[Prepared]) -> list[Finding]:
    """What the coach finds in the first message of each language: the others differ by names and days alone."""
    first = {one.language: one.message for one in reversed(told)}
    return [one for language, message in sorted(first.items()) for one in heard(language, message)]


def changes_told(number: int) -> tuple[ChangeTold, ...]:
    """What the customer of a case was told was changed, oldest first; what was taken back is not among it."""
    return tuple(ChangeTold(*row) for row in fetch_rows(_OF_CASE, [number]))


_OF_CASE = """
SELECT t.message, t.told_at, s.name FROM learning_told t JOIN learning_telling l ON l.id = t.telling_id
JOIN people_staff s ON s.id = l.teller_id WHERE t.case_id = %s AND t.told_at IS NOT NULL ORDER BY t.told_at
"""


def _found(number: int) -> tuple[Improvement, Telling]:
    row = Improvement.objects.select_related("cause").filter(pk=number).first()
    if row is None:
        raise missing("improvement.unknown", "There is no such improvement.")
    return row, Telling.objects.filter(improvement=row).first() or Telling(improvement=row)
