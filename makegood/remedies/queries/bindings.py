"""Which policies are bound to which kinds of promise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from makegood.kernel.refusals import Refusal, missing
from makegood.kernel.texts import nearest
from makegood.remedies.models import Binding as Row
from makegood.remedies.rules.bindings import Binding


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
    newest = map(_facts, Row.objects.order_by("slug", "-number").distinct("slug"))
    return tuple(sorted(newest, key=lambda one: (one.retired, one.slug)))


def binding_named(slug: str) -> BindingFacts:
    """A binding as it stands. Raises Refusal "binding.unknown"."""
    newest = Row.objects.filter(slug=slug).order_by("-number").first()
    if newest is None:
        raise unknown_binding(slug)
    return _facts(newest)


def binding_versions(slug: str) -> tuple[BindingFacts, ...]:
    """A binding as it stood after each change, the newest first."""
    return tuple(map(_facts, Row.objects.filter(slug=slug).order_by("-number")))


def unknown_binding(slug: str) -> Refusal:
    """The refusal of a name that no binding has."""
    near = nearest(slug, Row.objects.values_list("slug", flat=True).distinct())
    advice = f" Did you mean {near}?" if near else ""
    return missing("binding.unknown", f"There is no binding {slug}.{advice}")


def _facts(row: Row) -> BindingFacts:
    return BindingFacts(
        slug=row.slug, number=row.number, binding=msgspec.convert(row.content, Binding), source=row.source,
        note=row.note, retired=row.retired, saved_by=row.saved_by, saved_at=row.saved_at,
    )  # fmt: skip
