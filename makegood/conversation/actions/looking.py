"""A lead's look at what somebody writes who is still learning: it waits, and leaves or comes back with words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from makegood.cases.actions.holding import hold, hold_theirs, person, said, tell
from makegood.cases.actions.undoing import take_back
from makegood.cases.models import Case
from makegood.cases.queries import case_for, timeline, undoable
from makegood.conversation.actions.dating import promise_what_it_says
from makegood.conversation.actions.drafting import restore_draft
from makegood.conversation.actions.sending import author_of, count_as_said
from makegood.conversation.models import Look, LookRule, Message, Trusted
from makegood.conversation.queries.dated import for_later
from makegood.conversation.queries.looks import leaves_at, looks_at, who_need_looks
from makegood.conversation.queries.messages import by_number
from makegood.conversation.rules.messages import BY_HAND, MOVES, Move, State
from makegood.customers.queries import customer_for
from makegood.journal.actors import SYSTEM, Actor
from makegood.kernel.refusals import Refusal, forbidden, invalid, missing
from makegood.kernel.texts import one_line
from makegood.notices.actions import News, settle, tell_administrators, tell_many
from makegood.people.queries import Roster, StaffFacts, roster
from makegood.people.rules import READS_ALL, Ability, Role, Scope
from makegood.platform.installation import organisation

LONGEST_WORDS = 500


def require_looks(on: bool) -> None:
    """Let what agents write who are not trusted wait for a lead, or no more. For whoever records the move."""
    if on:
        LookRule.objects.get_or_create(one=True)
    else:
        LookRule.objects.all().delete()


def trust(staff: Collection[int]) -> None:
    """From now on these people write without a lead's look."""
    Trusted.objects.bulk_create([Trusted(staff_id=one) for one in staff], ignore_conflicts=True)


def trust_only(staff: Collection[int]) -> None:
    """These people write without a lead's look, and nobody else."""
    Trusted.objects.exclude(staff_id__in=staff).delete()
    trust(staff)


def ask_for_look(row: Message, case: Case, *, by: Actor, now: datetime) -> None:
    """Let a lead who is there know that a message waits for them, or who stands in for one: of the writer's team, else
    a manager, else whoever administers; nobody whose own words wait. For whoever wrote it in the same transaction."""
    who = _who_looks(row.by_id, roster(now), who_need_looks())
    Look.objects.create(message=row, asked_at=now, asked_of_id=who.id if who else None)
    if who:
        tell_many([_to_be_looked_at(row, case.pk, who, now)], by=by, now=now)
        return
    words = _WAITS.format(case.pk)
    tell_administrators(("message", row.pk), topic=_TO_LOOK, occasion=now.isoformat(), words=words,
                        link=_LIST.format(row.pk), now=now)  # fmt: skip


def ask_who_is_there(*, now: datetime) -> int:
    """Ask whoever stands in, or is there, in place of those who were asked to look and are not there any more.

    They are told. Where nobody was there, it is whoever is first. Returns how many messages have somebody else now; the
    worker calls it again and again. While nobody is there, a message stays with whom it has.
    """
    held = Look.objects.filter(message__state=State.HELD)
    asked = dict(held.values_list("message_id", "asked_of_id"))
    if not asked:
        return 0
    here, barred = roster(now), who_need_looks()
    absent = [number for number, whom in asked.items() if not _can_look(whom, here, barred)]
    return sum(_ask_anew(number, here, barred, now) for number in sorted(absent))


@transaction.atomic
def _ask_anew(message_id: int, here: Roster, barred: Collection[int], now: datetime) -> bool:
    row = Message.objects.select_for_update(of=("self",)).select_related("thread").get(pk=message_id)
    look = Look.objects.get(message=row)
    who = _who_looks(row.by_id, here, barred, first=look.asked_of_id)
    if row.state != State.HELD or row.thread.case_id is None or who is None or who.id == look.asked_of_id:
        return False
    stop_asking(row, now=now)
    look.asked_of_id = who.id
    look.save(update_fields=["asked_of"])
    tell_many([_to_be_looked_at(row, row.thread.case_id, who, now)], by=SYSTEM, now=now)
    return True


