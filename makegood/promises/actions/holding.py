"""Facts that came before their promise: kept until the rest is told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from makegood.platform.rows import fetch_rows
from makegood.promises.facts import Due, Known
from makegood.promises.models import Held

Key = tuple[str, str]
_INSTANTS = frozenset({"made_at", "forecast_at", "kept_at", "withdrawn_at"})


_LOAD = """
SELECT source, reference, known FROM promises_held
WHERE (source, reference) IN (SELECT * FROM json_to_recordset(%s::json) AS k (source text, reference text))
ORDER BY id FOR UPDATE
"""


def load(keys: Collection[Key]) -> dict[Key, Known]:
    """What is held under these keys, locked."""
    wanted = [{"source": source, "reference": reference} for source, reference in keys]
    rows = fetch_rows(_LOAD, [msgspec.json.encode(wanted).decode()])
    return {(source, reference): _thawed(known) for source, reference, known in rows}


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
    return {name: [_plain(value), _told(known.seen.get(name))] for name, value in known.values.items()}


def _told(seen_at: datetime | None) -> str | None:
    return None if seen_at is None else seen_at.isoformat()


def _plain(value: Any) -> Any:
    if isinstance(value, Due):
        return [value.at.isoformat(), value.on.isoformat() if value.on else None]
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _thawed(known: Mapping[str, list[Any]]) -> Known:
    return Known(
        {name: _value(name, value) for name, (value, _) in known.items()},
        {name: datetime.fromisoformat(seen) for name, (_, seen) in known.items() if seen},
    )


def _value(name: str, value: Any) -> Any:
    if name == "due":
        return Due(datetime.fromisoformat(value[0]), date.fromisoformat(value[1]) if value[1] else None)
    if name in _INSTANTS:
        return datetime.fromisoformat(value)
    return Decimal(value) if name == "amount" else value
