"""What is owed in a case by the policies that are bound to what failed, worked out as things stand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from makegood.cases.queries import CaseFacts, FailureFacts
from makegood.cases.rules import Obstacle
from makegood.kernel.money import format_money
from makegood.kernel.refusals import Refusal
from makegood.platform.rows import fetch_rows
from makegood.promises.queries import PromiseFacts, promises_by_id
from makegood.promises.rules import LIVE
from makegood.remedies.queries.bindings import bindings
from makegood.remedies.queries.shelf import policies
from makegood.remedies.rules.bindings import Binding, OfCustomer, Subject, Told, applies, facts_of
from makegood.remedies.rules.entitlements import Entitlement, Policy, Shelf, happened_on
from makegood.remedies.rules.entitlements.reading import Context
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.inquiring import Inquiries
from makegood.remedies.rules.owing import (
    PAID_AS,
    Answered,
    Ground,
    Inquiry,
    OwedState,
    Payment,
    Question,
    Sums,
    answered,
    evidence_of,
    grounds,
    question_of,
    reckon,
    state_of,
)

Key = tuple[str, int | None]
"""What something is owed by and for: a policy, and the promise that failed (None: a harm that was reported)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renounced:
    """The customer does not want it, in their own words."""

    words: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What one policy owes for one failure of a case. Instants are aware UTC.

    `entitlement` is None while something must be asked first (`questions`; it can come to `at_stake`) and when it
    cannot be worked out at all, for the reason in `trouble`. `settable` names the facts that a person may tell.
    `foretold` says that the promise has not ended: what comes out may still change. By the clock of `zone` days are
    counted.
    """

    policy: str
    title: str
    binding: str
    promise_id: int | None
    about: str
    currency: str
    means: str
    state: OwedState
    entitlement: Entitlement | None
    sums: Sums
    questions: tuple[Question, ...]
    at_stake: Decimal
    trouble: str
    answers: tuple[Answered, ...]
    grounds: tuple[Ground, ...]
    settable: frozenset[str]
    foretold: bool
    renounced: Renounced | None
    zone: ZoneInfo

    @property
    def key(self) -> Key:
        """What tells it from what else is owed in the case."""
        return (self.policy, self.promise_id)

    @property
    def remedy(self) -> RemedyKind:
        """What it is given as."""
        return PAID_AS[self.means]


# What is on record about a case `w`; all of it is empty while there is none.
_RECORDED = """
  (SELECT coalesce(json_agg(json_build_array(t.policy, t.about_id, t.fact, t.value, s.name, t.at)), '[]') FROM (
      SELECT DISTINCT ON (policy, about_id, fact) * FROM remedies_toldfact WHERE case_id = w.case_id
      ORDER BY policy, about_id, fact, id DESC
   ) t JOIN people_staff s ON s.id = t.by_id),
  (SELECT coalesce(json_agg(json_build_array(r.policy, r.about_id, r.amount::text, r.words, s.name, r.at)
                            ORDER BY r.id), '[]')
   FROM remedies_renunciation r JOIN people_staff s ON s.id = r.by_id WHERE r.case_id = w.case_id),
  (SELECT coalesce(json_agg(json_build_array(g.policy, g.about_id, g.entitled::text, p.kept_at)), '[]')
   FROM remedies_grant g JOIN promises_promise p ON p.id = g.promise_id
   WHERE g.case_id = w.case_id AND g.policy <> '' AND g.state = 'given' AND p.state NOT IN ('withdrawn', 'released'))
"""
_ABOUT = f"""
SELECT
  (SELECT coalesce(json_agg(b.content), '[]') FROM (
      SELECT DISTINCT ON (slug) slug, content, retired FROM remedies_binding ORDER BY slug, number DESC
   ) b WHERE NOT b.retired AND b.content->'promise' ?| %(kinds)s::text[]),
  coalesce(cu.key, ''), {_RECORDED}
