"""A promise's state is a function of what is known and of the instant."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makegood.kernel.refusals import Refusal
from makegood.promises.rules import LIVE, MOVES, Clocks, Events, Move, State, day_ends, fix_clocks, stand

MADE = datetime(2026, 11, 20, 9, tzinfo=UTC)
instants = st.integers(0, 200).map(lambda n: MADE + timedelta(minutes=10 * n))
maybe = st.none() | instants
events = st.builds(Events, forecast_at=maybe, kept_at=maybe, withdrawn_at=maybe, replaced_at=maybe)


@st.composite
def clocks(draw: st.DrawFn) -> Clocks:
    due = draw(instants)
    return fix_clocks(
        made_at=MADE,
        due_at=due,
        warning=timedelta(minutes=draw(st.integers(0, 300))),
        grace=timedelta(minutes=draw(st.integers(0, 60))),
    )


@given(clocks(), events, instants, instants)
def test_nothing_changes_before_the_next_check(clocks: Clocks, events: Events, one: datetime, other: datetime) -> None:
    """Without news the state stays as it is up to and including the next check, and differs right after it."""
    now, later = sorted((one, other))
    known = Events(**{name: at for name in ("forecast_at", "kept_at", "withdrawn_at", "replaced_at")
                      if (at := getattr(events, name)) and (at <= now or name == "forecast_at")})  # fmt: skip
    here = stand(clocks, known, now=now)
    if here.next_check_at is None or later <= here.next_check_at:
        assert stand(clocks, known, now=later).state is here.state
    if here.next_check_at is not None:
        after = stand(clocks, known, now=here.next_check_at + timedelta(microseconds=1))
        assert after.state is not here.state


@given(clocks(), events, instants)
def test_clock_columns_fit_the_state(clocks: Clocks, events: Events, now: datetime) -> None:
    here = stand(clocks, events, now=now)
    assert (here.next_check_at is not None) == (here.state in LIVE)
    assert (here.settled_at is not None) == (here.state not in {*LIVE, State.BROKEN})
    assert here.next_check_at is None or here.next_check_at >= now


@given(clocks(), instants)
def test_kept_in_time_means_by_the_instant_it_breaks(clocks: Clocks, kept_at: datetime) -> None:
    verdict = stand(clocks, Events(kept_at=kept_at), now=kept_at).state
    assert verdict is (State.KEPT if kept_at <= clocks.breaks_at else State.KEPT_LATE)


@pytest.mark.parametrize(
    ("events", "minutes", "state"),
    [
        (Events(), 0, State.OPEN),
        (Events(), 30, State.OPEN),
        (Events(), 31, State.AT_RISK),
        (Events(), 61, State.BROKEN),
        (Events(forecast_at=MADE + timedelta(minutes=90)), 1, State.AT_RISK),
        (Events(forecast_at=MADE + timedelta(minutes=50)), 40, State.OPEN),
        (Events(forecast_at=MADE + timedelta(minutes=50)), 55, State.AT_RISK),
        (Events(withdrawn_at=MADE + timedelta(minutes=5)), 70, State.WITHDRAWN),
        (Events(withdrawn_at=MADE + timedelta(minutes=65)), 70, State.RELEASED),
        (Events(replaced_at=MADE + timedelta(minutes=5)), 70, State.REPLACED),
        (Events(kept_at=MADE + timedelta(minutes=59), withdrawn_at=MADE + timedelta(minutes=60)), 70, State.KEPT),
    ],
)
def test_how_a_call_promised_within_the_hour_stands(events: Events, minutes: int, state: State) -> None:
    hour = timedelta(hours=1)
    clocks = fix_clocks(made_at=MADE, due_at=MADE + hour, warning=hour / 2, grace=timedelta(0))
    assert stand(clocks, events, now=MADE + timedelta(minutes=minutes)).state is state


@given(st.sampled_from(State), st.sampled_from(Move))
def test_every_move_that_is_not_in_the_table_is_refused(state: State, move: Move) -> None:
    if move in MOVES.allowed(state):
        assert MOVES.after(state, move) in State
    else:
        with pytest.raises(Refusal) as refused:
            MOVES.after(state, move)
        assert refused.value.code == "promise.illegal_move"


def test_nothing_leaves_an_end() -> None:
    ends = set(State) - LIVE - {State.BROKEN}
    assert all(MOVES.allowed(state) == () for state in ends)
    assert set(MOVES.allowed(State.BROKEN)) == {Move.KEEP, Move.RELEASE}


def test_a_day_ends_in_its_own_zone() -> None:
    assert day_ends(date(2026, 3, 8), ZoneInfo("America/New_York")) == datetime(
        2026, 3, 9, 3, 59, 59, 999999, tzinfo=UTC
    )


def test_the_warning_takes_at_most_half_of_the_time_given() -> None:
    clocks = fix_clocks(
        made_at=MADE, due_at=MADE + timedelta(minutes=10), warning=timedelta(minutes=30), grace=timedelta(0)
    )
    assert clocks.warn_at == MADE + timedelta(minutes=5)
