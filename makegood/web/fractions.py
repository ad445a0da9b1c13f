"""Shares and small numbers as words, and the finding that few causes make most."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from makegood.measurement.rules.headlines import fraction

ALL, _NONE = 0.995, 0.005
"""From which share on, and up to which, nobody is said to be left out, and hardly anybody meant."""


def in_words(share: float) -> str:
    """A share as the nearest plain fraction, within a sentence: "one in three"."""
    if share > ALL:
        return _("all")
    if share < _NONE:
        return _("hardly any")
    part, whole = fraction(share)
    return _("{part} in {whole}").format(part=number_word(part), whole=number_word(whole))


def number_word(number: int) -> str:
    """A small number as a word; a greater one in figures."""
    said = (
        _("none"), _("one"), _("two"), _("three"), _("four"), _("five"), _("six"), _("seven"), _("eight"), _("nine"),
        _("ten"),
    )  # fmt: skip
    return str(said[number]) if number < len(said) else f"{number:,}"


def begins(words: str) -> str:
    """Words that begin a sentence."""
    return words[:1].upper() + words[1:]


def few_make(few: int, share: str) -> str:
    """The finding on causes: so few of them make such a `share` (already in words) of the failures."""
    words = ngettext("{few} cause makes {share} failures", "{few} causes make {share} failures", few)
    return begins(words.format(few=number_word(few), share=share))
