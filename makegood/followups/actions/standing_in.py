"""What waits for somebody who is away: an open case changes hands as a whole, and beside it there is what follows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime

from django.db import transaction

from makegood.cases.models import Case
from makegood.followups.actions.closures import owner_of_process
from makegood.followups.actions.hearing import leads_to
from makegood.followups.models import Closure, Hearing
from makegood.journal.actors import SYSTEM
from makegood.notices.actions import News, tell_many
from makegood.people.queries import Roster, StaffFacts, roster
from makegood.platform.among import Among, array_of
from makegood.platform.rows import fetch_rows
from makegood.promises import actions as promises

AT_ONCE = 200


@transaction.atomic
def stand_in(*, now: datetime) -> int:
    """Give what waits for somebody who is away to their deputy, else to a lead, else to whoever is there: follow-ups of
    closed cases, causes to be found and changes promised whose time has come, processes to be closed, and people to be
    heard.

    Returns how much changed hands; where nobody is there it stays, and what has a clock climbs the ladder.
    """
    everybody = roster(now)
    away = [one.id for one in everybody.people.values() if not one.is_present]
    idle = [one.id for one in everybody.people.values() if not (one.is_present and one.may_work)]
    news = [*_promises(idle, everybody, now), *_processes(away, everybody, now), *_hearings(away, everybody, now)]
    tell_many(news, by=SYSTEM, now=now)
    return len(news)


# Open cases bring their follow-ups along; what is due is at risk before its time, and broken after it.
_AT_HAND = """
SELECT p.id, p.owner_id, m.case_id, m.purpose
FROM promises_promise p JOIN cases_commitment m ON m.promise_id = p.id JOIN cases_case c ON c.id = m.case_id
WHERE p.owner_id = ANY(%s::bigint[]) AND p.state IN ('at_risk', 'broken')
  AND (m.purpose IN ('find_cause', 'change') OR (m.purpose = 'follow_up' AND c.closed_at IS NOT NULL))
ORDER BY p.id LIMIT %s
"""


def _promises(away: list[int], everybody: Roster, now: datetime) -> Iterator[News]:
    given: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for promise_id, owner_id, number, purpose in fetch_rows(_AT_HAND, [array_of(away), AT_ONCE]) if away else ():
        heir = _heir(owner_id, everybody)
        if heir is not None:
            given[heir.id].append((promise_id, number, purpose))
    for heir_id, rows in given.items():
        promises.give([promise_id for promise_id, _, _ in rows], owner_id=heir_id, by=SYSTEM, now=now)
        sought = [number for _, number, purpose in rows if purpose == "find_cause"]
        Case.objects.filter(pk__in=Among(sought), cause_finder__isnull=False).update(cause_finder_id=heir_id)
        yield from (_news(heir_id, number, purpose, now) for _, number, purpose in rows)


def _heir(staff_id: int, everybody: Roster) -> StaffFacts | None:
    """The deputy, else the lead, else of all who are there those first who may give work to others."""
    person = everybody.people.get(staff_id)
    lead = everybody.lead_for(person.team_id if person else None)
    return everybody.deputy_for(staff_id) or lead or everybody.stand_in(staff_id)


def _processes(away: list[int], everybody: Roster, now: datetime) -> Iterator[News]:
    waiting = Closure.objects.filter(process_at=None, case__closed_at__isnull=False, owner_id__in=Among(away))
    for one in waiting.select_related("case__kind").order_by("pk")[:AT_ONCE] if away else ():
        heir = everybody.deputy_for(one.owner_id or 0) or owner_of_process(one.case, everybody)
        mine = Closure.objects.filter(pk=one.pk, owner_id=one.owner_id, process_at=None)
        if heir is not None and heir.is_present and mine.update(owner_id=heir.id):
            yield _news(heir.id, one.pk, "process", now, link=leads_to(heir))


def _hearings(away: list[int], everybody: Roster, now: datetime) -> Iterator[News]:
    waiting = Hearing.objects.filter(heard_at=None, case__closed_at__isnull=False, lead_id__in=Among(away))
    for one in waiting.order_by("pk")[:AT_ONCE] if away else ():
        deputy = everybody.deputy_for(one.lead_id or 0)
        heir = deputy if deputy and deputy.id != one.staff_id else everybody.leader_of(one.staff_id)
        mine = Hearing.objects.filter(pk=one.pk, lead_id=one.lead_id, heard_at=None)
        if heir is not None and mine.update(lead_id=heir.id):
            yield _news(heir.id, one.case_id, "hear", now)


_WORDS: Mapping[str, tuple[str, str, str]] = {
    "follow_up": (
        "case.come_back",
        "Come back to the customer of SR-{}: whoever promised it is away.",
        "/cases/SR-{}/",
    ),
    "find_cause": ("case.find_cause", "Find out why SR-{} happened: whoever was to is away.", "/cases/SR-{}/"),
    "change": ("closure.change", "A change that SR-{} led to is due: whoever promised it is away.", "/closures/"),
    "process": (
        "closure.process",
        "Say what changes after SR-{}: whoever answers for the process is away.",
        "/closures/",
    ),
    "hear": ("closure.hear", "Hear whoever carried SR-{}: the lead who was to is away.", "/closures/"),
}


def _news(staff_id: int, number: int, what: str, now: datetime, link: str = "") -> News:
    topic, words, usual = _WORDS[what]
    return News(
        staff_id=staff_id, about=("case", number), topic=topic, link=link or usual.format(number),
        words=words.format(number), occasion=now.isoformat(),
    )  # fmt: skip
