"""What may be said of figures, over any figures."""

from __future__ import annotations

import random
from datetime import date
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from makegood.measurement.marks import MINUTES, above, quantile, spans_between
from makegood.measurement.queries.insights import CASES, flows, meant, period_of
from makegood.measurement.rules.headlines import Share, clearly, drifted, fraction, moved, slowest, vital
from makegood.measurement.rules.shares import difference, interval

STEPS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=2, max_size=60)


@given(STEPS)
def test_a_share_moves_only_where_the_interval_leaves_out_nought(
    steps: list[tuple[int, int]],
) -> None:
    part, whole = [min(one) for one in steps], [max(one) for one in steps]
    half, change = len(whole) // 2, moved(part, whole)
    if change is None:
        return
    value, low, high = difference((sum(part[half:]), sum(whole[half:])), (sum(part[:half]), sum(whole[:half])))
    assert change == value
    assert low > 0 or high < 0


def test_chance_is_seldom_called_a_change() -> None:
    """Of 26 weeks in which nothing changed, each of 60 promises of which 90 in a hundred are kept."""
    draw, called = random.Random(5), 0
    for _ in range(400):
        part = [sum(draw.random() < 0.9 for _ in range(60)) for _ in range(26)]
        called += moved(part, [60] * 26) is not None
    assert called <= 12


def test_a_real_change_is_found() -> None:
    draw, found = random.Random(6), 0
    for _ in range(100):
        part = [sum(draw.random() < (0.9 if week < 13 else 0.75) for _ in range(60)) for week in range(26)]
        found += (moved(part, [60] * 26) or 0) < 0
    assert found >= 80


def test_single_values_drift_only_beyond_their_limits() -> None:
    assert drifted([10.0, 11.0] * 13) is None
    assert drifted([10.0, 11.0] * 6 + [10.0] + [30.0] * 13) is not None
    assert drifted([None, 1.0, None, 2.0]) is None


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
def test_what_is_clearly_apart_is_so_both_ways(a: int, b: int, c: int, d: int) -> None:
    first, second = Share(min(a, b), max(a, b)), Share(min(c, d), max(c, d))
    one, other = clearly(first, second), clearly(second, first)
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert abs(one + other) < 1e-9
        assert first.enough
        assert second.enough


@given(st.integers(0, 500), st.integers(0, 500))
def test_a_share_lies_in_its_interval(a: int, b: int) -> None:
    low, high = interval(min(a, b), max(a, b))
    assert 0 <= low <= high <= 1
    assert low - 1e-9 <= (min(a, b) / max(a, b) if max(a, b) else 0.5) <= high + 1e-9


@given(st.dictionaries(st.integers(0, len(MINUTES)), st.integers(1, 50), min_size=1), st.floats(0.01, 0.99))
def test_a_quantile_lies_in_the_span_that_holds_it(counts: dict[int, int], share: float) -> None:
    found = quantile(counts, share)
    assert found is not None
    total = sum(counts.values())
    below = sum(many for span, many in counts.items() if span < len(MINUTES) and MINUTES[span] <= found)
    assert below <= share * total + 1e-6
    assert quantile(counts, 0.5) <= quantile(counts, 0.9)  # type: ignore[operator]


@given(st.dictionaries(st.integers(0, len(MINUTES)), st.integers(0, 50)))
def test_bands_hold_every_span_once(counts: dict[int, int]) -> None:
    ends = (0, 5, 15, 30, 60, 240, None)
    bands = [spans_between(start or 0, end) for start, end in pairwise(ends)]
    assert [span for band in bands for span in band] == list(range(len(MINUTES) + 1))
    assert above(counts, 15) == sum(counts.get(span, 0) for band in bands[2:] for span in band)


@given(st.lists(st.integers(1, 100), min_size=1, max_size=12))
def test_the_vital_few_make_up_seven_in_ten(counts: list[int]) -> None:
    counts.sort(reverse=True)
    few = vital(counts)
    assert sum(counts[:few]) >= 0.7 * sum(counts) - 1e-9
    assert sum(counts[: few - 1]) < 0.7 * sum(counts)


def test_plain_fractions() -> None:
    assert [fraction(share) for share in (0.34, 0.19, 0.76, 0.5, 0.02)] == [(1, 3), (1, 5), (3, 4), (1, 2), (1, 20)]


def test_the_slowest_hours_stand_out_or_none_do() -> None:
    same = {str(hour): Share(10, 50) for hour in range(6)}
    assert slowest(same) is None
    assert slowest(same | {"16": Share(40, 50)}) == "16"
    assert slowest(same | {"16": Share(9, 9)}) is None


@settings(max_examples=50)
@given(st.sampled_from(["30", "90", "365"]), st.dates(date(1970, 1, 1), date(9000, 1, 1)))
def test_a_period_is_whole_steps_up_to_today(days: str, today: object) -> None:
    period = period_of(days, today)  # type: ignore[arg-type]
    assert (period.before - period.since).days == period.steps * period.step
    assert period.span(period.steps - 1)[1] == period.before


def test_a_mark_with_gaps_means_all_that_fill_it() -> None:
    assert meant("f:*") == CASES
    assert meant("f:us") == meant("f:us:_:*") == flows("us")
    assert meant("f:_:apology:left") == flows(how="apology", said="left")
    assert meant("p:*") == ["p:kept", "p:kept_late", "p:broken", "p:released"]
    assert meant("cause:12") == ["cause:12"]