def _who_looks(
    writer: int | None, here: Roster, barred: Collection[int], *, first: int | None = None
) -> StaffFacts | None:
    """Who is there to look at what `writer` wrote: whoever stands in for `first`, who was asked, else the nearest who
    leads. Nobody whose own words wait."""
    deputy = here.deputy_for(first) if first else None
    if deputy and deputy.id != writer and _can_look(deputy.id, here, barred):
        return deputy
    leads = (here.next_up(writer or 0, role=role, exclude=barred) for role in (Role.LEAD, Role.MANAGER))
    return next(filter(None, leads), None)


def _can_look(whom: int | None, here: Roster, barred: Collection[int]) -> bool:
    """Whether somebody who was asked is there and may look."""
    person = here.people.get(whom or 0)
    return person is not None and person.is_present and person.may_work and person.id not in barred


def _to_be_looked_at(row: Message, number: int, who: StaffFacts, now: datetime) -> News:
    return News(staff_id=who.id, about=("message", row.pk), topic=_TO_LOOK, words=_WAITS.format(number),
                link=_LIST.format(row.pk), urgent=True, occasion=now.isoformat())  # fmt: skip


_TO_LOOK, _LIST = "message.to_look", "/messages/looks/#look-{}"
_WAITS = "A message at SR-{} waits for your look before it leaves"


@transaction.atomic
def release_message(message_id: int, *, scope: Scope, by: Actor, now: datetime) -> datetime:
    """Somebody who leads has looked, or who was asked to: it may leave as it was written, after `rules.UNDO` or when it
    was to, and what it says is promised. A letter can be printed, and counts as said. When it leaves (aware UTC).

    Raises Refusal "message.unknown", "message.may_not_look", "message.own_look", "message.looked",
    "message.another_time" where it promises something by a time that its words do not mean any more, and
    as `hold` does.
    """
    row, case = _to_look(message_id, scope, by, now)
    by_hand = row.channel in BY_HAND
    leaves = leaves_at(row.leave_at, row.channel, now)
    _require_same_time(row, case, leaves)
    row.state, row.leave_at = MOVES.after(State(row.state), Move.RELEASE), leaves
    row.save(update_fields=["state", "leave_at"])
    tell("message_released", case, by=by, at=now, data={"message": row.pk, "leave_at": leaves.isoformat()})
    if by_hand:
        _hand_out(row, case, now)
    unsaid = _promise(row, case, scope, now)
    _looked(row, case, "", by, now, unsaid=unsaid)
    return leaves


def _require_same_time(row: Message, case: Case, leaves: datetime) -> None:
    """What is promised by half past ten is not promised for tomorrow because nobody looked in time."""
    customer = customer_for(READS_ALL, case.customer_id)
    found = for_later(by_number([row.pk])[0], customer, home=organisation().zone, leaves=leaves)
    if gone := next((one for one in found if one.means_another_time), None):
        raise Refusal(
            "message.another_time",
            f"It promises “{gone.title}” “{gone.words}”, and by now that is another time than was meant. Send it back, "
            "so that they write by when it is done.",
        )


def _promise(row: Message, case: Case, scope: Scope, now: datetime) -> list[str]:
    """Promise what it says, as whoever wrote it. Returns what could not be promised."""
    promises = Look.objects.values_list("promises", flat=True).get(message=row)
    writer = roster(now).people.get(row.by_id or 0) if promises else None
    sight = writer.scope if writer else scope
    return promise_what_it_says(row, case.pk, promises, scope=sight, by=author_of(row), now=now)


def _hand_out(row: Message, case: Case, now: datetime) -> None:
    """Nobody carries it but whoever prints it: it counts as said."""
    row.state, row.sent_at, row.leave_at = MOVES.after(State(row.state), Move.SEND), now, None
    row.save(update_fields=["state", "sent_at", "leave_at"])
    tell("message_sent", case, by=author_of(row), at=now, data={"message": row.pk, "channel": row.channel})
    count_as_said(case, row, now=now)


