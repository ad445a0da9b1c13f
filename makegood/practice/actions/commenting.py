"""What a lead says of a line of a play that was assigned, and what its player answers."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from makegood.journal import actions as journal
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, invalid
from makegood.kernel.texts import is_text
from makegood.notices.actions import News, tell_many
from makegood.people.rules import Scope
from makegood.practice.models import Comment
from makegood.practice.queries import require_player
from makegood.practice.queries.assigning import Reviewed, reviewed

LONGEST = 1000


@transaction.atomic
def comment(number: int, line: int, text: str, *, scope: Scope, by: Actor, now: datetime) -> None:
    """Say something of one line of an assigned play that has ended: a lead first, then the player may answer.

    Raises Refusal "practice.no_run", "practice.not_assigned", "practice.not_ended", "practice.no_line",
    "practice.no_words", "practice.too_long".
    """
    me, found = require_player(scope), reviewed(scope, number)
    words = _checked(found, line, text)
    row = Comment.objects.create(run_id=number, line=line, by_id=me, by_name=by.name[:120], text=words, at=now)
    journal.record(
        "practice.commented", by=by, at=now, subject=("practice", number), data={"line": line, "comment": row.pk}
    )
    tell_many(_news(found, row), by=by, now=now)


def _checked(found: Reviewed, line: int, text: str) -> str:
    words, field = text.strip(), f"text-{line}"
    if found.played.one.assignment is None:
        raise Refusal("practice.not_assigned", "Only a play that was assigned is commented on. This one is your own.")
    if not found.played.one.end:
        raise Refusal("practice.not_ended", "Play it to its end first.")
    if not 1 <= line <= len(found.played.steps) or (found.mine and not found.said_of(line)):
        raise invalid("practice.no_line", "There is no such line to say something of.", field=field)
    if not (words and is_text(words)):
        raise invalid("practice.no_words", "Write a few words first.", field=field)
    if len(words) > LONGEST:
        raise invalid("practice.too_long", f"Say it in at most {LONGEST:,} letters.", field=field)
    return words


def _news(found: Reviewed, row: Comment) -> list[News]:
    """The player is told of a comment; of an answer everybody else who spoke of that line."""
    who = {found.staff_id}
    if found.mine:
        others = Comment.objects.filter(run_id=row.run_id, line=row.line).exclude(by_id=row.by_id)
        who = {one for one in others.values_list("by_id", flat=True) if one is not None}
        words = f"{row.by_name} answered what you said of a line in practice"
    else:
        words = f"{row.by_name} said something of a line of yours in practice"
    link = f"/practice/runs/{row.run_id}/#line-{row.line}"
    return [
        News(staff_id=one, about=("practice", row.run_id), topic="practice.commented", occasion=str(row.pk),
             words=words, link=link)
        for one in sorted(who)
    ]  # fmt: skip
