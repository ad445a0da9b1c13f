"""The recurring parts of a playbook file, read and written: amounts, shares, spans, ranges, words. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from makegood.kernel.money import parse_money
from makegood.kernel.nodes import Part
from makegood.kernel.phrases import Span, read_span, span_words
from makegood.kernel.refusals import Refusal
from makegood.kernel.tidying import tidy
from makegood.people.rules import LADDER, Role
from makegood.remedies.rules.playbooks import NOW, PLACES, Range, Who, Words

T = TypeVar("T")
AT_ONCE = "at once"
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_RANGE = re.compile(r"(\d{1,9})(?:(\+)|\s*-\s*(\d{1,9}))?")
_LONGEST = {"time": 366 * 86_400, "worktime": 366 * 86_400, "days": 3660, "workdays": 3660, "months": 120}
_HELD = re.compile(r"\{([^{}]*)\}")


def slug(part: Part) -> str:
    """A name in small letters, digits and dashes, by which things refer to each other."""
    found = part.text().strip()
    if not _SLUG.fullmatch(found):
        offered = re.sub(r"[^a-z0-9]+", "-", found.lower()).strip("-")[:60]
        advice = f" Write `{offered}`." if offered else ""
        raise part.wrong(f"a name in small letters, digits and dashes was expected, found {found!r}.{advice}")
    return found


def line(part: Part, most: int = 300) -> str:
    """A text on one line, of so many characters at most, and not empty."""
    found = " ".join(part.text().split())
    if not found:
        raise part.wrong("write something here.")
    if len(found) > most:
        raise part.wrong(f"this has {len(found)} characters; {most} is the most.")
    return found


def words(part: Part, *, most: int = 2000) -> Words:
    """One text, taken as English, or one for each language."""
    if part.is_text():
        return Words({"en": _said(part, most)})
    texts = {}
    for tag, item in part.any_entries().items():
        if not _LANGUAGE.fullmatch(tag):
            raise item.wrong(f"{tag!r} is not a language. Write a tag such as en, de, es or pt-BR.")
        texts[tag] = _said(item, most)
    if "en" not in texts:
        raise part.wrong("the words in English (`en`) are missing: they stand in for every other language.")
    return Words(texts)


def _said(part: Part, most: int) -> str:
    found = part.text().strip()
    if not found:
        raise part.wrong("write the words.")
    if len(found) > most:
        raise part.wrong(f"this has {len(found)} characters; {most} is the most.")
    for place in _HELD.findall(found):
        if place not in PLACES:
            known = ", ".join(f"{{{name}}}" for name in PLACES)
            raise part.wrong(f"{{{place}}} cannot be filled in. Known: {known}.")
    return found


def plain_words(said: Words) -> Any:
    """Words as they are written: a plain line when there is only English."""
    return said.texts["en"] if list(said.texts) == ["en"] else dict(said.texts)


def span(part: Part) -> Span:
    """A length of time: "30 min", "2 h", "1 day", "3 working days", "4 working hours", "1 month" or "at once"."""
    text = part.text().strip()
    if text.lower() in (AT_ONCE, "0"):
        return NOW
    found = read_span(tidy(text)[0])
    if found is None or found.number < 1:
        raise part.wrong(
            f"{text!r} is not a length of time. Write “30 min”, “1 day”, “3 working days”, “1 month” or “at once”."
        )
    if found.number > _LONGEST[found.kind]:
        raise part.wrong(f"{text!r} is too long a time for a promise to a customer.")
    return found


def span_text(length: Span) -> str:
    """A length of time as `span` reads it."""
    if length == NOW:
        return AT_ONCE
    if length.kind in ("time", "worktime"):
        return span_words(length).removeprefix("in ")
    unit = {"days": "day", "workdays": "working day", "months": "month"}[length.kind]
    return f"{length.number} {unit}{'s' * (length.number != 1)}"


def amount(part: Part, currency: str) -> Decimal:
    """An amount of money of nothing or more; a currency written with it must be the playbook's own."""
    text = part.text()
    try:
        found, code = parse_money(text, currency=currency or "XXX")
    except Refusal as refusal:
        raise part.wrong(refusal.message) from None
    if code != (currency or "XXX"):
        told = f"it counts in {currency}" if currency else f"say `currency: {code}` at its top"
        raise part.wrong(f"{text!r} is in {code}, but a playbook has one currency: {told}.")
    if found < 0:
        raise part.wrong(f"a cost is never below nothing, found {text!r}.")
    return found


