"""What the customer says: the first of these that holds, in words of the scene, else in common ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from makegood.kernel.nodes import read, required
from makegood.practice.rules.moves import Look, Move, Say, Wait
from makegood.practice.rules.reactions import EFFECTS
from makegood.practice.rules.standing import Standing
from makegood.practice.rules.values import Fit, Scene

FAULTS = tuple(code for code, effect in EFFECTS.items() if effect.trust < 0)
ANSWERED = (
    "blames-customer", "dead-end", "hands-back", "asks-customer-to-solve", "blames-colleague", "justifies",
    "empty-promise", "conditional-apology", "formula", "unkept-fact", "repeat-apology", "undated-promise",
    "passive-evasion", "long-explanation", "asked-too-soon", "bare-apology", "promise-broken", "deed-late",
    "promise-kept", "promise-late", "waiting",
)  # fmt: skip
"""What a customer has an answer to, the weightiest first: the keys of a scene's `answers`."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What happened in a move: its events, the move, how it stood before, and what a wrong order made them say."""

    events: frozenset[str]
    move: Move
    before: Standing
    order_says: str


def answer(scene: Scene, now: Standing, heard: Heard) -> str:
    """The customer's words after a move; "" when they have nothing to say to it."""
    if now.end:
        return scene.ends[now.end]
    if "second" in heard.events and scene.second:
        return scene.second.says
    match heard.move:
        case Say():
            return _to_words(scene, now, heard, heard.move)
        case Look() | Wait():
            cost = next((one for one in ("promise-broken", "deed-late", "waiting") if one in heard.events), "")
            return _words(scene, cost) if cost else ""
    return ""


def _to_words(scene: Scene, now: Standing, heard: Heard, move: Say) -> str:
    worst = next((one for one in ANSWERED if one in heard.events and one in FAULTS and one != "waiting"), "")
    if worst:
        return _words(scene, worst)
    if heard.order_says:
        return heard.order_says
    parts = [*_parts(scene, heard, move)]
    if parts:
        return " ".join(parts)
    return _words(scene, "bare-apology") if "bare-apology" in heard.events else _mood(scene, now)


def _parts(scene: Scene, heard: Heard, move: Say) -> list[str]:
    """What was told, given, promised and asked is answered in one breath."""
    events, parts = heard.events, []
    if "listen" in events and "listen" not in heard.before.heard:
        parts.append(scene.tells)
    option = scene.option(move.give)
    if option and option.id not in heard.before.given:
        parts.append(scene.declines if option.fit is Fit.NONE else scene.accepts)
    if "promise-made" in events and not option:
        parts.append(scene.waits)
    if "promise-kept" in events and not parts:
        parts.append(_words(scene, "promise-kept"))
    return parts + _to_question(scene, heard)


def _to_question(scene: Scene, heard: Heard) -> list[str]:
    if "agreed" in heard.events:
        return [common()["agreed"]]
    return [common()["not-yet"]] if "not-yet" in heard.events else []


def _mood(scene: Scene, now: Standing) -> str:
    lines = scene.moods[now.feeling.mood]
    return lines[now.said % len(lines)]


def _words(scene: Scene, code: str) -> str:
    return scene.answers.get(code) or common()[code]


@cache
def common() -> Mapping[str, str]:
    """What any customer says to a thing that the scene has no words of its own for."""
    root = read(Path(__file__).parents[1] / "lines" / "en.yaml", "lines")
    entries = root.entries((*ANSWERED, "agreed", "not-yet"))
    return {
        key: required(root, entries, key, "what a customer says").text() for key in (*ANSWERED, "agreed", "not-yet")
    }
