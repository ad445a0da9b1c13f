"""What a person may give alone, and who decides about what is more. Pure.

Only what is given above what is owed counts: goodwill and corrections. An entitlement is owed by a rule, needs
nobody's leave, and is never lowered by a limit. Amounts are in one currency, that of the limits; a currency for
which a grade has no limits is one in which it may give nothing alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

import msgspec

from makegood.cases.rules import Obstacle
from makegood.kernel.money import format_money
from makegood.people.presence import Roster, StaffFacts
from makegood.people.rules import Role
from makegood.remedies.rules.fit import RemedyKind

_NOTHING = Decimal(0)
_FARTHER = {Role.LEAD: 1, Role.AGENT: 1, Role.ADMINISTRATOR: 2}
"""Outside the team, managers see the case already; other teams do not, and administrators run the place."""


class Period(StrEnum):
    """The span a budget is for; it begins at midnight where the organisation is, a week on its Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """What people of a grade may give alone of one kind of remedy, or (`remedy` None) of all kinds together.

    `each` bounds one remedy, `case` all that is given in a case, by whomever, `budget` all that one person
    gives in a `per`. None does not bound. Somebody whose grade has no limits of its own has those of the
    nearest grade below.
    """

    grade: int
    currency: str
    remedy: RemedyKind | None = None
    each: Decimal | None = None
    case: Decimal | None = None
    budget: Decimal | None = None
    per: Period = Period.MONTH


class Wanted(msgspec.Struct, frozen=True):
    """Something to be given: its kind, and what it costs above what is owed."""

    remedy: RemedyKind
    amount: Decimal


Sums = Mapping[RemedyKind, Decimal]
"""Amounts by kind of remedy."""


class Asked(msgspec.Struct, frozen=True):
    """What is asked about: of several `ways` one comes to pass, and all that is in it is given together.

    What is given in one press is one way. Where the customer chooses, each of their choices is one.
    """

    ways: tuple[tuple[Wanted, ...], ...]

    def comes_to(self, remedy: RemedyKind | None) -> Decimal:
        """What it comes to at most, of one kind or of all."""
        return max((sum(_amounts(way, remedy), _NOTHING) for way in self.ways), default=_NOTHING)

    def largest(self, remedy: RemedyKind | None) -> Decimal:
        """The dearest single thing, of one kind or of all."""
        return max((amount for way in self.ways for amount in _amounts(way, remedy)), default=_NOTHING)


def together(*wanted: Wanted) -> Asked:
    """All of it is asked about at once."""
    return Asked((wanted,))


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """What was given already above what is owed, by kind: in the case by anybody, in each period by the person.

    `held_in_case` and `held` are the offers of which a customer may still choose: in the case, and on the person's
    authority, in whichever period the choice falls.
    """

    case: Sums = {}
    periods: Mapping[Period, Sums] = {}
    held_in_case: tuple[Asked, ...] = ()
    held: tuple[Asked, ...] = ()

    def in_case(self, remedy: RemedyKind | None) -> Decimal:
        """What the case was given, or may yet be by somebody's choice, of one kind or of all."""
        return _of(self.case, remedy) + _held(self.held_in_case, remedy)

    def in_period(self, period: Period, remedy: RemedyKind | None) -> Decimal:
        """What the person gave in a period, or may yet have given by somebody's choice, of one kind or of all."""
        return _of(self.periods.get(period, {}), remedy) + _held(self.held, remedy)


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """Whether somebody may give all that is wanted alone, and by how much it is too much.

    `total` is what the case would then have been given; `limit` bounds that total (None: nothing does), and is
    what the bar on the page shows. `obstacles` say what is in the way, `over` the most that any of them lacks.
    """

    total: Decimal
    limit: Decimal | None
    over: Decimal
    obstacles: tuple[Obstacle, ...]

    @property
    def fits(self) -> bool:
        """Whether it is within their own authority."""
        return not self.obstacles


def limits_of(grade: int, currency: str, limits: Collection[Limit]) -> tuple[Limit, ...]:
    """The limits somebody of a grade has in a currency: their grade's own, else the nearest grade's below."""
    there = {limit.grade for limit in limits if limit.currency == currency and limit.grade <= grade}
    nearest = max(there, default=None)
    return tuple(limit for limit in limits if limit.currency == currency and limit.grade == nearest)


def judge(asked: Asked, *, grade: int, currency: str, limits: Collection[Limit], spent: Spent) -> Ruling:
    """Whether somebody of a grade may give all this alone, whichever way it comes, after what has been `spent`."""
    own = limits_of(grade, currency, limits)
    found = list(_excesses(asked, own, currency, spent))
    total = spent.in_case(None) + asked.comes_to(None)
    bounds = [limit.case for limit in own if limit.remedy is None and limit.case is not None]
    return Ruling(
        total=total,
        limit=_NOTHING if not own else min(bounds, default=None),
        over=max((over for over, _ in found), default=_NOTHING),
        obstacles=tuple(obstacle for _, obstacle in found),
    )


