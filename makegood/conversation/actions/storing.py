"""Writing a batch of incoming messages: customers, cases, threads, messages and what people are told, in sets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from makegood.adapters.mail.letter import Bounce, Weight
from makegood.cases.actions.holding import WORDS_LIMIT, entry
from makegood.cases.actions.opening import Trouble, admit
from makegood.cases.actions.speaking import news_for_owner
from makegood.cases.actions.stock import Stock, take_stock
from makegood.cases.models import Case
from makegood.cases.rules import DetectedBy, FailureClass
from makegood.conversation.actions.acknowledging import acknowledge
from makegood.conversation.actions.placing import Placed
from makegood.conversation.actions.receiving import Files
from makegood.conversation.actions.sending import note_bounced
from makegood.conversation.actions.threads import SUBJECT_LIMIT
from makegood.conversation.models import Arrival, Attachment, Message, Thread
from makegood.conversation.rules.messages import HEARD, TEXTED, Channel, Sort, State
from makegood.customers.actions import add, add_writers
from makegood.journal.actions import record_many
from makegood.journal.actors import SYSTEM, Actor, ActorKind
from makegood.kernel.texts import one_line
from makegood.notices.actions import tell_many
from makegood.promises.models import Kind


class Whole(NamedTuple):
    """A message with the thread, customer and case that it got. `opened` says that it began the case."""

    placed: Placed
    thread: Thread
    opened: bool

    @property
    def heard(self) -> bool:
        """Whether it is somebody's word."""
        return self.placed.sort in HEARD


def store_all(placed: Sequence[Placed], files: Files, *, now: datetime) -> None:
    """Write these messages, in the transaction that claimed them."""
    customers = _customers(placed, now)
    stock = take_stock({number for number in customers.values() if number}, promise_ids=(), now=now)
    cases, opened = _cases(placed, customers, stock, now)
    wholes = _threads(placed, customers, cases, opened, now)
    rows = Message.objects.bulk_create(_message(one, now) for one in wholes)
    _attach(wholes, rows, files)
    _settle(wholes, rows, now)
    _tell(wholes, rows, now)
    _report(wholes, rows, now)
    acknowledge([(one.placed, one.thread) for one in wholes if one.opened], now=now)


# Customers and cases


def _key(one: Placed) -> int:
    return one.mail.arrival.pk


def _customers(placed: Sequence[Placed], now: datetime) -> dict[int, int | None]:
    """The customer of each, by arrival; whoever writes for the first time is taken in, once."""
    fresh = [one for one in placed if _is_new(one)]
    named = {_address(one): _name(one) for one in reversed(fresh) if not _is_text(one)}
    by_mail = add_writers(named, by=SYSTEM, now=now) if named else {}
    made = {(Channel.EMAIL.value, address): customer_id for address, customer_id in by_mail.items()}
    for one in fresh:
        if _is_text(one) and _contact(one) not in made:
            made[_contact(one)] = add(
                _name(one), contacts=[(_contact(one)[0], one.mail.letter.author.email)], by=SYSTEM, now=now
            )
    return {_key(one): made[_contact(one)] if _is_new(one) else one.place.customer_id for one in placed}


def _is_new(one: Placed) -> bool:
    place = one.place
    return one.sort in HEARD and place.thread_id is None and place.customer_id is None and not place.waits


def _is_text(one: Placed) -> bool:
    return one.mail.arrival.channel in TEXTED


def _address(one: Placed) -> str:
    return one.mail.letter.author.email.lower()


def _contact(one: Placed) -> tuple[str, str]:
    """The channel that it came by, and the address there."""
    return one.mail.arrival.channel, _address(one)


def _name(one: Placed) -> str:
    return one_line(one.mail.letter.author.name)[:200] or _address(one).partition("@")[0] or _address(one)


def _cases(
    placed: Sequence[Placed], customers: Mapping[int, int | None], stock: Stock, now: datetime
) -> tuple[dict[int, int | None], set[int]]:
    """The case of each, by arrival, and the arrivals that began theirs."""
    cases: dict[int, int | None] = {}
    troubles: dict[tuple[int, int], tuple[int, Trouble]] = {}
    waiting: dict[int, tuple[int, int]] = {}
    for one in placed:
        cases[_key(one)] = one.place.case_id
        customer_id, kind = customers[_key(one)], one.mail.kind
        if one.place.thread_id or one.place.case_id or one.place.waits or one.sort not in HEARD:
            continue
        if customer_id is None or kind is None:
            continue
        trouble = _trouble(one, customer_id, kind)
        if trouble.key in stock.open:
            cases[_key(one)] = stock.open[trouble.key].number
        else:
            troubles.setdefault(trouble.key, (_key(one), trouble))
            waiting[_key(one)] = trouble.key
    began = admit([trouble for _, trouble in troubles.values()], stock, by=SYSTEM, now=now) if troubles else {}
    for arrival_id, key in waiting.items():
        cases[arrival_id] = began[key].case.id
    return cases, {arrival_id for arrival_id, _ in troubles.values()}


def _trouble(one: Placed, customer_id: int, policy: Kind) -> Trouble:
    letter = one.mail.letter
    first = next(filter(None, map(one_line, letter.words.fresh.splitlines())), "")
    return Trouble(
        customer_id=customer_id, kind_id=policy.pk, team_id=policy.team_id, role=policy.role,
        what=one_line(letter.envelope.subject) or first or "A message without words", severity=policy.severity,
        failure_class=FailureClass.OUTCOME, detected_by=DetectedBy.CUSTOMER,
    )  # fmt: skip


