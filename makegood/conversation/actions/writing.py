"""Writing to a customer: composed at the case, waiting a moment before it leaves, taken back while it waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from makegood.cases.actions.holding import WORDS_LIMIT, bring_to_desk, hold, person, said, tell
from makegood.cases.models import Case
from makegood.cases.rules import CONVERSATION
from makegood.conversation.actions.drafting import forget_draft, restore_draft
from makegood.conversation.actions.looking import ask_for_look, let_go_of_promised, stop_asking
from makegood.conversation.actions.sending import count_as_said
from makegood.conversation.actions.threads import SUBJECT_LIMIT, name_message, thread_of
from makegood.conversation.models import Attachment, Look, Message
from makegood.conversation.queries.looks import needs_look
from makegood.conversation.rules.messages import (
    BY_HAND,
    MOST_ENCLOSED,
    MOVES,
    TEXTED,
    UNDO,
    Channel,
    Move,
    State,
    addresses_for,
)
from makegood.customers.queries import customer_for
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, forbidden, invalid, missing
from makegood.kernel.texts import one_line
from makegood.people.rules import READS_ALL, Scope


class Enclosed(NamedTuple):
    """A file that goes with a message; `digest` is the name under which it is kept already."""

    name: str
    content_type: str
    size: int
    digest: str


class Written(NamedTuple):
    """A message that was written, and when it leaves (aware UTC); `held` until a lead has looked at it."""

    id: int
    leave_at: datetime
    held: bool = False


@transaction.atomic
def write_message(
    number: int,
    *,
    channel: str,
    words: str,
    subject: str = "",
    to: str = "",
    covers: Sequence[str] = (),
    leave_at: datetime | None = None,
    enclosed: Sequence[Enclosed] = (),
    scope: Scope,
    by: Actor,
    now: datetime,
) -> Written:
    """Write to the customer of a case. It leaves after `rules.UNDO`, or at `leave_at` when that is later; what
    `needs_look` waits for a lead first.

    `to` is one of their addresses, "" for the first on this channel. `covers` are the steps of the conversation that
    it takes once it left. Raises Refusal "message.bad_channel", "message.no_address", "message.not_theirs",
    "message.no_mailbox", "message.no_line", "message.bad_step", "message.too_large", "message.no_files",
    "case.no_words", "case.too_long", and as `hold` does.
    """
    case = hold(number, scope=scope, closed=None)
    me = person(by)
    way = _way(channel)
    text = said(words, field="words", what="Write a few words first.")
    if len(text) > WORDS_LIMIT:
        raise invalid("case.too_long", f"Up to {WORDS_LIMIT:,} characters, please.", field="words")
    if sum(one.size for one in enclosed) > MOST_ENCLOSED:
        raise too_large()
    if enclosed and way in TEXTED:
        raise invalid("message.no_files", "A text message or chat carries no files. Write an e-mail, or on their page.",
                      field="files")  # fmt: skip
    address, held = _address(case, way, to), needs_look(me)
    thread = thread_of(case, way, subject, now=now)
    row = Message.objects.create(
        thread=thread, inward=False, channel=way, state=State.HELD if held else State.WAITING,
        address=address, name=case.customer.name[:200],
        subject=one_line(subject)[:SUBJECT_LIMIT] or thread.subject, text=text, language=case.customer.language,
        at=now, by_id=me, by_name=by.name[:120], covers=_steps(covers), leave_at=max(leave_at or now, now + UNDO),
    )  # fmt: skip
    name_message(row, thread.mailbox)
    Attachment.objects.bulk_create(
        Attachment(message=row, name=one.name[:200], content_type=one.content_type[:100], size=one.size,
                   digest=one.digest)
        for one in enclosed
    )  # fmt: skip
    forget_draft(number, me)
    bring_to_desk(case)
    assert row.leave_at is not None  # noqa: S101 - set above
    told = {"message": row.pk, "channel": way, "leave_at": row.leave_at.isoformat()}
    tell("message_written", case, by=by, at=now, data=told | ({"held": True} if held else {}))
    if held:
        ask_for_look(row, case, by=by, now=now)
    return Written(row.pk, row.leave_at, held)


@transaction.atomic
def log_letter(
    number: int, *, words: str, covers: Sequence[str] = (), scope: Scope, by: Actor, now: datetime
) -> Written:  # fmt: skip
    """Record a letter that goes by post: it counts as said now, or once a lead has looked at it where one has to, and
    can be printed from then on. Raises Refusal as `write_message` does."""
    case = hold(number, scope=scope, closed=None)
    me = person(by)
    held = needs_look(me)
    text = said(words, field="words", what="Write a few words first.")
    thread = thread_of(case, Channel.POST, "", now=now)
    row = Message.objects.create(
        thread=thread, inward=False, channel=Channel.POST, state=State.HELD if held else State.SENT,
        address=_address(case, Channel.POST, ""), name=case.customer.name[:200], subject=thread.subject,
        text=text[:WORDS_LIMIT], language=case.customer.language, at=now, sent_at=None if held else now, by_id=me,
        by_name=by.name[:120], covers=_steps(covers),
    )  # fmt: skip
    forget_draft(number, me)
    bring_to_desk(case)
    if held:
        tell("message_written", case, by=by, at=now, data={"message": row.pk, "channel": Channel.POST, "held": True})
        ask_for_look(row, case, by=by, now=now)
    else:
        tell("message_sent", case, by=by, at=now, data={"message": row.pk, "channel": Channel.POST})
        count_as_said(case, row, now=now)
    return Written(row.pk, now, held)


@transaction.atomic
def withdraw_message(message_id: int, *, scope: Scope, by: Actor, now: datetime) -> None:
    """Take a message back while it waits, and with it what was promised by its words and is not kept.

    What waits for a look only its writer takes back: whoever looks sends it back, with words. Raises Refusal
    "message.unknown", "message.left", "message.not_writer", and as `hold` does.
    """
    number = Message.objects.filter(pk=message_id, thread__case__isnull=False, inward=False).values_list(
        "thread__case_id", flat=True
    ).first()  # fmt: skip
    if number is None:
        raise missing("message.unknown", "There is no such message.")
    case = hold(number, scope=scope, closed=None)
    _check_writer(message_id, person(by))
    withdraw(message_id, now=now)
    tell("message_withdrawn", case, by=by, at=now, data={"message": message_id})
    let_go_of_promised(message_id, number, scope=scope, by=by, now=now)


def _check_writer(message_id: int, me: int) -> None:
    row = Message.objects.get(pk=message_id)
    if row.state == State.HELD and row.by_id != me:
        raise forbidden(
            "message.not_writer",
            f"It waits for a look, and only {row.by_name}, who wrote it, takes it back. A lead sends it back, and says"
            " why.",
        )


def withdraw(message_id: int, *, now: datetime) -> None:
    """The same for whoever holds the case and records the move. Raises Refusal "message.left"."""
    row = Message.objects.select_for_update().get(pk=message_id)
    if row.state == State.WAITING and row.handed_at is not None:
        raise Refusal("message.left", "It is leaving just now, and cannot be taken back any more.")
    if Move.WITHDRAW not in MOVES.allowed(State(row.state)):
        raise Refusal("message.left", "It has left already. Write another to put it right.")
    row.state, row.ended_at, row.leave_at = State.WITHDRAWN, now, None
    row.save(update_fields=["state", "ended_at", "leave_at"])
    restore_draft(row, now=now)
    stop_asking(row, now=now)


@transaction.atomic
def send_again(message_id: int, *, to: str = "", scope: Scope, by: Actor, now: datetime) -> Written:
    """Send a message anew that did not leave, came back, or of which nobody knows: to the same address or another of
    the customer's. It waits for a lead as the first time would have, unless somebody who writes alone wrote or saw it.

    Raises Refusal "message.unknown", "message.illegal_move", "message.not_theirs"."""
    row, case = _ours(message_id, scope, by)
    state = MOVES.after(State(row.state), Move.RETRY)
    held = _is_unseen(row) and needs_look(person(by))
    row.state = State.HELD if held else state
    row.leave_at, row.attempts, row.problem = now + UNDO, 0, ""
    row.handed_at = row.sent_at = row.ended_at = row.leased_until = None
    if to:
        row.address = _address(case, Channel(row.channel), to)
    row.save()
    told = {"message": row.pk, "channel": row.channel, "again": True}
    tell("message_written", case, by=by, at=now, data=told | ({"held": True} if held else {}))
    if held:
        ask_for_look(row, case, by=by, now=now)
    assert row.leave_at is not None  # noqa: S101 - set above
    return Written(row.pk, row.leave_at, held)


def _is_unseen(row: Message) -> bool:
    """Whether these words are of somebody who writes with a lead's look only, and had none."""
    return not row.automatic and needs_look(row.by_id) and not Look.objects.filter(message=row).exists()


