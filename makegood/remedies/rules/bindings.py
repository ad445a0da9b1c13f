"""Which policies apply to which kind of promise, and where each fact of a policy comes from. Pure.

A binding says for whom a policy speaks: promises of these kinds, from these feeds, with these attributes. For each fact
it names one source: an attribute of the promise, one of its clocks, its amount, the customer, a constant, when another
fact was told, what was given before. `ask` puts the fact to a person at the case, alone or where the source is silent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

import msgspec

from makegood.kernel.texts import fold


class Clock(StrEnum):
    """An instant of a promise, or how late it is. `expected` is when it was kept, else when it is to be as things
    stand: the forecast, but never before now; `late` counts from `due` to `expected`."""

    MADE = "made"
    DUE = "due"
    FORECAST = "forecast"
    KEPT = "kept"
    EXPECTED = "expected"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"
    LATE = "late"


class OfPromise(StrEnum):
    """What else a promise tells."""

    AMOUNT = "amount"
    REFERENCE = "reference"
    TITLE = "title"
    FEED = "feed"


class OfCustomer(StrEnum):
    """What a customer tells."""

    KEY = "key"
    NAME = "name"
    NUMBER = "number"


class Source(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where one fact comes from: at most one of the first six, and `ask` beside it or alone.

    `words` turn what an attribute says into the policy's own words, `otherwise` stands for all that they leave out.
    `told` names the fact whose answer was recorded then.
    """

    attribute: str = ""
    clock: Clock | None = None
    promise: OfPromise | None = None
    customer: OfCustomer | None = None
    always: str = ""
    told: str = ""
    words: dict[str, str] = {}
    otherwise: str = ""
    ask: str = ""


class Binding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A policy bound to kinds of promise. `feeds` and `attributes` narrow it; of a list any one is enough."""

    binding: str
    policy: str
    promise: tuple[str, ...]
    feeds: tuple[str, ...] = ()
    attributes: dict[str, tuple[str, ...]] = {}
    facts: dict[str, Source] = {}
    note: str = ""


class Told(msgspec.Struct, frozen=True):
    """What somebody answered at a case, and when (aware UTC)."""

    value: str
    by: str
    at: datetime


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What failed, as a policy may be told of it: a promise, or (`due_at` None) a harm that somebody reported.

    Instants are aware UTC; `now` is when it is asked.
    """

    kind: str
    failed_at: datetime
    now: datetime
    customer: Mapping[OfCustomer, str]
    feed: str = ""
    reference: str = ""
    title: str = ""
    attributes: Mapping[str, object] = {}
    amount: Decimal | None = None
    currency: str = ""
    made_at: datetime | None = None
    due_at: datetime | None = None
    forecast_at: datetime | None = None
    kept_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @property
    def expected_at(self) -> datetime | None:
        """When it was kept, else the forecast, never before now; None for what was no promise."""
        if self.due_at is None or self.kept_at is not None:
            return self.kept_at
        return max(self.forecast_at or self.now, self.now)


def applies(binding: Binding, subject: Subject) -> bool:
    """Whether the binding speaks of this failure."""
    return (
        subject.kind in binding.promise
        and (not binding.feeds or subject.feed in binding.feeds)
        and all(_is_one(subject.attributes.get(name), values) for name, values in binding.attributes.items())
    )


def facts_of(
    binding: Binding, subject: Subject, told: Mapping[str, Told], *, known: Collection[str], currency: str
) -> dict[str, object]:
    """What is known of the facts `known` of the policy, which counts in `currency`.

    What a person told counts where the source is silent: nobody talks an amount down that the promise itself tells.
    """
    found: dict[str, object] = {}
    for name in known:
        source = binding.facts.get(name, Source())
        value = value_of(source, subject, told, currency=currency)
        if value is None and name in told:
            value = told[name].value
        if value is not None:
            found[name] = value
    return found


def value_of(source: Source, subject: Subject, told: Mapping[str, Told], *, currency: str) -> object | None:
    """What a source says of a failure, None when it says nothing."""
    if source.attribute:
        return _translated(source, subject.attributes.get(source.attribute))
    if source.clock is not None:
        return _clock(source.clock, subject)
    if source.promise is not None:
        return _of_promise(source.promise, subject, currency)
    if source.customer is not None:
        return subject.customer.get(source.customer) or None
    if source.told:
        answer = told.get(source.told)
        return answer.at if answer else None
    return source.always or None


def _clock(clock: Clock, subject: Subject) -> datetime | timedelta | None:
    expected = subject.expected_at
    if clock is Clock.LATE:
        late = expected - subject.due_at if expected and subject.due_at else None
        return None if late is None else max(late, timedelta(0))
    return {
        Clock.MADE: subject.made_at, Clock.DUE: subject.due_at, Clock.FORECAST: subject.forecast_at,
        Clock.KEPT: subject.kept_at, Clock.EXPECTED: expected, Clock.WITHDRAWN: subject.withdrawn_at,
        Clock.FAILED: subject.failed_at,
    }[clock]  # fmt: skip


def _of_promise(what: OfPromise, subject: Subject, currency: str) -> object | None:
    if what is OfPromise.AMOUNT:
        # What was paid in another currency is not exchanged: somebody says what it is in the policy's.
        return subject.amount if subject.currency == currency else None
    word = {
        OfPromise.REFERENCE: subject.reference, OfPromise.TITLE: subject.title, OfPromise.FEED: subject.feed,
    }  # fmt: skip
    return word[what] or None


def _translated(source: Source, value: object) -> str | None:
    if value is None:
        return source.otherwise or None
    text = _text(value)
    if not (source.words or source.otherwise):
        return text
    words = {fold(word): meaning for word, meaning in source.words.items()}
    return words.get(fold(text)) or source.otherwise or None


def _is_one(value: object, values: Collection[str]) -> bool:
    return value is not None and fold(_text(value)) in {fold(one) for one in values}


def _text(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value).strip()
