"""What follows when a message did not reach the customer: its promise is at risk, and another way is tried."""

from __future__ import annotations

from datetime import datetime, timedelta

from makegood.cases.actions.undoing import promise_to_speak
from makegood.cases.models import Case, Commitment, StepDone
from makegood.cases.queries import case_for, timeline
from makegood.cases.rules import Purpose
from makegood.conversation.actions.threads import name_message, thread_of
from makegood.conversation.models import Message
from makegood.conversation.queries.lines import carried_channels
from makegood.conversation.rules.messages import UNDO, Channel, State, Way, fits, other_ways, ways_to
from makegood.customers.queries import customer_for
from makegood.journal.actors import SYSTEM
from makegood.people.rules import READS_ALL
from makegood.promises import actions as promises
from makegood.promises.rules import LIVE

_LATE = timedelta(seconds=1)


def put_at_risk(case: Case, row: Message, *, now: datetime) -> None:
    """The customer has not heard us: steps that the message had taken count no more, speaking to them is promised
    anew when it was this that kept the promise, and what we are to tell them next is in danger. The case must be held.
    """
    if case.closed_at is not None:
        return
    _unsay(case, row, now)
    waiting = Commitment.objects.filter(
        case=case, purpose__in=(Purpose.FIRST_CONTACT, Purpose.UPDATE), undone_at=None, promise__state__in=LIVE
    )
    for promise_id, due_at in waiting.values_list("promise_id", "promise__due_at"):
        promises.forecast(promise_id, forecast_at=max(due_at, now) + _LATE, by=SYSTEM, now=now)


def _unsay(case: Case, row: Message, now: datetime) -> None:
    said = [
        one for one in timeline(case_for(READS_ALL, case.pk))
        if one.verb == "case.step" and one.data.get("message") == row.pk
    ]  # fmt: skip
    StepDone.objects.filter(pk__in=[one.data["row"] for one in said]).update(undone_at=now)
    sent = next(
        (
            one for one in timeline(case_for(READS_ALL, case.pk))
            if one.verb == "case.message_sent" and one.data.get("message") == row.pk
        ),
        None,
    )  # fmt: skip
    if sent is not None and row.state == State.BOUNCED:
        promise_to_speak(case, sent, by=SYSTEM, now=now)


def go_another_way(case: Case, row: Message, *, now: datetime) -> Way | None:
    """The same words by the next way to the customer that we can send by, None when there is none. The case must be
    held."""
    contacts = ways_to((one.channel, one.value) for one in customer_for(READS_ALL, case.customer_id).contacts)
    tried = Message.objects.filter(thread__case=case, inward=False, state__in=(State.FAILED, State.BOUNCED))
    gone = set(tried.values_list("address", flat=True)) | {row.address}
    able = carried_channels()
    ways = other_ways(Channel(row.channel), contacts, tried=gone)
    way = next((one for one in ways if one.channel in able and fits(one.channel, row.text)), None)
    if way is None:
        return None
    thread = thread_of(case, way.channel, row.subject, now=now)
    again = Message.objects.create(
        thread=thread, inward=False, channel=way.channel, state=State.WAITING, address=way.address, name=row.name,
        subject=row.subject, text=row.text, language=row.language, at=now, by_id=row.by_id, by_name=row.by_name,
        covers=row.covers, leave_at=now + UNDO, instead_of=row, automatic=row.automatic, with_link=row.with_link,
    )  # fmt: skip
    name_message(again, thread.mailbox)
    return way
