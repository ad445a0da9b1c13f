"""Who does what is done at a terminal: somebody at work here, with the same authority as at the desk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from makegood.config.faults import Fault
from makegood.config.installed import installation

if TYPE_CHECKING:
    from makegood.people.queries import StaffFacts


@contextmanager
def acting(email: str) -> Iterator[dict[str, Any]]:
    """The installation, and somebody at work in it: their scope, their name and the time, as every action takes them.

    Raises Fault when nobody at work has that address.
    """
    now = datetime.now(UTC)
    with installation():
        from makegood.journal.actors import Actor, ActorKind

        who = at_work(email, now)
        yield {"scope": who.scope, "by": Actor(ActorKind.STAFF, who.id, who.name), "now": now}


def at_work(email: str, now: datetime) -> StaffFacts:
    """Whoever signs in with this and is at work here. Raises Fault when nobody does."""
    from makegood.people.queries import staff_by_email

    who = staff_by_email(email, now)
    if who is None or not who.is_active:
        raise Fault(f"Nobody at work here has the e-mail address {email}.")
    return who
