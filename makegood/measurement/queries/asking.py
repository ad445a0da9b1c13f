"""Reading whom we asked: how it is set, the survey behind a link, and what came of those that were asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from makegood.kernel.refusals import forbidden
from makegood.links.rules import is_token
from makegood.measurement.asking import AskingFacts, may_answer
from makegood.measurement.models import Asking, LeftInPeace, Survey
from makegood.measurement.scales import Occasion, Scale
from makegood.people.queries import token_digest
from makegood.people.rules import Scope
from makegood.platform.among import array_of
from makegood.platform.installation import organisation
from makegood.platform.rows import fetch_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyFacts:
    """A survey that was asked, as its page needs it. Instants are aware UTC."""

    id: int
    customer_id: int
    customer_name: str
    language: str
    case: int | None
    occasion: Occasion
    scales: tuple[str, ...]
    answered: bool
    skipped: bool
    in_peace: bool
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What came of those who were asked on one occasion in one month. `unreached` are those whose message is known not
    to have arrived: they could not answer, and are none of the silent."""

    occasion: str
    month: date
    asked: int
    answered: int
    skipped: int
    reminded: int
    unreached: int
    silent: int

    @property
    def reached(self) -> int:
        """Of how many the rate is a share."""
        return self.asked - self.unreached


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFacts:
    """One answer on a scale. `is_baseline` is false where the answer itself began a case, or came after one."""

    customer_id: int
    case: int | None
    scale: Scale
    value: Decimal
    occasion: Occasion
    answered_at: datetime
    is_baseline: bool


def asking() -> AskingFacts:
    """How customers are asked, as it is set or usual."""
    row = Asking.objects.first()
    return AskingFacts() if row is None else facts_of(row)


def facts_of(row: Asking) -> AskingFacts:
    """The same of a row."""
    return AskingFacts(
        is_on=row.is_on, pulse_percent=row.pulse_percent, pulse_scale=Scale(row.pulse_scale),
        window_days=row.window_days, wait_days=row.wait_days, holds_days=row.holds_days, remind_days=row.remind_days,
        owners_read=row.owners_read,
    )  # fmt: skip


def survey_by_token(token: str, *, now: datetime) -> SurveyFacts | None:
    """The survey that a token opens, answered or not; None for a stranger's."""
    if not is_token(token):
        return None
    row = Survey.objects.select_related("customer__merged_into").filter(digest=token_digest(token)).first()
    if row is None:
        return None
    customer = row.customer.merged_into or row.customer
    return SurveyFacts(
        id=row.pk, customer_id=customer.pk, customer_name=customer.name, language=customer.language,
        case=row.case_id, occasion=Occasion(row.occasion), scales=tuple(row.scales),
        answered=row.answered_at is not None, skipped=row.skipped_at is not None,
        in_peace=LeftInPeace.objects.filter(customer_id__in=(row.customer_id, customer.pk)).exists(),
        open=row.answered_at is None and row.skipped_at is None and may_answer(expires_at=row.expires_at, now=now),
    )  # fmt: skip


def survey_of_message(message_id: int) -> int | None:
    """The survey that a message asks or reminds of."""
    found = fetch_rows(_OF_MESSAGE, {"message": message_id})
    return found[0][0] if found else None


_OF_MESSAGE = """
SELECT id FROM measurement_survey WHERE message_id = %(message)s
UNION ALL SELECT id FROM measurement_survey WHERE reminder_id = %(message)s
"""


def response_rates(scope: Scope, *, since: datetime, before: datetime) -> tuple[Rate, ...]:
    """Who was asked from `since` until before `before`, by occasion and month of the organisation, the latest first.

    Raises Refusal "people.not_allowed" for who does not see the work of every team.
    """
    _check(scope)
    asked = {"zone": organisation().time_zone, "since": since, "before": before}
    return tuple(
        Rate(
            occasion=occasion, month=month, asked=asked_, answered=answered, skipped=skipped, reminded=reminded,
            unreached=unreached, silent=asked_ - answered - skipped - unreached,
        )
        for occasion, month, asked_, answered, skipped, reminded, unreached in fetch_rows(_RATES, asked)
    )  # fmt: skip


# Whoever answered was reached, whatever a server says of the message. The few that went astray have an index.
_RATES = """
SELECT occasion, date_trunc('month', asked_at AT TIME ZONE %(zone)s)::date AS month, count(*),
       count(answered_at), count(skipped_at), count(reminded_at),
       count(*) FILTER (WHERE answered_at IS NULL AND skipped_at IS NULL AND message_id IN (
           SELECT id FROM conversation_message WHERE state IN ('failed', 'bounced')))
FROM measurement_survey WHERE asked_at >= %(since)s AND asked_at < %(before)s
GROUP BY occasion, month ORDER BY month DESC, occasion
"""


def rate_among(customer_ids: Sequence[int], *, since: datetime, before: datetime) -> tuple[int, int, int]:
    """How many surveys these customers were asked in a span, how many were answered, and how many skipped: the response
    rate of a group of a report. Merged customers count with the living one."""
    rows = fetch_rows(_AMONG, {"ids": array_of(customer_ids), "since": since, "before": before})
    asked, answered, skipped = rows[0]
    return asked, answered, skipped


_FAMILY = """
SELECT c.id, coalesce(c.merged_into_id, c.id) AS living FROM customers_customer c
WHERE c.id = ANY(%(ids)s::bigint[]) OR c.merged_into_id = ANY(%(ids)s::bigint[])
"""
_AMONG = f"""
SELECT count(*), count(s.answered_at), count(s.skipped_at) FROM ({_FAMILY}) f
JOIN measurement_survey s ON s.customer_id = f.id
WHERE s.asked_at >= %(since)s AND s.asked_at < %(before)s
"""  # noqa: S608 - the words above


def scores_among(
    customer_ids: Sequence[int], *, since: datetime, before: datetime
) -> Mapping[int, tuple[ScoreFacts, ...]]:
    """What these customers answered in a span, by living customer and in the order of time; those who did not are
    left out."""
    found: dict[int, list[ScoreFacts]] = {}
    asked = {"ids": array_of(customer_ids), "since": since, "before": before}
    for living, *told in fetch_rows(_SCORES, asked):
        found.setdefault(living, []).append(_score(living, told))
    return {living: tuple(scores) for living, scores in found.items()}


_SCORES = f"""
SELECT f.living, s.case_id, s.scale, s.value, s.occasion, s.answered_at, s.case_id IS NULL AND s.began_id IS NULL
FROM ({_FAMILY}) f JOIN measurement_score s ON s.customer_id = f.id
WHERE s.answered_at >= %(since)s AND s.answered_at < %(before)s ORDER BY s.answered_at, s.id
"""  # noqa: S608 - the words above


def _score(living: int, told: Sequence[Any]) -> ScoreFacts:
    case, scale, value, occasion, answered_at, is_baseline = told
    return ScoreFacts(
        customer_id=living, case=case, scale=Scale(scale), value=value, occasion=Occasion(occasion),
        answered_at=answered_at, is_baseline=is_baseline,
    )  # fmt: skip


def _check(scope: Scope) -> None:
    if not scope.sees_all:
        raise forbidden("people.not_allowed", "These figures are about every team; you see the work of one.")
