"""Which promises a filter finds: how many, a few of them, and what they have in common."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import msgspec

from makegood.incidents.rules.narrowing import Narrow
from makegood.incidents.rules.suggesting import is_plain
from makegood.people.rules import Scope
from makegood.promises.queries import (
    LedgerFilter,
    PromiseFacts,
    attributes_in,
    count_open,
    ledger,
    whom_it_concerns,
)

MOST = 50_000
"""How many promises one incident can hold."""
_SAMPLE, _LOOKED_AT, _SHOWN = 8, 2_000, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """A value that many of the promises found share."""

    name: str
    value: str
    many: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a filter finds now: how many (up to `MOST`), the first of them, and what they have in common."""

    many: int
    sample: tuple[PromiseFacts, ...]
    common: tuple[Common, ...]


def narrow_of(stored: Any) -> Narrow:
    """The filter that a column keeps."""
    return msgspec.convert(stored, Narrow, strict=False)


def ledger_filter(narrow: Narrow) -> LedgerFilter:
    """The same filter in the ledger's words."""
    return LedgerFilter(
        states=narrow.states, kind=narrow.kind, source=narrow.source, due_from=narrow.due_from,
        due_before=narrow.due_before, forecast_from=narrow.forecast_from, forecast_before=narrow.forecast_before,
        references=narrow.references, attributes=narrow.attributes, words=narrow.words, to_customers=True,
    )  # fmt: skip


def look(scope: Scope, narrow: Narrow) -> Found:
    """What a filter finds, for somebody who would open an incident of it."""
    asked = ledger_filter(narrow)
    many = count_open(scope, asked, at_most=MOST)
    sample = ledger(scope, asked, limit=_SAMPLE).rows if many else ()
    return Found(many=many, sample=sample, common=_common(scope, narrow) if many else ())


def _common(scope: Scope, narrow: Narrow) -> tuple[Common, ...]:
    """The values that most of the promises share and that do not narrow yet, the most frequent first."""
    fixed = {name for name, _ in narrow.attributes}
    seen: Counter[tuple[str, str]] = Counter()
    for attributes in attributes_in(scope, ledger_filter(narrow), at_most=_LOOKED_AT):
        seen.update((name, str(value)) for name, value in attributes.items() if is_plain(value) and name not in fixed)
    shared = [Common(name=name, value=value, many=many) for (name, value), many in seen.most_common(60) if many > 1]
    return tuple(shared[:_SHOWN])


def affected_now(scope: Scope, narrow: Narrow) -> list[tuple[int, int]]:
    """The promises that a filter finds, each with its customer."""
    return whom_it_concerns(scope, ledger_filter(narrow), at_most=MOST)
