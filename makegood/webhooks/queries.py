"""Reading webhooks: for those who administer, for the health page, and what a remedy was sent to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from makegood.kernel.refusals import Refusal, missing
from makegood.people.queries import require_scope
from makegood.people.rules import Ability, Scope
from makegood.platform.among import Among
from makegood.webhooks.models import Delivery, Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookFacts:
    """A system that is told. Its secret is not among this: nobody is shown it again.

    `problem` is why its latest message was not accepted, and `next_at` when that is tried again; `gave_up` that it was
    tried for days and paused for it.
    """

    id: int
    name: str
    url: str
    verbs: tuple[str, ...]
    made_at: datetime
    sent_at: datetime | None
    attempts: int
    next_at: datetime | None
    problem: str
    problem_at: datetime | None
    paused_at: datetime | None
    gave_up: bool
    old_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFacts:
    """One message and what was answered last; `status` is None when nothing was heard."""

    message_id: str
    verb: str
    case: int | None
    attempts: int
    tried_at: datetime
    sent_at: datetime | None
    status: int | None
    answer: str
    problem: str
    took_ms: int


@dataclass(frozen=True, slots=True)
class Sent:
    """To which system something was sent, and when it was accepted."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Hooks:
    """How telling other systems fares: those that are told, that are tried again, that were paused for it."""

    active: int
    failing: tuple[str, ...]
    gave_up: tuple[str, ...]


def webhooks(scope: Scope) -> tuple[WebhookFacts, ...]:
    """Every system that is told, by name. Raises Refusal "people.not_allowed"."""
    require_scope(scope, Ability.ADMINISTER)
    return tuple(_facts(row) for row in Endpoint.objects.order_by("name"))


def webhook_for(scope: Scope, webhook_id: int) -> WebhookFacts:
    """One of them. Raises Refusal "webhook.unknown", "people.not_allowed"."""
    require_scope(scope, Ability.ADMINISTER)
    row = Endpoint.objects.filter(pk=webhook_id).first()
    if row is None:
        raise unknown_webhook()
    return _facts(row)


def deliveries_of(webhook_id: int, *, limit: int = 50) -> tuple[DeliveryFacts, ...]:
    """The latest messages to a system that the caller may see, the newest first."""
    rows = Delivery.objects.filter(endpoint_id=webhook_id).order_by("-id")[:limit]
    return tuple(map(delivery_facts, rows))


def delivery_facts(row: Delivery) -> DeliveryFacts:
    """A message as others get it."""
    return DeliveryFacts(
        message_id=row.message_id, verb=row.verb, case=row.case_id, attempts=row.attempts, tried_at=row.tried_at,
        sent_at=row.sent_at, status=row.status, answer=row.answer, problem=row.problem, took_ms=row.took_ms,
    )  # fmt: skip


def signing(row: Endpoint, now: datetime) -> tuple[str, ...]:
    """By which secrets its messages are signed now, the newest first."""
    is_held = row.old_until is not None and row.old_until > now
    return (row.secret, row.old_secret) if is_held else (row.secret,)


def sent_about(kind: str, numbers: Collection[int]) -> Mapping[int, tuple[Sent, ...]]:
    """Which systems accepted word of each of these things, such as remedies ("grant"), the first word of each."""
    if not numbers:
        return {}
    rows = Delivery.objects.filter(about_kind=kind, about_id__in=Among(numbers), sent_at__isnull=False)
    found: dict[int, dict[str, Sent]] = defaultdict(dict)
    for number, name, at in rows.order_by("sent_at").values_list("about_id", "endpoint__name", "sent_at"):
        if number is not None and at is not None:
            found[number].setdefault(name, Sent(name, at))
    return {number: tuple(by_name.values()) for number, by_name in found.items()}


def hooks() -> Hooks:
    """How telling other systems fares."""
    rows = Endpoint.objects.order_by("name").values_list("name", "attempts", "paused_at", "gave_up")
    return Hooks(
        sum(paused_at is None for _name, _attempts, paused_at, _gave_up in rows),
        tuple(name for name, attempts, paused_at, _gave_up in rows if attempts and paused_at is None),
        tuple(name for name, _attempts, _paused_at, gave_up in rows if gave_up),
    )


def unknown_webhook() -> Refusal:
    """The refusal of one that does not exist."""
    return missing("webhook.unknown", "There is no such webhook.")


def _facts(row: Endpoint) -> WebhookFacts:
    return WebhookFacts(
        id=row.pk, name=row.name, url=row.url, verbs=tuple(row.verbs), made_at=row.made_at, sent_at=row.sent_at,
        attempts=row.attempts, next_at=row.next_at, problem=row.problem, problem_at=row.problem_at,
        paused_at=row.paused_at, gave_up=row.gave_up, old_until=row.old_until,
    )  # fmt: skip
