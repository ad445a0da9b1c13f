"""What the demo's customers answered in the weeks before: invented, like the customers. Written past the outbox, as
nobody was really asked."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from makegood.cases.models import Case
from makegood.config.demo.hand import hand_of
from makegood.customers.models import Customer
from makegood.measurement.actions import set_asking
from makegood.measurement.asking import ITEMS, AskingFacts, questions_of, scores_of
from makegood.measurement.models import Score, Survey
from makegood.measurement.scales import Occasion, Scale
from makegood.measurement.told import OURS

_SEED = 1979
_WEEKS = timedelta(days=42)
_BY_LOT = 260
_ANSWER, _SKIP, _REMINDED = 0.27, 0.05, 0.12
"""Shares of those asked: who answer, who put it off, and, of the silent half that was reminded, who then answer."""
_LIKES = {Occasion.PULSE: (2, 5, 14, 44, 35), Occasion.CASE: (6, 10, 19, 38, 27)}
"""How often each answer from 1 to 5 is given, in hundred."""


def invent_answers(staff: dict[str, int], *, now: datetime) -> None:
    """Turn surveys on, and tell what came of them in the past weeks. The same day gives the same answers."""
    hand = hand_of(staff["sam"], now)
    facts = AskingFacts(is_on=True, pulse_percent=Decimal(12))
    set_asking(facts, by=hand["by"], now=now)
    chance = random.Random(_SEED)  # noqa: S311 - a fixed cast, not a secret
    rows = Survey.objects.bulk_create(_asked(facts, chance, now))
    Score.objects.bulk_create(score for row in rows for score in _scores(row))


def _asked(facts: AskingFacts, chance: random.Random, now: datetime) -> Iterator[Survey]:
    """Those who were asked after a case, and others by lot; nobody twice."""
    before = now - timedelta(days=facts.wait_days)
    closed = Case.objects.filter(closed_at__lt=before, outcome__in=("satisfied", "satisfied_after_more"))
    seen = set()
    for case in closed.order_by("closed_at", "id"):
        if case.closed_at is not None and case.customer_id not in seen:
            seen.add(case.customer_id)
            at = case.closed_at + timedelta(days=facts.wait_days)
            yield _survey(Occasion.CASE, case.customer_id, at, facts, chance, now, case=case.pk)
    others = list(Customer.objects.exclude(pk__in=seen).order_by("pk").values_list("pk", flat=True))
    for customer_id in chance.sample(others, min(_BY_LOT, len(others))):
        yield _survey(Occasion.PULSE, customer_id, now - _WEEKS * chance.random(), facts, chance, now)


def _survey(
    occasion: Occasion,
    customer_id: int,
    at: datetime,
    facts: AskingFacts,
    chance: random.Random,
    now: datetime,
    *,
    case: int | None = None,
) -> Survey:
    scales = facts.case_scales if case else (facts.pulse_scale,)
    row = Survey(
        customer_id=customer_id, case_id=case, occasion=occasion, scales=list(scales), reminds=chance.random() < 0.5,
        planned_at=at, asked_at=at, expires_at=at + timedelta(days=facts.holds_days),
    )  # fmt: skip
    luck, after = chance.random(), timedelta(hours=chance.expovariate(1 / 20))
    if luck < _ANSWER:
        row.answered_at = at + after
    elif luck < _ANSWER + _SKIP:
        row.skipped_at = at + after
    elif row.reminds:
        row.reminded_at = at + timedelta(days=facts.remind_days)
        row.answered_at = row.reminded_at + after if chance.random() < _REMINDED else None
    return _until(row, chance, now)


def _until(row: Survey, chance: random.Random, now: datetime) -> Survey:
    """What has happened of it by now, and what they answered."""
    for name in ("answered_at", "skipped_at", "reminded_at"):
        at = getattr(row, name)
        setattr(row, name, at if at is not None and at < now else None)
    if row.answered_at is not None:
        mood = chance.choices((1, 2, 3, 4, 5), _LIKES[Occasion(row.occasion)])[0]
        row.answers = {
            name: min(5, max(1, mood + (chance.choice((-1, 0, 0, 1)) if name in ITEMS else 0)))
            for name in questions_of(row.scales)
        }
    return row


def _scores(row: Survey) -> Iterator[Score]:
    if row.answered_at is None:
        return
    for scale, value in scores_of([Scale(one) for one in row.scales], row.answers).items():
        yield Score(
            customer_id=row.customer_id, case_id=row.case_id, scale=scale, value=value, occasion=row.occasion,
            asked_at=row.asked_at, answered_at=row.answered_at, source=OURS, reference=f"{row.pk}.{scale}",
        )  # fmt: skip
