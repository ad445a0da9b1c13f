"""The voice of the customer: a language model may say a written line in other words, and decides nothing.

What it says is held against the written line before anybody hears it. The check knows words and no meaning; it is
meant to be strict, for the written line is always there. Pure, but for the model that is handed in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from makegood.adapters.asking import Asked
from makegood.practice.rules.hearing import DAY
from makegood.practice.rules.standing import Step
from makegood.practice.rules.values import Scene
from makegood.practice.rules.voicing_words import COLD, COMMON, ENGLISH, NEGATIONS, VOWS, WARM
from makegood.remedies.rules.backing import Grounds, unbacked

LONGEST = 400
"""No line is longer, in characters."""
_WORD = re.compile(r"[a-z]+(?:['’-][a-z]+)*", re.IGNORECASE)
_PLAIN = re.compile(r"[A-Za-z0-9 .,;:?!'’‘“”\"()£$€%…–—-]*")
_ENDINGS = re.compile(r"(?:['’]s|['’]|ing|ed|es|s|e)$")
_SHOUTED = re.compile(r"\b[A-Z]{2,}\b")
_ZONE = ZoneInfo("UTC")


class Voiced(NamedTuple):
    """What was heard in place of a written line, and the model that phrased it."""

    words: str
    model: str


def phrased(model: Asked, scene: Scene, step: Step) -> Voiced | None:
    """The customer's answer in other words; None when there is nothing to say, it is not English, which is all that
    the check reads, no words came, or they were refused."""
    if not _is_english(step.says):
        return None
    answer = model.ask(_told(scene, step))
    words = " ".join(answer.words.split()).strip('"“” ')
    return Voiced(words, model.model) if words and not refused(words, step.says) else None


def _told(scene: Scene, step: Step) -> list[tuple[str, str]]:
    """What the model is told. Nothing of it was typed by whoever plays."""
    asked = (
        "You speak as a customer in a role play for training. Say the one line below in other words, as this person"
        " would say it in this mood. Keep its meaning, its facts, its length and its question; most of its words may"
        " stay. Add nothing: no number, time, name, promise, thanks or threat that is not in it. English, plain text,"
        " no quotation marks. Answer with the line only."
    )
    mood = step.after.feeling.mood.value
    return [("system", asked), ("user", f"The customer: {scene.who}\nMood: {mood}\nThe line: {step.says}")]


def refused(words: str, written: str) -> str:
    """Why these words do not stand for the written line; "" when they do."""
    return next((why for why, wrong in _CHECKS.items() if wrong(words, written)), "")


def _is_english(written: str) -> bool:
    return any(one in ENGLISH for one in _low(written.replace("’", "'")))


def _too_long(words: str, written: str) -> bool:
    return len(words) > min(LONGEST, len(written) * 3 // 2 + 30)


def _not_plain(words: str, written: str) -> bool:
    return not _PLAIN.fullmatch("".join(one for one in words if one not in written))


def _not_same_kind(words: str, written: str) -> bool:
    """A question stays one, nothing is shouted."""
    louder = words.count("!") > written.count("!") or bool(set(_SHOUTED.findall(words)) - set(_words(written)))
    return louder or ("?" in words) != ("?" in written)


def _states_other(words: str, written: str) -> bool:
    """Numbers, amounts, times, names, deeds and gifts: all of them, and no others."""
    # Where a sentence begins every word has a capital, and a name looks like any other.
    known = _stems(written)
    names = any(one[0].isupper() and one.lower() not in COMMON and _stem(one.lower()) not in known
                for one in _words(words))  # fmt: skip
    return names or _beyond(words, written) or _beyond(written, words)


def _beyond(words: str, written: str) -> bool:
    return bool(unbacked(words, Grounds(text=written), language="en", now=DAY, zone=_ZONE))


def _means_other(words: str, written: str) -> bool:
    """At least half of what the line is about stays, and little comes to it; no and yes stay what they are."""
    before, after = _content(written), _content(words)
    kept, new = len(before & after), len(after - before)
    said = [[one in NEGATIONS or one.endswith(("n't", "n’t")) for one in _low(text)] for text in (words, written)]
    return 2 * kept < len(before) or new > max(2, len(before) // 2) or said[0].count(True) != said[1].count(True)


def _vows_more(words: str, written: str) -> bool:
    return sum(map(_vows, _low(words))) > sum(map(_vows, _low(written)))


def _vows(word: str) -> bool:
    return word in VOWS or word.endswith(("'ll", "’ll"))


def _feels_other(words: str, written: str) -> bool:
    """Warm and cold words are those of the line: none of another kind, and not none of them."""
    for kind in (WARM, COLD):
        before, after = (_stems(text) & kind for text in (written, words))
        if after - before or (before and not after):
            return True
    return False


_CHECKS = {
    "It is too long.": _too_long,
    "It is not plain English text.": _not_plain,
    "It asks or shouts where the line does not, or the other way round.": _not_same_kind,
    "It states what the line does not, or leaves out what it states.": _states_other,
    "It means something else.": _means_other,
    "It promises something.": _vows_more,
    "It is in another mood.": _feels_other,
}


def _words(text: str) -> Iterator[str]:
    return (one[0] for one in _WORD.finditer(text))


def _low(text: str) -> list[str]:
    return [one.lower() for one in _words(text)]


def _stem(word: str) -> str:
    return _ENDINGS.sub("", word) if len(word) > 3 else word


def _stems(text: str) -> set[str]:
    return {_stem(one) for one in _low(text)}


def _content(text: str) -> set[str]:
    return {_stem(one) for one in _low(text) if one not in COMMON}


def read_voiced(kept: Mapping[str, list[str]]) -> dict[int, Voiced]:
    """What was phrased in a play, by the number of the move, as it was kept."""
    return {int(number): Voiced(*one) for number, one in kept.items()}