FROM (SELECT %(case)s::bigint AS case_id, %(customer)s::bigint AS customer_id) w
JOIN customers_customer cu ON cu.id = w.customer_id
"""  # noqa: S608 - written above
_ABOUT_MANY = f"""
SELECT w.id, cu.name, coalesce(cu.key, ''), {_RECORDED}
FROM unnest(%(ids)s::bigint[], %(cases)s::bigint[], %(customers)s::bigint[]) AS w (id, case_id, customer_id)
JOIN customers_customer cu ON cu.id = w.customer_id
"""  # noqa: S608 - written above
# What cases gave for the same events: one event is paid once.
_PAID = """
SELECT g.once_key, g.case_id, sum(g.entitled) FROM remedies_grant g JOIN promises_promise p ON p.id = g.promise_id
WHERE g.once_key = ANY(%s) AND g.state = 'given' AND p.state NOT IN ('withdrawn', 'released')
GROUP BY g.once_key, g.case_id
"""


class _Known(msgspec.Struct):
    """What is on record about a case: the customer, the bindings of its kinds, what was told, renounced and given."""

    customer: str
    bindings: list[Binding]
    told: list[tuple[str, int | None, str, str, str, datetime]]
    renounced: list[tuple[str, int | None, Decimal, str, str, datetime]]
    given: list[tuple[str, int | None, Decimal, datetime | None]]

    def told_of(self, key: Key) -> dict[str, Told]:
        """What was told for a policy about a promise and still counts."""
        return {fact: Told(value, by, at) for *of, fact, value, by, at in self.told if tuple(of) == key and value}

    def payments_of(self, key: Key) -> list[Payment]:
        """What was given of it and stands."""
        return [Payment(amount, kept_at) for *of, amount, kept_at in self.given if tuple(of) == key]

    def renounced_of(self, key: Key) -> tuple[Decimal, Renounced | None]:
        """Up to what it was renounced, and the latest words."""
        mine = [one for one in self.renounced if one[:2] == key]
        if not mine:
            return Decimal(0), None
        *_key, words, by, at = mine[-1]
        return max(one[2] for one in mine), Renounced(words=words, by=by, at=at)


def owing(case: CaseFacts, *, now: datetime) -> tuple[Owed, ...]:
    """What is owed in a case that may be seen, oldest failure first; also what needs an answer, or came to nothing.

    One statement when nothing is bound to what failed, two at most.
    """
    failures = _failures(case)
    known = _known(case, {_kind(case, one) for one in failures})
    if not known.bindings:
        return ()
    who = _who(case.customer_id, known.customer, case.customer_name)
    worked = _worked([_failing(case, one, who, now) for one in failures], known, policies(), Inquiries())
    paid = _paid(one.once_key for one in worked)
    return tuple(one.owed(_elsewhere(paid, one.once_key, case.number)) for one in worked)


class Failed(NamedTuple):
    """A customer and the promises by which they were failed. `id` is for whoever asks; `case_id` the case that tells of
    it, None while there is none."""

    id: int
    case_id: int | None
    customer_id: int
    promise_ids: Sequence[int]


def owing_to(many: Sequence[Failed], *, now: datetime) -> dict[int, tuple[Owed, ...]]:
    """What is owed to each of these for their promises, by their ids, as `owing` says it of a case; those of whose
    promises no policy speaks are missing. For rooms downstream that have checked who asks.

    Four statements at most, however many they are.
    """
    bound = [one.binding for one in bindings() if not one.retired]
    if not bound:
        return {}
    kinds = {kind for one in bound for kind in one.promise}
    facts = promises_by_id(number for one in many for number in one.promise_ids)
    hit = {one.id: one for one in many if any(facts[number].kind in kinds for number in one.promise_ids)}
    shelf, alike = policies(), Inquiries()
    found: dict[int, list[_Work]] = {}
    for number, name, recorded in _records(hit.values()):
        known = _converted(bound, recorded)
        who = _who(hit[number].customer_id, known.customer, name)
        promises = [facts[promise] for promise in hit[number].promise_ids]
        failing = [_Failing(promise, promise.title, _promised(promise, who, now)) for promise in promises]
        found[number] = _worked(failing, known, shelf, alike)
    paid = _paid(work.once_key for worked in found.values() for work in worked)
    return {
        number: tuple(work.owed(_elsewhere(paid, work.once_key, hit[number].case_id)) for work in worked)
        for number, worked in found.items() if worked
    }  # fmt: skip


def obstacles(owed: Sequence[Owed]) -> Iterator[Obstacle]:
    """What stands in the way of ending a case because of what is owed in it.

    What must be asked stands in the way where a promise failed. A harm that was reported may be of any sort: there the
    questions are shown, and only what they bring out is owed.
    """
    for one in owed:
        if one.state is OwedState.OPEN:
            amount = format_money(one.sums.open, one.currency)
            words = f"{amount} is owed by {one.title}: give it, or record that the customer does not want it."
            yield Obstacle("entitlement.open", words)
        elif one.state is OwedState.UNKNOWN and one.questions and one.promise_id is not None:
            asks = " ".join(question.asks for question in one.questions)
            yield Obstacle("entitlement.not_known", f"Whether {one.title} owes something is not known yet. {asks}")


def _failures(case: CaseFacts) -> list[FailureFacts]:
    """What failed; a harm counts when no promise failed."""
    stand = [one for one in case.failures if one.corrected_at is None]
    return [one for one in stand if one.promise] or stand[:1]


def _kind(case: CaseFacts, failure: FailureFacts) -> str:
    """The kind of promise that failed; a harm is of the case's own."""
    return failure.promise.kind if failure.promise else case.kind


