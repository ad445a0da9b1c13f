"""Messages that were tried for long enough: set aside, told of to whom they concern, and sent again by a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from makegood.cases.queries import owners_of
from makegood.journal.actions import NewEntry, record_many
from makegood.journal.actors import SYSTEM, Actor
from makegood.kernel.refusals import Refusal, missing
from makegood.notices import actions as notices
from makegood.people.queries import require
from makegood.people.rules import Ability
from makegood.remedies.queries import still_to_do
from makegood.webhooks.models import Delivery, Endpoint
from makegood.webhooks.queries import unknown_webhook
from makegood.webhooks.rules import ASKS_TO_DO, TRIED_FOR


def set_aside_old(row: Endpoint, now: datetime) -> None:
    """Set aside what an endpoint, which is held, has refused for long enough: on its case, and told to its owner."""
    old = row.deliveries.filter(next_at__isnull=False, first_at__lte=now - TRIED_FOR)
    gone = list(old.order_by("id"))
    if not gone:
        return
    old.update(next_at=None, failed_at=now)
    record_many([_entry("set_aside", row, one, SYSTEM, now) for one in gone])
    _tell_owners(row, [one for one in gone if one.about_kind == "grant"], now)
    say_of(
        row, "webhook_set_aside", now.date().isoformat(),
        f"A message to {row.name} was tried for days and set aside. It can be sent again.", now,
    )  # fmt: skip


@transaction.atomic
def send_again(webhook_id: int, message_id: str, *, by: Actor, now: datetime) -> None:
    """Let one message that was set aside leave again, before anything that came later about the same thing.

    Raises Refusal "webhook.unknown", "webhook.unknown_message", "webhook.not_set_aside", "webhook.overtaken",
    "people.not_allowed".
    """
    row = held_webhook(webhook_id, by)
    message = row.deliveries.filter(message_id=message_id).first()
    if message is None:
        raise missing("webhook.unknown_message", "There is no such message.")
    if message.failed_at is None:
        raise Refusal("webhook.not_set_aside", "Only what was set aside is sent again.")
    if not _leave(row, row.deliveries.filter(pk=message.pk), by, now):
        raise Refusal(
            "webhook.overtaken",
            "That remedy was carried out or taken back since: told of it now, the system would do it again.",
        )


@transaction.atomic
def send_all_again(webhook_id: int, *, by: Actor, now: datetime) -> int:
    """Let everything that was set aside leave again, but for what `send_again` refuses. How many messages.

    Raises Refusal "webhook.unknown", "people.not_allowed".
    """
    row = held_webhook(webhook_id, by)
    return _leave(row, row.deliveries.filter(failed_at__isnull=False), by, now)


def held_webhook(webhook_id: int, by: Actor) -> Endpoint:
    """A webhook, held, for somebody who may set it. Raises Refusal "webhook.unknown", "people.not_allowed"."""
    require(by, Ability.ADMINISTER)
    row = Endpoint.objects.select_for_update().filter(pk=webhook_id).first()
    if row is None:
        raise unknown_webhook()
    return row


def say_of(row: Endpoint, topic: str, occasion: str, words: str, now: datetime) -> None:
    """Tell everybody who administers what became of a webhook."""
    notices.tell_administrators(
        ("webhook", row.pk), topic=topic, occasion=occasion, words=words, link=f"/settings/webhooks/{row.pk}/", now=now
    )


def _leave(row: Endpoint, chosen: QuerySet[Delivery], by: Actor, now: datetime) -> int:
    """Let messages wait anew, tried for as long as the first time; those that are overtaken stay. How many wait."""
    found = list(chosen.order_by("id"))
    to_do = still_to_do([one.about_id for one in found if one.verb in ASKS_TO_DO and one.about_id is not None])
    again = [one for one in found if one.verb not in ASKS_TO_DO or one.about_id in to_do]
    again_ids = [one.pk for one in again]
    row.deliveries.filter(pk__in=again_ids).update(next_at=now, failed_at=None, first_at=None, attempts=0)
    record_many([_entry("sent_again", row, one, by, now) for one in again])
    return len(again)


def _entry(what: str, row: Endpoint, message: Delivery, by: Actor, now: datetime) -> NewEntry:
    """The move; it belongs to a case when a remedy of the case waits for it."""
    case_id = message.case_id if message.about_kind == "grant" else None
    return NewEntry(
        verb=f"webhook.{what}", by=by, at=now, subject=("webhook", row.pk), case_id=case_id,
        data={"name": row.name, "message": message.message_id, "of": message.verb, "problem": message.problem},
    )  # fmt: skip


def _tell_owners(row: Endpoint, messages: Sequence[Delivery], now: datetime) -> None:
    """Tell whoever owns the case of a remedy that a system was not told of it."""
    owners = owners_of({one.case_id for one in messages if one.case_id is not None})
    notices.tell_many(
        [
            notices.News(
                staff_id=owners[one.case_id], about=("grant", one.about_id), topic="hook_failed", urgent=True,
                occasion=one.message_id, link=f"/cases/SR-{one.case_id}/remedies/",
                words=f"{row.name} did not accept word of a remedy in SR-{one.case_id}, tried for days.",
            )
            for one in messages
            if one.about_id is not None and one.case_id is not None and one.case_id in owners
        ],
        by=SYSTEM, now=now,
    )  # fmt: skip
