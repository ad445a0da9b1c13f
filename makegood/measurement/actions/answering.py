"""What a customer does with a survey: answers it, puts it off, or asks for peace.

No scope is asked for: whoever holds the link may speak for the customer, and only in that survey.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from makegood.cases.actions import report_failure
from makegood.cases.actions.speaking import news_for_owner
from makegood.journal.actions import record
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, invalid, missing
from makegood.measurement.asking import WORDS_LIMIT, is_low, may_answer, read_answers, scores_of
from makegood.measurement.models import LeftInPeace, Score, Survey
from makegood.measurement.queries.asking import asking
from makegood.measurement.scales import Scale
from makegood.measurement.told import OURS
from makegood.notices.actions import tell_many
from makegood.people.rules import Role, Scope
from makegood.platform.rows import fetch_rows
from makegood.promises.queries import kinds

_TAKES_IN = Scope(Role.MANAGER)
"""In whose stead a case is opened for a customer who is not content: nobody's team sees less for it."""


@transaction.atomic
def answer(survey_id: int, *, given: Mapping[str, str], words: str, by: Actor, now: datetime) -> None:
    """Keep an answer, once. Whoever is not content is heard: the owner of the case after which was asked is told, and
    words of somebody without one begin a case, for which this answer is no baseline.

    Raises Refusal "survey.unknown", "survey.over", "survey.nothing", "survey.too_long".
    """
    row = _open(survey_id, now)
    answers, said = read_answers(row.scales, given), words.strip()
    if not answers:
        raise invalid("survey.nothing", "Mark at least one answer.", field="answers")
    if len(said) > WORDS_LIMIT:
        raise invalid("survey.too_long", f"Up to {WORDS_LIMIT:,} characters, please.", field="words")
    scores = scores_of(row.scales, answers)
    row.answers, row.words, row.answered_at, row.due_at = answers, said, now, None
    row.save(update_fields=["answers", "words", "answered_at", "due_at"])
    began = _heed(row, scores, said, by, now)
    Score.objects.bulk_create(
        Score(
            customer_id=by.id or row.customer_id, case_id=row.case_id, began_id=began, scale=scale, value=value,
            occasion=row.occasion, asked_at=row.asked_at, answered_at=now, source=OURS,
            reference=f"{row.pk}.{scale}",
        )
        for scale, value in scores.items()
    )  # fmt: skip
    _record("answered", row, by, now, _told(row, scores, said) | ({"began": began} if began else {}))


@transaction.atomic
def skip(survey_id: int, *, by: Actor, now: datetime) -> None:
    """The customer would rather not answer this one. Raises Refusal "survey.unknown", "survey.over"."""
    row = _open(survey_id, now)
    row.skipped_at, row.due_at = now, None
    row.save(update_fields=["skipped_at", "due_at"])
    _record("skipped", row, by, now)


@transaction.atomic
def leave_in_peace(survey_id: int, *, by: Actor, now: datetime) -> None:
    """The customer never wants to be asked again, and is not: whatever was planned is dropped. It may be said of a
    survey that is over, too. Raises Refusal "survey.unknown"."""
    row = _held(survey_id)
    if row.answered_at is None and row.skipped_at is None:
        row.skipped_at, row.due_at = now, None
        row.save(update_fields=["skipped_at", "due_at"])
    _, made = LeftInPeace.objects.get_or_create(customer_id=by.id or row.customer_id, defaults={"at": now})
    if made:
        _record("left_in_peace", row, by, now)


def _told(row: Survey, scores: Mapping[Scale, Decimal], words: str) -> dict[str, object]:
    """What the journal says of an answer. One after a case is read by whoever owns it, whom it may be about: only where
    that was decided."""
    if row.case_id is not None and not asking().owners_read:
        return {}
    told: dict[str, object] = {"scores": {scale.value: str(value) for scale, value in scores.items()}}
    return told | ({"words": words} if words and row.case_id is not None else {})


def _heed(row: Survey, scores: Mapping[Scale, Decimal], words: str, by: Actor, now: datetime) -> int | None:
    """See that somebody hears of a low answer. Returns the case that it began, if it did."""
    if not is_low(scores):
        return None
    case = row.case
    if case is not None:
        said = "The customer of {} is not content with how it was put right."
        tell_many([news_for_owner(case.pk, case.owner_id, "survey_low", said, occasion=str(row.pk))], by=by, now=now)
        return None
    if not words:
        return None
    reported = report_failure(
        customer_id=by.id or row.customer_id, what=words, kind=_kind(row.customer_id), scope=_TAKES_IN, by=by, now=now,
        failure_class="process",
    )  # fmt: skip
    return reported.number


def _kind(customer_id: int) -> str:
    """What they most likely speak of: the kind of the last promise to them, else the first there is."""
    found = fetch_rows(_LAST_KIND, {"customer": customer_id})
    return found[0][0] if found else kinds(inside_case=False)[0].slug


_LAST_KIND = """
SELECT k.slug FROM promises_promise p JOIN promises_kind k ON k.id = p.kind_id
WHERE p.customer_id = %(customer)s AND NOT k.inside_case AND k.retired_at IS NULL
ORDER BY p.made_at DESC, p.id DESC LIMIT 1
"""


def _open(survey_id: int, now: datetime) -> Survey:
    """A survey that was asked and may be answered, held."""
    row = _held(survey_id)
    over = row.answered_at is not None or row.skipped_at is not None
    if over or not may_answer(expires_at=row.expires_at, now=now):
        raise Refusal("survey.over", "This was answered already, or its time is over.", status=410)
    return row


def _held(survey_id: int) -> Survey:
    row = Survey.objects.select_for_update().filter(pk=survey_id, asked_at__isnull=False).first()
    if row is None:
        raise missing("survey.unknown", "There is no such survey.")
    return row


def _record(verb: str, row: Survey, by: Actor, now: datetime, told: Mapping[str, object] | None = None) -> None:
    record(
        f"survey.{verb}", by=by, at=now, subject=("survey", row.pk), customer_id=by.id or row.customer_id,
        case_id=row.case_id, data={"occasion": row.occasion, "case": row.case_id, **(told or {})},
    )  # fmt: skip
