"""The report of every month by mail: who wants it, and that each gets it once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from makegood.journal.actions import record
from makegood.journal.actors import Actor
from makegood.measurement.models import Reader
from makegood.people.queries import require
from makegood.people.rules import Ability, Role, may
from makegood.platform.installation import organisation

_AGAIN = timedelta(days=5)
"""So long into a month a report that did not leave is tried again."""


@dataclass(frozen=True, slots=True)
class ToSend:
    """A report that is to leave now: to whom, and the first day of the month it is of."""

    person_id: int
    email: str
    month: date


@transaction.atomic
def subscribe(*, by: Actor, now: datetime) -> None:
    """Get the report of every month by mail, from the next on. Raises Refusal "people.not_allowed"."""
    require(by, Ability.SEE_ALL)
    month = _last_month(now)
    defaults = {"since": now, "tried_for": month, "sent_for": month}
    _, made = Reader.objects.get_or_create(person_id=by.id, defaults=defaults)
    if made:
        record("insights.subscribed", by=by, at=now, subject=("staff", by.id))


@transaction.atomic
def unsubscribe(*, by: Actor, now: datetime) -> None:
    """Get it no more."""
    gone, _ = Reader.objects.filter(person_id=by.id).delete()
    if gone:
        record("insights.unsubscribed", by=by, at=now, subject=("staff", by.id))


@transaction.atomic
def claim_reader(*, now: datetime) -> ToSend | None:
    """Begin to send the report of the last month to one who waits for it; None when nobody does. From here on it is
    taken for sent unless `note_unsent` says that it did not leave, so that nobody gets it twice, whatever crashes."""
    month = _last_month(now)
    waiting = Reader.objects.filter(Q(tried_for=None) | Q(tried_for__lt=month), person__is_active=True)
    row = waiting.select_related("person").select_for_update(of=("self",), skip_locked=True).order_by("pk").first()
    if row is None:
        return None
    row.tried_for = month
    row.save(update_fields=["tried_for"])
    if not may(Role(row.person.role), Ability.SEE_ALL):
        return None
    return ToSend(row.person_id, row.person.email, month)


def note_sent(sent: ToSend) -> None:
    """A mail server took it."""
    Reader.objects.filter(person_id=sent.person_id).update(sent_for=sent.month, problem="")


def note_unsent(sent: ToSend, problem: str, *, now: datetime) -> None:
    """It did not leave: in the first days of a month it is tried again."""
    row = Reader.objects.filter(person_id=sent.person_id)
    again = now.astimezone(organisation().zone).date() < (sent.month + timedelta(days=32)).replace(day=1) + _AGAIN
    row.update(problem=problem[:300], tried_for=F("sent_for") if again else sent.month)


def _last_month(now: datetime) -> date:
    """The first day of the month before that of `now`, as the organisation counts days."""
    first = now.astimezone(organisation().zone).date().replace(day=1)
    return (first - timedelta(days=1)).replace(day=1)