@transaction.atomic
def note_arrived(message_id: int, *, scope: Scope, by: Actor, now: datetime) -> None:
    """A message of which nobody knew did arrive, as a person found out: it counts as sent when it was handed over.

    Raises Refusal "message.unknown", "message.illegal_move", and as `hold` does."""
    row, case = _ours(message_id, scope, by)
    row.state = MOVES.after(State(row.state), Move.ARRIVE)
    row.sent_at, row.problem = row.handed_at or now, ""
    row.save(update_fields=["state", "sent_at", "problem"])
    tell("message_arrived", case, by=by, at=now, data={"message": row.pk, "channel": row.channel})
    count_as_said(case, row, now=now)


def _ours(message_id: int, scope: Scope, by: Actor) -> tuple[Message, Case]:
    """A message of ours and its case, both held, for a person who may work there."""
    theirs = Message.objects.filter(pk=message_id, inward=False, thread__case__isnull=False)
    number = theirs.values_list("thread__case_id", flat=True).first()
    if number is None:
        raise missing("message.unknown", "There is no such message.")
    case = hold(number, scope=scope, closed=None)
    person(by)
    return Message.objects.select_for_update(of=("self",)).select_related("thread__mailbox").get(pk=message_id), case


def too_large() -> Refusal:
    """The files are more than a message carries."""
    most = MOST_ENCLOSED // 2**20
    return Refusal(
        "message.too_large", f"All files together may have up to {most} MB: more is refused by most mail servers. "
        "Send a link to them, or several messages.", field="files", status=413,
    )  # fmt: skip


