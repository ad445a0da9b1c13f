"""The one plan of an incident: what is said, what is given, and who gets a person. Pure."""

from __future__ import annotations

from typing import Any

import msgspec

from makegood.incidents.rules.giving import Gift
from makegood.incidents.rules.judging import Line
from makegood.incidents.rules.saying import Words


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What everybody is told and given, and from where on somebody gets a full case. `gives_owed` says that what rules
    owe to each is given along with the message."""

    words: Words = Words()
    gift: Gift | None = None
    line: Line = Line()
    gives_owed: bool = False


def stored(part: msgspec.Struct) -> Any:
    """A plan or a filter as a column keeps it."""
    return msgspec.to_builtins(part)


def plan_of(stored: Any) -> Plan:
    """The plan that a column keeps."""
    return msgspec.convert(stored, Plan, strict=False)
