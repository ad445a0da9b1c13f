"""Dated words of a case that may become promises of it: what we said we would do, what the customer was promised."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from makegood.cases.queries import CaseFacts, timeline, undone
from makegood.cases.rules import Do, Purpose, Step
from makegood.conversation.dated import Confidence, Dated, SaidBy, promised
from makegood.conversation.queries.messages import MessageFacts, of_case
from makegood.conversation.rules.messages import State
from makegood.customers.queries import CustomerFacts
from makegood.journal.queries import Recorded
from makegood.kernel.when import When

_COLLEAGUES = "en"
_LATEST = 12
"""How many of the latest things said are read: what was said long before has had its time."""
_TOLD_OF = (Purpose.COMMITMENT, Purpose.UPDATE)
"""What a customer was told of that is promised in a case; its own clocks they do not know."""
_A_WHILE, _ABOUT = timedelta(minutes=37), timedelta(minutes=5)
"""Words that are due a while later when they are read a while later count from their reading; about so, for such times
are rounded to ones that people say."""
_REACHES = (State.HELD, State.WAITING, State.SENT, State.UNSURE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Words of an entry of the journal that promise something by a time, and stand on no record yet.

    `start` tells one from another in the same entry, counted in characters of what was said. `ahead`: it is still to
    come, so that it can be promised; else it is what a customer was promised and did not get. `message` is the one of
    ours that says it, `held` while that waits for a look: it is promised once it leaves.
    """

    entry: int
    start: int
    said_by: SaidBy
    words: str
    what: str
    when: When | None
    hedged: bool
    ahead: bool
    message: int | None = None
    held: bool = False


@dataclass(frozen=True, slots=True)
class ForLater:
    """What is promised once a message leaves that waits for a look: as `title`, by its `words`.

    `when` is what the customer would read in them as it leaves, `meant` what whoever wrote them did. `runs` when they
    count from their reading, as "within the hour" does.
    """

    title: str
    words: str
    when: When | None
    meant: When | None
    runs: bool

    @property
    def means_another_time(self) -> bool:
        """Whether its words mean another time by now than was meant: "by 10:30" is tomorrow's once it is eleven."""
        if self.when is None or self.meant is None:
            return True
        return not self.runs and self.when.due_at != self.meant.due_at


@dataclass(frozen=True, slots=True)
class _Said:
    """Something that was said: in which entry, by whom, and when."""

    entry: int
    text: str
    by: SaidBy
    at: datetime
    message: MessageFacts | None = None


def dated_words(
    text: str, customer: CustomerFacts | None, *, home: ZoneInfo, now: datetime, said_by: SaidBy, language: str = ""
) -> tuple[Dated, ...]:
    """What `text`, said at `now`, promises by when, on the customer's clock; on `home`'s when theirs is not known.

    It is read in `language`; unless said in the customer's, and then, when nothing is found, in English, in which
    colleagues may note what they said.
    """
    zone = ZoneInfo(customer.time_zone) if customer and customer.time_zone else home
    read = partial(promised, text, now=now, zone=zone, calendar=None, said_by=said_by)
    if language or customer is None:
        return read(language=language or _COLLEAGUES)
    return read(language=customer.language) or read(language=_COLLEAGUES)


def offers_in(
    case: CaseFacts, customer: CustomerFacts, *, entries: Sequence[Recorded] | None = None,
    messages: Sequence[MessageFacts] | None = None, home: ZoneInfo, now: datetime,
) -> tuple[Offer, ...]:  # fmt: skip
    """What was said in a case and may become a promise of it, in the order in which it was said; nothing once nobody
    may promise anything there. `entries` and `messages` are the case's when the caller has them."""
    if Do.COMMIT not in case.allowed:
        return ()
    zone = ZoneInfo(customer.time_zone) if customer.time_zone else home
    said_here = _said(
        timeline(case) if entries is None else entries, of_case(case.number) if messages is None else messages
    )
    found = [one for said in list(said_here)[-_LATEST:] for one in _offers(said, customer, home, now)]
    names = {one.what for one in found}
    return tuple(one for one in found if not _on_record(case, one, names, zone))


