"""Whether conditions hold, and the sentence that says why or why not. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import NamedTuple

from makegood.kernel.refusals import Refusal, invalid
from makegood.remedies.rules.entitlements import reading, words
from makegood.remedies.rules.entitlements.facts import Facts
from makegood.remedies.rules.entitlements.reading import Occasion, Value
from makegood.remedies.rules.entitlements.spec import Conditions, Figure, Quantity, Test

_BOUNDS = {"more_than": gt, "at_least": ge, "less_than": lt, "at_most": le}


class Verdict(NamedTuple):
    """Whether it holds; `why` is a sentence without its full stop, empty when nothing was asked."""

    holds: bool
    why: str


class Figures:
    """The numbers of one version. A number that this version does not have is refused by name."""

    def __init__(self, version: str, note: str, numbers: Mapping[str, Decimal]) -> None:
        self.version = version
        self.note = note
        self.numbers = numbers

    def number(self, quantity: Quantity) -> Decimal:
        """A quantity that is a plain number or an amount. Raises Refusal("policy.no_figure")."""
        found = self.numbers.get(quantity.name) if isinstance(quantity, Figure) else quantity
        if isinstance(quantity, Figure) and found is None:
            raise invalid(
                "policy.no_figure",
                f"Version {self.version} has no figure `{quantity.name}`. Use a version that has one, or add it. "
                f"{self.note}".strip(),
            )
        assert isinstance(found, Decimal)  # noqa: S101 - the loader read it as a number
        return found

    def limit(self, quantity: Quantity, facts: Facts, name: str) -> Decimal:
        """A quantity that a fact is held against, as `Facts.measure` gives the fact."""
        if isinstance(quantity, timedelta):
            return reading.measure(quantity)
        return reading.in_unit(facts.specs[name], self.number(quantity))


def judge(conditions: Conditions, facts: Facts, figures: Figures) -> Verdict:
    """Whether one alternative holds. Raises Refusal("policy.fact_missing") when that hangs on an unknown fact."""
    if not conditions:
        return Verdict(True, "")
    failed, unknown = [], None
    for alternative in conditions:
        try:
            verdict = _all(alternative, facts, figures)
        except Refusal as refusal:
            if refusal.code != "policy.fact_missing":
                raise
            unknown = unknown or refusal
            continue
        if verdict.holds:
            return verdict
        failed.append(verdict.why)
    if unknown:
        raise unknown
    return Verdict(False, words.listed(dict.fromkeys(failed)))


def _all(tests: tuple[Test, ...], facts: Facts, figures: Figures) -> Verdict:
    """A test that fails settles it, whatever is unknown beside it: the order of the tests must not matter."""
    verdicts, unknown = [], None
    for test in tests:
        try:
            verdicts.append(_test(test, facts, figures))
        except Refusal as refusal:
            if refusal.code != "policy.fact_missing":
                raise
            unknown = unknown or refusal
    failed = [verdict for verdict in verdicts if not verdict.holds]
    if unknown and not failed:
        raise unknown
    return Verdict(not failed, words.listed([verdict.why for verdict in failed or verdicts]))


def _test(test: Test, facts: Facts, figures: Figures) -> Verdict:
    label = facts.specs[test.fact].label
    if test.missing is not None:
        missing = facts.get(test.fact) is None
        return Verdict(missing == test.missing, f"{label} is {'not known' if missing else facts.told(test.fact)}")
    if test.or_missing and facts.get(test.fact) is None:
        return Verdict(True, f"no {label} is known")
    value = facts.need(test.fact)
    if test.times:
        return _repeated(test, label, value)
    if test.one_of:
        return _one_of(test, label, value, facts)
    return _bounded(test, label, facts, figures)


def _one_of(test: Test, label: str, value: Value, facts: Facts) -> Verdict:
    word = ("yes" if value else "no") if isinstance(value, bool) else value
    holds = bool(set(word) & set(test.one_of)) if isinstance(word, tuple) else word in test.one_of
    wanted = words.listed([one.replace("_", " ") for one in test.one_of], "or")
    why = f"{label} is {facts.told(test.fact)}"
    return Verdict(holds, why if holds else f"{why}, not {wanted}")


def _bounded(test: Test, label: str, facts: Facts, figures: Figures) -> Verdict:
    value, told = facts.measure(test.fact), facts.told(test.fact)
    kept: list[str] = []
    broken: list[str] = []
    for bound, within in _BOUNDS.items():
        quantity: Quantity | None = getattr(test, bound)
        if quantity is not None:
            limit = figures.limit(quantity, facts, test.fact)
            name = f"{bound.replace('_', ' ')} {facts.tell_measure(test.fact, limit)}"
            (kept if within(value, limit) else broken).append(name)
    if broken:
        return Verdict(False, f"{label} is {told}, not {words.listed(broken)}")
    return Verdict(True, f"{label} is {told}, {words.listed(kept)}")


def _repeated(test: Test, label: str, value: Value) -> Verdict:
    """Whether so many occasions, each lasting long enough, began within so many days of each other."""
    occasions = [one for one in value if isinstance(one, tuple)] if isinstance(value, tuple) else []
    counted = [one for one in occasions if one[1] - one[0] >= test.lasting]
    most = max((_following(first[0], counted, test.within_days) for first in counted), default=0)
    lasting = f" of {words.span(test.lasting)} or more" if test.lasting else ""
    within = f" within {test.within_days} days" if test.within_days else ""
    times = f"{test.times} are needed" if test.times != 1 else "one is needed"
    return Verdict(most >= test.times, f"{label}: {most}{lasting}{within}, and {times}")


def _following(first: datetime, among: list[Occasion], days: int) -> int:
    window = timedelta(days=days) if days else timedelta.max
    return sum(timedelta(0) <= one[0] - first <= window for one in among)
