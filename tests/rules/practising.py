"""What the tests of practice share: paraphrased dialogues, and words in which the coach would find given things."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from makegood.practice.rules.values import Line

FILE = Path(__file__).with_name("practice_paraphrases.tsv")


def paraphrases() -> Iterator[tuple[str, str, str]]:
    """Scene, "with" or "without" a system, and the dialogue, in other words than the scene's own."""
    for row in FILE.read_text(encoding="utf-8").splitlines():
        scene, kind, text = row.split("\t")
        yield scene, kind, text


def dialogue(text: str) -> list[Line]:
    """The lines of one: `|` between them, `@option` gives with the words, `...` waits for what was promised."""
    return [*(_line(part.strip()) for part in text.split("|")), Line(leave=True)]


def _line(part: str) -> Line:
    if part == "...":
        return Line(until_due=True)
    if part.startswith("@"):
        option, _, words = part[1:].partition(" ")
        return Line(say=words, give=option)
    return Line(say=part)
