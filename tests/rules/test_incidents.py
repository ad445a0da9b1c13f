"""An incident's rules: everybody becomes exactly one thing, and what they are told is true for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makegood.incidents.rules import giving, narrowing, saying
from makegood.incidents.rules.giving import Gift
from makegood.incidents.rules.judging import Left, Line, Plight, Weight, judge, wants_person
from makegood.incidents.rules.narrowing import Narrow, is_affected, stays_live
from makegood.incidents.rules.owed import Due, is_open, summed
from makegood.incidents.rules.saying import LANGUAGES, Facts, Words, compose, filled, prepared, steps_of
from makegood.incidents.rules.standing import ALLOWED, WHY_NOT, Course, Deed, IncidentState, allows, state_of
from makegood.promises.rules import LIVE, State
from makegood.remedies.rules.authority import Limit, Spent
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.owing import OwedState, Sums
from makegood.remedies.rules.plan import improvement_caution

NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)
AMOUNTS = st.decimals(min_value=0, max_value=1_000, places=2)
plights = st.builds(
    Plight, affected=st.integers(0, 3), told_elsewhere=st.booleans(), settled=st.booleans(),
    case=st.none() | st.integers(1, 9), spoken=st.booleans(), taken=st.booleans(), unforgiving=st.booleans(),
    reachable=st.booleans(), owed=st.booleans(), severity=st.integers(1, 4), criticality=st.integers(1, 4),
    ordinal=st.integers(1, 3), value=st.none() | AMOUNTS,
)  # fmt: skip
bars = st.builds(
    Line, severity=st.none() | st.integers(1, 4), criticality=st.none() | st.integers(1, 4),
    value=st.none() | AMOUNTS, failed_before=st.booleans(), owed=st.booleans(),
)  # fmt: skip


@given(plights, bars)
def test_everybody_is_told_or_left_out_with_a_reason_and_never_both(plight: Plight, bar: Line) -> None:
    verdict = judge(plight, bar)
    assert (verdict.left is None) == (verdict.weight is not None)
    if verdict.left is None:
        assert verdict.joins == plight.case
        assert verdict.weight is (Weight.FULL if wants_person(plight, bar) else Weight.LIGHT)
    else:
        assert verdict.joins is None


@given(plights, bars)
def test_nobody_is_told_who_must_not_be(plight: Plight, bar: Line) -> None:
    verdict = judge(plight, bar)
    silent = plight.unforgiving or plight.spoken or plight.told_elsewhere or not plight.reachable or not plight.affected
    if silent:
        assert verdict.left is not None
    if verdict.left is Left.SETTLED:
        assert plight.case is None


@given(plights)
def test_a_line_that_is_not_drawn_sends_nobody_to_a_desk(plight: Plight) -> None:
    nothing = Line(severity=None, criticality=None, value=None, failed_before=False, owed=False)
    assert wants_person(plight, nothing) == plight.taken


@given(st.sampled_from(State), st.sets(st.sampled_from(State), min_size=1))
def test_what_ended_well_is_never_affected(state: State, states: set[State]) -> None:
    wanted = tuple(states)
    if state in (State.KEPT, State.REPLACED, State.WITHDRAWN):
        assert not is_affected(state, wanted)
    if state in (State.BROKEN, State.KEPT_LATE, State.RELEASED):
        assert is_affected(state, wanted)
    if state in LIVE:
        assert is_affected(state, wanted) == (state in states)
    assert (state in stays_live(wanted)) == is_affected(state, wanted)


def test_a_filter_needs_a_bound_in_time() -> None:
    assert [fault.code for fault in narrowing.faults(Narrow())] == ["incident.too_wide"]
    assert list(narrowing.faults(Narrow(references=("A-1",)))) == []
    turned = Narrow(due_from=NOW, due_before=NOW)
    assert [fault.code for fault in narrowing.faults(turned)] == ["incident.empty_window"]


texts = st.sampled_from(["", "Ana Lima", "Monday 23 November", "A meal voucher"])
facts = st.builds(
    Facts, name=st.just("Dana"), promise=st.just("In Atlanta at 18:30"), due=texts, owner=texts, new=texts,
    offer=texts, by=texts, foretold=st.booleans(), again=st.booleans(), said_already=st.booleans(),
)  # fmt: skip


@given(st.sampled_from(LANGUAGES), facts)
def test_every_message_owns_and_apologises_once_and_leaves_nothing_open(language: str, known: Facts) -> None:
    told = compose(Words(), language, known)
    assert (saying.Line.APOLOGISE in told) != (saying.Line.APOLOGISED in told)
    assert (saying.Line.APOLOGISED in told) == known.said_already
    assert saying.Line.OWN in told
    assert not any("{" in text for text in told.values())
    assert all(steps_of(told).values())
    if not known.offer:
        assert saying.Line.OFFER not in told


@given(facts)
def test_a_sentence_of_which_something_is_unknown_is_left_out(known: Facts) -> None:
    said = filled("We know this. You fly {new}. It is {owner}’s.", known)
    assert said.startswith("We know this.")
    assert ("You fly" in said) == bool(known.new)


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_words_promise_no_improvement_and_fill_only_known_places(language: str) -> None:
    for line in saying.Line:
        words = prepared(language, line)
        assert improvement_caution(words) is None
        assert list(saying.faults(language, line, words)) == []


@given(AMOUNTS, st.integers(0, 500), AMOUNTS, AMOUNTS)
def test_a_uniform_gift_never_passes_a_budget_or_a_case(
    each: Decimal, many: int, budget: Decimal, bound: Decimal
) -> None:
    gift = Gift(remedy=RemedyKind.CREDIT, titles={"en": "A voucher"}, amount=each, currency="USD")
    limits = [Limit(grade=1, currency="USD", case=bound, budget=budget)]
    found = giving.obstacles(gift, many, grade=1, limits=limits, spent=Spent(), now=NOW)
    fits = not many or not each or (each * many <= budget and each <= bound)
    assert (not found) == fits


@given(AMOUNTS, st.integers(1, 50), st.integers(0, 50))
def test_an_approval_covers_what_was_approved_and_no_more(each: Decimal, many: int, given_before: int) -> None:
    gift = Gift(remedy=RemedyKind.CREDIT, titles={"en": "A voucher"}, amount=each, currency="USD")
    total = each * (many + given_before)
    assert giving.covers(total, each, gift=gift, many=many, given=given_before, now=NOW)
    if each:
        assert not giving.covers(total, each, gift=gift, many=many + 1, given=given_before, now=NOW)


instants = st.none() | st.integers(0, 9).map(lambda hours: NOW + timedelta(hours=hours))


@given(st.builds(Course, instants, instants, instants, st.integers(0, 3)))
def test_every_state_says_what_may_be_done_and_why_not(course: Course) -> None:
    state = state_of(course)
    assert state in ALLOWED
    assert all(allows(state, deed) or WHY_NOT[deed] for deed in Deed)
    if state is IncidentState.RELEASING:
        assert course.waiting
        assert not allows(state, Deed.PLAN)


def a_due(owed: int, *, given: int = 0, asks: bool = False, event: str = "", policy: str = "eu-261") -> Due:
    still = Decimal(max(0, owed - given))
    state = OwedState.UNKNOWN if asks else OwedState.OPEN if still else OwedState.GRANTED if owed else OwedState.NOTHING
    sums = Sums(owed=Decimal(owed), granted=Decimal(given), to_grant=still, open=still)
    at_stake = Decimal(300) if asks else Decimal(0)
    return Due(
        policy=policy, title="EU 261", currency="EUR", state=state, sums=sums, at_stake=at_stake, asks=asks, event=event
    )


def test_what_is_owed_is_added_up_policy_by_policy() -> None:
    (one,) = summed([
        (a_due(600), a_due(250)), (a_due(600, given=600),), (a_due(0, asks=True),), (a_due(0),), (),
    ])  # fmt: skip
    assert (one.many, one.amount, one.still, one.open) == (2, 1450, 1, 850)
    assert (one.unknown, one.at_stake) == (1, 300)
    assert is_open((a_due(0), a_due(600)))
    assert not is_open((a_due(600, given=600), a_due(0, asks=True)))


def test_an_event_that_customers_share_is_owed_once() -> None:
    (one,) = summed([(a_due(600, event="booking 7"),), (a_due(600, event="booking 7"),), (a_due(600, event="8"),)])
    assert (one.many, one.amount) == (2, 1200)


def test_whom_a_rule_owes_something_gets_a_person_unless_the_plan_says_otherwise() -> None:
    owed = Plight(affected=1, owed=True)
    assert judge(owed, Line()).weight is Weight.FULL
    assert judge(owed, Line(owed=False)).weight is Weight.LIGHT