@transaction.atomic
def send_back_message(message_id: int, *, words: str, scope: Scope, by: Actor, now: datetime) -> None:
    """It does not leave: its words are its writer's draft again, and they are told why. Raises Refusal as
    `release_message` does, "case.no_words", "case.too_long"."""
    row, case = _to_look(message_id, scope, by, now)
    why = one_line(said(words, field="words", what="Say in a few words what is to change."))
    if len(why) > LONGEST_WORDS:
        raise invalid("case.too_long", f"Up to {LONGEST_WORDS} characters, please.", field="words")
    row.state, row.ended_at, row.leave_at = MOVES.after(State(row.state), Move.WITHDRAW), now, None
    row.save(update_fields=["state", "ended_at", "leave_at"])
    restore_draft(row, now=now)
    _looked(row, case, why, by, now)
    tell("message_sent_back", case, by=by, at=now, data={"message": row.pk, "words": why})


def let_go_of_promised(message_id: int, number: int, *, scope: Scope, by: Actor, now: datetime) -> None:
    """Take back what was promised by the words of a message that does not leave, as far as this person can."""
    case = case_for(scope, number)
    entries = timeline(case)
    said = {one.id for one in entries if one.verb == "case.message_written" and one.data.get("message") == message_id}
    may = undoable(case, entries, scope)
    for entry in [one.id for one in entries if one.data.get("said_in") in said and one.id in may]:
        take_back(number, entry=entry, whole=False, ways={}, scope=scope, by=by, now=now)


def _to_look(message_id: int, scope: Scope, by: Actor, now: datetime) -> tuple[Message, Case]:
    """A message that waits for a look, and its case, both held, for somebody who may look at it."""
    theirs = Message.objects.filter(pk=message_id, look__isnull=False, thread__case__isnull=False)
    number = theirs.values_list("thread__case_id", flat=True).first()
    if number is None:
        raise missing("message.unknown", "There is no such message.")
    me = person(by)
    if Look.objects.filter(message_id=message_id, asked_of_id=me).exclude(message__state=State.HELD).exists():
        raise _looked_already()
    looks = message_id in looks_at(scope)
    # What somebody was asked they may do, also at a case that is not theirs to see otherwise.
    case = hold_theirs(number) if looks else hold(number, scope=scope, closed=None)
    if not (looks or scope.may(Ability.ASSIGN)):
        raise forbidden("message.may_not_look", "A lead or a manager looks at it before it leaves. Ask yours.")
    row = Message.objects.select_for_update(of=("self",)).select_related("thread").get(pk=message_id)
    if row.by_id == me:
        raise forbidden("message.own_look", "You wrote this yourself. Somebody else looks at it.")
    if row.state != State.HELD:
        raise _looked_already()
    return row, case


def _looked_already() -> Refusal:
    return Refusal("message.looked", "It waits for nobody any more: it was looked at or taken back.")


def stop_asking(row: Message, *, now: datetime) -> None:
    """It was taken back: whoever was asked to look at it need not."""
    asked = Look.objects.filter(message=row, asked_of__isnull=False).values_list("asked_of_id", flat=True)
    settle(list(asked), about=("message", row.pk), now=now)


def _looked(
    row: Message, case: Case, words: str, by: Actor, now: datetime, *, unsaid: Sequence[str] = ()
) -> None:  # fmt: skip
    """Keep who looked and tell whoever wrote it, with what it promises and nobody promised; nobody else is asked for it
    any more."""
    me = person(by)
    Look.objects.filter(message=row).update(looked_at=now, by_id=me, by_name=by.name[:120], words=words)
    settle([me], about=("message", row.pk), now=now)
    stop_asking(row, now=now)
    if row.by_id is None:
        return
    told = f"{by.name} looked at what you wrote at SR-{case.pk}: "
    lost = ". Not promised, see to it: " + ", ".join(unsaid) if unsaid else ""
    news = News(
        staff_id=row.by_id, about=("message", row.pk), topic="message.looked", occasion=now.isoformat(),
        words=told + ("it does not leave yet, see what they say" if words else "it leaves") + lost,
        link=f"/cases/SR-{case.pk}/#message-{row.pk}",
    )  # fmt: skip
    tell_many([news], by=by, now=now)
