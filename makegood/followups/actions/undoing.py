"""Taking back what was asked, answered and closed by mistake, and with it everything that cases can take back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from makegood.cases.actions.committing import promise_next_word
from makegood.cases.actions.undoing import REASON, Way, give_back, promise_to_speak, take_back
from makegood.cases.models import Case, Commitment, SatisfactionCheck
from makegood.conversation.actions import withdraw
from makegood.followups.actions.hearing import settle_employees
from makegood.followups.actions.planning import renew
from makegood.followups.actions.recognition import forget
from makegood.followups.models import Closure, Hearing
from makegood.journal.actors import Actor
from makegood.journal.queries import Recorded
from makegood.people.rules import Scope
from makegood.promises import actions as promises
from makegood.remedies import actions as remedies


@transaction.atomic
def undo(number: int, *, entry: int, whole: bool = False, scope: Scope, by: Actor, now: datetime) -> None:
    """Take back the move that an entry of the case's journal tells of; with `whole` all that was done with it at once,
    as the five steps of a call that was logged. A remedy goes with the promise by which it was given.

    Raises Refusal "case.undo_unknown", "case.undo_not_yours", "case.not_undoable", "case.undone",
    "case.undo_depends", "case.closed", "case.cannot_own".
    """
    take_back(number, entry=entry, whole=whole, ways=_WAYS, scope=scope, by=by, now=now)
    remedies.follow_ended(number, quiet=True, by=by, now=now)


def _question(case: Case, entry: Recorded, by: Actor, now: datetime) -> None:
    if "message" in entry.data:
        withdraw(entry.data["message"], now=now)
    SatisfactionCheck.objects.filter(case=case, asked_at=entry.at, undone_at=None).update(undone_at=now)
    _put_back(case, entry, by, now)


def _answer(case: Case, entry: Recorded, by: Actor, now: datetime) -> None:
    """The answer stays as it was recorded and counts no more; the question is open again."""
    check = SatisfactionCheck.objects.get(pk=entry.data["row"], case=case)
    check.undone_at = now
    check.save(update_fields=["undone_at"])
    SatisfactionCheck.objects.create(
        case=case, asked_at=check.asked_at, asked_by_id=check.asked_by_id, channel=check.channel
    )
    _put_back(case, entry, by, now)
    promise_to_speak(case, entry, by=by, now=now)


def _follow_up(case: Case, entry: Recorded, by: Actor, now: datetime) -> None:
    """What they said counts no more, and we come back to them as was promised."""
    SatisfactionCheck.objects.filter(pk=entry.data["row"], case=case).update(undone_at=now)
    case.outcome = entry.data["before"]["outcome"]
    case.save(update_fields=["outcome"])
    _put_back(case, entry, by, now)
    promise_to_speak(case, entry, by=by, now=now)


def _put_back(case: Case, entry: Recorded, by: Actor, now: datetime) -> None:
    """What was promised with it is let go; what it kept or let go is promised anew."""
    promises.let_go(entry.data.get("made", []), reason=REASON, by=by, now=now)
    renew(case, entry.data.get("kept", []), by=by, now=now)
    promise_next_word(case, now=now)


def _close(case: Case, entry: Recorded, by: Actor, now: datetime) -> None:
    case.closed_at, case.outcome = None, ""
    case.save(update_fields=["closed_at", "outcome"])
    promises.let_go(entry.data.get("planned", []), reason=REASON, by=by, now=now)
    give_back(case, entry, by, now)
    forget(case)


def _process(case: Case, entry: Recorded, by: Actor, now: datetime) -> None:
    """What was said to change counts no more, and what was promised with it is let go."""
    promise_id = entry.data.get("promise")
    if promise_id is not None:
        promises.let_go([promise_id], reason=REASON, by=by, now=now)
        Commitment.objects.filter(case=case, promise_id=promise_id).update(undone_at=now)
    Closure.objects.filter(case=case).update(words="", process_at=None, process_by=None, promise=None)


def _heard(case: Case, entry: Recorded, by: Actor, now: datetime) -> None:
    """They are to be heard still."""
    rows = Hearing.objects.filter(pk=entry.data["row"], case=case)
    rows.update(word="", is_well=None, heard_at=None, heard_by=None)
    settle_employees(case, now)


def _message(case: Case, entry: Recorded, by: Actor, now: datetime) -> None:
    """It does not leave."""
    withdraw(entry.data["message"], now=now)


_WAYS: dict[str, Way] = {
    "case.message_written": _message,
    "case.asked": _question,
    "case.answered": _answer,
    "case.followed_up": _follow_up,
    "case.closed": _close,
    "case.process_closed": _process,
    "case.heard": _heard,
}
