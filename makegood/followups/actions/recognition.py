"""Recognising those to whom a customer owes it that they are content again. Nothing is counted, nobody is compared."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from makegood.cases.models import Case, Commitment, Failure, StepDone
from makegood.cases.rules import CONVERSATION, DetectedBy, Outcome, Purpose, Step
from makegood.followups.models import Recognition
from makegood.followups.queries.recognition import deeds_in_words
from makegood.journal.actions import record
from makegood.journal.actors import SYSTEM, Actor
from makegood.kernel.refusals import invalid, missing
from makegood.kernel.texts import one_line
from makegood.notices.actions import News, tell_many
from makegood.people.queries import Roster, StaffFacts, require, roster, staff_by_id
from makegood.people.rules import Ability, Role
from makegood.platform.rows import fetch_rows
from makegood.promises.rules import State

LONGEST = 500
_CONTENT = (Outcome.SATISFIED, Outcome.SATISFIED_AFTER_MORE)
_SPOKE_BEFORE = """
SELECT EXISTS (SELECT FROM journal_entry WHERE case_id = %s AND verb IN ('case.wrote', 'case.reported') AND at < %s)
"""


def recognise(case: Case, *, now: datetime) -> None:
    """The customer of a case says it is right: keep who told them first, who saw it through and who spoke to them in
    person, and tell these people and those who lead them. Of a case that ended otherwise nothing is kept."""
    if case.outcome not in _CONTENT:
        forget(case)
        return
    deeds = _deeds(case)
    fresh = []
    for staff_id, did in deeds.items():
        _row, made = Recognition.objects.update_or_create(
            staff_id=staff_id, case=case, words="", defaults=did, create_defaults={**did, "at": now}
        )
        fresh += [staff_id] if made else []
    _tell(case, {staff_id: deeds[staff_id] for staff_id in fresh}, now)


def forget(case: Case) -> None:
    """The case was not closed after all: what was kept of it goes. Thanks stay."""
    Recognition.objects.filter(case=case, words="").delete()


@transaction.atomic
def thank(staff_id: int, *, words: str, by: Actor, now: datetime) -> None:
    """Thank a colleague. They read it on their page, and those who lead them.

    Raises Refusal "people.unknown", "people.not_allowed", "recognition.no_words", "recognition.own".
    """
    require(by, Ability.WORK)
    person = staff_by_id(staff_id, now)
    if person is None or not person.is_active:
        raise missing("people.unknown", "There is no such member of staff.")
    if by.id == staff_id:
        raise invalid("recognition.own", "Thanks are for colleagues. Yours will come from them.", field="words")
    said = one_line(words)
    if not 0 < len(said) <= LONGEST:
        raise invalid("recognition.no_words", f"Say what for, in up to {LONGEST} characters.", field="words")
    row = Recognition.objects.create(staff_id=staff_id, words=said, by_id=by.id, at=now)
    record("staff.thanked", by=by, at=now, subject=("staff", staff_id), data={"words": said})
    lead = _lead_of(person, roster(now))
    news = [_news(staff_id, staff_id, f"{by.name} thanks you.", ("thanks", row.pk))]
    news += [_news(lead.id, staff_id, f"{by.name} thanks {person.name}.", ("thanks", row.pk))] if lead else []
    tell_many(news, by=by, now=now)


def _deeds(case: Case) -> dict[int, dict[str, bool]]:
    """What each person did for it that is worth keeping."""
    found: dict[int, dict[str, bool]] = {}
    if case.taken_at is not None:
        found.setdefault(case.owner_id, {})["stayed"] = True
    first = StepDone.objects.filter(case=case, undone_at=None, by__isnull=False, step__in=CONVERSATION)
    spoken = first.exclude(said="", channel="", step=Step.OWN).order_by("at", "id").first()
    if spoken is not None and spoken.by_id is not None and _before_they_asked(case, spoken.at):
        found.setdefault(spoken.by_id, {})["told_first"] = True
    kept = Commitment.objects.filter(case=case, purpose=Purpose.PERSONAL_CONTACT, undone_at=None)
    for staff_id in kept.filter(promise__state__in=(State.KEPT, State.KEPT_LATE)).values_list(
        "promise__owner_id", flat=True
    ):
        if staff_id is not None:
            found.setdefault(staff_id, {})["in_person"] = True
    return found


def _before_they_asked(case: Case, at: datetime) -> bool:
    """Whether the customer had said nothing yet when they were spoken to."""
    told_us = Failure.objects.filter(case=case, detected_by=DetectedBy.CUSTOMER, at__lte=at).exists()
    if told_us or case.detected_by == DetectedBy.CUSTOMER:
        return False
    return not fetch_rows(_SPOKE_BEFORE, [case.pk, at])[0][0]


def _tell(case: Case, deeds: dict[int, dict[str, bool]], now: datetime) -> None:
    everybody, news = roster(now), []
    for staff_id, did in deeds.items():
        person = everybody.people[staff_id]
        about, what = ("case", case.pk), deeds_in_words(**did)
        news.append(_news(staff_id, staff_id, f"The customer of SR-{case.pk} says it is right. You {what}.", about))
        lead = _lead_of(person, everybody)
        if lead is not None:
            words = f"The customer of SR-{case.pk} says it is right. {person.name} {what}."
            news.append(_news(lead.id, staff_id, words, about))
    tell_many(news, by=SYSTEM, now=now)


def _lead_of(person: StaffFacts, everybody: Roster) -> StaffFacts | None:
    """Who leads somebody: the lead of their team, also one who is away and reads it later; of a lead, and of somebody
    in no team, a manager. None when that is themselves."""
    named = [one for one in everybody.people.values() if person.team_id in one.leads and one.is_active]
    ours = named or [one for one in everybody.people.values() if _leads(one, person)]
    lead = next((one for one in ours if one.id != person.id), None) or everybody.executive()
    return lead if lead is not None and lead.id != person.id else None


def _leads(one: StaffFacts, person: StaffFacts) -> bool:
    return one.is_active and one.role is Role.LEAD and one.team_id is not None and one.team_id == person.team_id


def _news(to: int, whose: int, words: str, about: tuple[str, int]) -> News:
    return News(
        staff_id=to, about=about, topic="staff.recognised", words=words, link=f"/people/{whose}/", occasion=str(whose)
    )
