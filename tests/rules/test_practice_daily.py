"""The scene of the day: one for everybody, about what failed most where there is such a scene, each in its turn."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from makegood.practice.rules.daily import of_day
from makegood.practice.rules.scene_file import shipped
from makegood.practice.rules.values import Scene

SCENES = tuple(shipped().values())
KINDS = sorted({kind for one in SCENES for kind in one.about})
DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2100, 1, 1))


@given(day=DAYS, worst=st.sampled_from(["", "castle", *KINDS]))
def test_it_is_one_of_them_and_about_what_failed(day: date, worst: str) -> None:
    found = of_day(day, worst, SCENES)
    assert found in _about(worst)
    assert found == of_day(day, worst, SCENES)


@given(day=DAYS, worst=st.sampled_from(["", *KINDS]))
def test_each_has_its_turn(day: date, worst: str) -> None:
    among = _about(worst)
    shown = {of_day(day + timedelta(days=more), worst, SCENES).id for more in range(len(among))}
    assert shown == {one.id for one in among}


def test_every_kind_that_an_installation_begins_with_has_a_scene() -> None:
    assert set(KINDS) == {"appointment", "callback", "delivery", "refund", "repair", "update"}


def _about(worst: str) -> list[Scene]:
    return [one for one in SCENES if worst in one.about] or list(SCENES)
