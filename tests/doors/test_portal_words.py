"""What customers read: every sentence in every language, with the same places to fill, compiled as it is written."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.utils import translation

from makegood.portal.languages import LANGUAGES, language_of
from makegood.portal.moments import Moments
from makegood.portal.wishes import rhythm

LOCALE = Path(__file__).parents[2] / "makegood" / "portal" / "locale"
TRANSLATED = sorted(set(LANGUAGES) - {"en"})
PLACES = re.compile(r"%\(\w+\)s|\{\w+\}")
SOURCES = [*LOCALE.parent.glob("*.py"), *LOCALE.parent.rglob("*.html")]
MARKED = re.compile(r"""(?:gettext\(\s*|_\(\s*|\{% translate )(["'])(.+?)\1""")


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_sentence_is_translated_and_keeps_its_places(code: str) -> None:
    catalogue = _catalogue(code)
    assert [one.id for one in catalogue if one.fuzzy or not all(_forms(one.string))] == []
    # Where the first name stands in English, the whole name may: not everywhere does one call customers by it.
    told = [
        (_forms(one.id)[0], set(PLACES.findall(form.replace("{name}", "{first}"))))
        for one in catalogue
        for form in _forms(one.string)
    ]
    assert [(name, places) for name, places in told if places != set(PLACES.findall(name))] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_what_is_compiled_is_what_is_written(code: str) -> None:
    compiled = read_mo(io.BytesIO((LOCALE / code / "LC_MESSAGES" / "django.mo").read_bytes()))
    assert _told([one for one in compiled if one.id]) == _told(_catalogue(code))


def test_every_marked_sentence_is_in_the_catalogues() -> None:
    marked = {found[2] for path in SOURCES for found in MARKED.finditer(path.read_text())}
    assert len(marked) > 60
    for code in TRANSLATED:
        assert marked - {_forms(one.id)[0] for one in _catalogue(code)} == set()


def _catalogue(code: str) -> list[Message]:
    written = read_po(io.BytesIO((LOCALE / code / "LC_MESSAGES" / "django.po").read_bytes()))
    return [one for one in written if one.id]


def _told(catalogue: list[Message]) -> dict[tuple[str, ...], tuple[str, ...]]:
    return {_forms(one.id): _forms(one.string) for one in catalogue}


def _forms(text: str | Sequence[str]) -> tuple[str, ...]:
    """A text, or its singular and plural."""
    return (text,) if isinstance(text, str) else tuple(text)


@pytest.mark.parametrize(
    ("asked", "preferred", "accepted", "code", "locale"),
    [
        ("", "", "", "en", "en_GB"),
        ("", "de-AT", "en", "de", "de_AT"),
        ("", "fr", "pt-BR, de;q=0.4", "pt", "pt_BR"),
        ("es", "de", "es-MX", "es", "es_MX"),
        ("xx", "", "*", "en", "en_GB"),
        ("", "de-ZZ", "", "de", "de_DE"),
        ("", "", "de" * 5_000, "en", "en_GB"),
    ],
)
def test_whose_language(asked: str, preferred: str, accepted: str, code: str, locale: str) -> None:
    found = language_of(asked, preferred, accepted)
    assert (found.code, str(found.locale)) == (code, locale)
    with translation.override(code):
        assert translation.gettext("Thank you.")


@pytest.mark.parametrize(
    ("language", "at", "on", "until"),
    [
        ("en-GB", "on Monday, 23 November at 13:30", "on Monday, 23 November", "until Monday, 23 November, 13:30"),
        ("en-US", "on Monday, November 23 at 1:30\u202fPM", "on Monday, November 23",
         "until Monday, November 23, 1:30\u202fPM"),
        ("de", "am Montag, 23. November, um 13:30 Uhr", "am Montag, 23. November",
         "bis Montag, 23. November, 13:30 Uhr"),
        ("es", "el lunes 23 de noviembre a las 13:30", "el lunes 23 de noviembre",
         "hasta el lunes 23 de noviembre, 13:30"),
        ("es-MX", "el lunes 23 de noviembre a la 1:30\u202fp.m.", "el lunes 23 de noviembre",
         "hasta el lunes 23 de noviembre, 1:30\u202fp.m."),
        ("pt", "segunda-feira, 23 de novembro, às 13:30", "segunda-feira, 23 de novembro",
         "até segunda-feira, 23 de novembro, 13:30"),
    ],
)  # fmt: skip
def test_moments_read_as_people_there_write_them(language: str, at: str, on: str, until: str) -> None:
    now = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    found = language_of("", language, "")
    moments = Moments(found.locale, ZoneInfo("UTC"), now)
    day = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)
    with translation.override(found.code):
        read = [one.replace("\xa0", "\u202f") for one in (moments.at(day), moments.on(day.date()), moments.until(day))]
    assert read == [at, on, until]


@pytest.mark.parametrize(
    ("language", "spans"),
    [
        ("en", ["At least once an hour", "At least every 90 minutes", "At least once a day"]),
        ("de", ["Mindestens jede Stunde", "Mindestens alle 90 Minuten", "Mindestens jeden Tag"]),
        ("es", ["Al menos cada hora", "Al menos cada 90 minutos", "Al menos una vez al día"]),
        ("pt", ["Pelo menos uma vez por hora", "Pelo menos a cada 90 minutos", "Pelo menos uma vez por dia"]),
    ],
)
def test_how_often_is_said_in_whole_units(language: str, spans: list[str]) -> None:
    found = language_of("", language, "")
    moments = Moments(found.locale, ZoneInfo("UTC"), datetime(2026, 11, 20, tzinfo=UTC))
    with translation.override(found.code):
        assert [rhythm(minutes, moments) for minutes in (60, 90, 1440)] == spans
