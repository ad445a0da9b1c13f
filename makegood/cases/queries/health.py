"""How much work there is, in figures for monitors."""

from __future__ import annotations

from dataclasses import dataclass

from makegood.platform.rows import fetch_rows

_STANDING = """
SELECT count(*), count(*) FILTER (WHERE taken_at IS NULL),
       (SELECT count(*) FROM cases_escalation WHERE taken_at IS NULL)
FROM cases_case WHERE closed_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Cases that are open, those of them that nobody has taken yet, and escalations that nobody has answered."""

    open: int
    not_taken: int
    escalations: int


def standing() -> Standing:
    """How the cases stand. Costs what is open, not what was."""
    return Standing(*fetch_rows(_STANDING, ())[0])
