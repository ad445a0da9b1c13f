"""The recurring parts of a policy file: quantities, allowances, conditions, lines of money. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import cast, get_args

from makegood.kernel.nodes import Part, required
from makegood.kernel.texts import one_line
from makegood.remedies.rules.entitlements import reading
from makegood.remedies.rules.entitlements.spec import (
    Allowance,
    Conditions,
    Counted,
    FactKind,
    FactSpec,
    Figure,
    FirstOf,
    Flat,
    Line,
    PerPeriod,
    Quantity,
    Share,
    Test,
    Window,
)

ALLOWANCE_UNITS = ("hours", "calendar_days", "working_days")
TEST = ("more_than", "at_least", "less_than", "at_most", "missing", "or_missing", "times", "within_days", "lasting")
LINE = ("flat", "per", "share", "first_of", "each", "of", "beyond", "counted", "divided_by", "at_least", "at_most")
LINE_ALWAYS = ("when", "says")
WINDOW = ("within", "from")
_BOUNDS = ("more_than", "at_least", "less_than", "at_most")
_MOST_ALLOWED = 5000
_MEASURED = frozenset({FactKind.NUMBER, FactKind.DURATION, FactKind.MONEY})
_LINE_KEYS = {
    "flat": ("flat",),
    "per": ("per", "each", "of", "beyond", "counted", "at_most"),
    "share": ("share", "of", "divided_by", "at_least", "at_most"),
    "first_of": ("first_of",),
}


class Known:
    """What the file has said so far: its facts, and the figures that its versions set."""

    def __init__(self, facts: Mapping[str, FactSpec], figures: Iterable[str]) -> None:
        self.facts = facts
        self.figures = tuple(sorted(set(figures)))

    def fact(self, part: Part, *kinds: FactKind) -> FactSpec:
        """A fact by its name, of one of these kinds when any is given."""
        spec = self.facts[part.word(self.facts)]
        if kinds and spec.kind not in kinds:
            raise part.wrong(f"the fact `{spec.name}` is {spec.kind}; {' or '.join(kinds)} was expected here.")
        return spec


def text(given: Mapping[str, Part], key: str, default: str = "") -> str:
    """A text on one line."""
    return one_line(given[key].text()) if key in given else default


def texts(given: Mapping[str, Part], key: str) -> tuple[str, ...]:
    """A text or a list of them."""
    return tuple(one_line(part.text()) for part in given[key].items()) if key in given else ()


def number(part: Part) -> Decimal:
    """A number of zero or more, as it is written."""
    written = part.text().replace(",", "")
    try:
        found = Decimal(written)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or not 0 <= found < 10**9:
        raise part.wrong(f"a number such as 40 or 9.76 was expected, found {part.text()!r}.")
    return found


def on_day(part: Part) -> date:
    """A date."""
    try:
        return date.fromisoformat(part.text())
    except ValueError:
        raise part.wrong(f"a date such as 2026-04-01 was expected, found {part.text()!r}.") from None


def quantity(part: Part, known: Known) -> Quantity:
    """A number, or the name of a figure that a version sets."""
    written = part.text().strip()
    if known.figures and re.fullmatch(r"[a-z][a-z0-9_]*", written):
        part.word(known.figures)
        return Figure(written)
    return number(part)


def limit(part: Part, spec: FactSpec, known: Known) -> Quantity:
    """What a fact is held against: a number in its unit, a length of time for a duration, or a figure."""
    if spec.kind is FactKind.DURATION and (found := reading.length(part.text())) is not None:
        return found
    return quantity(part, known)


def allowance(part: Part) -> Allowance:
    """`{working_days: 10}`, `{hours: 24}`, `{calendar_days: 28}`, with a `cut_off` for working days."""
    given = part.entries((*ALLOWANCE_UNITS, "cut_off"))
    units = [unit for unit in ALLOWANCE_UNITS if unit in given]
    if len(units) != 1:
        raise part.wrong(f"say exactly one of {', '.join(ALLOWANCE_UNITS)}, such as `{{working_days: 10}}`.")
    (unit,) = units
    if "cut_off" in given and unit != "working_days":
        raise given["cut_off"].wrong("only working days have a cut-off.")
    allowed = given[unit].integer()
    if allowed > _MOST_ALLOWED:
        raise given[unit].wrong(f"that is too long. Give at most {_MOST_ALLOWED}.")
    return Allowance(
        number=allowed,
        unit=unit,  # type: ignore[arg-type]
        cut_off=clock(given["cut_off"]) if "cut_off" in given else None,
    )


def clock(part: Part) -> time:
    """A time of day such as "17:00"."""
    if not re.fullmatch(r"\d\d:\d\d", part.text()):
        raise part.wrong(f'a time of day in quotes was expected, such as "17:00", found {part.text()!r}.')
    try:
        return time.fromisoformat(part.text())
    except ValueError:
        raise part.wrong(f"there is no time of day {part.text()}.") from None


def window(part: Part, known: Known, *more: str) -> tuple[Window, Mapping[str, Part]]:
    """`within` so much time, `from` facts that are instants or dates; and the entry with its other keys."""
    given = part.entries((*WINDOW, *more))
    since = required(part, given, "from", "the fact, or facts, from which the time runs").items()
    if not since:
        raise part.wrong("name a fact under `from`.")
    return (
        Window(
            within=allowance(required(part, given, "within", "how much time, such as `{working_days: 10}`")),
            since=tuple(known.fact(one, FactKind.INSTANT, FactKind.DATE).name for one in since),
        ),
        given,
    )


def counted(part: Part) -> Counted:
    """started, completed or exceeded."""
    return cast(Counted, part.word(get_args(Counted)))


# Conditions


def conditions(given: Mapping[str, Part], key: str, known: Known) -> Conditions:
    """A block of tests that must all hold, or a list of blocks one of which must."""
    return tuple(_alternative(block, known) for block in given[key].items()) if key in given else ()


def _alternative(part: Part, known: Known) -> tuple[Test, ...]:
    entries = part.entries(known.facts)
    if not entries:
        raise part.wrong("name at least one fact and what must be so about it.")
    return tuple(_test(inner, known.facts[name], known) for name, inner in entries.items())


def _test(part: Part, spec: FactSpec, known: Known) -> Test:
    if part.is_block():
        return _block(part, spec, known)
    words = tuple(_word(one, spec) for one in part.items())
    if not words:
        raise part.wrong("say which word it must be, or `{missing: yes}`.")
    return Test(fact=spec.name, one_of=words)


def _word(part: Part, spec: FactSpec) -> str:
    if spec.kind is FactKind.CHOICE:
        return part.word(spec.choices)
    if spec.kind is FactKind.YES_NO:
        return "yes" if part.yes() else "no"
    if spec.kind in (FactKind.TEXT, FactKind.WORDS):
        return one_line(part.text())
    raise part.wrong(f"the fact `{spec.name}` is {spec.kind}: hold it against something, as in `{{more_than: 12}}`.")


def _block(part: Part, spec: FactSpec, known: Known) -> Test:
    given = part.entries(TEST)
    bounds = {bound: limit(given[bound], spec, known) for bound in _BOUNDS if bound in given}
    if bounds and spec.kind not in _MEASURED:
        raise part.wrong(f"the fact `{spec.name}` is {spec.kind} and cannot be held against a measure.")
    if "times" in given and spec.kind is not FactKind.OCCASIONS:
        raise given["times"].wrong(f"only occasions are counted, and `{spec.name}` is {spec.kind}.")
    if not bounds and not {"missing", "times"} & given.keys():
        raise part.wrong(f"say what must be so: one of {', '.join(_BOUNDS)}, missing, times.")
    return Test(
        fact=spec.name,
        missing=given["missing"].yes() if "missing" in given else None,
        or_missing="or_missing" in given and given["or_missing"].yes(),
        times=given["times"].integer(1) if "times" in given else 0,
        within_days=given["within_days"].integer(1) if "within_days" in given else 0,
        lasting=_length(given["lasting"]) if "lasting" in given else timedelta(0),
        more_than=bounds.get("more_than"),
        at_least=bounds.get("at_least"),
        less_than=bounds.get("less_than"),
        at_most=bounds.get("at_most"),
    )


def _length(part: Part) -> timedelta:
    found = reading.length(part.text())
    if found is None:
        raise part.wrong(f"a length of time such as “1 h” or “90 min” was expected, found {part.text()!r}.")
    return found


# Money


def lines(part: Part, known: Known) -> tuple[Line, ...]:
    """What is owed: lines that are added up."""
    found = tuple(line(one, known) for one in part.items())
    if not found:
        raise part.wrong("say what is owed, such as `flat: 40`.")
    return found


def line(part: Part, known: Known) -> Line:
    """One line: exactly one of flat, per, share, first_of."""
    given = part.entries((*LINE, *LINE_ALWAYS))
    kinds = [kind for kind in _LINE_KEYS if kind in given]
    if len(kinds) != 1:
        raise part.wrong(f"say exactly one of {', '.join(_LINE_KEYS)}.")
    (kind,) = kinds
    for key in given.keys() - {*_LINE_KEYS[kind], *LINE_ALWAYS}:
        raise given[key].wrong(f"`{key}` does not go with `{kind}`. It takes {', '.join(_LINE_KEYS[kind])}.")
    when, says = conditions(given, "when", known), text(given, "says")
    if kind == "flat":
        return Flat(amount=quantity(given["flat"], known), when=when, says=says)
    if kind == "first_of":
        return FirstOf(rows=lines(given["first_of"], known), when=when, says=says)
    return _per(part, given, known, when, says) if kind == "per" else _share(part, given, known, when, says)


def _per(part: Part, given: Mapping[str, Part], known: Known, when: Conditions, says: str) -> PerPeriod:
    spec = known.fact(required(part, given, "of", "the fact that is counted"), *_MEASURED)
    each = limit(required(part, given, "each", "the length of a period, such as `12 h`, or 1"), spec, known)
    if not isinstance(each, Figure) and not each:
        raise given["each"].wrong("a period cannot be nothing.")
    how = required(part, given, "counted", "which periods count: started, completed or exceeded")
    return PerPeriod(
        amount=quantity(given["per"], known),
        each=each,
        of=spec.name,
        counted=counted(how),
        beyond=limit(given["beyond"], spec, known) if "beyond" in given else None,
        at_most=optional(given, "at_most", known),
        when=when,
        says=says,
    )


def _share(part: Part, given: Mapping[str, Part], known: Known, when: Conditions, says: str) -> Share:
    divisor = number(given["divided_by"]) if "divided_by" in given else Decimal(1)
    if not divisor:
        raise given["divided_by"].wrong("nothing can be divided by nought.")
    return Share(
        percent=quantity(given["share"], known),
        of=known.fact(required(part, given, "of", "the fact that is a sum of money"), FactKind.MONEY).name,
        divided_by=divisor,
        at_least=optional(given, "at_least", known),
        at_most=optional(given, "at_most", known),
        when=when,
        says=says,
    )


def optional(given: Mapping[str, Part], key: str, known: Known) -> Quantity | None:
    """A quantity that may be left out."""
    return quantity(given[key], known) if key in given else None
