"""The customers of an incident one by one: the dry run of those who wait, and what became of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from makegood.conversation.queries import carried_channels
from makegood.incidents.models import Incident, Member
from makegood.incidents.queries.preparing import Prepared, Stage, dues, hits, plight_of, prepare, way_of
from makegood.incidents.queries.seeing import unknown_incident, visible
from makegood.incidents.rules.judging import Weight, judge
from makegood.incidents.rules.owed import Due, OwedSum, summed
from makegood.incidents.rules.plan import Plan, plan_of
from makegood.incidents.rules.saying import message_of
from makegood.kernel.refusals import invalid
from makegood.people.queries import roster
from makegood.people.rules import Scope
from makegood.platform.installation import organisation
from makegood.platform.rows import fetch_rows
from makegood.remedies.rules.granting import Sums
from makegood.remedies.rules.plan import language_of

PAGE = 25
PAGE_ONLY = "page"
_STRETCH = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a release would do now. `in_case` is the most that one of the cases was given already.

    `weights` and `left` count customers, `joins` those whose open case is joined; `languages` are of those told, a
    language that we do not write in under its own name, `channels` by which they are written to ("page": their page
    alone). `owed` is what policies owe to those told, beside the `sums` of
    the gift; what of it is open is given along when the plan says so (`gives_owed`).
    """

    told: int
    weights: Mapping[str, int]
    joins: int
    left: Mapping[str, int]
    languages: Mapping[str, int]
    channels: Mapping[str, int]
    apologised: int
    in_case: Decimal
    sums: Sums
    currency: str
    owed: tuple[OwedSum, ...]
    gives_owed: bool

    @property
    def total(self) -> Decimal:
        """What it comes to."""
        return self.sums.above


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLine:
    """A customer of an incident: what they would be told, were told, or why they are left out.

    `case` is the case they have or would join, None for one to be opened. `answer` is what they said to it, "" nothing.
    `sends` is what is sent by `channel` in a dry run, "" where the message stands on their page alone; `stands` is
    where that message stands once they were told, `problem` why it is red. `dues` are what policies owe them, in a dry
    run. `gift_state` is how what everybody is given stands with them (""
    when they were given nothing), by `gift_due_at` they are to have it.
    """

    member: int
    customer_id: int
    customer_name: str
    promise: str
    due_at: datetime | None
    case: int | None
    owner: str
    light: bool | None
    left: str
    language: str
    channel: str
    address: str
    message: str
    told_at: datetime | None
    batch: int | None
    answer: str
    sends: str = ""
    stands: str = ""
    problem: str = ""
    apologised: bool = False
    dues: tuple[Due, ...] = ()
    gift_due_at: datetime | None = None
    gift_state: str = ""
    gift_problem: str = ""

    @property
    def ref(self) -> str:
        """The case as people call it, "" while there is none."""
        return f"SR-{self.case}" if self.case else ""


@dataclass(frozen=True, slots=True)
class MembersPage:
    """A page of them by their number, and the cursor of the next ("" at the end)."""

    rows: tuple[MemberLine, ...]
    next: str


def dry_run(scope: Scope, number: int, *, after: str = "", limit: int = PAGE, now: datetime) -> MembersPage:
    """Those who wait to be told, each with the very message they would get now.

    Raises Refusal "incident.unknown", "page.bad_cursor".
    """
    row = _seen(scope, number)
    waiting = _waiting(row).filter(pk__gt=_cursor(after)).order_by("pk").values_list("pk", flat=True)
    ids = list(waiting[: limit + 1])
    lines = _prepared_lines(row, ids[:limit], now)
    return MembersPage(tuple(lines), str(ids[limit - 1]) if len(ids) > limit else "")


def every_message(scope: Scope, number: int, *, now: datetime) -> Iterator[MemberLine]:
    """All of the dry run, a thousand read at a time. Raises Refusal "incident.unknown"."""
    row = _seen(scope, number)
    ids = list(_waiting(row).order_by("pk").values_list("pk", flat=True))
    return (line for start in range(0, len(ids), _STRETCH)
            for line in _prepared_lines(row, ids[start : start + _STRETCH], now))  # fmt: skip


def members(
    scope: Scope, number: int, *, state: str, after: str = "", limit: int = PAGE
) -> MembersPage:  # fmt: skip
    """Those who were `told`, `left` out, who want `more`, whom the message did not reach (`red`), or whose gift is
    `undone`, by their number.

    Raises Refusal "incident.unknown", "page.bad_cursor".
    """
    row = _seen(scope, number)
    asked = {"incident": row.pk, "state": state, "after": _cursor(after), "limit": limit + 1}
    found = [_line(*cells) for cells in fetch_rows(_MEMBERS, asked)]
    return MembersPage(tuple(found[:limit]), str(found[limit - 1].member) if len(found) > limit else "")


def tally(scope: Scope, number: int, *, now: datetime) -> Tally:
    """What a release would do now, in numbers. Raises Refusal "incident.unknown"."""
    return tally_of(_seen(scope, number), now=now)


