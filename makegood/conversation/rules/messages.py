"""What a message is, how it may move, when it leaves, and by which other way when it did not reach anybody. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from makegood.kernel.texts import fold
from makegood.kernel.transitions import Transitions


class Channel(StrEnum):
    """How words go between a customer and us. A call and a letter are recorded; the others are carried."""

    EMAIL = "email"
    SMS = "sms"
    CHAT = "chat"
    PAGE = "page"
    PHONE = "phone"
    POST = "post"


TEXTED = (Channel.SMS, Channel.CHAT)
"""What goes by a line, from number to number."""
BY_HAND = (Channel.PHONE, Channel.POST)
"""What a person carries: it counts as said once it is recorded."""


class State(StrEnum):
    """Where a message stands. One that came in is `received` and stays so."""

    RECEIVED = "received"
    HELD = "held"
    """It waits for a lead to look at it, and leaves only then."""
    WAITING = "waiting"
    SENT = "sent"
    UNSURE = "unsure"
    """It was handed over and the answer was not heard: it may have left. A person decides about another try."""
    FAILED = "failed"
    BOUNCED = "bounced"
    WITHDRAWN = "withdrawn"


class Move(StrEnum):
    """What can happen to a message that leaves."""

    SEND = "send"
    DOUBT = "doubt"
    FAIL = "fail"
    BOUNCE = "bounce"
    WITHDRAW = "withdraw"
    RELEASE = "release"
    """A lead looked at it: it may leave."""
    RETRY = "retry"
    ARRIVE = "arrive"
    """A person found out that it had left after all."""


MOVES: Transitions[State, Move] = Transitions(
    "message",
    {
        Move.SEND: {State.WAITING: State.SENT, State.UNSURE: State.SENT},
        Move.DOUBT: {State.WAITING: State.UNSURE},
        Move.FAIL: {State.WAITING: State.FAILED},
        Move.BOUNCE: {State.SENT: State.BOUNCED, State.UNSURE: State.BOUNCED},
        Move.WITHDRAW: {State.WAITING: State.WITHDRAWN, State.HELD: State.WITHDRAWN},
        Move.RELEASE: {State.HELD: State.WAITING},
        Move.RETRY: {
            State.FAILED: State.WAITING, State.BOUNCED: State.WAITING, State.UNSURE: State.WAITING,
        },
        Move.ARRIVE: {State.UNSURE: State.SENT},
    },
)  # fmt: skip

AWRY = (State.UNSURE, State.FAILED, State.BOUNCED)
"""What is red on the case: the customer did not get it, or nobody knows whether they did."""


class Sort(StrEnum):
    """What an incoming message is, as its headers say. Only the first two are somebody's word."""

    ORDINARY = "ordinary"
    MACHINE = "machine"
    """A machine wrote of its own accord, such as a form: it is read, and never answered by one."""
    AUTO_REPLY = "auto_reply"
    BULK = "bulk"
    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    RECEIPT = "receipt"


HEARD = (Sort.ORDINARY, Sort.MACHINE)
"""What opens a case or reaches its owner. Everything else is kept, and asks nobody for anything."""

MOST_ENCLOSED = 40 * 1024 * 1024
"""Bytes of all files that go with one message: more is refused by most mail servers."""

# Leaving

UNDO = timedelta(seconds=10)
"""How long a message waits before it leaves, so that it can be taken back."""
LEASE = timedelta(minutes=5)
"""How long whoever sends holds a message. Longer than a server may take to answer."""
_WAITS = (60, 300, 900, 3_600, 10_800, 21_600, 43_200, 86_400)
"""Seconds between two tries (RFC 5321 4.5.4.1 asks for half an hour in the long run, and four to five days in all)."""
TRIES = len(_WAITS) + 1


def next_try(attempts: int, now: datetime) -> datetime | None:
    """When a message that was refused so often, for the time being, is tried again; None when it is given up."""
    return now + timedelta(seconds=_WAITS[attempts - 1]) if attempts < TRIES else None


