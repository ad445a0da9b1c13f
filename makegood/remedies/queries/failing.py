"""Of which kind a case's failure is: what a person named it, else what what is known of it suggests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from makegood.cases.rules import FailureClass
from makegood.platform.among import array_of
from makegood.platform.rows import fetch_rows
from makegood.remedies.rules.fit import FailureKind, failure_kind


class Judged(NamedTuple):
    """A kind of failure, and whether a person said so."""

    kind: FailureKind
    is_named: bool


_KNOWN = """
SELECT c.id, n.kind, k.slug, concat_ws(' ', c.title, c.harm, string_agg(f.what, ' ' ORDER BY f.at, f.id)),
       (array_agg(f.failure_class ORDER BY f.at, f.id))[1],
       c.ordinal > 1 OR EXISTS (SELECT FROM cases_escalation e WHERE e.case_id = c.id)
FROM cases_case c
JOIN promises_kind k ON k.id = c.kind_id
LEFT JOIN cases_failure f ON f.case_id = c.id
LEFT JOIN remedies_namedfailure n ON n.case_id = c.id
WHERE c.id = ANY(%s::bigint[]) GROUP BY c.id, k.slug, n.kind
"""


def failure_in(number: int) -> Judged:
    """Of which kind the failure of a case is that exists and may be seen."""
    return failures_in([number])[number]


def failures_in(numbers: Iterable[int]) -> dict[int, Judged]:
    """The same for many cases, by number."""
    return {number: _judged(*known) for number, *known in fetch_rows(_KNOWN, [array_of(numbers)])}


def _judged(named: str | None, promise: str, words: str, failure_class: str | None, second: bool) -> Judged:
    if named:
        return Judged(FailureKind(named), True)
    known = FailureClass(failure_class) if failure_class else None
    return Judged(failure_kind(promise=promise, failure_class=known, words=words, second=second), False)
