"""Facts that came before their promise: kept until the rest is told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q

from makegood.promises.facts import Due, Known, Sighting
from makegood.promises.models import Held

Key = tuple[str, str]
_INSTANTS = frozenset({"made_at", "forecast_at", "kept_at", "withdrawn_at"})


def load(keys: Collection[Key]) -> dict[Key, Known]:
    """What is held under these keys, locked."""
    sources = {source for source, _ in keys}
    wanted = Q()
    for source in sources:
        wanted |= Q(source=source, reference__in=[reference for name, reference in keys if name == source])
    if not sources:
        return {}
    rows = Held.objects.select_for_update().filter(wanted).order_by("id")
    return {(row.source, row.reference): _thawed(row.known) for row in rows}


def keep(news: Mapping[Key, Known], *, now: datetime) -> None:
    """Hold what is known, replacing what was held before."""
    Held.objects.bulk_create(
        [
            Held(source=source, reference=reference, known=_frozen(known), since=now)
            for (source, reference), known in sorted(news.items())
        ],
        update_conflicts=True,
        unique_fields=["source", "reference"],
        update_fields=["known"],
    )


def drop(keys: Collection[Key]) -> None:
    """Forget what was held: its promise stands now."""
    for source, reference in keys:
        Held.objects.filter(source=source, reference=reference).delete()


def _frozen(known: Known) -> dict[str, list[Any]]:
    return {name: [_plain(seen.value), seen.seen_at.isoformat()] for name, seen in known.sightings.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Due):
        return [value.at.isoformat(), value.on.isoformat() if value.on else None]
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _thawed(known: Mapping[str, list[Any]]) -> Known:
    return Known(
        {name: Sighting(_value(name, value), datetime.fromisoformat(seen)) for name, (value, seen) in known.items()}
    )


def _value(name: str, value: Any) -> Any:
    if name == "due":
        return Due(datetime.fromisoformat(value[0]), date.fromisoformat(value[1]) if value[1] else None)
    if name in _INSTANTS:
        return datetime.fromisoformat(value)
    return Decimal(value) if name == "amount" else value
