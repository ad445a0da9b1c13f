"""Which systems are told: added, changed, paused and resumed by those who administer."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from makegood.journal.actions import record
from makegood.journal.actors import Actor
from makegood.journal.queries import latest_cursor
from makegood.kernel.refusals import Refusal, invalid
from makegood.kernel.texts import is_text
from makegood.people.queries import require
from makegood.people.rules import Ability
from makegood.webhooks.actions.sending import Port, keep_delivery
from makegood.webhooks.actions.setting_aside import held_webhook
from makegood.webhooks.models import Delivery, Endpoint
from makegood.webhooks.queries import DeliveryFacts, delivery_facts, signing
from makegood.webhooks.rules import EVENTS, OLD_SECRET_HOLDS, TEST, is_verb, message_id, url_fault

PREFIX = "whsec_"
_BYTES = 32
_MOST_ENDPOINTS, _MOST_VERBS = 20, 50


@transaction.atomic
def add_webhook(name: str, *, url: str, verbs: Sequence[str] = (), by: Actor, now: datetime) -> tuple[int, str]:
    """Tell a system of what happens from now on. Returns its id, and its secret in plain, which is not shown again.

    Without `verbs` it is told of `rules.EVENTS`. Raises Refusal "webhook.bad_name", "webhook.known",
    "webhook.bad_url", "webhook.bad_verb", "webhook.too_many", "people.not_allowed".
    """
    require(by, Ability.ADMINISTER)
    if Endpoint.objects.count() >= _MOST_ENDPOINTS:
        raise Refusal("webhook.too_many", f"There are {_MOST_ENDPOINTS} webhooks already. Remove one first.")
    secret = _new_secret()
    row = Endpoint(secret=secret, made_at=now, cursor=latest_cursor())
    _describe(row, name, url, verbs)
    row.save()
    _record("added", row, by, now)
    return row.pk, secret


@transaction.atomic
def change_webhook(webhook_id: int, name: str, *, url: str, verbs: Sequence[str], by: Actor, now: datetime) -> None:
    """Another name or address, or other moves. Raises Refusal as `add_webhook` does, "webhook.unknown"."""
    row = held_webhook(webhook_id, by)
    _describe(row, name, url, verbs)
    row.save(update_fields=["name", "url", "verbs"])
    _record("changed", row, by, now)


@transaction.atomic
def remove_webhook(webhook_id: int, *, by: Actor, now: datetime) -> None:
    """Tell it no more, and forget what it was told. Raises Refusal "webhook.unknown", "people.not_allowed"."""
    row = held_webhook(webhook_id, by)
    _record("removed", row, by, now)
    row.delete()


@transaction.atomic
def pause_webhook(webhook_id: int, *, by: Actor, now: datetime) -> None:
    """Send it nothing for now; what happens meanwhile waits. Raises Refusal "webhook.unknown", "webhook.paused"."""
    row = held_webhook(webhook_id, by)
    if row.paused_at is not None:
        raise Refusal("webhook.paused", "It is paused already.")
    row.paused_at = now
    row.save(update_fields=["paused_at"])
    _record("paused", row, by, now)


@transaction.atomic
def resume_webhook(webhook_id: int, *, by: Actor, now: datetime) -> None:
    """Go on at once from where it stopped, and with what was refused and waits.

    Raises Refusal "webhook.unknown", "webhook.sending", "people.not_allowed".
    """
    row = held_webhook(webhook_id, by)
    waiting = row.deliveries.filter(next_at__gt=now).update(next_at=now)
    if row.paused_at is None and row.next_at is None and not waiting:
        raise Refusal("webhook.sending", "It is told of everything already.")
    row.paused_at, row.gave_up, row.attempts, row.next_at, row.failing_since = None, False, 0, None, None
    row.save(update_fields=["paused_at", "gave_up", "attempts", "next_at", "failing_since"])
    _record("resumed", row, by, now)


@transaction.atomic
def rotate_secret(webhook_id: int, *, by: Actor, now: datetime) -> str:
    """Sign by a new secret, and for a day by the old one too. Returns it in plain; it cannot be shown again.

    Raises Refusal "webhook.unknown", "people.not_allowed".
    """
    row = held_webhook(webhook_id, by)
    row.old_secret, row.old_until, row.secret = row.secret, now + OLD_SECRET_HOLDS, _new_secret()
    row.save(update_fields=["secret", "old_secret", "old_until"])
    _record("rotated", row, by, now)
    return row.secret


def try_webhook(webhook_id: int, port: Port, *, by: Actor, now: datetime) -> DeliveryFacts:
    """Send one message of the type `rules.TEST` now, and keep what came of it.

    Raises Refusal "webhook.unknown", "people.not_allowed".
    """
    with transaction.atomic():
        row = held_webhook(webhook_id, by)
    name = f"{message_id('test')}_{secrets.token_hex(8)}"
    body = json.dumps({"type": TEST, "timestamp": now.isoformat(), "data": {"id": name}}).encode()
    heard = port.send(row.url, name, body, secrets=signing(row, now), at=now)
    delivery = Delivery(endpoint=row, message_id=name, verb=TEST)
    keep_delivery(delivery, heard, now)
    return delivery_facts(delivery)


def _new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def _describe(row: Endpoint, name: str, url: str, verbs: Sequence[str]) -> None:
    name, url = name.strip(), url.strip()
    if not is_text(name) or not 0 < len(name) <= 60:
        raise invalid("webhook.bad_name", "Call it something of up to 60 characters, such as Payments.", field="name")
    if Endpoint.objects.filter(name=name).exclude(pk=row.pk).exists():
        raise invalid("webhook.known", f"There is a webhook called {name} already.", field="name")
    if fault := url_fault(url):
        raise invalid("webhook.bad_url", fault, field="url")
    wanted = list(dict.fromkeys(one.strip() for one in verbs if one.strip())) or list(EVENTS)
    wrong = next((one for one in wanted if not is_verb(one)), "")
    if wrong or len(wanted) > _MOST_VERBS:
        raise invalid(
            "webhook.bad_verb",
            f"Name up to {_MOST_VERBS} moves such as case.granted, or all of a kind such as promise.*"
            + (f"; {wrong[:60]!r} is none." if wrong else "."),
            field="verbs",
        )
    row.name, row.url, row.verbs = name, url, wanted


def _record(what: str, row: Endpoint, by: Actor, now: datetime) -> None:
    record(
        f"webhook.{what}", by=by, at=now, subject=("webhook", row.pk),
        data={"name": row.name, "url": row.url, "verbs": row.verbs},
    )  # fmt: skip
