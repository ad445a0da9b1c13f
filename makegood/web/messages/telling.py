"""The messages of a case among the lines of its story: each told once, with all that became of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from django.utils.translation import gettext as _

from makegood.journal.queries import Recorded
from makegood.web.messages.shown import Shown
from makegood.web.telling import Event

_BEGINS = ("case.wrote", "case.message_written", "case.message_sent", "case.acknowledged", "case.asked", "case.told")
"""What a message first shows up as."""
_TOLD = "case.told"
"""What an incident told: its message stands in words there, and its number beside them."""
_FOLLOWS = ("case.message_sent", "case.message_withdrawn", "case.acknowledged", "case.step")
"""What its own line says already."""


def entries_of_messages(entries: Iterable[Recorded]) -> dict[int, int]:
    """For each message the entry that tells of it: the first of its own."""
    found: dict[int, int] = {}
    for entry in entries:
        message = entry.data.get("sent") if entry.verb == _TOLD else entry.data.get("message")
        if entry.verb in _BEGINS and isinstance(message, int):
            found.setdefault(message, entry.id)
    return found


def is_told(entry: Recorded, told_by: Mapping[int, int]) -> bool:
    """Whether an entry says something that the line of its message does not."""
    message = entry.data.get("message")
    if entry.verb not in _FOLLOWS or not isinstance(message, int):
        return True
    return told_by.get(message) == entry.id


def with_message(event: Event, told_by: Mapping[int, int], said: Mapping[int, Shown]) -> Event:
    """The line with the message that it tells of. Taking it back is a matter of the message then."""
    message = next((said[one] for one, entry in told_by.items() if entry == event.id and one in said), None)
    return replace(event, message=message, quote="", undo="") if message else event


def untold(said: Mapping[int, Shown], told_by: Collection[int]) -> Iterator[Event]:
    """Lines for messages of which the journal does not tell: from machines, or sent by another way."""
    for number, one in said.items():
        if number not in told_by:
            words = _("Came in") if one.inward else _("Goes to the customer by another way")
            yield Event(at=one.at, text=words, image="share", message=one)
