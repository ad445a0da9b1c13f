"""Whether a scene can be played to every end: all moods, ends and options are searched for. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from makegood.practice.rules.engine import Play, begin, step
from makegood.practice.rules.hearing import perform
from makegood.practice.rules.moves import Leave, Mark, Move, Say, Wait, Word
from makegood.practice.rules.values import GRADES, End, Grade, Line, Mood, Scene

MOST = 6000
"""Standings that are looked at before a search gives up."""
_TURNS = (
    ("own", "listen"), ("empathise", "apologise", "own"), ("repair", "when", "ask"), ("apologise",), ("ask",),
    ("hands-back",), ("blames-customer",), ("explain",),
)  # fmt: skip


class Wrong(NamedTuple):
    """What is wrong with a scene that can be read: an `end` or a `mood` that a `role` cannot reach, a `second` failure
    after which nobody is content, or a dialogue (`with`, `without`) and the `end` that it comes to."""

    what: str
    role: Grade | None = None
    end: End | None = None
    mood: Mood | None = None

    @property
    def sentence(self) -> str:
        """It in words."""
        match self.what:
            case "end":
                return f"As {self.role} the end “{self.end}” cannot be reached."
            case "mood":
                return f"As {self.role} they are never {self.mood}."
            case "second":
                return "After the second failure nobody can be content again."
            case "with":
                return f"The dialogue `with` does not end well, but {self.end or 'without an end'}."
            case _:
                return f"The dialogue `without` does not end lost, but {self.end or 'without an end'}."


class Checked(NamedTuple):
    """What a check found: the ends and moods that were reached, and what is wrong."""

    ends: frozenset[End]
    moods: frozenset[Mood]
    wrong: tuple[Wrong, ...]


def check(scene: Scene) -> Checked:
    """Search the scene in every role, with and without a second failure, and play both of its dialogues."""
    found = _searched(_bones(scene))
    return found._replace(wrong=(*found.wrong, *_dialogues(scene)))


@dataclass(frozen=True, slots=True)
class _Bones:
    """A scene without what moves nobody. Two are the same when they read the same."""

    reads: str
    scene: Scene = field(compare=False)


def _bones(scene: Scene) -> _Bones:
    """What a search depends on. Whoever writes a scene changes mostly words, and is told at once what they changed."""
    bare = replace(
        scene, id="", name="", trade="", level="", story="", about=(), customer="", who="", promise="", happened="",
        means="", remarkable="", briefs=dict.fromkeys(GRADES, ""), openings=dict.fromkeys(GRADES, ""), good=(), bare=(),
    )  # fmt: skip
    return _Bones(repr(bare), bare)


@lru_cache(maxsize=32)
def _searched(bones: _Bones) -> Checked:
    scene, ends, moods, wrong = bones.scene, set[End](), set[Mood](), list[Wrong]()
    for role in GRADES:
        found = _reached(Play(scene, role))
        ends |= found.ends
        moods |= found.moods
        wrong += [Wrong("end", role, end=end) for end in End if end not in found.ends]
        wrong += [Wrong("mood", role, mood=mood) for mood in Mood if mood not in found.moods]
    if scene.second and End.CONTENT not in _reached(Play(scene, Grade.LEAD, second=True)).ends:
        wrong.append(Wrong("second"))
    return Checked(frozenset(ends), frozenset(moods), tuple(wrong))


def _dialogues(scene: Scene) -> Iterator[Wrong]:
    good, bare = outcome(scene, good=True), outcome(scene, good=False)
    if good not in (End.CONTENT, End.DELIGHTED):
        yield Wrong("with", end=good)
    if bare is not End.LOST:
        yield Wrong("without", end=bare)


def outcome(scene: Scene, *, good: bool) -> End | None:
    """How one of the scene's two dialogues ends, at the latest when we leave."""
    steps = perform(Play(scene), (*(scene.good if good else scene.bare), Line(leave=True)))
    return steps[-1].after.end if steps else None


class _Reached(NamedTuple):
    ends: set[End]
    moods: set[Mood]


def _reached(play: Play) -> _Reached:
    """A search from the beginning, breadth first, until everything is found or enough was looked at."""
    first = begin(play)
    found, seen, queue = _Reached(set(), {first.feeling.mood}), {first}, deque([first])
    moves = tuple(_moves(play.scene))
    while queue and len(seen) < MOST and (len(found.ends) < len(End) or len(found.moods) < len(Mood)):
        now = queue.popleft()
        for move in moves:
            after = step(play, now, move).after
            found.moods.add(after.feeling.mood)
            if after.end:
                found.ends.add(after.end)
            elif after not in seen:
                seen.add(after)
                queue.append(after)
    return found


def _moves(scene: Scene) -> Iterator[Move]:
    for codes in _TURNS:
        yield spoken(*codes)
    for option in scene.options:
        yield spoken("own", "repair", "when", give=option.id)
        yield spoken("ask", give=option.id)
    yield spoken("own", "repair", call_in=min(30, scene.answer_within))
    yield Wait(minutes=15)
    yield Wait(until_due=True)
    yield Leave()


def spoken(*codes: str, give: str = "", call_in: int = 0) -> Say:
    """Words in which the coach would find these, in this order; `call_in` promises to speak in so many minutes."""
    promises = (Word(minutes=call_in, contact=True),) if call_in else ()
    return Say(
        text=" ".join(codes), marks=tuple(Mark(code=code, start=place) for place, code in enumerate(codes)), give=give,
        promises=promises,
    )  # fmt: skip
