"""Asking whom the plan says, when it says so: each once, in one transaction with the message that asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import transaction

from makegood.conversation.actions import Apart, write_apart
from makegood.conversation.queries import carried_channels
from makegood.conversation.rules.messages import Way, first_way, in_their_hours
from makegood.journal.actions import NewEntry, record_many
from makegood.journal.actors import SYSTEM
from makegood.measurement.actions.tokens import digest_of
from makegood.measurement.asking import AskingFacts, Because, Standing, may_answer, why_not
from makegood.measurement.models import Asking, Survey
from makegood.measurement.queries.asking import facts_of
from makegood.measurement.scales import Occasion
from makegood.measurement.wordings import words_of
from makegood.platform.among import array_of
from makegood.platform.installation import organisation
from makegood.platform.rows import fetch_rows

AT_ONCE = 200


class _Person(NamedTuple):
    """A living customer who may be asked, as they stand now."""

    id: int
    name: str
    language: str
    time_zone: str
    preferred: str
    contacts: Sequence[tuple[str, str]]
    in_peace: bool
    has_open_case: bool


class _Turn(NamedTuple):
    """A survey whose time has come, of whom, and by which way they are reached."""

    row: Survey
    person: _Person
    way: Way | None


@transaction.atomic
def ask_due(*, now: datetime) -> int:
    """Ask, and remind, whoever is due, up to two hundred. Any number of workers may do this at once. Returns how many
    surveys were looked at: as long as there are some there may be more."""
    if not fetch_rows(_ANY_DUE, {"now": now}):
        return 0
    settings = Asking.objects.filter(is_on=True).first()
    if settings is None:
        return 0
    due = Survey.objects.select_for_update(skip_locked=True).filter(due_at__lte=now).order_by("due_at", "id")
    rows = list(due[:AT_ONCE])
    turns = _turns(rows)
    asked = _Asked(turns, now - facts_of(settings).window)
    _send([turn for turn in turns if _is_ready(turn, asked, now)], facts_of(settings), now)
    Survey.objects.bulk_update(rows, _CHANGED)
    return len(rows)


_CHANGED = [
    "due_at", "asked_at", "expires_at", "reminded_at", "dropped_at", "dropped_because", "message_id", "reminder_id",
    "digest",
]  # fmt: skip
_ANY_DUE = "SELECT 1 FROM measurement_survey WHERE due_at <= %(now)s LIMIT 1"


def _turns(rows: Sequence[Survey]) -> list[_Turn]:
    """Each with its customer, who is held: two who would ask the same customer wait for each other.

    Who is due more than once at the same time is asked of what tells most, and the rest finds them asked: a second
    failure before a first, and either before the pulse.
    """
    living = dict(fetch_rows(_LIVING, {"ids": array_of({row.customer_id for row in rows})}))
    fetch_rows(_HOLD, {"ids": array_of(set(living.values()))})
    people = {one[0]: _Person(*one) for one in fetch_rows(_PEOPLE, {"ids": array_of(set(living.values()))})}
    able = carried_channels()
    first = sorted(rows, key=lambda row: (not row.again, row.occasion == Occasion.PULSE))
    return [_Turn(row, who, _way(who, able)) for row in first if (who := people[living[row.customer_id]])]


def _way(who: _Person, able: Collection[str]) -> Way | None:
    return first_way(who.preferred, [(channel, value) for channel, value in who.contacts], able)  # type: ignore[arg-type]


_LIVING = "SELECT id, coalesce(merged_into_id, id) FROM customers_customer WHERE id = ANY(%(ids)s::bigint[])"
_HOLD = "SELECT id FROM customers_customer WHERE id = ANY(%(ids)s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
_FAMILY_OF = "SELECT f.id FROM customers_customer f WHERE f.id = c.id OR f.merged_into_id = c.id"
_PEOPLE = f"""
SELECT c.id, c.name, c.language, c.time_zone, c.preferred_channel,
       coalesce((SELECT json_agg(json_build_array(p.channel, p.value) ORDER BY p.id) FROM customers_contactpoint p
                 WHERE p.customer_id = c.id), '[]'),
       EXISTS (SELECT FROM measurement_leftinpeace l WHERE l.customer_id IN ({_FAMILY_OF})),
       EXISTS (SELECT FROM cases_case k WHERE k.customer_id IN ({_FAMILY_OF}) AND k.closed_at IS NULL)
FROM customers_customer c WHERE c.id = ANY(%(ids)s::bigint[])
"""  # noqa: S608 - the words above


class _Asked:
    """What these customers were asked before, and are while we go.

    `lately` are the surveys of each since the window began, each with whether it was asked again; `of_incidents` are
    customers with an incident that they were asked of, whenever that was; `astray` are messages that did not arrive.
    """

    def __init__(self, turns: Sequence[_Turn], since: datetime) -> None:
        ids = array_of({turn.person.id for turn in turns})
        self.lately: dict[int, list[bool]] = defaultdict(list)
        for living, again in fetch_rows(_LATELY, {"ids": ids, "since": since}):
            self.lately[living].append(again)
        self.astray = {row[0] for row in fetch_rows(_ASTRAY, {"ids": array_of(filter(None, map(_sent, turns)))})}
        planned = array_of(turn.row.case_id for turn in turns if turn.row.case_id and turn.row.asked_at is None)
        self._incidents: dict[int, set[int]] = defaultdict(set)
        for case, incident in fetch_rows(_INCIDENTS, {"cases": planned}):
            self._incidents[case].add(incident)
        known = {one for many in self._incidents.values() for one in many}
        wanted = {"ids": ids, "incidents": array_of(known)}
        self.of_incidents = {(living, one) for living, one in fetch_rows(_OF_INCIDENTS, wanted)} if known else set()

    def of_the_same(self, turn: _Turn) -> bool:
        """Whether they were asked of an incident to which this one's case belongs."""
        mine = self._incidents[turn.row.case_id or 0]
        return any((turn.person.id, one) in self.of_incidents for one in mine)

    def add(self, turn: _Turn) -> None:
        """They are asked now."""
        self.lately[turn.person.id].append(turn.row.again)
        self.of_incidents |= {(turn.person.id, one) for one in self._incidents[turn.row.case_id or 0]}


