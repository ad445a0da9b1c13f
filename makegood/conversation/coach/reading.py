"""Reads a text: every rule on every sentence of ours, then what only the whole text shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from makegood.conversation.coach.learned import reconsidered
from makegood.conversation.coach.matching import Hit, matches
from makegood.conversation.coach.rulebook import Rule, Rulebook, rulebook
from makegood.conversation.coach.sentences import Lines, Sentence, sentences
from makegood.conversation.coach.structure import CHECKS, Seen
from makegood.conversation.coach.values import ELEMENTS, Context, Finding, Kind, Missing, Reading

_KNOWS_NOTHING = Context()


def read(text: str, *, language: str = "en", context: Context = _KNOWS_NOTHING) -> Reading:
    """What is good and what is wrong in `text`, which we are about to say to a customer.

    Raises Refusal("coach.language") when there are no rules for the language.
    """
    book = rulebook(language)
    cut = sentences(text, book.frame)
    hits = reconsidered(book, cut, judged(book, cut, context), context)
    return Reading(
        language=book.language,
        findings=_findings(hits, text),
        missing=_missing(book, {hit.code for hit in hits}) if cut else (),
    )


def judged(book: Rulebook, cut: Sequence[Sentence], context: Context) -> list[Hit]:
    """All that the rules hit in the sentences, as far as what the case knows does not lift it."""
    theirs = book.frame.own_words(context.customer_words)
    hits = [hit for hit in matches(book, cut, theirs) if not _lifted(hit.rule, context)]
    seen = Seen(cut, hits, context, book.frame)
    found = [
        Hit(rule, *span)
        for rule in book.rules
        if rule.check and not rule.alone & seen.codes
        for span in CHECKS[rule.check](seen)
    ]
    return hits + found


def _lifted(rule: Rule, context: Context) -> bool:
    """Whether what the case knows makes the words right."""
    if rule.fact:
        return context.done is None or rule.fact in context.done
    return rule.code == "empty-promise" and context.improved


def _findings(hits: Iterable[Hit], text: str) -> tuple[Finding, ...]:
    """The hits as findings in the order of the text, the same words under one code only once."""
    lines = Lines(text)
    told: dict[tuple[int, int, str], Finding] = {}
    for hit in sorted(hits, key=lambda one: (one.start, one.end, one.code)):
        told.setdefault((hit.sentence, 0, hit.code), _finding(hit, text, lines))
    return tuple(told.values())


def _finding(hit: Hit, text: str, lines: Lines) -> Finding:
    line, column = lines.at(hit.start)
    kind: Kind = "element" if hit.code in ELEMENTS else "fault"
    return Finding(
        code=hit.code, kind=kind, start=hit.start, end=hit.end, line=line, column=column,
        words=text[hit.start : hit.end], rule=hit.rule.id, why=hit.rule.why,
        better="" if kind == "element" else hit.rule.better,
    )  # fmt: skip


def _missing(book: Rulebook, found: set[str]) -> tuple[Missing, ...]:
    return tuple(
        Missing(code=code, why=book.advice[code].why, better=book.advice[code].better)
        for code in ELEMENTS
        if code not in found
    )
