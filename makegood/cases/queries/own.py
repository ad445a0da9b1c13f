"""Whose a case is."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from makegood.platform.among import array_of
from makegood.platform.rows import fetch_rows


def owners_of(numbers: Collection[int]) -> Mapping[int, int]:
    """Who owns each of these cases."""
    asked = "SELECT id, owner_id FROM cases_case WHERE id = ANY(%s::bigint[])"
    return dict(fetch_rows(asked, [array_of(numbers)])) if numbers else {}
