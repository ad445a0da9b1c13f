"""Whether a scene can be played to every end: all moods, ends and options are searched for. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
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


class Checked(NamedTuple):
    """What a check found: the ends and moods that were reached, and what is wrong, in sentences."""

    ends: frozenset[End]
    moods: frozenset[Mood]
    wrong: tuple[str, ...]


def check(scene: Scene) -> Checked:
    """Search the scene in every role, with and without a second failure, and play both of its dialogues."""
    ends: set[End] = set()
    moods: set[Mood] = set()
    wrong: list[str] = []
    for role in GRADES:
        found = _reached(Play(scene, role))
        ends |= found.ends
        moods |= found.moods
        wrong += [f"As {role.value} the end “{end.value}” cannot be reached." for end in End if end not in found.ends]
        wrong += [f"As {role.value} they are never {mood.value}." for mood in Mood if mood not in found.moods]
    if scene.second and End.CONTENT not in _reached(Play(scene, Grade.LEAD, second=True)).ends:
        wrong.append("After the second failure nobody can be content again.")
    return Checked(frozenset(ends), frozenset(moods), (*wrong, *_dialogues(scene)))


def _dialogues(scene: Scene) -> Iterator[str]:
    good, bare = outcome(scene, good=True), outcome(scene, good=False)
    if good not in (End.CONTENT, End.DELIGHTED):
        yield f"The dialogue `with` does not end well, but {_said(good)}."
    if bare is not End.LOST:
        yield f"The dialogue `without` does not end lost, but {_said(bare)}."


def _said(end: End | None) -> str:
    return end.value if end else "without an end"


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
