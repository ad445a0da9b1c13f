"""What customers read: every sentence in every language, with the same places to fill, compiled as it is written."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.utils import translation

from makegood.portal.languages import LANGUAGES, language_of

LOCALE = Path(__file__).parents[2] / "makegood" / "portal" / "locale"
TRANSLATED = sorted(set(LANGUAGES) - {"en"})
PLACES = re.compile(r"%\(\w+\)s|\{\w+\}")
SOURCES = [*LOCALE.parent.glob("*.py"), *LOCALE.parent.rglob("*.html")]
MARKED = re.compile(r"""(?:_\(\s*|\{% translate )(["'])(.+?)\1""")


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_sentence_is_translated_and_keeps_its_places(code: str) -> None:
    catalogue = read_po(io.BytesIO((LOCALE / code / "LC_MESSAGES" / "django.po").read_bytes()))
    sentences = [one for one in catalogue if one.id]
    assert [one.id for one in sentences if not one.string or one.fuzzy] == []
    # Where the first name stands in English, the whole name may: not everywhere does one call customers by it.
    told = {one.id: set(PLACES.findall(one.string.replace("{name}", "{first}"))) for one in sentences}
    assert {name: places for name, places in told.items() if places != set(PLACES.findall(name))} == {}


@pytest.mark.parametrize("code", TRANSLATED)
def test_what_is_compiled_is_what_is_written(code: str) -> None:
    folder = LOCALE / code / "LC_MESSAGES"
    written = read_po(io.BytesIO((folder / "django.po").read_bytes()))
    compiled = read_mo(io.BytesIO((folder / "django.mo").read_bytes()))
    assert {one.id: one.string for one in compiled if one.id} == {one.id: one.string for one in written if one.id}


def test_every_marked_sentence_is_in_the_catalogues() -> None:
    marked = {found[2] for path in SOURCES for found in MARKED.finditer(path.read_text())}
    assert len(marked) > 60
    for code in TRANSLATED:
        known = {one.id for one in read_po(io.BytesIO((LOCALE / code / "LC_MESSAGES" / "django.po").read_bytes()))}
        assert marked - known == set()


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
