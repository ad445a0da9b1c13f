"""Roles, presence, deputies, the ladder, and giving out work."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makegood.kernel.refusals import Refusal
from makegood.kernel.texts import first_name
from makegood.people.ladder import ON_THE_LADDER
from makegood.people.presence import Roster, Router, StaffFacts, in_hours, initials
from makegood.people.rules import ABILITIES, Ability, Role, Scope, TokenScope, may, token_role

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
CARE, BILLING = 1, 2


def person(
    number: int,
    role: Role = Role.AGENT,
    team: int | None = CARE,
    *,
    away: bool = False,
    active: bool = True,
    in_hours: bool = True,
    deputies: tuple[int, ...] = (),
    leads: tuple[int, ...] = (),
    grade: int = 1,
) -> StaffFacts:
    return StaffFacts(
        id=number,
        name=f"Person {number:03}",
        email=f"p{number}@desk.example",
        initials="P",
        role=role,
        team_id=team,
        team_name="",
        grade=grade,
        time_zone="",
        is_active=active,
        away_until=LATER if away else None,
        deputy_ids=deputies,
        in_hours=in_hours,
        single_keys=True,
        leads=leads,
    )


def id_of(found: StaffFacts | None) -> int:
    assert found is not None
    return found.id


def test_every_role_has_abilities_and_only_administrators_administer() -> None:
    assert set(ABILITIES) == set(Role)
    assert [role for role in Role if may(role, Ability.ADMINISTER)] == [Role.ADMINISTRATOR]


def test_who_sees_what() -> None:
    assert not Scope(Role.AGENT, 1, CARE).sees_all
    assert Scope(Role.ANALYST, 1).sees_all
    assert [role for role in Role if not Scope(role).sees_customers] == [Role.PROCESS_OWNER]


def test_a_token_acts_as_its_person_or_as_its_scope_says() -> None:
    assert token_role(TokenScope.WRITE, Role.AGENT) is Role.AGENT
    assert token_role(TokenScope.WRITE, None) is Role.MANAGER
    assert token_role(TokenScope.READ, None) is Role.ANALYST


@pytest.mark.parametrize(
    ("name", "mark"),
    [("Mara Silva", "MS"), ("Cher", "C"), ("Ana Maria de Souza", "AS"), ("émile zola", "ÉZ"), ("", "")],
)
def test_initials(name: str, mark: str) -> None:
    assert initials(name) == mark


@pytest.mark.parametrize(
    ("hour", "minute", "there"), [(13, 59, False), (14, 0, True), (17, 0, False), (18, 0, True), (22, 0, False)]
)
def test_hours_are_local_and_half_open(hour: int, minute: int, there: bool) -> None:
    week = {"mon": ["09:00-12:00", "13:00-17:00"]}
    assert in_hours(week, "America/New_York", NOW.replace(hour=hour, minute=minute)) is there


def test_no_hours_means_always() -> None:
    assert in_hours({}, "", NOW)


def test_a_chain_of_deputies_is_followed_past_the_absent_and_the_gone() -> None:
    roster = Roster(
        [
            person(1, away=True, deputies=(2,)),
            person(2, away=True, deputies=(3, 4)),
            person(3, active=False),
            person(4),
        ]
    )
    assert id_of(roster.deputy_for(1)) == 4


def test_the_deputy_of_the_absence_comes_before_the_usual_one() -> None:
    roster = Roster([person(1, away=True, deputies=(3, 2)), person(2), person(3)])
    assert id_of(roster.deputy_for(1)) == 3


def test_an_analyst_stands_in_for_nobody() -> None:
    assert Roster([person(1, away=True, deputies=(2,)), person(2, Role.ANALYST)]).deputy_for(1) is None


people_lists = st.lists(
    st.builds(
        lambda role, team, away, active, hours, deputies: (role, team, away, active, hours, tuple(deputies)),
        st.sampled_from(Role),
        st.sampled_from([CARE, BILLING, None]),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.lists(st.integers(0, 9), max_size=3),
    ),
    min_size=1,
    max_size=10,
).map(
    lambda rows: [
        person(number, role, team, away=away, active=active, in_hours=hours, deputies=deputies)
        for number, (role, team, away, active, hours, deputies) in enumerate(rows)
    ]
)


@given(people_lists)
def test_a_deputy_is_always_somebody_else_who_is_there(everybody: list[StaffFacts]) -> None:
    roster = Roster(everybody)
    for one in everybody:
        found = roster.deputy_for(one.id)
        assert found is None or (found.id != one.id and found.is_present and found.may_work)


@given(people_lists)
def test_a_deputy_is_found_whenever_one_can_be_reached(everybody: list[StaffFacts]) -> None:
    roster = Roster(everybody)
    for one in everybody:
        reached, waiting = set(), list(one.deputy_ids)
        while waiting:
            number = waiting.pop()
            if number in reached or number == one.id or number not in roster.people:
                continue
            reached.add(number)
            step = roster.people[number]
            waiting.extend(() if step.is_present and step.may_work else step.deputy_ids)
        able = {number for number in reached if roster.people[number].is_present and roster.people[number].may_work}
        found = roster.deputy_for(one.id)
        assert (found is None) == (not able)
        assert found is None or found.id in able


@given(people_lists, st.sampled_from(ON_THE_LADDER))
def test_the_ladder_names_everybody_present_at_most_once(everybody: list[StaffFacts], role: Role) -> None:
    roster = Roster(everybody)
    drawn: list[int] = []
    while found := roster.next_up(0, role=role, exclude=drawn):
        assert found.is_present
        assert found.id != 0
        assert found.id not in drawn
        drawn.append(found.id)
    assert {one.id for one in everybody if one.role == role and one.is_present and one.id} <= set(drawn)


def test_the_ladder_goes_from_the_own_lead_to_other_leads_to_managers() -> None:
    roster = Roster(
        [
            person(1),
            person(2, Role.LEAD, leads=(CARE,), grade=2),
            person(3, Role.LEAD, BILLING, leads=(BILLING,), grade=2),
            person(4, Role.MANAGER, None, grade=5),
            person(5, Role.MANAGER, None, grade=4),
            person(6, Role.MANAGER, None, grade=3, in_hours=False),
        ]
    )
    drawn: list[int] = []
    for role in (Role.LEAD, Role.LEAD, Role.MANAGER, Role.MANAGER, Role.MANAGER):
        drawn.append(id_of(roster.next_up(1, role=role, exclude=drawn)))
    assert drawn == [2, 3, 5, 4, 6]
    assert roster.next_up(1, role=Role.LEAD, exclude=drawn) is None


def test_an_absent_lead_is_replaced_by_their_deputy_and_never_by_the_owner() -> None:
    away = person(2, Role.LEAD, leads=(CARE,), away=True, deputies=(1,))
    other = person(3, Role.LEAD, BILLING)
    roster = Roster([person(1), away, other])
    assert id_of(roster.lead_for(CARE)) == 1
    assert id_of(roster.next_up(1, role=Role.LEAD)) == 3


def test_a_lead_need_not_have_the_role() -> None:
    roster = Roster([person(1, team=BILLING, leads=(CARE,)), person(2, Role.LEAD)])
    assert id_of(roster.lead_for(CARE)) == 1


def test_the_executive_is_the_nearest_manager_or_a_managers_deputy() -> None:
    away = person(1, Role.MANAGER, None, away=True, deputies=(2,))
    assert id_of(Roster([away, person(2)]).executive()) == 2
    assert Roster([person(2)]).executive() is None


def test_work_goes_to_whoever_has_least_of_the_team_in_hours() -> None:
    roster = Roster([person(1), person(2), person(3, in_hours=False), person(4, away=True), person(5, team=BILLING)])
    router = Router(roster, {1: 2, 2: 0})
    assert [router.route(CARE, Role.AGENT) for _ in range(4)] == [2, 2, 1, 2]


def test_work_falls_from_team_to_others_to_the_lead_to_anybody() -> None:
    mine, other = person(1), person(2, team=BILLING)
    lead, boss = person(3, Role.LEAD, leads=(CARE,)), person(4, Role.MANAGER, None)
    everybody = [mine, other, lead, boss]
    chosen = []
    for gone in (None, mine, other, lead, boss):
        everybody = [replace(one, away_until=LATER) if one is gone else one for one in everybody]
        chosen.append(Router(Roster(everybody), {}).route(CARE, Role.AGENT))
    assert chosen == [1, 2, 3, 4, 1]


def test_nobody_to_work_is_said_in_a_sentence() -> None:
    with pytest.raises(Refusal, match="nobody to give this to") as refusal:
        Router(Roster([person(1, Role.ANALYST), person(2, active=False)]), {}).route(CARE, Role.AGENT)
    assert refusal.value.code == "people.nobody"


@given(st.lists(st.sampled_from([(CARE, "agent"), (BILLING, "agent"), (None, "agent")]), max_size=200))
def test_loads_stay_even_however_the_pools_overlap(requests: list[tuple[int | None, str]]) -> None:
    roster = Roster([person(number, team=CARE if number < 4 else BILLING) for number in range(8)])
    router = Router(roster, {})
    for team, role in requests:
        before = dict(router.load)
        chosen = router.route(team, role)
        pool = [one.id for one in roster.people.values() if team in (None, one.team_id)]
        assert before.get(chosen, 0) == min(before.get(one, 0) for one in pool)
    assert Counter(router.load).total() == len(requests)


@pytest.mark.parametrize(
    ("name", "letters", "first"),
    [("Dana Okafor", "DO", "Dana"), ("Resident, The", "RT", "Resident"), ("Ana (Lima) Silva", "AS", "Ana"),
     ("Plato", "P", "Plato"), (", ,", "", ",")],
)  # fmt: skip
def test_a_name_gives_its_letters_and_its_first_word(name: str, letters: str, first: str) -> None:
    assert (initials(name), first_name(name)) == (letters, first)
