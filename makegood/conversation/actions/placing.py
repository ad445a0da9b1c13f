"""Where each of a batch of incoming messages belongs: read in sets, judged by `rules.place_of`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings

from makegood.adapters.mail.letter import Letter
from makegood.adapters.mail.message_ids import Forged, Ours, recognise
from makegood.conversation.actions.threads import domain_of
from makegood.conversation.models import Arrival, Mailbox, Message
from makegood.conversation.rules.messages import HEARD, TEXTED, Sort
from makegood.conversation.rules.placing import MOST_AN_HOUR, Known, Place, Sender, place_of, read_subject
from makegood.customers.rules import Channel as Way
from makegood.customers.rules import Contact, is_email, is_phone, phone_digits
from makegood.platform.rows import fetch_rows
from makegood.promises.models import Kind

_HOUR = timedelta(hours=1)
FORGED = "It names a message of ours that we never sent: that was not followed."
ELSEWHERE = "It comes from an address that we do not know as this customer's."
TOO_MANY = "More came from this address within the hour than a person writes: nobody was told."


class Mail(NamedTuple):
    """Something that came in, and what it says."""

    arrival: Arrival
    letter: Letter

    @property
    def kind(self) -> Kind | None:
        """The kind of the cases that it may begin, as whoever brought it is set."""
        source = self.arrival.mailbox or self.arrival.line
        return source.kind if source is not None else None


class Placed(NamedTuple):
    """A message and where it goes. `about_id` is the message of ours that a machine speaks of."""

    mail: Mail
    sort: Sort
    place: Place
    note: str
    about_id: int | None = None

    @property
    def case_id(self) -> int | None:
        """The case that it goes to, as far as there is one already."""
        return self.place.case_id


class _Read(NamedTuple):
    """What was read for the whole batch."""

    senders: Mapping[tuple[str, str], Sender]
    """By channel and address: a name in a chat is nobody's e-mail address."""
    followed: Mapping[str, Collection[int]]
    of_thread: Mapping[int, tuple[int | None, int | None]]
    """Case and customer of each thread."""
    apart: Collection[int]
    """Threads of ours that were settled from the start and belong to no case."""
    lately: Mapping[str, int]
    """How many messages came from an address within the hour."""
    own: Collection[str]
    """The addresses of our own mailboxes."""


def place_all(mail: Sequence[Mail], *, now: datetime) -> list[Placed]:
    """Judge each of these, in the transaction that claimed them. Others who sort mail of the same senders wait for its
    end, so that nobody is taken in twice."""
    fetch_rows(_HOLD, {"addresses": sorted({one.letter.author.email.lower() for one in mail})})
    own = {address.lower() for address in Mailbox.objects.values_list("address", flat=True)}
    domains = {domain_of(address) for address in own}
    named = [_named(one.letter, domains) for one in mail]
    read = _read(mail, {one.thread for one in named if isinstance(one, Ours)}, own, now)
    counted: dict[str, int] = defaultdict(int, read.lately)
    return [_place(one, verdict, read, counted, now) for one, verdict in zip(mail, named, strict=True)]


def _named(letter: Letter, domains: Collection[str]) -> Ours | Forged | None:
    """What the message says it answers or speaks of, as far as it is ours."""
    report = letter.report
    ids = [*letter.answers_to, report.about, *report.references]
    return recognise(settings.SECRET_KEY, ids, domains=domains)


