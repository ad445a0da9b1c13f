"""Reading links to the insights, and who gets the report of every month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from makegood.kernel.refusals import missing
from makegood.people.queries import token_digest
from makegood.platform.rows import fetch_rows


@dataclass(frozen=True, slots=True)
class SharedFacts:
    """A link of one's own that leads somewhere still."""

    number: int
    address: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ReaderFacts:
    """Whether somebody gets the report by mail: since when, for which month the last was sent, and what went wrong."""

    since: datetime
    sent_for: date | None
    problem: str


def shared_address(token: str, now: datetime) -> str:
    """Where a link leads. Raises Refusal "share.unknown" for one that expired, was taken back, or never was."""
    asked = {"hash": token_digest(token), "now": now}
    found = fetch_rows(
        "SELECT address FROM measurement_sharedview WHERE token_hash = %(hash)s AND revoked_at IS NULL"
        " AND expires_at > %(now)s", asked,
    )  # fmt: skip
    if not found:
        raise missing("share.unknown", "This link has expired or was taken back. Ask whoever gave it to you.")
    return str(found[0][0])


def shared_by(staff_id: int, now: datetime) -> tuple[SharedFacts, ...]:
    """The links of a person that lead somewhere still, the newest first."""
    asked = {"who": staff_id, "now": now}
    rows = fetch_rows(
        "SELECT id, address, expires_at FROM measurement_sharedview WHERE made_by_id = %(who)s AND revoked_at IS NULL"
        " AND expires_at > %(now)s ORDER BY id DESC LIMIT 50", asked,
    )  # fmt: skip
    return tuple(SharedFacts(*row) for row in rows)


def reader(staff_id: int) -> ReaderFacts | None:
    """Whether somebody gets the report of every month; None for nobody of its readers."""
    rows = fetch_rows("SELECT since, sent_for, problem FROM measurement_reader WHERE person_id = %s", [staff_id])
    return next((ReaderFacts(*row) for row in rows), None)
