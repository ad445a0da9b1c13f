"""The tree of causes."""

from __future__ import annotations

from dataclasses import dataclass

from makegood.cases.models import Cause


@dataclass(frozen=True, slots=True)
class CauseFacts:
    """A cause and what it belongs under ("" at the top)."""

    slug: str
    name: str
    parent: str


def causes() -> tuple[CauseFacts, ...]:
    """Every cause, those of one parent together, parents first."""
    rows = Cause.objects.select_related("parent").order_by("name")
    found = [CauseFacts(row.slug, row.name, row.parent.slug if row.parent else "") for row in rows]
    tops = [one for one in found if not one.parent]
    return tuple(one for top in tops for one in (top, *(child for child in found if child.parent == top.slug)))
