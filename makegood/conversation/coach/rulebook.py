"""The rules of a language, read from its file: `rules/en.yaml` and its neighbours.

A rule is data: patterns that must stand in one sentence, what lifts it, why it matters, what to write instead, and
lines that must and must not match. How to write one: docs/coach.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from makegood.conversation.coach.sentences import Frame
from makegood.conversation.coach.values import ELEMENTS, FAULTS
from makegood.kernel.nodes import Part, read, required
from makegood.kernel.refusals import invalid

WHAT = "coach_rules"
FOLDER = Path(__file__).parent / "rules"
TOP = ("language", "sources", "frame", "lists", "codes", "rules")
FRAME = ("greeting", "sign_off", "quotation", "praise", "abbreviations", "commonplace", "negation")
CODE = ("source", "why", "better")
RULE = (
    "rule", "code", "any", "check", "unless", "without", "alone", "asks", "negated", "echoes", "fact", "customer",
    "plain", "source", "why", "better", "yes", "no",
)  # fmt: skip
# What code finds and patterns cannot: coach/structure.py has a function for each.
CHECKS = ("echo", "no-step", "reasons", "again")
LEAST_LINES = 5
_LIST = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule, ready to be used.

    `pattern` must stand in a sentence that `unless` does not match, that has none of the codes `without`, in a text
    that has none of the codes `alone`; it has a group for each way to say it. `asks` says whether the sentence must (or
    must not) be a question. `negated` lets the rule hold after a "not". `echoes` is how many words of the customer's
    own the sentence must have. `fact` names what the case must show as done, else the words are a fault. `plain` words
    say it outright: the weights do not doubt them. `yes` and `no` are lines that it must and must not find, in answer
    to the words `customer`.
    """

    id: str
    code: str
    pattern: re.Pattern[str] | None
    check: str
    unless: re.Pattern[str] | None
    without: frozenset[str]
    alone: frozenset[str]
    asks: bool | None
    negated: bool
    echoes: int
    fact: str
    plain: bool
    customer: str
    why: str
    better: str
    yes: tuple[str, ...]
    no: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Why a code matters, with its source, and what to write instead or first."""

    why: str
    better: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """All rules of one language."""

    language: str
    frame: Frame
    negation: re.Pattern[str]
    advice: Mapping[str, Advice]
    rules: tuple[Rule, ...]


def languages() -> tuple[str, ...]:
    """The languages that have rules, by their code."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def rulebook(language: str) -> Rulebook:
    """The rules of a language, of which "de-AT" is "de". Raises Refusal("coach.language") when there are none."""
    base = language.lower().replace("_", "-").split("-")[0]
    if base not in languages():
        raise invalid(
            "coach.language",
            f"The coach has no rules for the language {language!r}. It reads: {', '.join(languages())}.",
            field="language",
        )
    return _loaded(base)


@lru_cache(maxsize=8)
def _loaded(language: str) -> Rulebook:
    return load(FOLDER / f"{language}.yaml")


def load(path: Path) -> Rulebook:
    """The rules of one file. Raises Refusal("coach_rules.invalid", "coach_rules.not_found") with the line."""
    root = read(path, WHAT)
    top = root.entries(TOP)
    lists = _lists(required(root, top, "lists", "words that patterns name, such as `{we}`"))
    sources = {
        key: part.text() for key, part in required(root, top, "sources", "what we rely on").any_entries().items()
    }
    frame, negation = _frame(required(root, top, "frame", "greeting, sign-off and quotation"), lists)
    advice = _advice(required(root, top, "codes", "why each code matters"), sources)
    rules = tuple(_rule(part, lists, sources, advice) for part in required(root, top, "rules", "the rules").items())
    _unique(root, rules)
    return Rulebook(
        language=required(root, top, "language", "its code, such as `en`").text(),
        frame=frame, negation=negation, advice=advice, rules=rules,
    )  # fmt: skip


def _lists(part: Part) -> dict[str, str]:
    """Each list as one pattern; a list may name those before it."""
    lists: dict[str, str] = {}
    for name, words in part.any_entries().items():
        lists[name] = "(?:" + "|".join(_filled(word, lists) for word in words.items()) + ")"
    return lists


def _filled(part: Part, lists: Mapping[str, str]) -> str:
    """A pattern with its lists put in; a space in it is any white space, a space with `?` may be missing."""

    def put(found: re.Match[str]) -> str:
        if found[1] not in lists:
            raise part.wrong(f"there is no list `{found[1]}` above it. Known: {', '.join(lists)}.")
        return lists[found[1]]

    return _LIST.sub(put, part.text()).replace(" ?", r"\s*").replace(" ", r"\s+")


