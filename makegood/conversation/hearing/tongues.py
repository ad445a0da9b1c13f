"""What satisfied and unsatisfied customers say, per language, read from `words/en.yaml` and its neighbours.

Each list holds regular expressions in small letters, which stand at word boundaries. `lines` are sentences as customers
write them, by what must be heard in them; the tests read them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent / "words"
LISTS = (
    "says_yes", "says_no", "neither", "good", "mild", "bad", "more", "done", "negation", "contrast",
    "condition", "doubt", "courtesy",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tongue:
    """The words of a language. `neither` is what begins like yes or no and means something else ("no problem"); `mild`
    counts only as the answer to a question; `done` says that nothing more is wanted; `common` are words by which the
    language is known."""

    language: str
    common: frozenset[str]
    says_yes: re.Pattern[str]
    says_no: re.Pattern[str]
    neither: re.Pattern[str]
    good: re.Pattern[str]
    mild: re.Pattern[str]
    bad: re.Pattern[str]
    more: re.Pattern[str]
    done: re.Pattern[str]
    negation: re.Pattern[str]
    contrast: re.Pattern[str]
    condition: re.Pattern[str]
    doubt: re.Pattern[str]
    courtesy: re.Pattern[str]


@cache
def tongues() -> dict[str, Tongue]:
    """Every language that is understood, by its code."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.yaml"))}


def _read(path: Path) -> Tongue:
    held = yaml.safe_load(path.read_text(encoding="utf-8"))
    patterns = {name: re.compile(rf"(?<!\w)(?:{'|'.join(held[name])})(?!\w)") for name in LISTS}
    return Tongue(language=path.stem, common=frozenset(held["common"].split()), **patterns)