def tally_of(row: Incident, *, now: datetime) -> Tally:
    """The same for whoever holds the incident. Of ten thousand customers it takes about a second: every one is judged
    as the release will judge them."""
    plan, currency = plan_of(row.plan), organisation().currency
    ids = list(_waiting(row).order_by("pk").values_list("pk", flat=True))
    weights: Counter[str] = Counter()
    left: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    channels: Counter[str] = Counter()
    joins = apologised = 0
    in_case, told_dues = Decimal(0), list[tuple[Due, ...]]()
    found, able = hits(ids, currency=currency, now=now), carried_channels()
    owed = dues(found, now=now)
    for hit in found:
        mine = owed.get(hit.member_id, ())
        verdict = judge(plight_of(hit, mine, plan), plan.line)
        if verdict.left is not None:
            left[verdict.left.value] += 1
            continue
        told_dues.append(mine)
        weights[(verdict.weight or Weight.FULL).value] += 1
        languages[_named(hit.language)] += 1
        way = way_of(hit, able)
        channels[way.channel.value if way else PAGE_ONLY] += 1
        joins += verdict.joins is not None
        apologised += hit.apologised
        in_case = max(in_case, hit.case_given)
    told = weights.total()
    return Tally(
        told=told, weights=weights, joins=joins, left=left, languages=languages, channels=channels,
        apologised=apologised, in_case=in_case, sums=_sums(plan, told, now),
        currency=plan.gift.currency if plan.gift else currency, owed=summed(told_dues), gives_owed=plan.gives_owed,
    )  # fmt: skip


def _sums(plan: Plan, many: int, now: datetime) -> Sums:
    if plan.gift is None:
        return Sums()
    one = plan.gift.sums(now)
    return Sums(correction=one.correction * many, goodwill=one.goodwill * many)


def _named(tag: str) -> str:
    """A language as it is counted: ours, or the customer's own when we have no words in it."""
    plain = tag.replace("_", "-").partition("-")[0].casefold()
    return plain if not plain or language_of(plain) == plain else f"{plain} (en)"


def _seen(scope: Scope, number: int) -> Incident:
    row = visible(scope).filter(pk=number).first()
    if row is None:
        raise unknown_incident()
    return row


def _waiting(row: Incident) -> Any:
    return Member.objects.filter(incident=row, told_at=None, left_out="")


def _prepared_lines(row: Incident, ids: list[int], now: datetime) -> list[MemberLine]:
    stage = Stage(row.owner_id, roster(now), now)
    return [_prepared(one) for one in prepare(ids, plan_of(row.plan), stage)]


def _prepared(one: Prepared) -> MemberLine:
    hit, verdict = one.hit, one.verdict
    return MemberLine(
        member=hit.member_id, customer_id=hit.customer_id, customer_name=hit.name, promise=hit.title or "",
        due_at=hit.due_at, case=hit.case_id, owner=one.owner,
        light=None if verdict.left else verdict.weight is Weight.LIGHT, left=verdict.left or "",
        language=one.language, channel=one.way.channel if one.way else hit.channel or "",
        address=one.way.address if one.way else hit.address or "", message=message_of(one.told), sends=one.words,
        told_at=None, batch=None, answer="", apologised=hit.apologised, dues=one.dues,
    )  # fmt: skip


_MEMBERS = """
SELECT m.id, coalesce(c.merged_into_id, c.id), c.name, coalesce(p.title, ''), p.due_at, m.case_id, coalesce(o.name, ''),
       m.light, m.left_out, m.language, m.channel, coalesce(s.address, reach.value, ''), m.message, m.told_at, m.batch,
       coalesce(a.answer, ''), gp.due_at, coalesce(gp.state, ''), coalesce(g.problem, ''),
       coalesce(s.state, ''), coalesce(s.problem, '')
FROM incidents_member m
LEFT JOIN conversation_message s ON s.id = m.sent_as_id
JOIN customers_customer c ON c.id = m.customer_id
LEFT JOIN cases_case y ON y.id = m.case_id
LEFT JOIN people_staff o ON o.id = y.owner_id
LEFT JOIN remedies_grant g ON g.id = m.gift_id AND g.state = 'given'
LEFT JOIN promises_promise gp ON gp.id = g.promise_id
LEFT JOIN LATERAL (
    SELECT w.title, w.due_at FROM incidents_affected x JOIN promises_promise w ON w.id = x.promise_id
    WHERE x.member_id = m.id ORDER BY x.freed_at IS NOT NULL, w.due_at, w.id LIMIT 1
) p ON true
LEFT JOIN LATERAL (
    SELECT value FROM customers_contactpoint
    WHERE customer_id = coalesce(c.merged_into_id, c.id) AND channel = m.channel ORDER BY id LIMIT 1
) reach ON true
LEFT JOIN LATERAL (
    SELECT k.answer FROM cases_satisfactioncheck k
    WHERE k.case_id = m.case_id AND k.undone_at IS NULL AND k.answer NOT IN ('', 'not_reached')
      AND k.answered_at >= m.told_at
    ORDER BY k.answered_at DESC, k.id DESC LIMIT 1
) a ON m.told_at IS NOT NULL
WHERE m.incident_id = %(incident)s AND m.id > %(after)s
  AND CASE %(state)s WHEN 'told' THEN m.told_at IS NOT NULL WHEN 'left' THEN m.left_out <> ''
      WHEN 'more' THEN a.answer IN ('more', 'not_satisfied')
      WHEN 'red' THEN s.state IN ('unsure', 'failed', 'bounced')
      WHEN 'undone' THEN gp.state IN ('open', 'at_risk', 'broken') ELSE true END
ORDER BY m.id LIMIT %(limit)s
"""


def _line(*cells: Any) -> MemberLine:
    return MemberLine(**dict(zip(_NAMES, cells, strict=True)))


_NAMES = (
    "member", "customer_id", "customer_name", "promise", "due_at", "case", "owner", "light", "left", "language",
    "channel", "address", "message", "told_at", "batch", "answer",
    "gift_due_at", "gift_state", "gift_problem", "stands", "problem",
)  # fmt: skip


def _cursor(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise invalid("page.bad_cursor", "Use the cursor that the page before gave, or none.", field="after")
    return int(text)
