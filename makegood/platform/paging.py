"""A page of a long list by key, forwards and backwards: however far in, it costs what the first one does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

from makegood.kernel.refusals import invalid

M = TypeVar("M", bound=Model)
T = TypeVar("T")

Key = tuple[Any, int]
"""Where in a list a row stands: by what the list is ordered, and its id among those that are equal in that."""


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """The rows of a page in the order of the list, and whether there are others around them."""

    rows: Sequence[T]
    has_previous: bool
    has_next: bool

    def around(self, cursor: Callable[[T], str]) -> tuple[str, str]:
        """The cursors of the page before and of the page after, each "" where there is none."""
        if not self.rows:
            return "", ""
        return (
            cursor(self.rows[0]) if self.has_previous else "",
            cursor(self.rows[-1]) if self.has_next else "",
        )


def slice_of(
    rows: QuerySet[M, Any],
    by: str,
    read: Callable[[QuerySet[M, Any]], Sequence[T]],
    *,
    limit: int,
    after: Key | None = None,
    before: Key | None = None,
    descending: bool = False,
) -> Slice[T]:
    """The page of `rows`, ordered by the field `by` and then by id, that follows `after` or ends before `before`.

    A page that would begin the list but not fill it is the first page instead, so that going back ends where going
    forward began. `read` runs the query.
    """
    back = before is not None
    found = read(_beyond(rows, by, before or after, down=descending != back)[: limit + 1])
    more = len(found) > limit
    if not back:
        return Slice(found[:limit], after is not None, more)
    if not more:
        return slice_of(rows, by, read, limit=limit, descending=descending)
    return Slice(found[:limit][::-1], True, True)


def _beyond(rows: QuerySet[M, Any], by: str, key: Key | None, *, down: bool) -> QuerySet[M, Any]:
    """What lies on one side of a key, the nearest first."""
    ordered = rows.order_by(*(f"-{name}" if down else name for name in (by, "id")))
    if key is None:
        return ordered
    at, number = key
    side = "lt" if down else "gt"
    # The first condition is the one an index is entered by; the second only takes away what is equal.
    return ordered.filter(**{f"{by}__{side}e": at}).filter(Q(**{f"{by}__{side}": at}) | Q(**{f"id__{side}": number}))


@dataclass(frozen=True, slots=True)
class Numbers:
    """The ids of a page in the order of the list, and the cursors of those around it ("" where there is none)."""

    ids: Sequence[int]
    previous: str
    next: str


def numbers_by_instant(
    rows: QuerySet[M, Any], by: str, *, limit: int, after: str = "", before: str = "", descending: bool = False
) -> Numbers:
    """The page of a list ordered by an instant, as ids. Raises Refusal("page.bad_cursor")."""
    found: Slice[Key] = slice_of(
        rows, by, lambda part: list(part.values_list(by, "pk")), limit=limit, after=read_cursor(after),
        before=read_cursor(before), descending=descending,
    )  # fmt: skip
    return Numbers([number for _, number in found.rows], *found.around(lambda place: cursor_of(*place)))


def cursor_of(at: datetime, number: int) -> str:
    """Where a row stands in a list ordered by an instant, for `read_cursor`."""
    return f"{at.isoformat()}~{number}"


def read_cursor(text: str) -> Key | None:
    """Where a cursor stands, None for none. Raises Refusal("page.bad_cursor")."""
    if not text:
        return None
    at, _, number = text.partition("~")
    try:
        instant = datetime.fromisoformat(at)
        if instant.tzinfo is None or not 0 < int(number) < 2**63:
            raise ValueError
    except ValueError:
        raise invalid("page.bad_cursor", "Use the cursor that the page before gave, or none.", field="after") from None
    return instant, int(number)
