"""An entitlement policy as plain values: what a policy file says, built by `policyfile`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal

import msgspec

from makegood.kernel.calendars import Week

Counted = Literal["started", "completed", "exceeded"]
"""Which periods count: those begun, those full (to the instant), or those full and passed."""


class FactKind(StrEnum):
    """What a fact is, which says how it is written."""

    INSTANT = "instant"
    DATE = "date"
    DURATION = "duration"
    NUMBER = "number"
    MONEY = "money"
    CHOICE = "choice"
    YES_NO = "yes_no"
    OCCASIONS = "occasions"
    WORDS = "words"
    TEXT = "text"


class Figure(msgspec.Struct, frozen=True):
    """A number that each version of the policy sets, by its name."""

    name: str


Quantity = Decimal | timedelta | Figure


class Allowance(msgspec.Struct, frozen=True, kw_only=True):
    """So much time: hours pass as they come, days end at the close of the last one.

    With a `cut_off` (local time), what comes in later counts as come in on the next working day.
    """

    number: int
    unit: Literal["hours", "calendar_days", "working_days"]
    cut_off: time | None = None


class FactSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to be known. A fact with `between` is reckoned from two others unless it is given itself.

    `grace` is time that does not count yet; `count` turns the time between into days, by `counted`.
    """

    name: str
    kind: FactKind
    says: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    default: str | None = None
    between: tuple[str, str] | None = None
    grace: Allowance | None = None
    count: Literal["", "calendar_days", "working_days"] = ""
    counted: Counted = "completed"
    cut_off: time | None = None

    @property
    def label(self) -> str:
        """The fact's name as it stands in a sentence."""
        return self.name.replace("_", " ")


class Test(msgspec.Struct, frozen=True, kw_only=True):
    """A question about one fact; every part that is given must hold."""

    __test__ = False  # not one of pytest's

    fact: str
    one_of: tuple[str, ...] = ()
    more_than: Quantity | None = None
    at_least: Quantity | None = None
    less_than: Quantity | None = None
    at_most: Quantity | None = None
    missing: bool | None = None
    or_missing: bool = False
    times: int = 0
    within_days: int = 0
    lasting: timedelta = timedelta(0)


Conditions = tuple[tuple[Test, ...], ...]
"""Alternatives, one of which must hold; in each, every test. None at all always holds."""


class Flat(msgspec.Struct, frozen=True, kw_only=True):
    """A fixed amount."""

    amount: Quantity
    when: Conditions = ()
    says: str = ""


class PerPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """An amount for `each` so much of a fact, as far as it is `beyond`."""

    amount: Quantity
    each: Quantity
    of: str
    counted: Counted
    beyond: Quantity | None = None
    at_most: Quantity | None = None
    when: Conditions = ()
    says: str = ""


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """A percentage of a sum of money, between two amounts where they are given."""

    percent: Quantity
    of: str
    divided_by: Decimal = Decimal(1)
    at_least: Quantity | None = None
    at_most: Quantity | None = None
    when: Conditions = ()
    says: str = ""


class FirstOf(msgspec.Struct, frozen=True, kw_only=True):
    """A table: the first row whose conditions hold counts, and no other."""

    rows: tuple[Line, ...]
    when: Conditions = ()
    says: str = ""


Line = Flat | PerPeriod | Share | FirstOf


class Reduction(msgspec.Struct, frozen=True, kw_only=True):
    """What is taken off because the harm was made smaller."""

    percent: Decimal
    when: Conditions
    because: str


class YearCap(msgspec.Struct, frozen=True, kw_only=True):
    """No more than `amount` or so many `times` in a year; `already` is the fact that tells what was."""

    already: str
    amount: Quantity | None = None
    times: int | None = None


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One promise of the policy: for which facts, what triggers it, and what is then owed."""

    name: str
    says: str
    when: Conditions
    owed_when: Conditions
    lines: tuple[Line, ...]
    reductions: tuple[Reduction, ...] = ()
    at_least: Quantity | None = None
    at_most: Quantity | None = None
    most_per_year: YearCap | None = None


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """An allowance that runs from the first of these facts that is known."""

    within: Allowance
    since: tuple[str, ...]


class Exemption(msgspec.Struct, frozen=True, kw_only=True):
    """Why nothing is owed after all. It needs every piece of `evidence` (name -> what it is), and the
    customer is told why in the words of `tell_customer`, by the end of `tell_by`."""

    name: str
    when: Conditions
    evidence: Mapping[str, str]
    tell_customer: str
    tell_by: Window | None = None
    rules: tuple[str, ...] = ()


class PayTerm(msgspec.Struct, frozen=True, kw_only=True):
    """When it must be paid, and what is owed on top when it is not."""

    window: Window
    when: Conditions = ()
    late: Quantity | None = None


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What holds under one version. What is not `automatic` has to be claimed, within the `claim` window if known."""

    rules: tuple[Rule, ...]
    exemptions: tuple[Exemption, ...] = ()
    payment: tuple[PayTerm, ...] = ()
    automatic: bool = True
    claim: Window | None = None


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """The policy as it stood from `starts_on` until before `ends_on`. One that has no start is used only when
    it is asked for by its id. After `review_on` somebody should look whether there is a newer one."""

    id: str
    starts_on: date | None
    ends_on: date | None
    review_on: date | None
    note: str
    figures: Mapping[str, Decimal]
    terms: Terms


class Vector(msgspec.Struct, frozen=True, kw_only=True):
    """A worked case in the file: facts and what must come out. What is None is not looked at."""

    says: str
    line: int
    facts: Mapping[str, str | list[str]]
    on: date | None
    version: str
    owed: Decimal
    standing: str | None
    used: str | None
    to_pay: Decimal | None
    pay_by: str | None
    late_penalty: Decimal | None
    claim_by: str | None
    rule: str | None


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """The calendar in which working days count, before public holidays are known."""

    time_zone: str
    week: Week
    holidays_of: str
    closed_on: Mapping[date, str]


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """A whole policy file."""

    name: str
    title: str
    description: str
    currency: str
    payer: str
    payee: str
    sources: tuple[str, ...]
    checked_on: date
    notes: tuple[str, ...]
    hours: Hours
    happened: tuple[str, ...]
    facts: Mapping[str, FactSpec]
    once_per: tuple[str, ...]
    opt_out: str
    means: str
    voucher: str
    nearest: Decimal
    versions: tuple[Version, ...]
    vectors: tuple[Vector, ...]
