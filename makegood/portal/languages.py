"""In which language a customer reads, and with whose dates and money."""

from __future__ import annotations

from dataclasses import dataclass

from babel import Locale, UnknownLocaleError
from django.utils.translation.trans_real import parse_accept_lang_header

LANGUAGES = {"en": "English", "de": "Deutsch", "es": "Español", "pt": "Português"}
"""What the page is written in, each by its own name."""
_USUAL = {"en": "en-GB", "de": "de-DE", "es": "es-ES", "pt": "pt-PT"}


@dataclass(frozen=True, slots=True)
class Language:
    """`code` is one of `LANGUAGES`; `locale` has the customer's own region where it is known."""

    code: str
    locale: Locale


def language_of(asked: str, preferred: str, accepted: str) -> Language:
    """The first that we write of: what was asked for on the page, what the customer prefers, what the browser accepts.

    `asked` is one of our codes or nothing; the others are BCP 47 tags and the header Accept-Language.
    """
    tags = [preferred, *(tag for tag, _ in parse_accept_lang_header(accepted))]
    if asked in LANGUAGES:
        return _language(next((tag for tag in tags if _code(tag) == asked), _USUAL[asked]))
    return _language(next((tag for tag in tags if _code(tag) in LANGUAGES), _USUAL["en"]))


def _code(tag: str) -> str:
    return tag.lower().partition("-")[0]


def _language(tag: str) -> Language:
    code = _code(tag)
    for name in (tag, _USUAL[code]) if "-" in tag else (_USUAL[code],):
        try:
            return Language(code, Locale.parse(name, sep="-"))
        except (UnknownLocaleError, ValueError):
            continue
    raise AssertionError(tag)
