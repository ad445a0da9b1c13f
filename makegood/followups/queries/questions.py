"""Who is asked by a message, by which way and in which words, and which of these questions did not reach anybody."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from makegood.cases.queries import CaseFacts
from makegood.conversation.rules.messages import Channel, Way, first_way, ways_to
from makegood.customers.queries import CustomerFacts
from makegood.followups.rules import MACHINE, question
from makegood.kernel.texts import first_name
from makegood.platform.rows import any_row, fetch_rows


def ways_to_ask(customer: CustomerFacts, able: Collection[Channel]) -> tuple[Channel, ...]:
    """By which channels of those that we can send by the question reaches this customer, the one they prefer first; ()
    when by none."""
    contacts = _contacts(customer)
    first = first_way(customer.preferred_channel, contacts, able)
    if first is None:
        return ()
    others = [one.channel for one in ways_to(contacts) if one.channel in able]
    return tuple(dict.fromkeys([first.channel, *others]))


def way_to_ask(customer: CustomerFacts, channel: str, able: Collection[Channel]) -> Way | None:
    """The way by which the question goes by itself: by the `channel` of the plan, or by the one that they prefer. None
    where that is not one of ours to send by: then a person asks."""
    wanted = channel or customer.preferred_channel
    if wanted not in MACHINE:
        return None
    way = first_way(wanted, _contacts(customer), able)
    return way if way is not None and wanted in ("", way.channel) else None


def words_to_ask(case: CaseFacts, customer: CustomerFacts, *, again: bool) -> str:
    """The question in the customer's language."""
    return question(
        customer.language, name=first_name(customer.name), title=what_it_is_about(case), owner=case.owner_name,
        again=again,
    )  # fmt: skip


def what_it_is_about(case: CaseFacts) -> str:
    """What was promised, or what they told us, as their page says it."""
    if case.promise is not None:
        return case.promise.title
    return case.failures[0].what if case.failures else case.title


def _contacts(customer: CustomerFacts) -> list[tuple[str, str]]:
    return [(one.channel, one.value) for one in customer.contacts]


def due_to_ask(now: datetime, *, most: int) -> list[tuple[int, int]]:
    """Follow-ups whose question is to go out by now, with their cases."""
    return [(one, number) for one, number in fetch_rows(_DUE, [now, most])]


_DUE = """
SELECT id, case_id FROM followups_followup WHERE asks_at <= %s ORDER BY asks_at, id LIMIT %s
"""


def waits_to_leave(check_id: int) -> bool:
    """Whether the message that asked has not left yet."""
    return any_row(
        "followups_question q JOIN conversation_message m ON m.id = q.message_id"
        " WHERE q.check_asked_id = %s AND m.state = 'waiting'", [check_id],
    )  # fmt: skip


class Lost(NamedTuple):
    """A question whose message did not reach the customer; `instead_id` is the message that went another way."""

    id: int
    case_id: int
    instead_id: int | None
    problem: str


def lost_questions(*, case_id: int | None = None) -> list[Lost]:
    """Those that nobody has answered and that did not leave, came back, or were taken back."""
    return [Lost(*row) for row in fetch_rows(_LOST, {"case": case_id})]


# Few questions are open at any time, and each is found by its own index.
_LOST = """
SELECT q.id, k.case_id, n.id, m.problem
FROM cases_satisfactioncheck k
JOIN followups_question q ON q.check_asked_id = k.id
JOIN conversation_message m ON m.id = q.message_id
LEFT JOIN conversation_message n ON n.instead_of_id = m.id
WHERE k.answer = '' AND k.undone_at IS NULL AND m.state IN ('failed', 'bounced', 'withdrawn')
  AND k.case_id = coalesce(%(case)s::bigint, k.case_id)
ORDER BY q.id LIMIT 50
"""
