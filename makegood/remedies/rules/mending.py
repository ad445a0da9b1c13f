"""What the coach says of a text, with words of this case to put instead of a fault, or to begin with. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from makegood.cases.rules import CONVERSATION, Step
from makegood.conversation.coach import Context, Finding, Reading, read
from makegood.conversation.coach.rulebook import rulebook
from makegood.conversation.coach.sentences import Sentence, sentences

PARTS: Mapping[str, frozenset[str]] = {
    "own": frozenset({"own"}),
    "listen": frozenset({"listen"}),
    "empathise": frozenset({"empathise"}),
    "apologise": frozenset({"apologise"}),
    "repair": frozenset({"repair", "when"}),
    "ask": frozenset({"ask"}),
}
"""What a good message has, in its order, and which elements each part needs: a repair without a time is half of one."""
_STEP_OF = {
    "own": Step.OWN, "listen": Step.LISTEN, "empathise": Step.EMPATHISE, "apologise": Step.APOLOGISE,
    "repair": Step.REFOCUS, "when": Step.REFOCUS,
}  # fmt: skip
_INSTEAD = {
    "blames-customer": Step.EMPATHISE, "blames-colleague": Step.APOLOGISE, "conditional-apology": Step.APOLOGISE,
    "formula": Step.EMPATHISE, "passive-evasion": Step.APOLOGISE, "hands-back": Step.REFOCUS,
    "asks-customer-to-solve": Step.REFOCUS, "dead-end": Step.REFOCUS, "undated-promise": Step.REFOCUS,
}  # fmt: skip
"""The line of the plan that stands in the place of a fault."""
_LEFT_OUT = frozenset({"justifies", "long-explanation", "repeat-apology", "empty-promise"})
"""What is better not said at all."""
_OF_THE_WHOLE = "dead-end"
"""A single line has no next step, and that is no fault of it."""


class Mend(NamedTuple):
    """A fault, the sentence that it stands in (`text[start:end]`), and what may be put there: "" leaves it out, None
    when nothing can be said without knowing more."""

    finding: Finding
    start: int
    end: int
    words: str | None


class Open(NamedTuple):
    """The first part that a text does not have, by its element, and words to begin it with."""

    code: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the coach found: which `parts` are there, what there is to mend, what is open first, which steps of the
    conversation it takes."""

    parts: tuple[str, ...]
    mends: tuple[Mend, ...]
    open: Open | None
    steps: tuple[Step, ...]


def hear(text: str, *, language: str, context: Context, lines: Mapping[Step, str]) -> Heard | None:
    """What the coach says of a text, with the lines of the plan as words to use; None while there is nothing to judge.

    Words that have a fault themselves are never proposed. Raises Refusal("coach.language").
    """
    cut = sentences(text, rulebook(language).frame)
    if not cut:
        return None
    reading = read(text, language=language, context=context)
    found = reading.codes | ({"apologise"} if context.apologies else set())
    sound = _Sound(language, context, lines)
    return Heard(
        parts=tuple(part for part, needs in PARTS.items() if needs <= found),
        mends=tuple(_mends(text, cut, reading.faults, sound)),
        open=_open(found, reading, sound),
        steps=tuple(step for step in CONVERSATION if any(_STEP_OF.get(code) is step for code in reading.codes)),
    )


class _Sound:
    """The lines of a plan as far as the coach finds nothing wrong with them."""

    def __init__(self, language: str, context: Context, lines: Mapping[Step, str]) -> None:
        self._language, self._context, self._lines = language, context, lines
        self._known: dict[Step, str] = {}
        self.apologised = context.apologies > 0

    def line(self, step: Step) -> str:
        """The line for a step, "" when there is none or none that is sound."""
        if step not in self._known:
            words = self._lines.get(step, "")
            faults = read(words, language=self._language, context=self._context).faults
            self._known[step] = words if all(one.code == _OF_THE_WHOLE for one in faults) else ""
        return self._known[step]


def _mends(text: str, cut: Sequence[Sentence], faults: Iterable[Finding], sound: _Sound) -> Iterable[Mend]:
    for one in faults:
        start = next((s.start for s in reversed(cut) if s.start <= one.start), one.start)
        end = next((s.end for s in cut if s.end >= one.end), one.end)
        yield Mend(one, start, end, _instead(one.code, text, sound))


def _instead(code: str, text: str, sound: _Sound) -> str | None:
    step = _INSTEAD.get(code)
    if code in _LEFT_OUT or (step is Step.APOLOGISE and sound.apologised):
        return ""
    words = sound.line(step) if step else ""
    if words and words in text:
        return ""
    return words or None


def _open(found: Iterable[str], reading: Reading, sound: _Sound) -> Open | None:
    missing = next((code for needs in PARTS.values() for code in sorted(needs) if code not in found), None)
    if missing is None:
        return None
    begun = sound.line(_STEP_OF[missing]) if missing in _STEP_OF else ""
    usual = next((one.better for one in reading.missing if one.code == missing), "")
    return Open(missing, begun or (usual if missing == "ask" else ""))
