"""How the customers of an incident stand, and what each would be told: for the dry run, and for the release itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from makegood.cases.actions.stock import REPEAT_WINDOW
from makegood.conversation.queries import carried_channels
from makegood.conversation.rules.messages import Channel, Way, first_way
from makegood.incidents.queries.owing import dues_of
from makegood.incidents.rules.judging import Plight, Verdict, judge
from makegood.incidents.rules.owed import Due, asks, is_open
from makegood.incidents.rules.plan import Plan
from makegood.incidents.rules.saying import Facts, Line, brief_of, compose, letter_of
from makegood.kernel.texts import first_name
from makegood.people.queries import Roster
from makegood.platform.among import array_of
from makegood.platform.installation import organisation
from makegood.platform.rows import fetch_rows
from makegood.promises.rules import LIVE, State
from makegood.remedies.queries import Failed
from makegood.remedies.queries.plan import said_day
from makegood.remedies.rules.plan import APOLOGY_WINDOW, language_of
from makegood.remedies.rules.plan_words import WORDINGS


class Hit(NamedTuple):
    """A customer of an incident as they stand now: `member_id` is their row, `customer_id` the living customer.

    The promise is the first of theirs that is due; `promise_ids` are all. What begins with `case_` is their open case.
    `contacts` are all ways to reach them, their favourite first, each the channel before its address.
    `gift_id` is what they were given when they were told before, and it was taken back.
    """

    member_id: int
    customer_id: int
    name: str
    language: str
    time_zone: str
    value: Decimal | None
    preferred: str
    contacts: list[str]
    promise_ids: list[int]
    title: str | None
    due_at: datetime | None
    due_on: date | None
    forecast_at: datetime | None
    state: str | None
    kind_id: int | None
    team_id: int | None
    role: str | None
    severity: int | None
    promiser_id: int | None
    told_elsewhere: bool
    settled: bool
    case_id: int | None
    case_kind_id: int | None
    case_owner_id: int | None
    case_severity: int | None
    case_criticality: int | None
    case_ordinal: int | None
    case_taken: bool | None
    case_spoken: bool | None
    case_given: Decimal
    earlier: int
    apologised: bool
    unforgiving: bool
    gift_id: int | None

    @property
    def channel(self) -> str | None:
        """The first way to reach them by their taste, be it one that we cannot send by; None when there is none."""
        return self.contacts[0].partition(" ")[0] if self.contacts else None

    @property
    def address(self) -> str | None:
        """Where that leads."""
        return self.contacts[0].partition(" ")[2] if self.contacts else None


@dataclass(frozen=True, slots=True)
class Prepared:
    """What becomes of one customer, what they are told line by line (nothing when they are left out), and what policies
    owe them. `way` is how the message goes to them, None when it stands on their page alone."""

    hit: Hit
    verdict: Verdict
    language: str
    owner_id: int
    owner: str
    told: Mapping[Line, str]
    dues: tuple[Due, ...]
    way: Way | None

    @property
    def words(self) -> str:
        """What is sent: all of it, or what fits into a text message; "" when nothing is."""
        if self.way is None or not self.told:
            return ""
        return brief_of(self.told, self.language) if self.way.channel is Channel.SMS else letter_of(self.told)


class Stage(NamedTuple):
    """Who plays a part in telling: the incident's owner and everybody as they are now."""

    owner_id: int
    everybody: Roster
    now: datetime


def prepare(member_ids: Sequence[int], plan: Plan, stage: Stage) -> list[Prepared]:
    """Everybody of these members, judged and with their message, in the order of their numbers."""
    found = hits(member_ids, currency=organisation().currency, now=stage.now)
    hands, texts, owed = _hands(stage), _Texts(plan, stage.now, carried_channels()), dues(found, now=stage.now)
    return [_prepared(hit, owed.get(hit.member_id, ()), plan, hands, stage, texts) for hit in found]


def way_of(hit: Hit, able: Collection[Channel]) -> Way | None:
    """How a message goes to this customer: by what they prefer of what we can send by (`able`)."""
    contacts = (one.partition(" ") for one in hit.contacts)
    return first_way(hit.preferred, ((channel, address) for channel, _, address in contacts), able)


def hits(member_ids: Sequence[int], *, currency: str, now: datetime) -> list[Hit]:
    """How these members stand."""
    asked = {
        "members": array_of(member_ids), "currency": currency, "lately": now - APOLOGY_WINDOW,
        "since": now - REPEAT_WINDOW,
    }  # fmt: skip
    return [Hit(*row) for row in fetch_rows(_HITS, asked)]


