"""Judging improvements that are live: the worker counts each once a day, and looks when it is time to."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from makegood.journal.actions import record
from makegood.journal.actors import SYSTEM
from makegood.learning.actions.improving import address, recount, say_whether_improved
from makegood.learning.models import Improvement
from makegood.learning.queries.recurring import season_in
from makegood.learning.rules.recurrence import Count, State, judge, look_due
from makegood.notices.actions import tell

_WORDS = {
    State.HELD: "It held: {change}. Failures are fewer by as much as was meant, beyond chance.",
    State.CAME_BACK: "It came back: {change}. It fails clearly more often than was meant; messages say no more that we"
    " changed it.",
}


@transaction.atomic
def judge_due(*, now: datetime) -> bool:
    """Count anew one improvement that is due to be counted, and judge it if a look is due. Whether there was one."""
    due = Improvement.objects.select_for_update(of=("self",), skip_locked=True).select_related("cause")
    row = due.filter(next_count_at__lte=now).order_by("next_count_at").first()
    if row is None:
        return False
    recount(row, now)
    if row.live_at is not None:
        _look(row, now)
    return True


def _look(row: Improvement, now: datetime) -> None:
    """Look once for each time that so many more fell due; how many that were is one look."""
    before, since = Count(*row.counted["before"]), Count(*row.counted["since"])
    if look_due(since.due, row.exposure) <= row.looks:
        return
    was, row.looks = row.state, row.looks + 1
    found = judge(
        before, since, unsolved=row.counted["unsolved"], season=season_in(row.counted), less_by=row.less_by,
        exposure=row.exposure, look=row.looks,
    )  # fmt: skip
    row.looks = look_due(since.due, row.exposure)
    row.why = found.why
    # What held goes on holding until it clearly does not, and what came back has come back until it clearly held.
    row.state = was if found.state is State.LIVE else found.state
    row.save(update_fields=["state", "why", "looks"])
    say_whether_improved(row.cause_id)
    told = {"improvement": row.pk, "cause": row.cause.slug, "state": row.state, "why": found.why, "look": row.looks}
    told |= {"before": row.counted["before"], "since": row.counted["since"]}
    record("improvement.judged", by=SYSTEM, at=now, subject=("improvement", row.pk), data=told)
    if row.state != was and row.state in _WORDS:
        words = _WORDS[State(row.state)].format(change=row.change)
        tell(
            row.owner_id, about=("improvement", row.pk), topic=f"improvement.{row.state}", words=words,
            link=address(row.pk), occasion=str(row.looks), by=SYSTEM, now=now,
        )  # fmt: skip
