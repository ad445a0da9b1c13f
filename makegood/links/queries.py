"""Reading links: by the token that a customer holds, and for staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from makegood.cases.queries.seeing import unknown_case, visible
from makegood.links.models import Link
from makegood.links.rules import LinkState, expires_at, is_token, state_of
from makegood.people.queries import token_digest
from makegood.people.rules import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFacts:
    """A link. Instants are aware UTC; `given_at` is when staff said they had given it, `given_by` the way they did,
    `expires_at` None while its case is open."""

    id: int
    case: int
    customer_id: int
    customer_name: str
    made_at: datetime
    made_by: str
    given_at: datetime | None
    given_by: str
    opened_at: datetime | None
    revoked_at: datetime | None
    expires_at: datetime | None
    state: LinkState


def link_by_token(token: str, *, now: datetime) -> LinkFacts | None:
    """The link that a token opens, whatever its state; None for a stranger's."""
    if not is_token(token):
        return None
    row = Link.objects.select_related("case__customer").filter(digest=token_digest(token)).first()
    return None if row is None else _facts(row, now)


def links_of(scope: Scope, number: int, *, now: datetime) -> tuple[LinkFacts, ...]:
    """The links to a case, the newest first. Raises Refusal "case.unknown" for one that may not be seen."""
    if not visible(scope).filter(pk=number).exists():
        raise unknown_case()
    rows = Link.objects.select_related("case__customer").filter(case_id=number)
    return tuple(_facts(row, now) for row in rows)


def _facts(row: Link, now: datetime) -> LinkFacts:
    return LinkFacts(
        id=row.pk, case=row.case_id, customer_id=row.case.customer_id, customer_name=row.case.customer.name,
        made_at=row.made_at, made_by=row.made_by, given_at=row.given_at, given_by=row.given_by,
        opened_at=row.opened_at, revoked_at=row.revoked_at,
        expires_at=expires_at(row.made_at, row.case.closed_at),
        state=state_of(row.made_at, row.case.closed_at, row.revoked_at, now=now),
    )  # fmt: skip
