"""Taking everything by which somebody could be known out of words, so that a case can be practised with. Pure.

Names give way to a made-up one that stays the same throughout, addresses and numbers to words that could be anybody's
(example.org is nobody's, by RFC 2606), dates to "that day". A part of a name that is a word as well counts with a
capital only, and so does every part of a colleague's name: there are many of them, and "stone" is mostly stone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from zlib import crc32

from makegood.practice.rules.redacting_words import COMMON, SHORT_FORMS

NAMES = (
    "Robin Hale", "Jo Marsh", "Kim Arden", "Ada Thorne", "Noel Whitby", "Ines Calder", "Tom Farrow", "Lea Brandt",
    "Max Ostler", "Eve Lindon", "Finn Garrow", "Mia Sorell",
)  # fmt: skip
"""Made-up people. Whose name is one of these gets another."""
COLLEAGUE, STREET, POSTCODE, MAIL, PAGE, PHONE, NUMBER, DAY = (
    "a colleague", "the address", "the postcode", "name@example.org", "https://example.org", "my number", "A-1",
    "that day",
)  # fmt: skip
_PARTICLES = frozenset({
    "al", "and", "bin", "co", "da", "de", "del", "der", "den", "di", "do", "dos", "dr", "du", "el", "ev", "frau",
    "gmbh", "herr", "inc", "la", "le", "ltd", "mr", "mrs", "ms", "of", "prof", "san", "sir", "the", "van", "von", "y",
    "zu",
})  # fmt: skip
_MONTH = (
    r"(?:jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch)?|märz|apr(?:il)?|may|mai|june?|juni|july?|juli|aug(?:ust)?"
    r"|sep(?:t(?:ember)?)?|oct(?:ober)?|oktober|nov(?:ember)?|dec(?:ember)?|dezember|enero|febrero|marzo|abril|mayo"
    r"|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)\b\.?"
)
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (PAGE, re.compile(r"(?:https?://|www\.)[^\s<>\"']+", re.IGNORECASE)),
    (MAIL, re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    (DAY, re.compile(
        rf"\b(?:\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}"
        rf"|\d{{1,2}}(?:st|nd|rd|th|\.)?\s+(?:of\s+|de\s+)?{_MONTH}(?:,?\s+(?:de\s+)?\d{{4}}\b)?"
        rf"|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s+\d{{4}}\b)?)", re.IGNORECASE)),
    (POSTCODE, re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}\b")),
    (STREET, re.compile(
        r"\b\d{1,4}[a-z]?,?\s(?:[A-Z][\w'’-]+\s){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Way|Square|Court|Close"
        r"|Place|Terrace)\b"
        r"|\b[A-ZÄÖÜ][\w-]*(?:straße|strasse|str\.|weg|gasse|allee|platz)\s\d{1,4}[a-z]?\b"
        r"|\b(?:Calle|Avenida|Avda\.|Plaza|Paseo)\s(?:[\w'’-]+\s){1,4}\d{1,4}\b")),
    (PHONE, re.compile(r"(?<![\w.,])\+?\(?\d[\d()/\s-]{6,}\d(?![\w])")),
)  # fmt: skip
_TOKEN = re.compile(r"[^\W_]+(?:[-/.][^\W_]+)*")
_YEAR_OR_AMOUNT = re.compile(r"\d{1,3}(?:\.\d{3})*(?:\.\d{1,2})?|(?:19|20)\d\d|\d+\.\d\d")
_MONEY_BEFORE = re.compile(r"[£$€¥]\s?$")
_MONEY_AFTER = re.compile(r"\s?(?:[£$€¥]|(?:eur|gbp|usd|pounds|euros?|dollars)\b)", re.IGNORECASE)
_DIGITS, _PHONE_DIGITS = 4, 7
"""From so many digits on a word is taken for a number by which somebody could be found, and a row of them for one to
ring."""
SHORTEST = 2
"""Shorter names and numbers are in every text."""


class Secrets(NamedTuple):
    """By what the people of a case could be known: the customer's names, those of staff, and words that are theirs
    alone (contact points, customer and order numbers)."""

    customer: tuple[str, ...]
    staff: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


class Found(NamedTuple):
    """A place in a text, from and to, and what is said there instead."""

    start: int
    end: int
    instead: str


def stand_in(secrets: Secrets) -> str:
    """The made-up name of the customer: the same for the same people, and of none of them."""
    of_customer, of_staff = (
        {form for name in names for part in _parts(name) for form in _forms(part)}
        for names in (secrets.customer, secrets.staff)
    )
    others = [one for one in NAMES if of_customer.isdisjoint(_parts(one))]
    free = [one for one in others if of_staff.isdisjoint(_parts(one))] or others or list(NAMES)
    return free[crc32("|".join(map(folded, secrets.customer)).encode()) % len(free)]


def with_numbers(secrets: Secrets, texts: Iterable[str]) -> Secrets:
    """The same with every address and number that stands in these texts, so that none of them is written again."""
    found = {text[one.start : one.end].strip() for text in texts for one in _patterned(text) if one.instead != DAY}
    return secrets._replace(words=tuple(sorted({*secrets.words, *found} - {*_OURS})))


def redacted(text: str, secrets: Secrets) -> str:
    """The text with nothing in it by which somebody could be known. Redacting it again changes nothing."""
    text = unicodedata.normalize("NFC", text)
    told, at = [], 0
    for one in _told_apart(text, [*_known(text, secrets), *_patterned(text)], secrets):
        told += [text[at : one.start], one.instead]
        at = one.end
    return "".join([*told, text[at:]])


def standing(text: str, secrets: Secrets) -> tuple[str, ...]:
    """What stands in a text that these people could be known by, as it stands there, each once."""
    text = unicodedata.normalize("NFC", text)
    found = (text[one.start : one.end] for one in _told_apart(text, [*_known(text, secrets)], secrets))
    return tuple(dict.fromkeys(found))


def folded(text: str) -> str:
    """Small letters without accents, one for one: places in it are places in the text, which is composed (NFC)."""
    return "".join((unicodedata.normalize("NFD", one)[0].lower() or one)[0] for one in text)


def _known(text: str, secrets: Secrets) -> Iterator[Found]:
    plain, made_up = folded(text), stand_in(secrets)
    first, _, last = made_up.partition(" ")
    for name in secrets.customer:
        parts = _parts(name)
        yield from _all(plain, name, made_up)
        for place, part in enumerate(parts):
            instead = made_up if len(parts) == 1 else first if place == 0 else last
            for said in _forms(part):
                yield from (one for one in _all(plain, said, instead) if said not in COMMON or _capital(text, one))
    for name in secrets.staff:
        yield from _all(plain, name, COLLEAGUE)
        for said in (form for part in _parts(name) for form in _forms(part)):
            yield from (one for one in _all(plain, said, COLLEAGUE) if _capital(text, one))
    for word in secrets.words:
        yield from _all(plain, word, _kind(word))


def _forms(part: str) -> tuple[str, ...]:
    """A part of a name, and what people of that name are called."""
    return (part, *SHORT_FORMS.get(part, ()))


def _capital(text: str, one: Found) -> bool:
    return not text[one.start].islower()


def _all(plain: str, wanted: str, instead: str) -> Iterator[Found]:
    words = folded(unicodedata.normalize("NFC", wanted)).split()
    if len("".join(words)) < SHORTEST:
        return
    spaced = r"\s+".join(map(re.escape, words))
    for one in re.finditer(rf"(?<![^\W_]){spaced}(?P<of>s?)(?![^\W_])", plain):
        end = one.end()
        # An accent of its own belongs to the letter before it, and not to what is said instead.
        while end < len(plain) and unicodedata.combining(plain[end]):
            end += 1
        yield Found(one.start(), end, instead + one["of"])


def _parts(name: str) -> list[str]:
    """The words of a name that name somebody, folded."""
    found = re.findall(r"[^\W\d_]+", folded(unicodedata.normalize("NFC", name)))
    return [one for one in found if len(one) >= SHORTEST and one not in _PARTICLES]


def _patterned(text: str) -> Iterator[Found]:
    for instead, pattern in _PATTERNS:
        for one in pattern.finditer(text):
            if instead != PHONE or sum(map(str.isdigit, one.group())) >= _PHONE_DIGITS:
                yield Found(one.start(), one.end(), instead)
    for one in _TOKEN.finditer(text):
        many = sum(map(str.isdigit, one.group()))
        if many >= _DIGITS and not _is_amount(text, one.start(), one.end()):
            yield Found(one.start(), one.end(), NUMBER)


def _is_amount(text: str, start: int, end: int) -> bool:
    if _YEAR_OR_AMOUNT.fullmatch(text, start, end):
        return True
    return bool(_MONEY_BEFORE.search(text[:start]) or _MONEY_AFTER.match(text, end))


def _kind(word: str) -> str:
    """What is said instead of a word that is theirs."""
    return next((one.instead for one in _patterned(word) if one.start == 0 and one.end == len(word)), NUMBER)


def _told_apart(text: str, found: Sequence[Found], secrets: Secrets) -> list[Found]:
    """Those that do not overlap: of two an address, which holds together, else the one that begins first, of these the
    longer. None in words of ours."""
    plain, kept, made_up = folded(text), list[Found](), stand_in(secrets)
    said = (*_OURS, made_up, *made_up.split())
    ours = [place.span() for one in said for place in re.finditer(re.escape(folded(one)), plain)]
    for one in sorted(found, key=lambda each: (each.instead not in (MAIL, PAGE), each.start, -each.end)):
        within = any(start <= one.start and one.end <= end for start, end in ours)
        if not within and not any(one.start < each.end and each.start < one.end for each in kept):
            kept.append(one)
    return sorted(kept, key=lambda each: each.start)


_OURS = (COLLEAGUE, STREET, POSTCODE, MAIL, PAGE, PHONE, NUMBER, DAY)
