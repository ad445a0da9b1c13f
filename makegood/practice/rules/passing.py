"""When a scene counts as passed, and how far somebody is with what was assigned. Pure."""

from __future__ import annotations

from enum import StrEnum

from makegood.practice.rules.values import End

PASSED = (End.CONTENT, End.DELIGHTED)
"""A try passes when it ends with the customer content or delighted."""
BASICS = ("blue-trousers", "late-unit", "silent-alarm")
"""The basic scenes where an organisation has not picked its own."""


class Stage(StrEnum):
    """How far somebody is with a scene that was assigned to them."""

    NOT_BEGUN = "not_begun"
    BEGUN = "begun"
    PLAYED = "played"
    PASSED = "passed"


def stage(*, plays: int, begun: bool, passed: bool) -> Stage:
    """How far they are: `plays` are tries played to an end, `begun` says that one is under way."""
    if passed:
        return Stage.PASSED
    if plays:
        return Stage.PLAYED
    return Stage.BEGUN if begun else Stage.NOT_BEGUN
