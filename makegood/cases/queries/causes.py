"""The tree of causes."""

from __future__ import annotations

from dataclasses import dataclass

from makegood.platform.rows import fetch_rows


@dataclass(frozen=True, slots=True)
class CauseFacts:
    """A cause and what it belongs under ("" at the top)."""

    slug: str
    name: str
    parent: str


# Asked for every open case: by hand, because putting the statement together took longer than asking it.
_CAUSES = """
SELECT c.slug, c.name, coalesce(p.slug, '') FROM cases_cause c LEFT JOIN cases_cause p ON p.id = c.parent_id
ORDER BY c.name
"""


def causes() -> tuple[CauseFacts, ...]:
    """Every cause, those of one parent together, parents first."""
    found = [CauseFacts(*row) for row in fetch_rows(_CAUSES, ())]
    tops = [one for one in found if not one.parent]
    return tuple(one for top in tops for one in (top, *(child for child in found if child.parent == top.slug)))
