"""Which policies are bound to which kinds of promise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from makegood.kernel.refusals import Refusal, missing
from makegood.kernel.texts import nearest
from makegood.remedies.models import Binding as Row
from makegood.remedies.rules.bindings import Binding

_IN_FORCE = """
SELECT DISTINCT ON (slug) slug, number, content::text, source, note, retired, saved_by, saved_at
FROM remedies_binding {where} ORDER BY slug, number DESC
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingFacts:
    """A version of a binding: as values, and as the text it was written in."""

    slug: str
    number: int
    binding: Binding
    source: str
    note: str
    retired: bool
    saved_by: str
    saved_at: datetime


def bindings() -> tuple[BindingFacts, ...]:
    """Every binding as it stands, those in force first, then by name."""
    found = _read("", [])
    return tuple(sorted(found, key=lambda one: (one.retired, one.slug)))


def binding_named(slug: str) -> BindingFacts:
    """A binding as it stands. Raises Refusal "binding.unknown"."""
    found = _read("WHERE slug = %s", [slug])
    if not found:
        raise unknown_binding(slug)
    return found[0]


def binding_versions(slug: str) -> tuple[BindingFacts, ...]:
    """A binding as it stood after each change, the newest first."""
    rows = Row.objects.filter(slug=slug).order_by("-number")
    return tuple(
        _facts(
            row.slug, row.number, msgspec.json.encode(row.content).decode(), row.source, row.note, row.retired,
            row.saved_by, row.saved_at,
        )
        for row in rows
    )  # fmt: skip


def unknown_binding(slug: str) -> Refusal:
    """The refusal of a name that no binding has."""
    near = nearest(slug, Row.objects.values_list("slug", flat=True).distinct())
    advice = f" Did you mean {near}?" if near else ""
    return missing("binding.unknown", f"There is no binding {slug}.{advice}")


def _read(where: str, values: list[Any]) -> list[BindingFacts]:
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE.format(where=where), values)
        return [_facts(*row) for row in cursor.fetchall()]


def _facts(
    slug: str, number: int, content: str, source: str, note: str, retired: bool, saved_by: str, saved_at: datetime
) -> BindingFacts:  # fmt: skip
    return BindingFacts(
        slug=slug, number=number, binding=msgspec.json.decode(content, type=Binding), source=source, note=note,
        retired=retired, saved_by=saved_by, saved_at=saved_at,
    )  # fmt: skip