def dues(found: Sequence[Hit], *, now: datetime) -> Mapping[int, tuple[Due, ...]]:
    """What policies owe them for the promises by which they are hit, by their member rows."""
    hurt = [Failed(hit.member_id, hit.case_id, hit.customer_id, hit.promise_ids) for hit in found if hit.promise_ids]
    return dues_of(hurt, now=now)


def plight_of(hit: Hit, owed: Sequence[Due], plan: Plan) -> Plight:
    """What the rules ask about somebody to whom this is owed. What the plan gives along needs no person to give it, but
    one to ask where something must be asked first."""
    has_case = hit.case_id is not None
    return Plight(
        affected=len(hit.promise_ids), told_elsewhere=hit.told_elsewhere, settled=hit.settled, case=hit.case_id,
        spoken=bool(hit.case_spoken), taken=bool(hit.case_taken), unforgiving=hit.unforgiving,
        reachable=hit.channel is not None, severity=hit.severity or 2,
        criticality=hit.case_criticality or 2, ordinal=(hit.case_ordinal if has_case else hit.earlier + 1) or 1,
        value=hit.value, owed=is_open(owed) and not plan.gives_owed, asks=plan.gives_owed and asks(owed),
    )  # fmt: skip


def _prepared(
    hit: Hit, owed: tuple[Due, ...], plan: Plan, hands: Sequence[int], stage: Stage, texts: _Texts
) -> Prepared:  # fmt: skip
    verdict = judge(plight_of(hit, owed, plan), plan.line)
    language = language_of(hit.language)
    owner_id = _owner(hit, hands, stage)
    owner = stage.everybody.people[owner_id].name
    told = {} if verdict.left else compose(plan.words, language, texts.facts(hit, language, owner))
    way = None if verdict.left else way_of(hit, texts.able)
    return Prepared(hit, verdict, language, owner_id, owner, told, owed, way)


def _hands(stage: Stage) -> tuple[int, ...]:
    """Among whom the customers without a case are spread: those of the owner's team who are there, else the owner."""
    owner = stage.everybody.people[stage.owner_id]
    team = [
        one.id for one in stage.everybody.people.values()
        if owner.team_id is not None and one.team_id == owner.team_id and one.is_present and one.may_work
    ]  # fmt: skip
    return tuple(sorted(team)) or (stage.owner_id,)


def _owner(hit: Hit, hands: Sequence[int], stage: Stage) -> int:
    """Who owns their case: whoever does already, whoever gave them their word and is there, or one of the team."""
    if hit.case_owner_id is not None:
        return hit.case_owner_id
    promiser = stage.everybody.people.get(hit.promiser_id or 0)
    if promiser is not None and promiser.is_present and promiser.may_work:
        return promiser.id
    return hands[hit.member_id % len(hands)]


class _Texts:
    """What is true for each customer, as they read it. Days that many share are worded once. `able` are the channels
    that we can send by."""

    def __init__(self, plan: Plan, now: datetime, able: Collection[Channel]) -> None:
        self.gift, self.able = plan.gift, able
        self.now = now
        self.day = cache(self._day)
        self.ours = organisation().time_zone

    def facts(self, hit: Hit, language: str, owner: str) -> Facts:
        """The places of a message."""
        zone = ZoneInfo(hit.time_zone or self.ours)
        due = hit.due_on or (hit.due_at.astimezone(zone).date() if hit.due_at else None)
        expected = self._expected(hit)
        return Facts(
            name=first_name(hit.name), promise=hit.title or "", due=self.day(due, language) if due else "", owner=owner,
            new=said_day(expected.astimezone(zone), WORDINGS[language].instant, language) if expected else "",
            offer=self.gift.title(language) if self.gift else "",
            by=self.day(self.gift.due_at(self.now).astimezone(zone).date(), language) if self.gift else "",
            foretold=hit.state in LIVE, again=hit.earlier > 0 or (hit.case_ordinal or 1) > 1,
            said_already=hit.apologised,
        )  # fmt: skip

    def _expected(self, hit: Hit) -> datetime | None:
        """When it will be kept, as far as that is known and still ahead."""
        known = hit.forecast_at if hit.state != State.KEPT_LATE else None
        return known if known is not None and known > self.now and _differs(known, hit.due_at) else None

    def _day(self, day: date, language: str) -> str:
        return said_day(day, WORDINGS[language].day, language)


def _differs(known: datetime, due_at: datetime | None) -> bool:
    return due_at is None or known - due_at > timedelta(minutes=5)


