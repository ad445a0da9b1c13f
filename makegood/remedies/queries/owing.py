"""What is owed in a case by the policies that are bound to what failed, worked out as things stand."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from makegood.cases.queries import CaseFacts, FailureFacts
from makegood.cases.rules import Obstacle
from makegood.kernel.money import format_money
from makegood.kernel.refusals import Refusal
from makegood.platform.rows import fetch_rows
from makegood.promises.queries import PromiseFacts
from makegood.promises.rules import LIVE
from makegood.remedies.queries.shelf import policies
from makegood.remedies.rules.bindings import Binding, OfCustomer, Subject, Told, applies, facts_of
from makegood.remedies.rules.entitlements import Entitlement, Policy, happened_on
from makegood.remedies.rules.entitlements.reading import Context
from makegood.remedies.rules.fit import RemedyKind
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
    inquire,
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


_ABOUT = """
SELECT coalesce(cu.key, ''),
  (SELECT coalesce(json_agg(b.content), '[]') FROM (
      SELECT DISTINCT ON (slug) slug, content, retired FROM remedies_binding ORDER BY slug, number DESC
   ) b WHERE NOT b.retired AND b.content->'promise' ?| %(kinds)s::text[]),
  (SELECT coalesce(json_agg(json_build_array(t.policy, t.about_id, t.fact, t.value, s.name, t.at)), '[]') FROM (
      SELECT DISTINCT ON (policy, about_id, fact) * FROM remedies_toldfact WHERE case_id = %(case)s
      ORDER BY policy, about_id, fact, id DESC
   ) t JOIN people_staff s ON s.id = t.by_id),
  (SELECT coalesce(json_agg(json_build_array(r.policy, r.about_id, r.amount::text, r.words, s.name, r.at)
                            ORDER BY r.id), '[]')
   FROM remedies_renunciation r JOIN people_staff s ON s.id = r.by_id WHERE r.case_id = %(case)s),
  (SELECT coalesce(json_agg(json_build_array(g.policy, g.about_id, g.entitled::text, p.kept_at)), '[]')
   FROM remedies_grant g JOIN promises_promise p ON p.id = g.promise_id
   WHERE g.case_id = %(case)s AND g.policy <> '' AND g.state = 'given' AND p.state NOT IN ('withdrawn', 'released'))
FROM customers_customer cu WHERE cu.id = %(customer)s
"""
# What other cases gave for the same event: one event is paid once.
_ELSEWHERE = """
SELECT g.once_key, sum(g.entitled) FROM remedies_grant g JOIN promises_promise p ON p.id = g.promise_id
WHERE g.once_key = ANY(%s) AND g.case_id <> %s AND g.state = 'given' AND p.state NOT IN ('withdrawn', 'released')
GROUP BY g.once_key
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
    shelf = policies()
    worked = [
        _Work(binding, shelf[binding.policy].policy, failure, subject, known)
        for failure, subject in [(one, _subject(case, one, known.customer, now)) for one in failures]
        for binding in known.bindings
        if binding.policy in shelf and applies(binding, subject)
    ]
    first = {one.key: one for one in reversed(worked)}
    elsewhere = _elsewhere(case.number, [one.once_key for one in first.values() if one.once_key])
    return tuple(one.owed(elsewhere.get(one.once_key, Decimal(0))) for one in reversed(first.values()))


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
    values: Sequence[Any] = fetch_rows(_ABOUT, asked)[0]
    names = ("customer", "bindings", "told", "renounced", "given")
    return msgspec.convert(dict(zip(names, values, strict=True)), _Known, strict=False)


def _elsewhere(number: int, keys: Sequence[str]) -> Mapping[str, Decimal]:
    return dict(fetch_rows(_ELSEWHERE, [list(keys), number])) if keys else {}


def _subject(case: CaseFacts, failure: FailureFacts, customer: str, now: datetime) -> Subject:
    promise, kind = failure.promise, _kind(case, failure)
    who = {OfCustomer.KEY: customer or str(case.customer_id), OfCustomer.NAME: case.customer_name,
           OfCustomer.NUMBER: str(case.customer_id)}  # fmt: skip
    if promise is None:
        return Subject(kind=kind, failed_at=failure.at, now=now, customer=who)
    return Subject(
        kind=kind, failed_at=promise.breaks_at, now=now, customer=who, feed=promise.source,
        reference=promise.reference or str(promise.id), title=promise.title, attributes=promise.attributes,
        amount=promise.amount, currency=promise.currency, made_at=promise.made_at, due_at=promise.due_at,
        forecast_at=promise.forecast_at, kept_at=promise.kept_at, withdrawn_at=promise.withdrawn_at,
    )  # fmt: skip


class _Work:
    """One policy and one failure: what is known, what comes out."""

    def __init__(
        self, binding: Binding, policy: Policy, failure: FailureFacts, subject: Subject, known: _Known
    ) -> None:
        self.binding, self.policy, self.known, self.now = binding, policy, known, subject.now
        self.promise: PromiseFacts | None = failure.promise
        self.about = failure.promise.title if failure.promise else failure.what
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
            return inquire(self.policy, facts, asked=self.asks.keys() & self.settable, on=on)
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