def _threads(
    placed: Sequence[Placed],
    customers: Mapping[int, int | None],
    cases: Mapping[int, int | None],
    opened: set[int],
    now: datetime,
) -> list[Whole]:
    answered = {one.place.thread_id for one in placed if one.place.thread_id}
    known = {row.pk: row for row in Thread.objects.filter(pk__in=answered)}
    fresh = [
        Thread(
            case_id=cases[_key(one)], customer_id=customers[_key(one)], mailbox=one.mail.arrival.mailbox,
            line=one.mail.arrival.line, channel=one.mail.arrival.channel,
            subject=one_line(one.mail.letter.envelope.subject)[:SUBJECT_LIMIT], begun_at=now, latest_at=now,
            settled_at=None if one.sort in HEARD or cases[_key(one)] is not None else now,
        )
        for one in placed if one.place.thread_id not in known
    ]  # fmt: skip
    made = iter(Thread.objects.bulk_create(fresh))
    wholes = [Whole(one, known.get(one.place.thread_id or 0) or next(made), _key(one) in opened) for one in placed]
    Thread.objects.filter(pk__in=known).update(latest_at=now)
    return wholes


# Messages


def _message(one: Whole, now: datetime) -> Message:
    letter, arrival = one.placed.mail.letter, one.placed.mail.arrival
    words, envelope = letter.words, letter.envelope
    notes = " ".join(filter(None, [one.placed.note, *(problem.words for problem in letter.problems)]))
    return Message(
        thread=one.thread, inward=True, channel=arrival.channel, sort=one.placed.sort, state=State.RECEIVED,
        message_id=envelope.message_id[:250], in_reply_to=next(iter(letter.answers_to), "")[:250],
        address=letter.author.email.lower()[:300], name=one_line(letter.author.name)[:200],
        subject=one_line(envelope.subject)[:SUBJECT_LIMIT], text=words.fresh,
        rest="\n\n".join(filter(None, [words.signature, words.quoted])), html=words.html, at=arrival.arrived_at,
        raw=arrival.raw, size=arrival.size, note=notes[:300],
    )  # fmt: skip


def _attach(wholes: Sequence[Whole], rows: Sequence[Message], files: Files) -> None:
    Attachment.objects.bulk_create(
        Attachment(
            message=row, name=one.name[:200], content_type=one.content_type[:100], content_id=one.content_id[:250],
            size=one.size, digest=files.put(one.content).sha256, inline=one.inline,
        )
        for whole, row in zip(wholes, rows, strict=True) for one in whole.placed.mail.letter.attachments
    )  # fmt: skip


def _settle(wholes: Sequence[Whole], rows: Sequence[Message], now: datetime) -> None:
    """What was sorted waits no more; a case in which a customer speaks comes to the desk."""
    arrivals = []
    for whole, row in zip(wholes, rows, strict=True):
        arrival = whole.placed.mail.arrival
        arrival.next_at, arrival.problem, arrival.message = None, "", row
        arrivals.append(arrival)
    Arrival.objects.bulk_update(arrivals, ["next_at", "problem", "message"])
    spoken = [whole.thread.case_id for whole in wholes if whole.heard and whole.thread.case_id]
    Case.objects.filter(pk__in=spoken, light=True).update(light=False)


def _tell(wholes: Sequence[Whole], rows: Sequence[Message], now: datetime) -> None:
    heard = [
        (whole, row)
        for whole, row in zip(wholes, rows, strict=True)
        if whole.heard and whole.thread.case_id is not None
    ]
    record_many(
        entry(
            "wrote", whole.thread.case_id or 0, whole.thread.customer_id or 0, by=_customer(whole, row), at=row.at,
            data={"words": row.text[:WORDS_LIMIT], "channel": row.channel, "message": row.pk},
        )
        for whole, row in heard
    )  # fmt: skip
    numbers = {whole.thread.case_id for whole, _ in heard if not whole.opened and whole.thread.case_id}
    owners = dict(Case.objects.filter(pk__in=numbers).values_list("pk", "owner_id"))
    news = [
        news_for_owner(number, owner_id, "wrote", "The customer of {} wrote to you.", occasion=now.isoformat())
        for number, owner_id in owners.items()
    ]
    tell_many(news, by=SYSTEM, now=now)


def _customer(whole: Whole, row: Message) -> Actor:
    return Actor(ActorKind.CUSTOMER, whole.thread.customer_id, (row.name or row.address)[:120])


# What machines say of our own messages


def _report(wholes: Sequence[Whole], rows: Sequence[Message], now: datetime) -> None:
    for whole in wholes:
        if whole.placed.sort is Sort.BOUNCE and whole.placed.about_id is not None:
            lost = next(_lost(whole), None)
            row = Message.objects.select_for_update().filter(pk=whole.placed.about_id, thread=whole.thread).first()
            if lost is not None and row is not None:
                number = whole.thread.case_id
                case = Case.objects.select_for_update().get(pk=number) if number is not None else None
                note_bounced(row, case, _why(lost), now=now)


def _why(lost: Bounce) -> str:
    """What the other server said, with its code unless that is among its words."""
    return (lost.words if lost.status in lost.words else f"{lost.status} {lost.words}").strip() or "It came back."


def _lost(whole: Whole) -> Iterator[Bounce]:
    """The addresses that were not reached; one that is still being tried may be yet."""
    return (one for one in whole.placed.mail.letter.report.bounces if one.weight is not Weight.DELAYED)
