"""Whose messages wait for a lead's look, what waits for whom, and who may look. The one place that says so."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from makegood.cases.queries.listing import CaseLine, lines_by_number
from makegood.cases.queries.seeing import NOBODY, visible
from makegood.conversation.models import Look, Message
from makegood.conversation.queries.dated import ForLater, for_later
from makegood.conversation.queries.messages import MessageFacts, by_number
from makegood.conversation.rules.messages import BY_HAND, UNDO, State
from makegood.customers.queries import customer_for
from makegood.people.queries import require_scope
from makegood.people.rules import ABILITIES, READS_ALL, Ability, Scope
from makegood.platform.installation import organisation
from makegood.platform.rows import any_row, fetch_rows

_LOOKS = ", ".join(f"'{role.value}'" for role, able in ABILITIES.items() if Ability.ASSIGN in able)

# Whether what `s`, a member of staff, writes to customers leaves without a lead's look. Whoever gives work out looks,
# and is not looked at.
WRITES_ALONE = f"""
(s.role IN ({_LOOKS}) OR NOT EXISTS (SELECT FROM conversation_lookrule)
 OR EXISTS (SELECT FROM conversation_trusted w WHERE w.staff_id = s.id))
"""  # noqa: S608 - written above


class Waiting(NamedTuple):
    """A message that waits for a look, at which case of whom; what is due next there (aware UTC), None when nothing is;
    and what it promises if it is let go now. `sees` says whether whoever looks may open the case as well."""

    message: MessageFacts
    customer: str
    title: str
    sees: bool
    due_at: datetime | None
    due: str
    promises: tuple[ForLater, ...]


def needs_look(staff_id: int | None) -> bool:
    """Whether what this person writes to a customer waits for a lead."""
    return any_row(f"people_staff s WHERE s.id = %s::bigint AND NOT {WRITES_ALONE}", [staff_id])


def who_need_looks() -> frozenset[int]:
    """Everybody whose messages wait for a lead."""
    return frozenset(number for (number,) in fetch_rows(_WITH_A_LOOK, []))


_WITH_A_LOOK = f"SELECT s.id FROM people_staff s WHERE NOT {WRITES_ALONE}"  # noqa: S608 - written above


def to_look_at(scope: Scope, *, now: datetime) -> tuple[Waiting, ...]:
    """Messages that wait for this person to look at them (`looks_at`), by what is due soonest at their cases. Raises
    Refusal "people.not_allowed" for whoever leads nobody and was asked nothing."""
    numbers = looks_at(scope)
    if not numbers:
        require_scope(scope, Ability.ASSIGN)
        return ()
    messages = by_number(numbers)
    cases = lines_by_number(sorted({one.case_id for one in messages if one.case_id}))
    seen = frozenset(visible(scope).filter(pk__in=list(cases)).values_list("pk", flat=True))
    waiting = [_waiting(one, cases[one.case_id], one.case_id in seen, now) for one in messages if one.case_id in cases]
    return tuple(sorted(waiting, key=lambda one: (one.due_at or _NEVER, one.message.at, one.message.id)))


def _waiting(message: MessageFacts, case: CaseLine, sees: bool, now: datetime) -> Waiting:
    promises = if_let_go(message, case.customer_id, now=now)
    return Waiting(
        message, case.customer_name, case.title, sees, case.next_due_at, case.next_title, promises
    )  # fmt: skip


def if_let_go(message: MessageFacts, customer_id: int, *, now: datetime) -> tuple[ForLater, ...]:
    """What a message of this customer's case that waits for a look promises if it is let go now."""
    if not message.promises:
        return ()
    customer, home = customer_for(READS_ALL, customer_id), organisation().zone
    return for_later(message, customer, home=home, leaves=leaves_at(message.leave_at, message.channel, now))


def leaves_at(wanted: datetime | None, channel: str, now: datetime) -> datetime:
    """When a message leaves that is let go now: a letter at once, everything else when it was to, or once it can be
    taken back no more."""
    return now if channel in BY_HAND else max(wanted or now, now + UNDO)


_NEVER = datetime.max.replace(tzinfo=UTC)


def looks_at(scope: Scope) -> frozenset[int]:
    """The messages that wait and that this person may look at: of cases that somebody who leads may see, and what they
    were asked. Nobody looks at what they wrote."""
    asked = asked_of(scope)
    if not scope.may(Ability.ASSIGN):
        return asked
    led = Message.objects.filter(state=State.HELD, thread__case__in=visible(scope)).exclude(by_id=scope.staff_id)
    return asked | frozenset(led.values_list("pk", flat=True))


def asked_of(scope: Scope) -> frozenset[int]:
    """The messages that wait for this person by name: they were asked, themselves or in place of somebody who is away.
    Nobody looks at what they wrote, or while their own words wait."""
    mine = Look.objects.filter(message__state=State.HELD, asked_of_id=scope.staff_id or NOBODY)
    asked = frozenset(mine.exclude(message__by_id=scope.staff_id).values_list("message_id", flat=True))
    if not asked or not scope.may(Ability.WORK) or needs_look(scope.staff_id):
        return frozenset()
    return asked
