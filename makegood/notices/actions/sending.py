"""Taking notices to the services: what leaves, what came of it. Pulled by the worker; no person starts it.

Nothing is held while a service is asked: an errand is leased for a while, done outside any transaction, and each
message is marked once the service has accepted it. Whoever dies in between leaves a lease that runs out, and the one
message that was accepted and not marked leaves again: a notice may come twice, and is never lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import F

from makegood.notices.models import Channel, Delivery
from makegood.notices.rules import Message, Waiting, compose, opens_at, plan, remembered, retry_at
from makegood.platform.among import Among

LEASE = timedelta(minutes=3)
"""Longer than an errand takes: at most `rules.MOST` messages, each given up by the port after twenty seconds."""
AT_ONCE = 500


class Errand(NamedTuple):
    """The messages that leave now for one address, which is ours to send to until `leased_until`."""

    channel_id: int
    address: str
    messages: tuple[Message, ...]
    leased_until: datetime


_NEXT = """
SELECT channel.id
FROM (SELECT channel_id, min(next_at) AS due_at FROM notices_delivery WHERE next_at <= %(now)s GROUP BY 1) waiting
JOIN notices_channel channel ON channel.id = waiting.channel_id
WHERE coalesce(channel.leased_until, '-infinity') <= %(now)s
ORDER BY waiting.due_at LIMIT 1
FOR NO KEY UPDATE OF channel SKIP LOCKED
"""


@transaction.atomic
def take_errand(*, base_url: str, now: datetime) -> Errand | None:
    """Lease the address for which something waits longest and say what leaves for it; None when nothing is due.

    What has been read meanwhile, or is for somebody who left, leaves no more. An errand without messages only put
    off what is not to leave yet. Any number of senders may call this at once; each gets addresses of its own.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, {"now": now})
        found = cursor.fetchone()
    if found is None:
        return None
    channel = Channel.objects.select_related("staff").get(pk=found[0])
    due = Delivery.objects.filter(channel=channel, next_at__lte=now)
    (due if not channel.staff.is_active else due.filter(notice__read_at__isnull=False)).update(next_at=None)
    planned = plan(_waiting(channel, now), channel.sent, opens_at=_opens_at(channel, now), now=now)
    for until in {until for _, until in planned.later}:
        _put_off([one.id for one, at in planned.later if at == until], until)
    if planned.bundles:
        Channel.objects.filter(pk=channel.pk).update(leased_until=now + LEASE)
    messages = tuple(compose(bundle, base_url) for bundle in planned.bundles)
    return Errand(channel.pk, channel.address, messages, now + LEASE)


@transaction.atomic
def mark_sent(errand: Errand, message: Message, *, now: datetime) -> None:
    """The service has accepted a message."""
    done = Delivery.objects.filter(pk__in=Among(message.ids), sent_at=None)
    done.update(next_at=None, sent_at=now, problem="", attempts=F("attempts") + 1)
    for channel in Channel.objects.select_for_update(no_key=True).filter(pk=errand.channel_id):
        channel.sent, channel.problem, channel.problem_at = remembered(channel.sent, now), "", None
        channel.save(update_fields=["sent", "problem", "problem_at"])


@transaction.atomic
def mark_refused(errand: Errand, message: Message, problem: str, *, now: datetime) -> None:
    """A message was not accepted: it is tried again later, or given up after the last time.

    What else was to leave for this address waits with it, because it would fare no better.
    """
    failed = list(Delivery.objects.filter(pk__in=Among(message.ids), next_at__isnull=False))
    for row in failed:
        row.attempts += 1
        row.problem = problem[:300]
        row.next_at = retry_at(row.attempts, now)
        row.failed_at = now if row.next_at is None else None
    Delivery.objects.bulk_update(failed, ["attempts", "problem", "next_at", "failed_at"])
    again = min((row.next_at for row in failed if row.next_at), default=now)
    rest = {number for other in errand.messages for number in other.ids} - set(message.ids)
    Delivery.objects.filter(pk__in=Among(rest), next_at__lt=again).update(next_at=again)
    Channel.objects.filter(pk=errand.channel_id).update(problem=problem[:300], problem_at=now)


def give_back(errand: Errand) -> None:
    """The errand is done: what comes now may leave for this address at once. Not when the lease is another's by now."""
    Channel.objects.filter(pk=errand.channel_id, leased_until=errand.leased_until).update(leased_until=None)


def _waiting(channel: Channel, now: datetime) -> list[Waiting]:
    """What is due at the address, oldest first."""
    rows = Delivery.objects.filter(channel=channel, next_at__lte=now).order_by("notice_id")
    columns = ("id", "notice__words", "notice__link", "notice__urgent", "attempts")
    return [Waiting(*row) for row in rows.values_list(*columns)[:AT_ONCE]]


def _opens_at(channel: Channel, now: datetime) -> datetime:
    return opens_at(channel.staff.week, channel.staff.time_zone, now)


def _put_off(ids: Sequence[int], until: datetime) -> None:
    Delivery.objects.filter(pk__in=Among(ids)).update(next_at=until)