DAY_BEGINS, DAY_ENDS = time(8), time(20)


def in_their_hours(now: datetime, zone: ZoneInfo) -> datetime:
    """The next instant (aware UTC) at which somebody in `zone` may be written to without waking them: now when it is
    between eight in the morning and eight in the evening there."""
    there = now.astimezone(zone)
    if DAY_BEGINS <= there.time() < DAY_ENDS:
        return now
    day = there.date() + timedelta(days=there.time() >= DAY_ENDS)
    return datetime.combine(day, DAY_BEGINS, zone).astimezone(now.tzinfo)


def before_their_night(by: datetime, zone: ZoneInfo) -> datetime:
    """The last instant (aware UTC) up to `by` at which somebody in `zone` may be written to: `by` itself in their
    hours, else an hour before the evening that goes before it."""
    there = by.astimezone(zone)
    if DAY_BEGINS <= there.time() < DAY_ENDS:
        return by
    day = there.date() - timedelta(days=there.time() < DAY_BEGINS)
    return (datetime.combine(day, DAY_ENDS, zone) - timedelta(hours=1)).astimezone(by.tzinfo)


# Another way

TEXT_LIMIT = 480
"""Characters of what goes as a text message by itself: three of them. A whole letter cut into a dozen is no message."""


def fits(channel: Channel, text: str) -> bool:
    """Whether words that were written for another channel can go by this one as they are."""
    return channel is not Channel.SMS or len(text) <= TEXT_LIMIT


_WAYS: Mapping[Channel, tuple[Channel, ...]] = {
    Channel.EMAIL: (Channel.EMAIL, Channel.SMS),
    Channel.SMS: (Channel.SMS, Channel.EMAIL),
    Channel.CHAT: (Channel.SMS, Channel.EMAIL),
}


@dataclass(frozen=True, slots=True)
class Way:
    """One way to reach a customer: a channel that we can send by, and their address there."""

    channel: Channel
    address: str


_CARRIED: Mapping[str, Channel] = {
    "email": Channel.EMAIL,
    "sms": Channel.SMS,
    "phone": Channel.SMS,
    "chat": Channel.CHAT,
}
"""By what we can send to each sort of address."""


def ways_to(contacts: Iterable[tuple[str, str]]) -> list[Way]:
    """The ways to a customer with these addresses, each given as its sort and itself, as far as a message can go."""
    return [Way(_CARRIED[sort], address) for sort, address in contacts if sort in _CARRIED]


def first_way(preferred: str, contacts: Iterable[tuple[str, str]], able: Collection[Channel]) -> Way | None:
    """The way by which a message goes to a customer: the one that they prefer, else mail, a text message or a chat,
    as far as we can send by it (`able`). None when only their page is left."""
    ways = [one for one in ways_to(contacts) if one.channel in able]
    wanted = _CARRIED.get(preferred)
    order = [wanted, Channel.EMAIL, Channel.SMS, Channel.CHAT]
    return min(ways, key=lambda one: order.index(one.channel), default=None)


_CALLED: Mapping[Channel, tuple[str, ...]] = {
    Channel.EMAIL: ("email",), Channel.SMS: ("sms", "phone"), Channel.CHAT: ("chat", "sms", "phone"),
    Channel.POST: ("post",),
}  # fmt: skip


def addresses_for(channel: Channel, contacts: Collection[tuple[str, str]]) -> list[str]:
    """Where a message by this channel may go, of somebody's ways and addresses: the likeliest first. Many chats know
    people by their number."""
    return [address for wanted in _CALLED.get(channel, ()) for way, address in contacts if way == wanted]


def other_ways(failed: Channel, contacts: Sequence[Way], *, tried: Collection[str]) -> Iterator[Way]:
    """The ways that are left when one channel did not reach the customer: another address there first."""
    for channel in _WAYS.get(failed, ()):
        for way in contacts:
            if way.channel is channel and fold(way.address) not in {fold(one) for one in tried}:
                yield way