def _known(case: CaseFacts, kinds: Collection[str]) -> _Known:
    asked = {"case": case.number, "customer": case.customer_id, "kinds": list(kinds)}
    bound, *recorded = fetch_rows(_ABOUT, asked)[0]
    return _converted(bound, recorded)


def _records(many: Collection[Failed]) -> Iterator[tuple[int, str, Sequence[Any]]]:
    """The id of each, the name of the customer, and what is on record."""
    if not many:
        return
    asked = {"ids": [one.id for one in many], "cases": [one.case_id for one in many],
             "customers": [one.customer_id for one in many]}  # fmt: skip
    for number, name, *recorded in fetch_rows(_ABOUT_MANY, asked):
        yield number, name, recorded


def _converted(bound: Any, recorded: Sequence[Any]) -> _Known:
    names = ("customer", "told", "renounced", "given")
    values = {"bindings": bound} | dict(zip(names, recorded, strict=True))
    return msgspec.convert(values, _Known, strict=False)


def _paid(once_keys: Iterable[str]) -> Mapping[str, list[tuple[int, Decimal]]]:
    """What was given for these events, by case."""
    keys = sorted({key for key in once_keys if key})
    found: dict[str, list[tuple[int, Decimal]]] = {}
    for key, number, amount in fetch_rows(_PAID, [keys]) if keys else ():
        found.setdefault(key, []).append((number, amount))
    return found


def _elsewhere(paid: Mapping[str, list[tuple[int, Decimal]]], once_key: str, number: int | None) -> Decimal:
    """What cases other than this one gave for an event."""
    return sum((amount for other, amount in paid.get(once_key, ()) if other != number), Decimal(0))


def _who(number: int, key: str, name: str) -> Mapping[OfCustomer, str]:
    return {OfCustomer.KEY: key or str(number), OfCustomer.NAME: name, OfCustomer.NUMBER: str(number)}


class _Failing(NamedTuple):
    """What failed: a promise or a harm, and as policies may be told of it."""

    promise: PromiseFacts | None
    about: str
    subject: Subject


def _failing(case: CaseFacts, failure: FailureFacts, who: Mapping[OfCustomer, str], now: datetime) -> _Failing:
    if failure.promise is not None:
        return _Failing(failure.promise, failure.promise.title, _promised(failure.promise, who, now))
    return _Failing(None, failure.what, Subject(kind=case.kind, failed_at=failure.at, now=now, customer=who))


