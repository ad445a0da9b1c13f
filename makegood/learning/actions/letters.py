"""Letters to staff: what needs somebody is written when it does, and every letter leaves once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from makegood.cases.actions.holding import person
from makegood.journal.actors import Actor
from makegood.learning.models import Digest, Letter
from makegood.learning.queries.letters import needs_of
from makegood.learning.rules.letters import Composed, Sort, digest_letter, is_news, retry_after
from makegood.learning.rules.line_up import HOUR, WORKDAYS, next_at
from makegood.people.queries import staff_zone
from makegood.platform.rows import fetch_rows

STALE = timedelta(days=2)
"""What could not leave for so long is no news any more."""


@dataclass(frozen=True, slots=True)
class ToPost:
    """A letter that is to leave now."""

    number: int
    email: str
    composed: Composed


@transaction.atomic
def want_digest(*, wanted: bool, by: Actor, now: datetime) -> None:
    """Be written to when a change of one's own needs one, or no more. Raises Refusal "case.needs_a_person"."""
    me = person(by)
    watch_for(me, now)
    Digest.objects.filter(pk=me).update(wanted=wanted)


def watch_for(staff_id: int, now: datetime) -> None:
    """From now on look each working day whether something needs them."""
    at = next_at(now, HOUR, staff_zone(staff_id), WORKDAYS)
    Digest.objects.get_or_create(staff_id=staff_id, defaults={"next_at": at})


@transaction.atomic
def write_digest(*, base_url: str, now: datetime) -> bool:
    """Look whether something needs one person whose hour has come, and write to them if so. Whether there was one."""
    _watch_closers(now)
    due = Digest.objects.select_for_update(of=("self",), skip_locked=True).select_related("staff")
    row = due.filter(next_at__lte=now).order_by("next_at").first()
    if row is None:
        return False
    zone = staff_zone(row.staff_id)
    needs, today = needs_of(row.staff_id, zone, now), now.astimezone(zone).date()
    letter = digest_letter(needs, base_url)
    if letter and row.wanted and row.staff.is_active and is_news(needs.keys, row.told, row.told_on, today):
        post(row.staff_id, Sort.DIGEST, today, letter, now)
        row.told, row.told_on = needs.keys, today
    row.next_at = next_at(now, HOUR, zone, WORKDAYS)
    row.save()
    return True


def _watch_closers(now: datetime) -> None:
    """Look for those, too, to whom something is left after a case since it was closed."""
    for (staff_id,) in fetch_rows(_CLOSERS, []):
        watch_for(staff_id, now)


_CLOSERS = """
SELECT DISTINCT f.owner_id FROM followups_closure f
WHERE f.process_at IS NULL AND f.owner_id IS NOT NULL
  AND NOT EXISTS (SELECT FROM learning_digest d WHERE d.staff_id = f.owner_id)
"""


def post(staff_id: int, what: Sort, day: date, composed: Composed, now: datetime) -> None:
    """Lay a letter out to leave, unless one of its sort was for that day."""
    made = {"title": composed.title, "text": composed.text, "made_at": now, "next_at": now}
    Letter.objects.get_or_create(staff_id=staff_id, what=what, day=day, defaults=made)


@transaction.atomic
def claim_letter(*, now: datetime) -> ToPost | None:
    """Begin to send one letter that waits; None when none does. From here on it is taken for sent unless
    `note_unposted` says that it did not leave, so that nobody gets it twice, whatever crashes."""
    waiting = Letter.objects.filter(begun_at=None, next_at__lte=now, made_at__gt=now - STALE, staff__is_active=True)
    row = waiting.select_related("staff").select_for_update(of=("self",), skip_locked=True).order_by("next_at").first()
    if row is None:
        return None
    row.begun_at = now
    row.save(update_fields=["begun_at"])
    return ToPost(row.pk, row.staff.email, Composed(row.title, row.text))


def note_posted(number: int, *, now: datetime) -> None:
    """A mail server took it."""
    Letter.objects.filter(pk=number).update(sent_at=now, next_at=None, problem="")


@transaction.atomic
def note_unposted(number: int, problem: str, *, now: datetime) -> None:
    """It did not leave: it is tried again for a while."""
    row = Letter.objects.select_for_update().get(pk=number)
    row.tries, row.problem, row.next_at = row.tries + 1, problem[:300], retry_after(row.tries, now)
    row.begun_at = None if row.next_at else row.begun_at
    row.save()
