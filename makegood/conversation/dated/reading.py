"""Reads a text for what it promises by when. Pure: the moment, the zone and the calendar are arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from itertools import pairwise
from zoneinfo import ZoneInfo

from makegood.conversation.coach.sentences import plain
from makegood.conversation.dated.clauses import Sentence, ours, sentences, whole_dates
from makegood.conversation.dated.finding import BEFORE, Found, Read, times
from makegood.conversation.dated.language import Language, Rule, language_of
from makegood.conversation.dated.naming import beside, title, without
from makegood.conversation.dated.values import Confidence, Dated, SaidBy
from makegood.kernel.phrases import read_clock
from makegood.kernel.refusals import Refusal
from makegood.kernel.tidying import tidy
from makegood.kernel.when import When, spoken_when
from makegood.kernel.worktime import WorkCalendar

_LONGEST = 20_000
"""How far a text is read, in characters: a letter of ours is never as long."""
_AND = ("and ", "but ", "so ", "und ", "aber ", "y ", "pero ")
_BREAK = re.compile(r",|\s(?:and|but|und|aber|y|pero)(?=\s)")
_FAR = 160
"""How far behind "you said" its time may stand, in characters."""


def promised(
    text: str, *, now: datetime, zone: ZoneInfo, calendar: WorkCalendar | None, language: str, said_by: SaidBy = "us"
) -> tuple[Dated, ...]:
    """What a text promises by when, in its order, said at `now` (aware UTC) to a customer in `zone`.

    `said_by` "us" finds what we promise in what we write or note down; "them" what a customer says they were
    promised, which may have passed. `language` is a BCP 47 tag. Quoted lines are left out. Any text is read.
    """
    words = language_of(language)
    low = whole_dates(ours(text[:_LONGEST]), words)
    ahead: Read = partial(spoken_when, now=now, zone=zone, calendar=calendar)
    recalled: Read = partial(spoken_when, now=now, zone=zone, calendar=calendar, recalled=True)
    made: list[Dated] = []
    for sentence in sentences(low, words):
        if said_by == "us":
            made += _ours(text, low, sentence, words, ahead)
        else:
            made += _theirs(text, low, sentence, words, ahead, recalled)
    return tuple(made)


def times_in(
    text: str, *, now: datetime, zone: ZoneInfo, calendar: WorkCalendar | None, language: str
) -> tuple[tuple[int, int, When | None], ...]:
    """Every time that a text names, promised or not: where its words start and end, and what they mean."""
    words = language_of(language)
    low = whole_dates(plain(text[:_LONGEST]), words)
    read: Read = partial(spoken_when, now=now, zone=zone, calendar=calendar)
    return tuple(
        (one.start, one.end, one.when)
        for sentence in sentences(low, words)
        for one in times(low, sentence.start, sentence.end, words, read)
    )


def _ours(text: str, low: str, sentence: Sentence, words: Language, read: Read) -> Iterator[Dated]:
    found = [
        one
        for one in times(low, sentence.start, sentence.end, words, read)
        if not words.patterns["past_after"].search(low, max(0, one.start - BEFORE), one.start)
    ]
    clauses: dict[int, list[Found]] = {}
    for one in _clear(low, found):
        clauses.setdefault(_owner(low, sentence, one), []).append(one)
    for index, said in clauses.items():
        start, end = sentence.bounds(index)
        if (rule := _rule(low, sentence, index, said[-1].end, words)) is None:
            continue
        match = rule.words.search(low[start:end])
        begin = start + match.end() if match and rule.what == "after" else start
        hedged = rule.hedged or words.patterns["hedges"].search(low[start:end]) is not None
        for one, parts in beside(text, (begin, end), said, _joined(low, said, read)):
            what = rule.what if rule.what not in {"after", "clause"} else title(parts, words)
            yield _dated(text, one, what or title([text[start:end]], words), rule, hedged=hedged)


def _dated(text: str, one: Found, what: str, rule: Rule, *, hedged: bool) -> Dated:
    confidence = Confidence.HEDGED if hedged else Confidence.CLEAR
    return Dated(one.start, one.end, text[one.start : one.end], what, one.when, confidence, rule.name)


def _clear(low: str, found: list[Found]) -> list[Found]:
    """The times without those that stand beside each other and do not agree: one reading of two would be a guess."""
    unclear = {
        one
        for pair in pairwise(found)
        if not re.search(r"\w", low[pair[0].end : pair[1].start]) and not _agree(*pair)
        for one in pair
    }
    return [one for one in found if one not in unclear]


def _agree(one: Found, other: Found) -> bool:
    """Whether both can be meant: a day and an hour, or the same day twice."""
    days = [each.when.due_on for each in (one, other) if each.when]
    return any(days) and (None in days or days[0] == days[1])


def _owner(low: str, sentence: Sentence, one: Found) -> int:
    """The clause that a time belongs to; one that stands alone ("By five, …") belongs to the next."""
    index = sentence.clause_at(one.start)
    start, end = sentence.bounds(index)
    rest = f"{low[start : one.start]} {low[one.end : end]}"
    if len(re.findall(r"\w+", rest)) > 1 or len(sentence.cuts) == 1:
        return index
    return index + 1 if index + 1 < len(sentence.cuts) else index - 1


def _rule(low: str, sentence: Sentence, index: int, dated: int, words: Language) -> Rule | None:
    """What makes a promise of ours of this clause, whose last time ends at `dated`; None when nothing does, or
    something speaks against it."""
    clause = _clause(low, sentence, index)
    rule, match = next(((one, found) for one in words.promises if (found := one.words.search(clause))), (None, None))
    if rule is None or match is None or _conditional(low, sentence, index, words):
        return None
    if sentence.asks and not words.patterns["asks"].search(clause):
        return None
    ending = _BREAK.search(clause, max(match.end(), dated - sentence.bounds(index)[0]))
    begin = max((found.end() for found in _BREAK.finditer(clause, 0, match.start() + 1)), default=0)
    near = clause[begin : ending.start() if ending else None]
    return None if any(one.words.search(near if one.near else clause) for one in words.never) else rule


def _clause(low: str, sentence: Sentence, index: int) -> str:
    start, end = sentence.bounds(index)
    return low[start:end]


def _conditional(low: str, sentence: Sentence, index: int, words: Language) -> bool:
    """Whether it is said under a condition, in the clause itself, before it or behind it."""
    pattern, polite = words.patterns["conditions"], words.patterns["polite"]
    for other in range(max(index - 1, 0), min(index + 2, len(sentence.cuts))):
        clause = _clause(low, sentence, other)
        found = None if polite.search(clause) else pattern.search(clause)
        if found is None:
            continue
        if other == index or (found.start() == 0 and (other < index or not clause.startswith(_AND))):
            return True
    return False


def _joined(low: str, said: list[Found], read: Read) -> list[Found]:
    """The times of one clause; a day and a clock time apart from each other are one: "on Friday … at 9"."""
    if len(said) != 2 or re.search(r"\band\b|\bor\b|\bund\b|\by\b|\boder\b|\bo\b", low[said[0].end : said[1].start]):
        return said
    days = [one for one in said if one.when and one.when.due_on and not one.is_span]
    clocks = [one for one in said if read_clock(one.tidied.words)]
    if len(days) != 1 or len(clocks) != 1 or days == clocks:
        return said
    when = _whole(f"{days[0].says} {clocks[0].says}", read)
    return [clocks[0]._replace(when=when)] if when else said


def _whole(says: str, read: Read) -> When | None:
    try:
        return read(tidy(says))
    except Refusal:
        return None


# What they were promised


def _theirs(text: str, low: str, sentence: Sentence, words: Language, ahead: Read, recalled: Read) -> Iterator[Dated]:
    inside = low[sentence.start : sentence.end]
    told = [(match, rule) for rule in words.told for match in rule.words.finditer(inside)]
    if not told:
        return
    read = ahead if words.patterns["told_ahead"].search(inside) else recalled
    found = list(times(low, sentence.start, sentence.end, words, read, spans=False))
    for one in found:
        at = one.start - sentence.start
        near = [(match, rule) for match, rule in told if match.end() <= at + 1 and at - match.end() <= _FAR]
        match, rule = max(near, key=lambda pair: pair[0].end(), default=(None, None))
        if match is None or rule is None or _telling(low, sentence, match, one, words):
            continue
        begin, end = sentence.bounds(sentence.clause_at(one.start))
        begin = begin if rule.what == "clause" else sentence.start + match.end()
        ending = _BREAK.search(low, one.end, end)
        what = title(list(without(text, begin, ending.start() if ending else end, found)), words)
        named = re.search(r"\w", text[begin : one.start]) is not None
        yield _dated(text, one, what if named else "", rule, hedged=rule.hedged)


def _telling(low: str, sentence: Sentence, match: re.Match[str], one: Found, words: Language) -> bool:
    """Whether it is when they were told ("you said on Monday that…"), or what they should do ("told me to ring")."""
    begin = sentence.start + match.end()
    clause = sentence.clause_at(one.start)
    if clause > sentence.clause_at(begin - 1) and _clause(low, sentence, clause).startswith(_AND):
        return True
    if words.patterns["told_never"].search(low[sentence.start + match.start() : one.start]):
        return True
    between = low[begin : one.start].strip() if begin < one.start else ""
    return not between and words.patterns["told_telling"].match(low[one.end : one.end + 20]) is not None