def _promised(promise: PromiseFacts, who: Mapping[OfCustomer, str], now: datetime) -> Subject:
    return Subject(
        kind=promise.kind, failed_at=promise.breaks_at, now=now, customer=who, feed=promise.source,
        reference=promise.reference or str(promise.id), title=promise.title, attributes=promise.attributes,
        amount=promise.amount, currency=promise.currency, made_at=promise.made_at, due_at=promise.due_at,
        forecast_at=promise.forecast_at, kept_at=promise.kept_at, withdrawn_at=promise.withdrawn_at,
    )  # fmt: skip


def _worked(failing: Sequence[_Failing], known: _Known, shelf: Shelf, alike: Inquiries) -> list[_Work]:
    """Each policy that speaks of what failed, worked out: of two bindings of one the first counts."""
    found: dict[Key, _Work] = {}
    for one in failing:
        for binding in known.bindings:
            if binding.policy in shelf and applies(binding, one.subject):
                work = _Work(binding, shelf[binding.policy].policy, one, known, alike)
                found.setdefault(work.key, work)
    return list(found.values())


class _Work:
    """One policy and one failure: what is known, what comes out."""

    def __init__(
        self, binding: Binding, policy: Policy, failing: _Failing, known: _Known, alike: Inquiries
    ) -> None:  # fmt: skip
        self.promise, self.about, subject = failing
        self.alike = alike
        self.binding, self.policy, self.known, self.now = binding, policy, known, subject.now
        self.told = known.told_of(self.key)
        sourced = facts_of(binding, subject, {}, known=policy.facts, currency=policy.currency)
        self.settable = frozenset(policy.facts) - frozenset(sourced) - {"evidence", "already_paid"}
        self.facts = facts_of(binding, subject, self.told, known=policy.facts, currency=policy.currency)
        self.facts |= evidence_of(policy, self.told)
        self.failed_at = subject.due_at or subject.failed_at
        self.trouble = ""
        self.inquiry = self._inquire(Decimal(0))

    @property
    def key(self) -> Key:
        """The policy, and what it is about."""
        return (self.policy.name, self.promise.id if self.promise else None)

    @property
    def once_key(self) -> str:
        """The event, as other cases would name it; "" when nothing comes out."""
        found = self.inquiry.entitlement
        return found.once_key if found and found.amount else ""

    @property
    def asks(self) -> dict[str, str]:
        """The questions of the binding, by fact."""
        return {name: source.ask for name, source in self.binding.facts.items() if source.ask}

    def _inquire(self, paid_elsewhere: Decimal) -> Inquiry:
        """What comes out; what cannot be worked out is told as trouble and never keeps a page from opening."""
        facts = self.facts | ({"already_paid": paid_elsewhere} if paid_elsewhere else {})
        try:
            on = happened_on(self.policy, facts) or self.failed_at.astimezone(self._zone).date()
            return self.alike.inquire(self.policy, facts, asked=self.asks.keys() & self.settable, on=on)
        except Refusal as refusal:
            self.trouble = refusal.message
            return Inquiry(entitlement=None)

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.policy.hours.time_zone)

    def owed(self, paid_elsewhere: Decimal) -> Owed:
        """All that is shown of it."""
        inquiry = self._inquire(paid_elsewhere) if paid_elsewhere else self.inquiry
        payments, (renounced, words) = self.known.payments_of(self.key), self.known.renounced_of(self.key)
        found = inquiry.entitlement
        sums = reckon(found, payments, renounced=renounced, now=self.now) if found else Sums()
        context = Context(self._zone, self.policy.currency)
        return Owed(
            policy=self.policy.name, title=self.policy.title, binding=self.binding.binding, promise_id=self.key[1],
            about=self.about, currency=self.policy.currency, means=self.policy.means,
            state=state_of(inquiry, sums), entitlement=found, sums=sums,
            questions=tuple(question_of(self.policy.facts[one], self.asks.get(one, "")) for one in inquiry.questions),
            at_stake=inquiry.at_stake, trouble=self.trouble,
            answers=answered(self.policy, self.told, self.asks, context),
            grounds=grounds(self.policy, found, self.told, self.settable) if found else (),
            settable=self.settable, renounced=words, zone=self._zone,
            foretold=self.promise is not None and (self.promise.state in LIVE or self.promise.kept_at is None),
        )  # fmt: skip
