"""Reading webhooks: for those who administer, for the health page, and what a remedy was sent to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Exists, OuterRef

from makegood.kernel.refusals import Refusal, missing
from makegood.people.queries import require_scope
from makegood.people.rules import Ability, Scope
from makegood.platform.among import Among
from makegood.platform.rows import fetch_rows
from makegood.webhooks.models import Delivery, Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookFacts:
    """A system that is told. Its secret is not among this: nobody is shown it again.

    `problem` is why its latest message was not accepted. `attempts` messages in a row were refused, since
    `failing_since` none was accepted, and until `next_at` it is left alone for that; `gave_up` that it was switched off
    for it. `refused` messages are tried again, `set_aside` ones are not.
    """

    id: int
    name: str
    url: str
    verbs: tuple[str, ...]
    made_at: datetime
    sent_at: datetime | None
    attempts: int
    failing_since: datetime | None
    next_at: datetime | None
    problem: str
    problem_at: datetime | None
    refused: int
    set_aside: int
    paused_at: datetime | None
    gave_up: bool
    old_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFacts:
    """One message and what was answered last; `status` is None when nothing was heard, `tried_at` when it was not
    tried. It was accepted at `sent_at`, leaves again at `next_at`, or was set aside at `failed_at`."""

    message_id: str
    verb: str
    case: int | None
    attempts: int
    tried_at: datetime | None
    sent_at: datetime | None
    next_at: datetime | None
    failed_at: datetime | None
    status: int | None
    answer: str
    problem: str
    took_ms: int


class Word(StrEnum):
    """What became of the word that a system was sent about something."""

    ACCEPTED = "accepted"
    WAITS = "waits"
    """It was refused, and is tried again."""
    SET_ASIDE = "set_aside"
    """It was tried for days, and is tried no more."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a system was sent about something, the worst of it; and when it was accepted first, refused first, or set
    aside."""

    name: str
    at: datetime
    word: Word


@dataclass(frozen=True, slots=True)
class Hooks:
    """How telling other systems fares: those that are told, that accept nothing now, to whom a message was set aside
    lately, and that were switched off."""

    active: int
    failing: tuple[str, ...]
    set_aside: tuple[str, ...]
    gave_up: tuple[str, ...]


def webhooks(scope: Scope) -> tuple[WebhookFacts, ...]:
    """Every system that is told, by name. Raises Refusal "people.not_allowed"."""
    require_scope(scope, Ability.ADMINISTER)
    counts = _counts()
    return tuple(_facts(row, *counts.get(row.pk, (0, 0))) for row in Endpoint.objects.order_by("name"))


def webhook_for(scope: Scope, webhook_id: int) -> WebhookFacts:
    """One of them. Raises Refusal "webhook.unknown", "people.not_allowed"."""
    require_scope(scope, Ability.ADMINISTER)
    row = Endpoint.objects.filter(pk=webhook_id).first()
    if row is None:
        raise unknown_webhook()
    return _facts(row, *_counts().get(row.pk, (0, 0)))


def deliveries_of(webhook_id: int, *, set_aside: bool = False, limit: int = 50) -> tuple[DeliveryFacts, ...]:
    """The latest messages to a system that the caller may see, or those that were set aside, the newest first."""
    rows = Delivery.objects.filter(endpoint_id=webhook_id)
    if set_aside:
        rows = rows.filter(failed_at__isnull=False)
    return tuple(map(delivery_facts, rows.order_by("-id")[:limit]))


def delivery_facts(row: Delivery) -> DeliveryFacts:
    """A message as others get it."""
    return DeliveryFacts(
        message_id=row.message_id, verb=row.verb, case=row.case_id, attempts=row.attempts, tried_at=row.tried_at,
        sent_at=row.sent_at, next_at=row.next_at, failed_at=row.failed_at, status=row.status, answer=row.answer,
        problem=row.problem, took_ms=row.took_ms,
    )  # fmt: skip


def signing(row: Endpoint, now: datetime) -> tuple[str, ...]:
    """By which secrets its messages are signed now, the newest first."""
    is_held = row.old_until is not None and row.old_until > now
    return (row.secret, row.old_secret) if is_held else (row.secret,)


def sent_about(kind: str, numbers: Collection[int]) -> Mapping[int, tuple[Sent, ...]]:
    """Which systems were sent word of each of these things, such as remedies ("grant"), and what became of it."""
    if not numbers:
        return {}
    rows = Delivery.objects.filter(about_kind=kind, about_id__in=Among(numbers)).order_by("id")
    found: dict[int, dict[str, Sent]] = defaultdict(dict)
    for number, name, *instants in rows.values_list("about_id", "endpoint__name", "sent_at", "first_at", "failed_at"):
        sent = _sent(name, *instants)
        before = found[number or 0].get(name)
        if sent and (before is None or _BAD[sent.word] > _BAD[before.word]):
            found[number or 0][name] = sent
    return {number: tuple(by_name.values()) for number, by_name in found.items() if by_name}


_BAD = {word: bad for bad, word in enumerate(Word)}


def _sent(name: str, sent_at: datetime | None, first_at: datetime | None, failed_at: datetime | None) -> Sent | None:
    """What became of one message; None of one that was not tried yet."""
    if failed_at is not None:
        return Sent(name, failed_at, Word.SET_ASIDE)
    if sent_at is not None:
        return Sent(name, sent_at, Word.ACCEPTED)
    return Sent(name, first_at, Word.WAITS) if first_at is not None else None


_LATELY = timedelta(days=7)


def hooks(*, now: datetime) -> Hooks:
    """How telling other systems fares."""
    lately = Delivery.objects.filter(failed_at__gt=now - _LATELY, endpoint=OuterRef("pk"))
    rows = list(Endpoint.objects.order_by("name").annotate(has_lost=Exists(lately)))
    return Hooks(
        sum(row.paused_at is None for row in rows),
        tuple(row.name for row in rows if row.attempts and row.paused_at is None),
        tuple(row.name for row in rows if row.has_lost),
        tuple(row.name for row in rows if row.gave_up),
    )


def unknown_webhook() -> Refusal:
    """The refusal of one that does not exist."""
    return missing("webhook.unknown", "There is no such webhook.")


_COUNTS = """
SELECT endpoint_id, count(first_at) FILTER (WHERE next_at IS NOT NULL), count(failed_at)
FROM webhooks_delivery WHERE next_at IS NOT NULL OR failed_at IS NOT NULL GROUP BY endpoint_id
"""


def _counts() -> Mapping[int, tuple[int, int]]:
    """Of each system, how many messages it refused that are tried again, and how many were set aside."""
    return {number: (refused, set_aside) for number, refused, set_aside in fetch_rows(_COUNTS, ())}


def _facts(row: Endpoint, refused: int, set_aside: int) -> WebhookFacts:
    return WebhookFacts(
        id=row.pk, name=row.name, url=row.url, verbs=tuple(row.verbs), made_at=row.made_at, sent_at=row.sent_at,
        attempts=row.attempts, failing_since=row.failing_since, next_at=row.next_at, problem=row.problem,
        problem_at=row.problem_at, refused=refused, set_aside=set_aside, paused_at=row.paused_at,
        gave_up=row.gave_up, old_until=row.old_until,
    )  # fmt: skip
