"""Every word of a page is marked for translation: another language needs a catalogue and no change of a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "makegood").rglob("*.html"))
NAMES = re.compile(r"Makegood|YAML|CSV|esc|Ctrl|Dana Okafor:")
"""What is the same in every language."""
_NOT_SHOWN = re.compile(
    r"\{% comment %\}.*?\{% endcomment %\}|\{#.*?#\}|\{% blocktranslate.*?%\}.*?\{% endblocktranslate %\}"
    r"|<(?P<raw>script|style|svg)\b.*?</(?P=raw)>",
    re.DOTALL,
)
_CODE = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_TAG = re.compile(r"<[^>]*>", re.DOTALL)
_SPOKEN = re.compile(r"\b(?:title|placeholder|aria-label|alt)=\"([^\"]*)\"")
_WORD = re.compile(r"[^\W\d_]{2}")


def unmarked(page: str) -> Iterator[str]:
    """The words of a template that stand there as they are, in its text and in what is read out of its tags."""
    bare = _CODE.sub("", _NOT_SHOWN.sub("", page))
    spoken = [words for tag in _TAG.findall(bare) for words in _SPOKEN.findall(tag)]
    for words in (*_TAG.split(bare), *spoken):
        if _WORD.search(NAMES.sub("", words)):
            yield words.strip()


def test_a_word_that_is_not_marked_is_found() -> None:
    page = '<p title="Why {{ x }}">{% translate "Yes" %} {{ name }}<b>No</b></p>{# Words #}<svg><title>So</title></svg>'
    assert sorted(unmarked(page)) == ["No", "Why"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT / "makegood").as_posix())
def test_every_word_is_marked(page: Path) -> None:
    assert list(unmarked(page.read_text())) == []
