"""The scene of the day: one for everybody, about what failed most where there is such a scene, each in its turn."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from makegood.practice.rules.daily import ABOUT, of_day
from makegood.practice.rules.scene_file import shipped

SCENES = tuple(shipped())
DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2100, 1, 1))


@given(day=DAYS, worst=st.sampled_from(["", "castle", *ABOUT]))
def test_it_is_one_of_them_and_about_what_failed(day: date, worst: str) -> None:
    found = of_day(day, worst, SCENES)
    assert found in ABOUT.get(worst, SCENES)
    assert found == of_day(day, worst, SCENES)


@given(day=DAYS, worst=st.sampled_from(["", *ABOUT]))
def test_each_has_its_turn(day: date, worst: str) -> None:
    among = ABOUT.get(worst, SCENES)
    assert {of_day(day + timedelta(days=more), worst, SCENES) for more in range(len(among))} == set(among)


def test_what_it_is_about_ships() -> None:
    assert {one for scenes in ABOUT.values() for one in scenes} <= set(SCENES)
