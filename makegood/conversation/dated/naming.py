"""What is promised, in the words that promised it and without its time, fit to be a promise's title."""

from __future__ import annotations

import re
from collections.abc import Iterator

from makegood.conversation.dated.finding import Found
from makegood.conversation.dated.language import Language

_LONGEST = 120
_PUNCTUATION = " \t\n\r.,;:!?…–—-\"'“”„«»()[]*•>"


def beside(
    text: str, clause: tuple[int, int], said: list[Found], kept: list[Found]
) -> Iterator[tuple[Found, list[str]]]:
    """Each time kept of a clause with the words that it dates; `said` are all its times, none of them is in a title.

    Of "ring you by five and send the plan by Friday", the first dates what stands before it, the last what is left.
    A time with no words of its own is another name for the one before: the later of the two is promised.
    """
    start, end = clause
    if len(kept) < len(said) or len(said) == 1:
        yield kept[-1], list(without(text, start, end, said))
        return
    begin = start
    for index, one in enumerate(said):
        last = index + 1 == len(said)
        if not last and _wordless(text[one.end : said[index + 1].start]):
            continue
        yield one, list(without(text, begin, end if last else one.start, said))
        begin = one.end


def without(text: str, start: int, end: int, said: list[Found]) -> Iterator[str]:
    """What stands between two places of a text beside the times."""
    for one in said:
        if start < one.start:
            yield text[start : min(one.start, end)]
        start = max(start, one.end)
    if start < end:
        yield text[start:end]


def _wordless(text: str) -> bool:
    return len(re.findall(r"\w+", text)) <= 1


def title(parts: list[str], language: Language) -> str:
    """The parts as one title: without fillers and loose ends, with a capital, at most 120 characters."""
    words = " ".join(part.strip() for part in parts)
    words = re.sub(language.patterns["fillers"].pattern, " ", words, flags=re.IGNORECASE)
    words = re.sub(r" (?=[,.;:!?])", "", " ".join(words.split())).strip(_PUNCTUATION)
    for _ in range(3):
        words = re.sub(language.patterns["edges"].pattern, "", words, flags=re.IGNORECASE).strip(_PUNCTUATION)
    for pattern, says in language.rewords:
        words = re.sub(pattern.pattern, says, words, flags=re.IGNORECASE)
    if len(words) > _LONGEST:
        words = words[: _LONGEST - 1].rsplit(" ", 1)[0] + "…"
    return words[:1].upper() + words[1:]
