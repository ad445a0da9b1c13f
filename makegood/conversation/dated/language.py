"""The words of one language, read from its file: how it says by when, and what makes of it a promise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from makegood.kernel.nodes import Part, read, required

_FOLDER = Path(__file__).parent / "words"
LANGUAGES = ("en", "de", "es")
_WHAT = "dated"
_LEXICON = ("joins", "verbs", "links", "times", "weak", "numbers")
_AROUND = ("not_after", "past_after", "not_before", "short", "goes_on", "clauses")
_JUDGED = ("conditions", "polite", "asks", "hedges", "told_never", "told_ahead", "told_telling")
_PATTERNS = (*_AROUND, *_JUDGED, "fillers", "edges")
_RULES = ("never", "promises", "told")
_KNOWN = ("language", "after_hour", "rewrites", "rewords", *_LEXICON, *_PATTERNS, *_RULES)
# Digits that can be a number, an hour or a date; those of a price, a phone number or an order cannot.
_HOUR = r"\d{1,2}(?:[:.h]\d\d)?(?: ?(?:[ap]m\b|[ap]\.m\.?))?"
_DIGITS = "|".join(
    (
        r"(?<![\w#£$€.,:/+-])(?:\d{4}-\d\d-\d\d",
        rf"{_HOUR} ?[-–] ?{_HOUR}(?!-)",
        r"\d{1,3} ?[-–] ?\d{1,3}(?!-)",
        r"\d{1,2}[./]\d{1,2}[./]\d{4}",
        r"\d{1,2}\.\d{1,2}\.(?!\d)",
        r"\d{1,2}/\d{1,2}(?:/\d\d)?",
        r"\d{1,2}(?:st|nd|rd|th|h|\.(?=\s))",
        _HOUR,
        r"\d{4}",
        r"\d{1,3})(?![\w%€$£/]|[.,:]\d)",
    )
)
TOKEN = re.compile(rf"(?P<digits>{_DIGITS})|[^\W\d_]+(?:'[^\W\d_]+)*|[-–'@]|\w+|[^\s,]")
"""A number that can be of a time, a word, or any other sign but a comma."""

Rewrite = tuple[re.Pattern[str], str]


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A word that a time can be said with: of which sort it is, and how the desk itself writes it."""

    sort: str
    says: str


@dataclass(frozen=True, slots=True)
class Rule:
    """What finds a promise, or rules one out. `what` is "after", "clause" or the title itself. One that rules out and
    is `near` reads no farther back than to the comma or "and" before what promises. `yes` and `no` are lines in which
    something must be found, or nothing."""

    name: str
    words: re.Pattern[str]
    what: str
    hedged: bool
    near: bool
    yes: tuple[str, ...]
    no: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Language:
    """All of one language's file, ready to be used. The lexicon holds for each first word what it may begin, as
    words, the longest first. `rewrites` put a time into the desk's words, `rewords` a title into its usual order."""

    code: str
    lexicon: Mapping[str, tuple[tuple[tuple[str, ...], Lexeme], ...]]
    after_hour: frozenset[str]
    rewrites: tuple[Rewrite, ...]
    rewords: tuple[Rewrite, ...]
    patterns: Mapping[str, re.Pattern[str]]
    never: tuple[Rule, ...]
    promises: tuple[Rule, ...]
    told: tuple[Rule, ...]


def language_of(code: str) -> Language:
    """The words of a language by its BCP 47 tag ("de-AT"); of one that we do not read, English."""
    short = code.lower().partition("-")[0]
    return _load(short if short in LANGUAGES else "en")


@cache
def _load(code: str) -> Language:
    root = read(_FOLDER / f"{code}.yaml", _WHAT)
    top = root.entries(_KNOWN)
    lexemes = {word: lexeme for sort in _LEXICON for word, lexeme in _lexemes(sort, _needed(root, top, sort))}
    patterns = {name: _pattern(_needed(root, top, name)) for name in _PATTERNS}
    never, promises, told = (tuple(_rule(part) for part in _needed(root, top, name).items()) for name in _RULES)
    return Language(
        code=code, lexicon=_by_first_word(lexemes), patterns=patterns,
        after_hour=frozenset(part.text() for part in _needed(root, top, "after_hour").items()),
        rewrites=_rewrites(top.get("rewrites")), rewords=_rewrites(top.get("rewords")),
        never=never, promises=promises, told=told,
    )  # fmt: skip


def _needed(root: Part, top: Mapping[str, Part], name: str) -> Part:
    return required(root, top, name, "every language says it")


def _lexemes(sort: str, part: Part) -> Iterator[tuple[str, Lexeme]]:
    for item in part.items():
        word, _, says = item.text().partition(" = ")
        yield word.strip(), Lexeme(sort, says.strip() or word.strip())


def _by_first_word(lexemes: Mapping[str, Lexeme]) -> dict[str, tuple[tuple[tuple[str, ...], Lexeme], ...]]:
    found: dict[str, list[tuple[tuple[str, ...], Lexeme]]] = {}
    for word, lexeme in lexemes.items():
        parts = tuple(token[0] for token in TOKEN.finditer(word))
        found.setdefault(parts[0], []).append((parts, lexeme))
    return {first: tuple(sorted(said, key=lambda one: -len(one[0]))) for first, said in found.items()}


def _pattern(part: Part) -> re.Pattern[str]:
    """One regular expression, or a list of which any may match."""
    try:
        return re.compile("|".join(item.text() for item in part.items()))
    except re.error as error:
        raise part.wrong(f"this is not a regular expression: {error}.") from None


def _rewrites(part: Part | None) -> tuple[Rewrite, ...]:
    return tuple(_rewrite(item) for item in part.items()) if part else ()


def _rewrite(part: Part) -> Rewrite:
    entries = part.entries(("words", "says"))
    words, says = (required(part, entries, key, "what is found, and what it says") for key in ("words", "says"))
    return _pattern(words), says.text()


def _rule(part: Part) -> Rule:
    entries = part.entries(("rule", "words", "what", "hedged", "near", "yes", "no"))
    lines = {key: tuple(item.text() for item in entries[key].items()) for key in ("yes", "no") if key in entries}
    return Rule(
        name=required(part, entries, "rule", "how it is called").text(),
        words=_pattern(required(part, entries, "words", "what it finds")),
        what=entries["what"].text() if "what" in entries else "after",
        hedged="hedged" in entries and entries["hedged"].yes(), near="near" in entries and entries["near"].yes(),
        yes=lines.get("yes", ()), no=lines.get("no", ()),
    )  # fmt: skip
