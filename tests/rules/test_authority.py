"""What a person may give alone, and who decides about more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from makegood.people.presence import Roster, StaffFacts
from makegood.people.rules import Role
from makegood.remedies.rules.authority import (
    Limit,
    Period,
    Ruling,
    Spent,
    Wanted,
    begins,
    judge,
    limits_of,
    nearest_approver,
    together,
)
from makegood.remedies.rules.fit import RemedyKind

REFUND, GESTURE = RemedyKind.REFUND, RemedyKind.GESTURE
PRIYA, LENA, HELEN = 1, 2, 3
LIMITS = (
    Limit(grade=1, currency="GBP", each=Decimal(150), case=Decimal(250), budget=Decimal(1000)),
    Limit(grade=1, currency="GBP", remedy=GESTURE, case=Decimal(40)),
    Limit(grade=3, currency="GBP", case=Decimal(1000)),
    Limit(grade=5, currency="GBP"),
)

amounts = st.decimals(min_value=0, max_value=2000, places=2)
wishes = st.lists(st.builds(Wanted, st.sampled_from(RemedyKind), amounts), max_size=5)


def person(
    number: int, role: Role = Role.AGENT, *, grade: int = 1, team: int | None = 1, **other: object
) -> StaffFacts:
    known: dict[str, object] = {
        "id": number, "name": f"Person {number}", "email": f"{number}@desk.example", "initials": "P", "role": role,
        "team_id": team, "team_name": "", "grade": grade, "time_zone": "", "is_active": True, "away_until": None,
        "deputy_ids": (), "in_hours": True, "single_keys": True, "leads": (),
    }  # fmt: skip
    return StaffFacts(**{**known, **other})  # type: ignore[arg-type]


def ruling(wanted: Sequence[Wanted], *, grade: int = 1, currency: str = "GBP", spent: Spent | None = None) -> Ruling:
    return judge(together(*wanted), grade=grade, currency=currency, limits=LIMITS, spent=spent or Spent())


def test_the_bar_shows_what_the_case_was_given_and_by_how_much_that_is_too_much() -> None:
    wanted = [
        Wanted(RemedyKind.RE_PERFORMANCE, Decimal(85)),
        Wanted(GESTURE, Decimal(40)),
        Wanted(REFUND, Decimal(208)),
    ]

    found = ruling(wanted)

    assert (found.total, found.limit, found.over) == (Decimal(333), Decimal(250), Decimal(83))
    assert [obstacle.code for obstacle in found.obstacles] == ["authority.each", "authority.case"]
    assert found.obstacles[1].sentence == "£333 is £83 over the £250 you may give in one case."


def test_what_others_gave_in_the_case_counts() -> None:
    found = ruling([Wanted(REFUND, Decimal(60))], spent=Spent(case={REFUND: Decimal(200)}))

    assert (found.fits, found.over) == (False, Decimal(10))


def test_a_budget_is_for_a_period_and_for_all_cases() -> None:
    spent = Spent(periods={Period.MONTH: {REFUND: Decimal(700), GESTURE: Decimal(250)}})

    assert ruling([Wanted(REFUND, Decimal(50))], spent=spent).fits
    assert [one.code for one in ruling([Wanted(REFUND, Decimal(51))], spent=spent).obstacles] == ["authority.budget"]


def test_a_limit_on_one_kind_leaves_the_others() -> None:
    assert ruling([Wanted(GESTURE, Decimal(41))]).obstacles[0].sentence == (
        "£41 is £1 over the £40 you may give as gesture in one case."
    )
    assert ruling([Wanted(REFUND, Decimal(41))]).fits


def test_a_grade_without_limits_of_its_own_has_those_below_and_nothing_in_another_currency() -> None:
    assert limits_of(4, "GBP", LIMITS) == limits_of(3, "GBP", LIMITS)
    assert ruling([Wanted(REFUND, Decimal(9999))], grade=5).fits
    assert [one.code for one in ruling([Wanted(REFUND, Decimal(1))], currency="EUR").obstacles] == ["authority.none"]


@given(wishes, wishes)
def test_wanting_more_never_brings_it_within_authority(some: list[Wanted], more: list[Wanted]) -> None:
    alone, both = ruling(some), ruling([*some, *more])

    assert both.total >= alone.total
    assert both.over >= alone.over
    assert alone.fits or not both.fits


@given(wishes)
def test_what_fits_is_over_by_nothing_and_within_the_bar(wanted: list[Wanted]) -> None:
    found = ruling(wanted)

    assert found.fits == (found.over == 0)
    assert not found.fits or found.limit is None or found.total <= found.limit


@given(wishes.flatmap(lambda wanted: st.tuples(st.just(wanted), st.permutations(wanted))))
def test_the_order_of_what_is_wanted_does_not_matter(both: tuple[list[Wanted], list[Wanted]]) -> None:
    assert ruling(both[0]) == ruling(both[1])


def test_the_nearest_who_may_decide_is_the_lead_then_who_works_now_then_the_lowest_grade() -> None:
    asker, lead = person(PRIYA), person(LENA, Role.LEAD, grade=3, leads=(1,))
    manager = person(HELEN, Role.MANAGER, grade=5, team=None)
    wanted = together(Wanted(REFUND, Decimal(333)))

    def asked(*people: StaffFacts, barred: tuple[int, ...] = ()) -> int | None:
        found = nearest_approver(
            Roster(people), wanted, currency="GBP", limits=LIMITS, spent={}, asker_id=PRIYA, team_id=1, barred=barred
        )
        return None if found is None else found.id

    assert asked(asker, lead, manager) == LENA
    assert asked(asker, lead, manager, barred=(LENA,)) == HELEN
    assert asked(asker, person(LENA, Role.LEAD, grade=3, leads=(1,), in_hours=False), manager) == HELEN
    assert asked(asker, person(LENA, Role.LEAD, grade=1, leads=(1,)), manager) == HELEN
    assert asked(asker) is None


@given(st.lists(st.tuples(st.sampled_from(Role), st.integers(1, 5), st.booleans(), st.booleans()), max_size=6), wishes)
def test_whoever_is_asked_is_there_has_the_authority_and_is_not_the_asker(
    known: list[tuple[Role, int, bool, bool]], wanted: list[Wanted]
) -> None:
    people = [
        person(number, role, grade=grade, is_active=active, in_hours=working)
        for number, (role, grade, active, working) in enumerate(known, start=1)
    ]

    found = nearest_approver(
        Roster(people),
        together(*wanted),
        currency="GBP",
        limits=LIMITS,
        spent={},
        asker_id=PRIYA,
        team_id=1,
        barred=(HELEN,),
    )

    if found is None:
        return
    assert found.id not in (PRIYA, HELEN)
    assert found.is_present
    assert ruling(wanted, grade=found.grade).fits


@given(
    st.integers(0, 10 * 365 * 24 * 60).map(
        lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    )
)
def test_a_period_holds_its_instant_and_begins_at_midnight(now: datetime) -> None:
    zone = ZoneInfo("America/New_York")
    lengths = {
        Period.DAY: timedelta(hours=25),
        Period.WEEK: timedelta(days=7, hours=1),
        Period.MONTH: timedelta(days=31, hours=1),
    }
    for period, length in lengths.items():
        began = begins(period, now, zone)

        assert began <= now < began + length
        assert (began.hour, began.minute) == (0, 0)
