"""When a file opens more cases than the people who are there could speak to. Pure."""

from __future__ import annotations

MANY, EACH = 50, 20
"""Fewer cases than these in all, or for each person, are a day's work."""


def floods(cases: int, people: int) -> bool:
    """Whether so many cases at once are more than so many people could begin with."""
    return cases >= MANY and cases >= EACH * max(1, people)