def _place(one: Mail, verdict: Ours | Forged | None, read: _Read, counted: dict[str, int], now: datetime) -> Placed:
    letter, address = one.letter, one.letter.author.email.lower()
    sender = read.senders.get((one.arrival.channel, address), Sender(()))
    sort, notes = _sort_of(letter, address, read.own, counted)
    if isinstance(verdict, Forged):
        notes.append(FORGED)
    ours = verdict if isinstance(verdict, Ours) and verdict.thread in read.of_thread else None
    if ours is not None and sort in HEARD and ours.thread in read.apart:
        # What we asked of many begins no conversation: whoever answers it writes anew.
        ours = None
    followed = {number for name in letter.answers_to for number in read.followed.get(name, ())}
    if one.arrival.channel in TEXTED:
        # A text message names none: it goes on with what was last said with its sender by text.
        followed |= {known.thread_id for known in sender.threads if known.channel == one.arrival.channel}
    place = place_of(
        ours=ours.thread if ours else None, followed=followed, subject=read_subject(letter.envelope.subject),
        sender=sender, kind_id=one.kind.pk if one.kind else None, now=now,
    )  # fmt: skip
    if place.thread_id is not None:
        case_id, customer_id = read.of_thread.get(place.thread_id, (None, None))
        if customer_id is not None and customer_id not in sender.customers and sort in HEARD:
            notes.append(ELSEWHERE)
        place = Place(thread_id=place.thread_id, case_id=case_id, customer_id=customer_id)
    elif sort in HEARD and not is_email(address) and one.arrival.channel not in TEXTED:
        # Nobody could be answered there: a person looks.
        place = Place(waits=True)
    elif sort not in HEARD:
        # A machine opens no case and waits for nobody.
        place = Place(customer_id=next(iter(sender.customers)) if len(sender.customers) == 1 else None)
    return Placed(one, sort, place, " ".join(notes), ours.message if ours and sort not in HEARD else None)


def _sort_of(letter: Letter, address: str, own: Collection[str], counted: dict[str, int]) -> tuple[Sort, list[str]]:
    """What it is, and what there is to say of that: our own mail that comes back to us, and what one address sends by
    the dozen, is nobody's word."""
    sort = Sort(letter.kind.value)
    if sort not in HEARD:
        return sort, []
    if address in own or letter.envelope.loop:
        return Sort.BULK, []
    counted[address] += 1
    return (Sort.BULK, [TOO_MANY]) if counted[address] > MOST_AN_HOUR else (sort, [])


def _read(mail: Sequence[Mail], ours: Collection[int], own: Collection[str], now: datetime) -> _Read:
    theirs: dict[str, set[str]] = defaultdict(set)
    for one in mail:
        theirs[one.arrival.channel] |= {one.letter.author.email.lower()} - {""}
    addresses = sorted({address for some in theirs.values() for address in some})
    senders = {
        (channel, address): sender
        for channel, some in theirs.items()
        for address, sender in _SENDERS.get(channel, _senders)(sorted(some)).items()
    }
    names = sorted({name for one in mail for name in one.letter.answers_to})
    followed: dict[str, set[int]] = defaultdict(set)
    rows = Message.objects.filter(message_id__in=names).exclude(message_id="") if names else Message.objects.none()
    for name, thread_id in rows.values_list("message_id", "thread_id"):
        followed[name].add(thread_id)
    threads = {one.thread_id for sender in senders.values() for one in sender.threads} | set(ours)
    lately = fetch_rows(_LATELY, {"addresses": addresses, "since": now - _HOUR})
    of_thread, apart = _cases_of(threads)
    return _Read(senders, followed, of_thread, apart, dict(lately), own)


_LATELY = """
SELECT address, count(*) FROM conversation_message
WHERE inward AND address = ANY(%(addresses)s::text[]) AND at >= %(since)s GROUP BY address
"""


_HOLD = """
SELECT pg_advisory_xact_lock(hashtextextended('sender ' || address, 0))
FROM unnest(%(addresses)s::text[]) AS a (address) ORDER BY address
"""


def _cases_of(thread_ids: Collection[int]) -> tuple[dict[int, tuple[int | None, int | None]], frozenset[int]]:
    """Case and customer of each of these threads, and which of them stand apart."""
    rows = fetch_rows(_THREADS, {"ids": sorted(thread_ids)})
    of_thread = {number: (case_id, customer_id) for number, case_id, customer_id, _apart in rows}
    return of_thread, frozenset(number for number, *_, apart in rows if apart)


_THREADS = """
SELECT t.id, t.case_id, coalesce(c.merged_into_id, c.id),
       t.case_id IS NULL AND t.customer_id IS NULL AND t.settled_at = t.begun_at
FROM conversation_thread t
LEFT JOIN customers_customer c ON c.id = t.customer_id
WHERE t.id = ANY(%(ids)s::bigint[])
"""