def _way(channel: str) -> Channel:
    known = [one for one in Channel if one not in BY_HAND]
    if channel not in known:
        raise invalid("message.bad_channel", f"Choose how to write: {', '.join(known)}.", field="channel")
    return Channel(channel)


def _steps(covers: Sequence[str]) -> list[str]:
    strange = next((one for one in covers if one not in CONVERSATION), None)
    if strange is not None:
        known = ", ".join(CONVERSATION)
        raise invalid("message.bad_step", f"A message does not take {strange!r}. Choose of: {known}.", field="covers")
    return [step for step in CONVERSATION if step in covers]


def _address(case: Case, way: Channel, to: str) -> str:
    """Where it goes: only ever to an address that is known to be the customer's own."""
    if way is Channel.PAGE:
        return ""
    contacts = customer_for(READS_ALL, case.customer_id).contacts
    theirs = addresses_for(way, [(one.channel, one.value) for one in contacts])
    if to and to not in theirs:
        raise invalid("message.not_theirs", "That is no address of this customer. Add it to them first.", field="to")
    if not theirs:
        raise invalid("message.no_address", _NO_ADDRESS[way], field="channel")
    return to or theirs[0]


_NO_ADDRESS = {
    Channel.EMAIL: "We have no e-mail address of this customer. Add one, or choose another way.",
    Channel.SMS: "We have no phone number of this customer. Add one, or choose another way.",
    Channel.CHAT: "We know no chat and no phone number of this customer. Add one, or choose another way.",
    Channel.POST: "We have no postal address of this customer. Add one, or choose another way.",
}
