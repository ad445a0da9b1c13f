"""How trust and anger went, as two lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from makegood.practice.rules.values import Feeling

WIDE, HIGH, EDGE = 640, 120, 8


class Course(NamedTuple):
    """The points of two lines in a drawing of `wide` by `high`, where they end, and where each move stands."""

    wide: int
    high: int
    trust: str
    anger: str
    ends: tuple[tuple[int, int], tuple[int, int]]
    moves: tuple[int, ...]


def course(feelings: Sequence[Feeling]) -> Course:
    """The course of a try, from the customer's first words on."""
    gap = (WIDE - 2 * EDGE) / max(1, len(feelings) - 1)
    across = [round(EDGE + place * gap) for place in range(len(feelings))]

    def points(name: str) -> list[tuple[int, int]]:
        return [(x, _down(getattr(one, name))) for x, one in zip(across, feelings, strict=True)]

    trust, anger = points("trust"), points("anger")
    return Course(WIDE, HIGH, _joined(trust), _joined(anger), (trust[-1], anger[-1]), tuple(across))


def _down(value: int) -> int:
    return round(HIGH - EDGE - value / 100 * (HIGH - 2 * EDGE))


def _joined(points: Sequence[tuple[int, int]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
