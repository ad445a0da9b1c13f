"""What a play is told afterwards: every line with its steps and faults marked, what moved, and better lines. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from makegood.conversation.coach import ELEMENTS
from makegood.practice.rules.engine import Play, begin
from makegood.practice.rules.hearing import clock, perform
from makegood.practice.rules.moves import Leave, Look, Mark, Move, Say, Wait
from makegood.practice.rules.scene_file import scene_of
from makegood.practice.rules.standing import Shift, Standing, Step
from makegood.practice.rules.values import Feeling, Line, Scene
from makegood.practice.rules.voicing import Voiced

FIVE = ("own", "listen", "empathise", "apologise", "refocus")
_FAULTS_KEPT = 3


class Piece(NamedTuple):
    """Words of a line, and what they were found to be: "element", "fault" or "" with the code."""

    words: str
    kind: str
    code: str


class Told(NamedTuple):
    """A fault: its code, the words, why it is one, and what to say instead."""

    code: str
    words: str
    why: str
    better: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One move as it is shown: what was said or done, marked, what it moved, the answer, and a better line ("" when it
    needs none). `clock` is the scene's time when it began. Where a model phrased the answer, `voice` is its name and
    `written` the line that it stands for; both are "" else."""

    number: int
    kind: str
    clock: str
    text: str
    pieces: tuple[Piece, ...]
    done: str
    faults: tuple[Told, ...]
    shifts: tuple[Shift, ...]
    feeling: Feeling
    says: str
    written: str
    voice: str
    better: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A play looked back at: its turns, the five steps that were taken, and how it stands at the end."""

    turns: tuple[Turn, ...]
    steps: frozenset[str]
    missing: tuple[str, ...]
    begins: Feeling
    standing: Standing


def review(
    play: Play, steps: Sequence[Step], better: Sequence[Say] = (), voiced: Mapping[int, Voiced] | None = None
) -> Review:
    """Look back at a play; `better` are lines of the same scene that went well, `voiced` answers that were heard in
    other words, by the number of the move."""
    heard = voiced or {}
    last = steps[-1].after if steps else begin(play)
    taken = _taken(steps)
    return Review(
        turns=tuple(_turn(play.scene, number, one, better, heard.get(number)) for number, one in enumerate(steps, 1)),
        steps=taken, missing=tuple(one for one in FIVE if one not in taken), begins=begin(play).feeling, standing=last,
    )  # fmt: skip


def _taken(steps: Iterable[Step]) -> frozenset[str]:
    codes = {code for one in steps if isinstance(one.move, Say) for code in one.move.codes}
    given = any(one.after.given for one in steps)
    return frozenset(codes & set(FIVE)) | ({"refocus"} if given or "repair" in codes else frozenset())


def _turn(scene: Scene, number: int, one: Step, better: Sequence[Say], voiced: Voiced | None) -> Turn:
    move = one.move
    say = move if isinstance(move, Say) else None
    # What fails a second time is no fault of these words.
    own = [shift for shift in one.shifts if shift.cause != "second-failure"]
    weak = say is not None and (any(shift.trust < 0 for shift in own) or not any(shift.trust > 0 for shift in own))
    return Turn(
        number=number, kind=type(move).__name__.lower(), clock=clock(scene, one.before.minute),
        text=say.text if say else "", pieces=_pieces(say) if say else (), done=_done(scene, move),
        faults=tuple(_faults(say)) if say else (), shifts=one.shifts, feeling=one.after.feeling,
        says=voiced.words if voiced else one.says, written=one.says if voiced else "",
        voice=voiced.model if voiced else "",
        better=_better(one, say, better) if say and weak else "",
    )  # fmt: skip


def _done(scene: Scene, move: Move) -> str:
    match move:
        case Say():
            option = scene.option(move.give)
            return option.label if option else ""
        case Look():
            fact = scene.fact(move.fact)
            return f"{fact.label}. {fact.tells}" if fact else ""
        case Wait():
            return "Waited until what was promised." if move.until_due else f"Waited {move.minutes} minutes."
        case Leave():
            return "Ended the conversation."


def _pieces(say: Say) -> tuple[Piece, ...]:
    """The line cut where marks begin and end; where two overlap, a fault is shown before an element."""
    cuts = sorted({0, len(say.text), *(at for one in say.marks for at in (one.start, one.end))})
    pieces = []
    for start, end in pairwise(cuts):
        over = [one for one in say.marks if one.start <= start and one.end >= end]
        mark = min(over, key=_weight, default=None)
        kind = "" if mark is None else ("element" if mark.code in ELEMENTS else "fault")
        pieces.append(Piece(say.text[start:end], kind, mark.code if mark else ""))
    return tuple(pieces)


def _weight(one: Mark) -> tuple[bool, int]:
    return one.code in ELEMENTS, one.end - one.start


def _faults(say: Say) -> Iterable[Told]:
    faults = [one for one in say.marks if one.code not in ELEMENTS]
    for one in faults[:_FAULTS_KEPT]:
        yield Told(one.code, " ".join(one.words.split()), one.why, one.better)


def _better(one: Step, say: Say, better: Sequence[Say]) -> str:
    """The first good line of the scene with something that the customer had not heard yet: what was its turn. "" where
    it was said already."""
    said = next((line for line in better if line.codes - one.before.heard), better[-1] if better else None)
    return said.text if said and said.text != say.text else ""


class Dialogues(NamedTuple):
    """The two dialogues of a scene, played as an agent: with a system and without one."""

    good: tuple[Step, ...]
    bare: tuple[Step, ...]

    @property
    def lines(self) -> tuple[Say, ...]:
        """What was said where it went well."""
        return tuple(one.move for one in self.good if isinstance(one.move, Say))


@lru_cache(maxsize=64)
def dialogues(text: str) -> Dialogues:
    """Both dialogues of the scene that is written in a text, played to their ends."""
    scene = scene_of(text)
    play, leave = Play(scene), Line(leave=True)
    return Dialogues(perform(play, (*scene.good, leave)), perform(play, (*scene.bare, leave)))