# Of a thousand customers all of this is read at once, each part by an index. Cases may stand under the ids of customers
# who were merged into this one.
_HITS = """
WITH asked AS MATERIALIZED (
    SELECT m.id, m.incident_id, m.gift_id, coalesce(cu.merged_into_id, cu.id) AS living
    FROM incidents_member m JOIN customers_customer cu ON cu.id = m.customer_id
    WHERE m.id = ANY(%(members)s::bigint[])
)
SELECT a.id, c.id, c.name, c.language, c.time_zone, CASE WHEN c.currency IN ('', %(currency)s) THEN c.value END,
       c.preferred_channel, coalesce(reach.ways, '{}'),
       coalesce(hit.ids, '{}'), p.title, p.due_at, p.due_on, p.forecast_at, p.state,
       p.kind_id, k.team_id, k.role, k.severity, p.owner_id,
       EXISTS (SELECT FROM incidents_affected y JOIN incidents_member n ON n.id = y.member_id
               WHERE y.promise_id = ANY(hit.ids) AND n.id <> a.id AND n.told_at IS NOT NULL)
       OR EXISTS (SELECT FROM incidents_member n WHERE n.incident_id = a.incident_id AND n.customer_id = ANY(f.ids)
                  AND n.id <> a.id AND (n.told_at IS NOT NULL OR n.id < a.id)),
       EXISTS (SELECT FROM cases_failure x JOIN cases_case y ON y.id = x.case_id
               WHERE x.promise_id = ANY(hit.ids) AND y.closed_at IS NOT NULL AND y.outcome <> 'corrected'),
       o.id, o.kind_id, o.owner_id, o.severity, o.criticality, o.ordinal, o.taken_at IS NOT NULL, o.spoken,
       coalesce((SELECT sum(correction + goodwill) FROM remedies_grant
                 WHERE case_id = o.id AND state = 'given' AND currency = %(currency)s), 0),
       (SELECT count(*) FROM cases_case y WHERE y.customer_id = ANY(f.ids) AND y.kind_id = p.kind_id
        AND y.opened_at >= %(since)s AND y.outcome <> 'corrected' AND y.id IS DISTINCT FROM o.id),
       EXISTS (SELECT FROM cases_stepdone d JOIN cases_case y ON y.id = d.case_id
               WHERE y.customer_id = ANY(f.ids) AND d.step = 'apologise' AND d.undone_at IS NULL
                 AND d.at >= %(lately)s),
       EXISTS (SELECT FROM cases_satisfactioncheck s JOIN cases_case y ON y.id = s.case_id
               WHERE y.customer_id = ANY(f.ids) AND s.answer = 'will_not_forgive' AND s.undone_at IS NULL),
       a.gift_id
FROM asked a
JOIN customers_customer c ON c.id = a.living
CROSS JOIN LATERAL (
    SELECT ARRAY(SELECT a.living UNION ALL SELECT id FROM customers_customer WHERE merged_into_id = a.living) AS ids
) f
LEFT JOIN LATERAL (
    SELECT array_agg(channel || ' ' || value ORDER BY
        channel = c.preferred_channel DESC, array_position(ARRAY['email', 'sms', 'phone', 'post'], channel::text), id
    ) AS ways
    FROM customers_contactpoint WHERE customer_id = c.id
) reach ON true
LEFT JOIN LATERAL (
    SELECT array_agg(w.id ORDER BY w.due_at, w.id) AS ids FROM incidents_affected x
    JOIN promises_promise w ON w.id = x.promise_id WHERE x.member_id = a.id AND x.freed_at IS NULL
) hit ON true
LEFT JOIN promises_promise p ON p.id = hit.ids[1]
LEFT JOIN promises_kind k ON k.id = p.kind_id
LEFT JOIN LATERAL (
    SELECT y.id, y.kind_id, y.owner_id, y.severity, y.criticality, y.ordinal, y.taken_at,
           EXISTS (SELECT FROM cases_stepdone d WHERE d.case_id = y.id AND d.undone_at IS NULL
                     AND d.step IN ('own', 'listen', 'empathise', 'apologise', 'refocus')
                     AND NOT (d.step = 'own' AND d.said = '' AND d.channel = ''))
           OR EXISTS (SELECT FROM cases_satisfactioncheck s WHERE s.case_id = y.id AND s.undone_at IS NULL
                      AND s.answer NOT IN ('', 'not_reached')) AS spoken
    FROM cases_case y
    WHERE y.customer_id = ANY(f.ids) AND y.closed_at IS NULL
      AND (y.kind_id = p.kind_id
           OR EXISTS (SELECT FROM cases_failure x WHERE x.case_id = y.id AND x.promise_id = ANY(hit.ids)))
    ORDER BY EXISTS (SELECT FROM cases_failure x WHERE x.case_id = y.id AND x.promise_id = ANY(hit.ids)) DESC, y.id
    LIMIT 1
) o ON true
ORDER BY a.id
"""