def _pattern(part: Part, lists: Mapping[str, str]) -> re.Pattern[str]:
    one_of = "|".join(f"({_filled(item, lists)})" for item in part.items())
    try:
        return re.compile(rf"(?<!\w)(?:{one_of})(?!\w)")
    except re.error as error:
        raise part.wrong(f"this is not a pattern: {error}.") from None


def _frame(part: Part, lists: Mapping[str, str]) -> tuple[Frame, re.Pattern[str]]:
    entries = part.entries(FRAME)
    found = {key: required(part, entries, key, "see docs/coach.md") for key in FRAME}

    def one_of(key: str) -> str:
        return "|".join(_filled(item, lists) for item in found[key].items())

    frame = Frame(
        greeting=re.compile(rf"\s*(?:{one_of('greeting')})"),
        sign_off=re.compile(rf"^[ \t]*(?:{one_of('sign_off')})", re.MULTILINE),
        quotation=re.compile(rf"^[ \t]*(?:{one_of('quotation')})", re.MULTILINE),
        praise=re.compile(rf"(?<!\w)(?:{one_of('praise')})(?!\w)"),
        abbreviations=_words(found["abbreviations"]),
        commonplace=_words(found["commonplace"]),
    )
    return frame, re.compile(rf"(?<!\w)(?:{one_of('negation')})(?:\s+\w+)?\s*$")


def _words(part: Part) -> frozenset[str]:
    return frozenset(item.text() for item in part.items())


def _advice(part: Part, sources: Mapping[str, str]) -> dict[str, Advice]:
    entries = part.entries((*ELEMENTS, *FAULTS))
    return {code: _one_advice(required(part, entries, code, "its advice"), sources) for code in (*ELEMENTS, *FAULTS)}


def _one_advice(part: Part, sources: Mapping[str, str]) -> Advice:
    entries = part.entries(CODE)
    return Advice(
        why=_why(part, entries, sources),
        better=required(part, entries, "better", "words to write instead").text(),
    )


def _why(part: Part, entries: Mapping[str, Part], sources: Mapping[str, str]) -> str:
    source = required(part, entries, "source", "where we have it from")
    sentence = required(part, entries, "why", "one plain sentence").text()
    return f"{sentence.removesuffix('.')} ({sources[source.word(sources)]})."


def _rule(part: Part, lists: Mapping[str, str], sources: Mapping[str, str], advice: Mapping[str, Advice]) -> Rule:
    entries = part.entries(RULE)
    code = required(part, entries, "code", "what it finds").word((*ELEMENTS, *FAULTS))
    usual = advice[code]
    if ("any" in entries) == ("check" in entries):
        raise part.wrong("write either `any`, the patterns, or `check`, the name of what finds it.")
    return Rule(
        id=required(part, entries, "rule", "its name").text(),
        code=code,
        pattern=_pattern(entries["any"], lists) if "any" in entries else None,
        check=entries["check"].word(CHECKS) if "check" in entries else "",
        unless=_pattern(entries["unless"], lists) if "unless" in entries else None,
        without=_codes(entries.get("without")),
        alone=_codes(entries.get("alone")),
        asks=entries["asks"].yes() if "asks" in entries else None,
        negated="negated" in entries and entries["negated"].yes(),
        echoes=entries["echoes"].integer(1) if "echoes" in entries else 0,
        fact=entries["fact"].text() if "fact" in entries else "",
        plain="plain" in entries and entries["plain"].yes(),
        customer=entries["customer"].text() if "customer" in entries else "",
        why=_why(part, entries, sources) if "why" in entries else usual.why,
        better=entries["better"].text() if "better" in entries else usual.better,
        yes=_lines(part, entries, "yes"),
        no=_lines(part, entries, "no"),
    )


def _codes(part: Part | None) -> frozenset[str]:
    return frozenset(item.word((*ELEMENTS, *FAULTS)) for item in part.items()) if part else frozenset()


def _lines(part: Part, entries: Mapping[str, Part], key: str) -> tuple[str, ...]:
    lines = tuple(item.text() for item in required(part, entries, key, "lines to try it on").items())
    if len(lines) < LEAST_LINES:
        raise part.wrong(f"`{key}` needs at least {LEAST_LINES} lines, there are {len(lines)}.")
    return lines


def _unique(root: Part, rules: tuple[Rule, ...]) -> None:
    names = [rule.id for rule in rules]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise root.wrong(f"two rules are called `{twice}`.")