def _sent(turn: _Turn) -> int | None:
    return turn.row.message_id


_ASTRAY = "SELECT id FROM conversation_message WHERE id = ANY(%(ids)s::bigint[]) AND state IN ('failed', 'bounced')"
# A case is of an incident that told it, or whose promise failed in it.
_INCIDENTS = """
SELECT m.case_id, m.incident_id FROM incidents_member m WHERE m.case_id = ANY(%(cases)s::bigint[])
UNION
SELECT f.case_id, m.incident_id FROM cases_failure f JOIN incidents_affected a ON a.promise_id = f.promise_id
JOIN incidents_member m ON m.id = a.member_id
WHERE f.case_id = ANY(%(cases)s::bigint[]) AND a.freed_at IS NULL
"""
_OF_INCIDENTS = f"""
WITH asked AS MATERIALIZED (
    SELECT coalesce(c.merged_into_id, c.id) AS living, s.case_id FROM customers_customer c
    JOIN measurement_survey s ON s.customer_id = c.id
    WHERE (c.id = ANY(%(ids)s::bigint[]) OR c.merged_into_id = ANY(%(ids)s::bigint[]))
      AND s.asked_at IS NOT NULL AND s.case_id IS NOT NULL
), of AS ({_INCIDENTS.replace("%(cases)s::bigint[]", "ARRAY(SELECT case_id FROM asked)")})
SELECT asked.living, of.incident_id FROM asked JOIN of ON of.case_id = asked.case_id
WHERE of.incident_id = ANY(%(incidents)s::bigint[])
"""  # noqa: S608 - the words above
_LATELY = """
SELECT coalesce(c.merged_into_id, c.id), s.again FROM customers_customer c
JOIN measurement_survey s ON s.customer_id = c.id
WHERE (c.id = ANY(%(ids)s::bigint[]) OR c.merged_into_id = ANY(%(ids)s::bigint[])) AND s.asked_at > %(since)s
"""


def _is_ready(turn: _Turn, asked: _Asked, now: datetime) -> bool:
    """Whether somebody is asked or reminded now. Whoever sleeps waits for their day; whoever is not asked after all is
    dropped, with the reason. Who was not reached is not reminded of what they never had."""
    row, who = turn.row, turn.person
    reminding = row.asked_at is not None
    if reminding and (row.message_id in asked.astray or not may_answer(expires_at=row.expires_at, now=now)):
        row.due_at = None
        return False
    because = _why_not(turn, None if reminding else asked)
    if because is None:
        zone = ZoneInfo(who.time_zone) if who.time_zone else organisation().zone
        later = in_their_hours(now, zone)
        if later > now:
            row.due_at = later
            return False
        if not reminding:
            asked.add(turn)
        return True
    row.due_at = None
    if not reminding:
        row.dropped_at, row.dropped_because = now, because
    return False


def _why_not(turn: _Turn, asked: _Asked | None) -> Because | None:
    """Why not; nothing that was `asked` before matters where one is reminded."""
    row, who = turn.row, turn.person
    return why_not(
        Standing(
            occasion=Occasion(row.occasion), again=row.again, in_peace=who.in_peace, has_open_case=who.has_open_case,
            case_closed=None if row.case is None else row.case.closed_at is not None, reachable=turn.way is not None,
            asked=() if asked is None else asked.lately[who.id],
            asked_of_incident=asked is not None and asked.of_the_same(turn),
        )
    )  # fmt: skip


def _send(turns: Sequence[_Turn], facts: AskingFacts, now: datetime) -> None:
    made = write_apart([_message(turn) for turn in turns if turn.way is not None], leave_at=now, now=now)
    entries = []
    for turn, message_id in zip(turns, made, strict=True):
        row = turn.row
        if not message_id:
            row.due_at, row.dropped_at, row.dropped_because = None, now, Because.UNREACHABLE
        elif row.asked_at is None:
            row.asked_at, row.expires_at = now, now + timedelta(days=facts.holds_days)
            row.message_id, row.digest = message_id, digest_of(row.pk)
            row.due_at = now + timedelta(days=facts.remind_days) if row.reminds and facts.remind_days else None
            entries.append(_entry("asked", turn, now))
        else:
            row.reminded_at, row.reminder_id, row.due_at = now, message_id, None
            entries.append(_entry("reminded", turn, now))
    record_many(entries)


def _message(turn: _Turn) -> Apart:
    row, who = turn.row, turn.person
    assert turn.way is not None  # noqa: S101 - only who can be reached has a turn
    subject, text = words_of(
        who.language, Occasion(row.occasion), reminder=row.asked_at is not None, name=who.name,
        house=organisation().name,
    )  # fmt: skip
    return Apart(who.name, turn.way, subject, text, who.language)


def _entry(verb: str, turn: _Turn, now: datetime) -> NewEntry:
    told = {"occasion": turn.row.occasion, "channel": turn.way.channel if turn.way else "", "case": turn.row.case_id}
    return NewEntry(
        verb=f"survey.{verb}", by=SYSTEM, at=now, subject=("survey", turn.row.pk), customer_id=turn.person.id,
        case_id=turn.row.case_id, data=told | ({"again": True} if turn.row.again else {}),
    )  # fmt: skip