def amount_text(found: Decimal) -> str:
    """An amount as `amount` reads it, whatever the currency."""
    return format(found.normalize(), "f")


def share(part: Part) -> Decimal:
    """A share written in per cent, such as "10%" or "12.5 %"."""
    text = part.text().strip()
    try:
        found = Decimal(text.removesuffix("%").strip()) if text.endswith("%") else None
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite() or not 0 <= found <= 1000 or -int(found.as_tuple().exponent) > 4:
        raise part.wrong(f"a share in per cent such as “10%” was expected, found {text!r}.")
    return (found / 100).normalize()


def share_text(found: Decimal) -> str:
    """A share as `share` reads it."""
    return f"{format((found * 100).normalize(), 'f')}%"


def is_share(part: Part) -> bool:
    """Whether a single value is a share and not an amount."""
    return part.is_text() and part.text().strip().endswith("%")


def number_range(part: Part, least: int, most: int | None = None) -> Range:
    """Whole numbers: "3", "2-4" or "2+"."""
    found = range_from(part.text())
    reach = f"from {least} to {most}" if most is not None else f"from {least}"
    if found is None or found.low < least or (most is not None and max(found.low, found.high or 0) > most):
        raise part.wrong(f"numbers {reach} were expected, such as “3”, “2-4” or “2+”, found {part.text()!r}.")
    if found.high is not None and found.high < found.low:
        raise part.wrong(f"{part.text()!r} runs backwards.")
    return found


def range_from(text: str) -> Range | None:
    """The range that a text writes, None when it writes none."""
    found = _RANGE.fullmatch(text.strip())
    if found is None:
        return None
    low = int(found[1])
    return Range(low, None if found[2] else int(found[3] or low))


def range_text(numbers: Range) -> str:
    """A range as `number_range` reads it."""
    if numbers.high is None:
        return f"{numbers.low}+"
    return str(numbers.low) if numbers.high == numbers.low else f"{numbers.low}-{numbers.high}"


def range_in(text: str, number: str) -> bool:
    """Whether `number` is written as a number and lies in the range that `text` writes."""
    found = range_from(text)
    try:
        value = Decimal(number)
    except InvalidOperation:
        return False
    return (
        found is not None and value.is_finite() and found.low <= value and (found.high is None or value <= found.high)
    )


def who(part: Part) -> Who:
    """Who may grant something: a role, a grade, or both: "lead", "grade 2", "lead of grade 3"."""
    roles = [role.value for role in LADDER]
    found = re.fullmatch(rf"(?:({'|'.join(roles)})(?: of)?)? ?(?:grade ([1-9]))?", part.text().strip().lower())
    if found is None or not found[0]:
        raise part.wrong(f"say who may grant it: {', '.join(roles)}, “grade 2” or “lead of grade 3”.")
    return Who(Role(found[1]) if found[1] else Role.AGENT, int(found[2] or 1))


def who_text(granter: Who) -> str:
    """Who may grant something, as `who` reads it."""
    if granter.grade == 1:
        return granter.role.value
    return f"grade {granter.grade}" if granter.role is Role.AGENT else f"{granter.role.value} of grade {granter.grade}"


def names(part: Part) -> tuple[str, ...]:
    """A list of plain words, or one of them."""
    return tuple(line(item, 120) for item in part.items())


def opt(given: Mapping[str, Part], key: str, reader: Callable[[Part], T], default: T) -> T:
    """What is written under a key, read, or `default` when the key is not there."""
    return reader(given[key]) if key in given else default
