"""The scene of the day in the line-up: on the page, by the API and in the letter, and turned off."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from makegood.learning import actions
from makegood.learning.models import Letter, LineUpWish
from makegood.people.rules import Role
from makegood.practice.rules.daily import ABOUT
from makegood.practice.rules.scene_file import shipped
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
    assert told["scene"] in ABOUT["callback"]
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
