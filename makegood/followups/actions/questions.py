"""The question whether it is right, as a message: sent once when its time has come, undone if it did not arrive."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from makegood.cases.actions.holding import hold, hold_theirs, person, tell
from makegood.cases.models import Case, SatisfactionCheck
from makegood.cases.queries import case_for
from makegood.conversation.actions import Posted, write_many
from makegood.conversation.queries import carried_channels
from makegood.conversation.rules.messages import UNDO, Channel, Way, first_way, in_their_hours
from makegood.customers.queries import CustomerFacts, customer_for
from makegood.followups.actions.planning import await_word, hear, renew
from makegood.followups.models import FollowUp, Question
from makegood.followups.queries.questions import (
    Lost,
    due_to_ask,
    lost_questions,
    way_to_ask,
    what_it_is_about,
    words_to_ask,
)
from makegood.journal.actors import SYSTEM, Actor
from makegood.kernel.refusals import Refusal, invalid
from makegood.people.rules import READS_ALL, Scope
from makegood.promises import actions as promises
from makegood.promises.rules import UNKEPT
from makegood.remedies.queries.plan import zone_of

AT_ONCE = 50
CARRIED = (Channel.EMAIL, Channel.SMS, Channel.CHAT)
"""By what a question goes."""
_WORDS = "The question did not reach the customer."


@transaction.atomic
def send_question(number: int, *, channel: str = "", scope: Scope, by: Actor, now: datetime) -> None:
    """Ask the customer by a message whether it is right, by `channel` or ("") by the one that they prefer; it can be
    taken back for a moment, as any message. Their word is awaited then, as after `ask`.

    Raises Refusal "case.already_asked", "message.bad_channel", "message.no_address", and as `hold` does.
    """
    case = hold(number, scope=scope)
    person(by)
    if _is_asked(case):
        raise Refusal("case.already_asked", "The customer was asked already. Record the answer first.")
    customer = customer_for(READS_ALL, case.customer_id)
    _send(case, customer, _chosen(customer, channel), at_least=None, leave_at=now + UNDO, by=by, now=now)


def _chosen(customer: CustomerFacts, channel: str) -> Way:
    able = carried_channels()
    if channel and channel not in CARRIED:
        raise invalid("message.bad_channel", f"The question goes by {', '.join(CARRIED)}.", field="channel")
    contacts = [(one.channel, one.value) for one in customer.contacts]
    way = first_way(channel or customer.preferred_channel, contacts, able)
    if way is None or (channel and way.channel != channel):
        raise invalid(
            "message.no_address", "We cannot reach this customer that way. Ask them by phone, or add an address.",
            field="channel",
        )  # fmt: skip
    return way


def ask_due(*, now: datetime) -> int:
    """Send the questions of the plans whose time has come, each once, up to fifty; what is not ours to send is left to
    a person. Any number of workers may do this at once. Returns how many were sent."""
    return sum(_ask_one(one, number, now) for one, number in due_to_ask(now, most=AT_ONCE))


@transaction.atomic
def _ask_one(follow_up_id: int, number: int, now: datetime) -> bool:
    case = hold_theirs(number)
    row = FollowUp.objects.select_for_update().select_related("promise").get(pk=follow_up_id)
    if row.asks_at is None or row.asks_at > now:
        return False
    customer = customer_for(READS_ALL, case.customer_id)
    later = in_their_hours(now, zone_of(customer))
    if now < later < row.promise.due_at:
        _put_off(row, later)
        return False
    _put_off(row, None)
    wanted = row.promise.state in UNKEPT and not _is_asked(case) and later <= now
    way = way_to_ask(customer, row.channel, carried_channels()) if wanted else None
    if way is None:
        return False
    return _send(case, customer, way, at_least=row.promise_id, leave_at=now, by=SYSTEM, now=now)


def _put_off(row: FollowUp, until: datetime | None) -> None:
    row.asks_at = until
    row.save(update_fields=["asks_at"])


def _is_asked(case: Case) -> bool:
    return case.checks.filter(answer="", undone_at=None).exists()


def _send(
    case: Case,
    customer: CustomerFacts,
    way: Way,
    *,
    at_least: int | None,
    leave_at: datetime,
    by: Actor,
    now: datetime,
) -> bool:
    """Ask by this way: the check, the message, and what asking keeps and promises."""
    facts = case_for(READS_ALL, case.pk)
    again = case.closed_at is not None or bool(facts.checks)
    words = Posted(
        case.pk, case.customer_id, customer.name, way, what_it_is_about(facts),
        words_to_ask(facts, customer, again=again), customer.language,
    )  # fmt: skip
    (message_id,) = write_many([words], by=by, leave_at=leave_at, now=now)
    if not message_id:
        return False
    check = SatisfactionCheck.objects.create(case=case, asked_at=now, asked_by_id=by.id, channel=way.channel)
    kept = hear(case, check, tries=False, at_least=at_least, by=by, now=now)
    # Whoever said that it is right is not chased when they say nothing more.
    made = await_word(case, by=by, now=now) if case.closed_at is None else []
    Question.objects.create(check_asked=check, message_id=message_id, kept=kept, made=made)
    told = {"channel": way.channel, "kept": kept, "made": made, "message": message_id}
    tell("asked", case, by=by, at=now, data=told)
    return True


def follow_lost(*, now: datetime) -> int:
    """Undo what questions did that never reached their customer: they were not asked, so that their silence counts for
    nothing, and somebody comes back to them. Returns how many."""
    return sum(_lose(one, now) for one in lost_questions())


@transaction.atomic
def _lose(seen: Lost, now: datetime) -> bool:
    case = hold_theirs(seen.case_id)
    one = next((each for each in lost_questions(case_id=case.pk) if each.id == seen.id), None)
    if one is None:
        return False
    row = Question.objects.select_related("check_asked").get(pk=one.id)
    if one.instead_id is not None:
        # The same words go by another way: it is for that to arrive.
        row.message_id = one.instead_id
        row.save(update_fields=["message_id"])
        return False
    row.check_asked.undone_at = now
    row.check_asked.save(update_fields=["undone_at"])
    promises.let_go(row.made, reason=_WORDS, by=SYSTEM, now=now)
    renew(case, row.kept, trouble=one.problem or _WORDS, by=SYSTEM, now=now)
    tell("question_lost", case, by=SYSTEM, at=now, data={"message": row.message_id, "problem": one.problem})
    return True