def for_later(
    message: MessageFacts, customer: CustomerFacts, *, home: ZoneInfo, leaves: datetime
) -> tuple[ForLater, ...]:
    """What is promised once a message leaves that waits for a look, if it does at `leaves`."""
    if not message.promises:
        return ()
    written = message.leave_at or message.at
    read, meant, soon = (
        {one.start: one for one in dated_words(message.text, customer, home=home, now=at, said_by="us")}
        for at in (leaves, written, written + _A_WHILE)
    )
    found = []
    for start, title in message.promises:
        words = meant[start].words if start in meant else ""
        when, then, next_to = (each[start].when if start in each else None for each in (read, meant, soon))
        runs = bool(then and next_to and abs(next_to.due_at - then.due_at - _A_WHILE) <= _ABOUT)
        found.append(ForLater(title, words, when, then, runs))
    return tuple(found)


def _offers(said: _Said, customer: CustomerFacts, home: ZoneInfo, now: datetime) -> Iterator[Offer]:
    message, held = said.message, said.message is not None and said.message.state is State.HELD
    # What is to be promised once it leaves is not offered a second time.
    taken = {start for start, _title in message.promises} if message and held else set()
    for one in dated_words(said.text, customer, home=home, now=said.at, said_by=said.by):
        if one.start in taken:
            continue
        ahead = one.when is not None and one.when.due_at > now
        if ahead or said.by == "them":
            yield Offer(
                entry=said.entry, start=one.start, said_by=said.by, words=one.words, what=one.what, when=one.when,
                hedged=one.confidence is Confidence.HEDGED, ahead=ahead,
                message=message.id if message else None, held=held,
            )  # fmt: skip


def _on_record(case: CaseFacts, offer: Offer, names: Collection[str], zone: ZoneInfo) -> bool:
    """Whether it is promised already, under this name or one that somebody gave it instead. What a customer recalls is
    recalled by its day."""
    due = offer.when.due_at if offer.when else None
    if offer.said_by == "us":
        made = [one.promise for one in case.commitments]
        return any(one.due_at == due and (one.title == offer.what or one.title not in names) for one in made)
    promises = [one.promise for one in case.commitments if one.purpose in _TOLD_OF]
    promises += [failure.promise for failure in case.failures if failure.promise]
    days = {one.due_at.astimezone(zone).date() for one in promises} | {one.due_on for one in promises}
    known = due is not None and due.astimezone(zone).date() in days
    return known or told_words(offer) in {failure.what for failure in case.failures}


def told_words(offer: Offer) -> str:
    """What a customer says they were promised, as it is recorded: "Promised by 3: it would be here"."""
    return f"Promised “{offer.words}”: {offer.what}" if offer.what else f"Promised “{offer.words}”"


def _said(entries: Sequence[Recorded], messages: Sequence[MessageFacts]) -> Iterator[_Said]:
    """What was said, was not taken back, and reached the customer or will."""
    gone = undone(entries)
    leaving = {one.id: one for one in messages if not one.inward and one.state in _REACHES}
    for entry in entries:
        if entry.id in gone:
            continue
        if entry.verb == "case.noted":
            yield _Said(entry.id, str(entry.data.get("text", "")), "us", entry.at)
        elif entry.verb == "case.wrote":
            yield _Said(entry.id, str(entry.data.get("words", "")), "them", entry.at)
        elif entry.verb == "case.step" and entry.data.get("said"):
            yield _in_step(entry)
        elif entry.verb == "case.message_written" and entry.data.get("message") in leaving:
            message = leaving[entry.data["message"]]
            # "Within the hour" is said when they can read it, and not when it was typed.
            yield _Said(entry.id, message.text, "us", message.sent_at or message.leave_at or entry.at, message)


def _in_step(entry: Recorded) -> _Said:
    """What was said with a step: listening records the customer's words, unless it logs a call of both."""
    held = entry.data.get("held_at")
    theirs = entry.data.get("step") == Step.LISTEN and not held
    at = datetime.fromisoformat(held) if held else entry.at
    return _Said(entry.id, str(entry.data["said"]), "them" if theirs else "us", at)
