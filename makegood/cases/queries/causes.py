"""The tree of causes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from makegood.cases.causes import Controllability, Stability
from makegood.kernel.refusals import missing
from makegood.platform.rows import fetch_rows


@dataclass(frozen=True, slots=True)
class CauseFacts:
    """A cause and what it belongs under ("" at the top).

    `own_*` is what is said of itself, the others what holds: its own, or that of the cause above. `times` counts how
    often it was the cause of the last cases of a kind, 0 when no kind was asked for.
    """

    slug: str
    name: str
    parent: str
    own_controllability: str
    own_stability: str
    own_function: str
    controllability: Controllability | None
    stability: Stability | None
    function: str
    retired: bool
    times: int

    @property
    def ours(self) -> bool:
        """Whether we could have prevented it, at least in part."""
        return self.controllability is not Controllability.OUTSIDE


# Asked for every open case: by hand, because putting the statement together took longer than asking it.
_CAUSES = """
SELECT c.slug, c.name, coalesce(p.slug, ''), c.controllability, c.stability, c.function,
       coalesce(nullif(c.controllability, ''), p.controllability, ''),
       coalesce(nullif(c.stability, ''), p.stability, ''), coalesce(nullif(c.function, ''), p.function, ''),
       c.retired_at IS NOT NULL OR p.retired_at IS NOT NULL, coalesce(n.times, 0)
FROM cases_cause c LEFT JOIN cases_cause p ON p.id = c.parent_id
LEFT JOIN (
    SELECT cause_id, count(*) AS times FROM (
        SELECT cause_id FROM cases_case
        WHERE kind_id = (SELECT id FROM promises_kind WHERE slug = %(kind)s) AND cause_id IS NOT NULL
        ORDER BY id DESC LIMIT 200
    ) last GROUP BY cause_id
) n ON n.cause_id = c.id
ORDER BY c.position, c.name
"""


def causes(*, kind: str = "", retired: bool = False) -> tuple[CauseFacts, ...]:
    """Every cause, those of one parent together, parents first; `retired` those that are offered no more, too. With
    the slug of a `kind` of promise, how often each was the cause of its last cases."""
    found = [one for one in map(_facts, fetch_rows(_CAUSES, {"kind": kind})) if retired or not one.retired]
    tops = [one for one in found if not one.parent]
    return tuple(one for top in tops for one in (top, *(child for child in found if child.parent == top.slug)))


def likeliest(found: Iterable[CauseFacts], most: int = 4) -> tuple[CauseFacts, ...]:
    """Those of these causes that were it most often, at most so many."""
    return tuple(sorted((one for one in found if one.times), key=lambda one: -one.times)[:most])


def cause_named(slug: str) -> CauseFacts:
    """One cause, also one that is retired. Raises Refusal "cause.unknown"."""
    found = next((one for one in causes(retired=True) if one.slug == slug), None)
    if found is None:
        raise missing("cause.unknown", "There is no such cause.")
    return found


def _facts(row: tuple[Any, ...]) -> CauseFacts:
    told = dict(zip(_NAMES, row, strict=True))
    controllability, stability = told["controllability"], told["stability"]
    return CauseFacts(**told | {
        "controllability": Controllability(controllability) if controllability else None,
        "stability": Stability(stability) if stability else None,
    })  # fmt: skip


_NAMES = tuple(field.name for field in fields(CauseFacts))