def _excesses(asked: Asked, own: Sequence[Limit], currency: str, spent: Spent) -> Iterator[tuple[Decimal, Obstacle]]:
    if not own and (total := asked.comes_to(None)):
        yield total, Obstacle("authority.none", f"Your grade has no limits in {currency}: somebody else decides.")
    for limit in own:
        yield from _over_each(limit, asked, currency)
        yield from _over_case(limit, asked, currency, spent)
        yield from _over_budget(limit, asked, currency, spent)


def _over_each(limit: Limit, asked: Asked, currency: str) -> Iterator[tuple[Decimal, Obstacle]]:
    largest = asked.largest(limit.remedy)
    if limit.each is not None and largest > limit.each:
        yield (
            largest - limit.each,
            _obstacle("authority.each", largest, limit.each, currency, f"for one {_named(limit.remedy)}"),
        )


def _over_case(limit: Limit, asked: Asked, currency: str, spent: Spent) -> Iterator[tuple[Decimal, Obstacle]]:
    more = asked.comes_to(limit.remedy)
    total = spent.in_case(limit.remedy) + more
    if limit.case is not None and more and total > limit.case:
        yield (
            total - limit.case,
            _obstacle("authority.case", total, limit.case, currency, f"{_all(limit.remedy)}in one case"),
        )


def _over_budget(limit: Limit, asked: Asked, currency: str, spent: Spent) -> Iterator[tuple[Decimal, Obstacle]]:
    more = asked.comes_to(limit.remedy)
    total = spent.in_period(limit.per, limit.remedy) + more
    if limit.budget is not None and more and total > limit.budget:
        yield (
            total - limit.budget,
            _obstacle("authority.budget", total, limit.budget, currency, f"{_all(limit.remedy)}in a {limit.per}"),
        )


def _obstacle(code: str, total: Decimal, limit: Decimal, currency: str, where: str) -> Obstacle:
    asked, bound, over = (format_money(amount, currency) for amount in (total, limit, total - limit))
    return Obstacle(code, f"{asked} is {over} over the {bound} you may give {where}.")


def _named(remedy: RemedyKind | None) -> str:
    return "remedy" if remedy is None else remedy.replace("_", " ")


def _all(remedy: RemedyKind | None) -> str:
    return "" if remedy is None else f"as {_named(remedy)} "


def _counts(bound: RemedyKind | None, remedy: RemedyKind) -> bool:
    return bound is None or bound is remedy


def _of(given: Sums, bound: RemedyKind | None) -> Decimal:
    return sum((amount for remedy, amount in given.items() if _counts(bound, remedy)), _NOTHING)


def _amounts(way: Sequence[Wanted], bound: RemedyKind | None) -> Iterator[Decimal]:
    return (one.amount for one in way if _counts(bound, one.remedy))


def _held(offers: Sequence[Asked], bound: RemedyKind | None) -> Decimal:
    return sum((one.comes_to(bound) for one in offers), _NOTHING)


def begins(period: Period, now: datetime, zone: ZoneInfo) -> datetime:
    """When the period that holds `now` (aware) began, by the clocks of `zone`; the next begins where it ends."""
    day = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if period is Period.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if period is Period.MONTH else day


def nearest_approver(
    roster: Roster,
    asked: Asked,
    *,
    currency: str,
    limits: Collection[Limit],
    spent: Mapping[int, Spent],
    asker_id: int | None,
    team_id: int | None,
    barred: Collection[int] = (),
) -> StaffFacts | None:
    """The nearest person who is there and may give all this alone, never the asker, never one of `barred`.

    Nearest is who works now before who does not, then the lead of the team, then the team, then managers, then
    other teams, then the lowest grade: a decision is not carried further than it has to go. `spent` tells for
    each person what was given already. `barred` are the case's own beneficiary and those who were asked and kept
    silent. None when there is nobody.
    """
    lead = roster.lead_for(team_id) if team_id is not None else None
    able = [
        person
        for person in roster.people.values()
        if person.is_present and person.may_work and person.id != asker_id and person.id not in barred
        and judge(
            asked, grade=person.grade, currency=currency, limits=limits, spent=spent.get(person.id, Spent())
        ).fits
    ]  # fmt: skip
    return min(
        able,
        key=lambda person: (
            not person.in_hours,
            lead is None or person.id != lead.id,
            team_id is None or person.team_id != team_id,
            _FARTHER.get(person.role, 0),
            person.grade,
            person.id,
        ),
        default=None,
    )
