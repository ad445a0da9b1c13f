"""The follow-ups of a case, as the side of an open case shows them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from makegood.cases.queries import CaseFacts
from makegood.cases.rules import Answer
from makegood.conversation.rules.messages import Channel
from makegood.customers.queries import CustomerFacts
from makegood.followups.queries import FollowUpFacts, follow_ups_of, ways_to_ask
from makegood.web import clocks
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
    trouble: str
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
        note=" · ".join(_notes(one, desk)), trouble=trouble_of(one.trouble), state=one.state, due_at=one.due_at,
        breaks_at=one.breaks_at, warn_at=one.warn_at, ended_at=one.settled_at,
        url=f"/cases/{case.ref}/followups/{one.promise_id}/" if one.is_ahead and desk.may_work else "",
    )  # fmt: skip


def trouble_of(problem: str) -> str:
    """That the message that asked did not arrive, and why; "" when nothing is wrong."""
    return _("The question did not reach them: {}").format(problem) if problem else ""


def goes_out(asks_at: datetime | None, now: datetime) -> str:
    """When the question goes out by itself; "" when a person asks."""
    return _("goes out by itself {}").format(clocks.moment(asks_at, now)) if asks_at else ""


def _notes(one: FollowUpFacts, desk: Desk) -> list[str]:
    said = f"“{one.words}”" if one.words else ""
    way = ways().get(one.channel, "")
    again = "" if one.answer else one.after
    by_itself = goes_out(one.asks_at, desk.now) if one.is_ahead else ""
    return [part for part in (answer_name(one.answer) if one.answer else "", said, again, way, by_itself) if part]


def ways_to_send(customer: CustomerFacts, able: Collection[Channel]) -> list[Choice]:
    """By what of these the question can be sent to the customer, the way they prefer first."""
    return [Choice(one.value, ways()[one.value]) for one in ways_to_ask(customer, able)]


def answers() -> Sequence[Choice]:
    """What a customer may say when we come back to them."""
    return [
        Choice(Answer.SATISFIED, _("Satisfied")), Choice(Answer.MORE, _("Wants something more")),
        Choice(Answer.NOT_SATISFIED, _("Not satisfied")), Choice(Answer.WILL_NOT_FORGIVE, _("Will not forgive us")),
        Choice(Answer.NOT_REACHED, _("Not reached")),
    ]  # fmt: skip