def _senders(addresses: Sequence[str]) -> dict[str, Sender]:
    """Everybody who writes from these addresses, with their threads of late and their open cases."""
    customers: dict[str, set[int]] = defaultdict(set)
    for address, customer_id in fetch_rows(_CUSTOMERS, {"channel": "email", "addresses": list(addresses)}):
        customers[address].add(customer_id)
    return _known(customers)


def _chatters(names: Sequence[str]) -> dict[str, Sender]:
    """The same by what a chat calls them; who is not known by that, by phone number."""
    normal = {name: Contact(Way.CHAT, name).normal for name in names}
    customers: dict[str, set[int]] = defaultdict(set)
    for found, customer_id in fetch_rows(_CUSTOMERS, {"channel": "chat", "addresses": list(normal.values())}):
        for name in (one for one, meant in normal.items() if meant == found):
            customers[name].add(customer_id)
    return _texters([name for name in names if is_phone(name)]) | _known(customers)


def _texters(numbers: Sequence[str]) -> dict[str, Sender]:
    """The same by phone number. A number that somebody's may be, written without the code of a country or an area, is
    nobody's for certain."""
    digits = {number: phone_digits(number) for number in numbers}
    customers: dict[str, set[int]] = defaultdict(set)
    unsure: set[str] = set()
    for number, customer_id, is_whole in fetch_rows(_BY_PHONE, {"digits": list(digits.values())}) if digits else ():
        for written in (one for one, meant in digits.items() if meant == number):
            customers[written].add(customer_id)
            unsure |= set() if is_whole else {written}
    known = _known(customers)
    return {
        number: Sender(sender.customers, unsure=True) if number in unsure else sender
        for number, sender in known.items()
    }


def _known(customers: Mapping[str, set[int]]) -> dict[str, Sender]:
    """Each of these with their threads and cases."""
    ids = sorted({number for theirs in customers.values() for number in theirs})
    threads: dict[int, list[Known]] = defaultdict(list)
    for customer_id, *told in fetch_rows(_OF_CUSTOMERS, {"ids": ids}) if ids else ():
        threads[customer_id].append(Known(*told))
    cases: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for customer_id, number, kind_id in fetch_rows(_OPEN, {"ids": ids}) if ids else ():
        cases[customer_id].append((number, kind_id))
    return {
        address: Sender(
            theirs,
            [one for number in theirs for one in threads[number]],
            [one for number in theirs for one in cases[number]],
        )
        for address, theirs in customers.items()
    }


_CUSTOMERS = """
SELECT p.normal, coalesce(c.merged_into_id, c.id) FROM customers_contactpoint p
JOIN customers_customer c ON c.id = p.customer_id
WHERE p.channel = %(channel)s AND p.normal = ANY(%(addresses)s::text[])
"""
_BY_PHONE = """
SELECT d.number, coalesce(c.merged_into_id, c.id), p.normal = d.number
FROM unnest(%(digits)s::text[]) AS d (number)
JOIN customers_contactpoint p ON p.channel IN ('sms', 'phone')
 AND (reverse(p.normal) = ANY(ARRAY(SELECT reverse(right(d.number, n)) FROM generate_series(7, length(d.number)) n))
      OR length(d.number) >= 7 AND reverse(p.normal) LIKE reverse(d.number) || '%%')
JOIN customers_customer c ON c.id = p.customer_id
"""
_SENDERS: Mapping[str, Callable[[Sequence[str]], dict[str, Sender]]] = {"sms": _texters, "chat": _chatters}
_FAMILY = """
SELECT c.id, coalesce(c.merged_into_id, c.id) AS living FROM customers_customer c
WHERE c.id = ANY(%(ids)s::bigint[]) OR c.merged_into_id = ANY(%(ids)s::bigint[])
"""
_OF_CUSTOMERS = f"""
SELECT f.living, t.id, t.case_id, t.subject, t.latest_at, t.channel FROM ({_FAMILY}) f
JOIN LATERAL (
    SELECT * FROM conversation_thread t WHERE t.customer_id = f.id ORDER BY t.id DESC LIMIT 50
) t ON true
"""  # noqa: S608 - the words above
_OPEN = f"""
SELECT f.living, k.id, k.kind_id FROM ({_FAMILY}) f
JOIN cases_case k ON k.customer_id = f.id AND k.closed_at IS NULL
ORDER BY k.id
"""  # noqa: S608 - the words above
