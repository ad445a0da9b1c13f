"""The scene of the day in the line-up: on the page, by the API and in the letter, and turned off."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from makegood.learning import actions
from makegood.learning.models import Letter, LineUpWish
from makegood.people.rules import Role
from makegood.practice.actions import publish_scene, save_scene, withdraw_scene
from makegood.practice.rules.scene_file import shipped, shipped_text
from makegood.practice.rules.scene_form import filled, renamed
from makegood.promises.models import Kind, Promise
from makegood.worker.judge import Judge
from tests.doors.api_client import Api
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, actor, make_cast, make_customer, make_staff

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
BASE = "https://desk.example"


@pytest.fixture
def cast() -> Cast:
    made = make_cast()
    Promise.objects.create(
        customer=make_customer("Dana Okafor"), kind=Kind.objects.get(slug="callback"), title="Ring", made_at=NOON,
        due_at=NOON, warn_at=NOON, breaks_at=NOON, settled_at=NOON, state="kept_late",
    )  # fmt: skip
    return made


def test_it_is_the_same_for_everybody_and_about_what_failed(cast: Cast) -> None:
    cast.lena.time_zone = "Pacific/Auckland"
    cast.lena.save()
    told = Api(staff=cast.mara).get("/line-up", day=DAY.isoformat()).body["scene"]
    assert "callback" in shipped()[told["scene"]].about
    assert told["kind"] == "Call back"
    for person in (cast.mara, cast.lena):
        shown = text(AtDesk(person).get("/line-up/", day=DAY.isoformat()))
        assert f"The scene of the day {told['name']}" in shown
        assert "Call back failed most" in shown
    quiet = Api(staff=cast.mara).get("/line-up", day="2026-11-18").body["scene"]
    assert quiet["kind"] == ""
    assert quiet["scene"] in shipped()
    owner = make_staff("Bo", role=Role.PROCESS_OWNER)
    assert "The scene of the day" not in text(AtDesk(owner).get("/line-up/", day=DAY.isoformat()))


def test_it_stands_in_the_letter(cast: Cast) -> None:
    monday = datetime(2026, 11, 21, 9, tzinfo=UTC)
    owner = make_staff("Bo", role=Role.PROCESS_OWNER)
    for person in (cast.mara, owner):
        actions.want_line_up(hour=7, quiet_too=True, by_mail=True, by=actor(person), now=NOON)
    LineUpWish.objects.update(next_at=monday - timedelta(minutes=1))
    judge = Judge(base_url=BASE, asked_to_stop=lambda: True)
    for _each in range(2):
        assert actions.tell_line_up(base_url=BASE, scene=judge.scene, now=monday)
    told = Api(staff=cast.mara).get("/line-up", day=DAY.isoformat()).body["scene"]
    letters = {one.staff_id: one.text for one in Letter.objects.all()}
    assert f"The scene of the day: {told['name']}." in letters[cast.mara.pk]
    assert f"{BASE}/practice/{told['scene']}/" in letters[cast.mara.pk]
    assert "scene of the day" not in letters[owner.pk]


def test_it_can_be_turned_off(cast: Cast, settings: Any) -> None:
    settings.SCENE_OF_DAY = False
    assert Api(staff=cast.mara).get("/line-up", day=DAY.isoformat()).body["scene"] is None
    assert "The scene of the day" not in text(AtDesk(cast.mara).get("/line-up/", day=DAY.isoformat()))
    assert Judge(base_url=BASE, asked_to_stop=lambda: True).scene(DAY) == ""


def of_days(cast: Cast, since: date, days: int = 40) -> list[str]:
    api = Api(staff=cast.mara)
    return [
        api.get("/line-up", day=(since + timedelta(days=more)).isoformat()).body["scene"]["scene"]
        for more in range(days)
    ]


def test_an_own_scene_has_its_turn_from_the_day_after_it_was_published(cast: Cast) -> None:
    by, quiet = actor(cast.greta), date(2026, 11, 1)
    before = of_days(cast, quiet, 20)
    text = filled(renamed(shipped_text("parcel"), "late-taxi"), {"name": "Late taxi", "about": "callback"})
    save_scene("late-taxi", text, by=by, now=NOON)
    assert Api(staff=cast.mara).get("/line-up", day=DAY.isoformat()).body["scene"]["kind"] == "Call back"
    publish_scene("late-taxi", by=by, now=datetime(2026, 11, 20, 1, tzinfo=UTC))
    assert of_days(cast, quiet, 19) == before[:19]
    assert "late-taxi" in of_days(cast, date(2026, 11, 21))
    for more in range(3):
        day = DAY + timedelta(days=more)
        Promise.objects.update(due_at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
        if of_days(cast, day, 1) == ["late-taxi"]:
            break
    else:
        pytest.fail("of three scenes about it, it is one")
    shown = text_of(cast, day)
    assert "The scene of the day Late taxi" in shown
    assert "Call back failed most" in shown
    withdraw_scene("late-taxi", by=by, now=NOON)
    assert "late-taxi" not in of_days(cast, date(2026, 11, 21))


def text_of(cast: Cast, day: date) -> str:
    return text(AtDesk(cast.mara).get("/line-up/", day=day.isoformat()))
