"""The follow-ups of a case, as the side of an open case shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from makegood.cases.queries import CaseFacts
from makegood.cases.rules import Answer
from makegood.followups.queries import FollowUpFacts, follow_ups_of
from makegood.web.cases.telling import answer_name
from makegood.web.desk import Desk
from makegood.web.tables import Choice
from makegood.web.telling import read_in
from makegood.web.ways import ways


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """One time that we come back to a customer. `url` is where it is recorded, "" when it is not to be done now."""

    key: str
    title: str
    note: str
    state: str
    due_at: datetime
    breaks_at: datetime
    warn_at: datetime
    ended_at: datetime | None
    url: str


def follow_ups(case: CaseFacts, desk: Desk) -> list[Coming]:
    """What was planned, in the order in which it is due; what was let go is not shown."""
    shown = [one for one in follow_ups_of(case.number) if one.is_ahead or one.state.startswith("kept")]
    return [_coming(one, case, desk) for one in shown]


def _coming(one: FollowUpFacts, case: CaseFacts, desk: Desk) -> Coming:
    return Coming(
        key=f"followup-{one.promise_id}", title=read_in(one.texts, one.title),
        note=" · ".join(_notes(one)), state=one.state, due_at=one.due_at,
        breaks_at=one.breaks_at, warn_at=one.warn_at, ended_at=one.settled_at,
        url=f"/cases/{case.ref}/followups/{one.promise_id}/" if one.is_ahead and desk.may_work else "",
    )  # fmt: skip


def _notes(one: FollowUpFacts) -> list[str]:
    said = f"“{one.words}”" if one.words else ""
    way = ways().get(one.channel, "")
    again = "" if one.answer else one.after
    return [part for part in (answer_name(one.answer) if one.answer else "", said, again, way) if part]


def answers() -> Sequence[Choice]:
    """What a customer may say when we come back to them."""
    return [
        Choice(Answer.SATISFIED, _("Satisfied")), Choice(Answer.MORE, _("Wants something more")),
        Choice(Answer.NOT_SATISFIED, _("Not satisfied")), Choice(Answer.WILL_NOT_FORGIVE, _("Will not forgive us")),
        Choice(Answer.NOT_REACHED, _("Not reached")),
    ]  # fmt: skip
