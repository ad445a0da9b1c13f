"""The daily line-up: yesterday at the desk and by the API, told once a day at one's hour."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.cases import actions as cases
from makegood.followups.models import Recognition
from makegood.journal.actions import record
from makegood.journal.actors import SYSTEM
from makegood.learning import actions
from makegood.learning.models import Improvement, LineUpWish
from makegood.learning.queries.line_up import line_up
from makegood.learning.rules.line_up import WORKDAYS, Topic, days_to_tell, next_at
from makegood.notices.models import Notice
from makegood.people.models import Staff
from makegood.promises.models import Kind, Promise
from tests.doors.api_client import Api
from tests.doors.casework import a_delivery
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, make_cast, make_customer
from tests.rooms.casework import Hand

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def yesterday(cast: Cast) -> datetime:
    """Four promises due yesterday at noon, one of them broken, a cause found, and a change that went live."""
    noon = datetime.now(LONDON).replace(hour=12, minute=0, second=0, microsecond=0) - DAY
    at, kind, dana = noon.astimezone(UTC), Kind.objects.get(slug="delivery"), make_customer("Dana Okafor")
    Promise.objects.bulk_create(
        Promise(
            customer=dana, kind=kind, title="Bring it", made_at=at, due_at=at, warn_at=at, breaks_at=at,
            settled_at=at, state="kept" if place else "kept_late",
        )
        for place in range(4)
    )  # fmt: skip
    case, mara = a_delivery(cast), Hand(cast.mara)
    cases.record_cause(case.pk, cause="wrong-item", **mara.at(at))
    number = actions.begin(
        cause="wrong-item", change="Two labels", owner_id=mara.id, due_at=at + 5 * DAY, by=mara.by, now=at
    )
    actions.bring_live(number, **mara.at(at))
    Recognition.objects.create(staff=cast.mara, by=cast.lena, words="Thank you", at=at)
    return at


def test_yesterday_stands_on_one_page_that_names_no_customer(cast: Cast, yesterday: datetime) -> None:
    shown = text(AtDesk(cast.stranger).get("/line-up/"))
    assert "1 of 4 promises due were not kept in time" in shown
    assert "“Wrong item” was it most often. What would have stopped it?" in shown
    assert "Two labels went live" in shown
    assert "Mara Silva thanked by a colleague" in shown
    assert "Dana" not in shown
    assert "Thank you" not in shown
    assert "Nothing was due" in text(AtDesk(cast.mara).get("/line-up/", day="2020-01-01"))
    assert "1 of 4" in text(AtDesk(cast.mara).get("/line-up/", day="no day"))
    found = Api(staff=cast.stranger).get("/line-up").body
    assert (found["kinds"][0]["failed"], found["changes"][0]["verb"], found["talk"]["topic"]) == (1, "live", "cause")


def test_what_came_back_is_talked_about_first(cast: Cast, yesterday: datetime) -> None:
    row = Improvement.objects.get()
    told = {"cause": row.cause.slug, "state": "came_back"}
    record("improvement.judged", by=SYSTEM, at=yesterday, subject=("improvement", row.pk), data=told)
    talk = line_up(yesterday.date(), LONDON).talk
    assert (talk.topic, talk.about) == (Topic.CAME_BACK, "Two labels")


def test_somebody_is_told_once_a_day_at_their_hour_in_their_language(cast: Cast, yesterday: datetime) -> None:
    Staff.objects.filter(pk=cast.mara.pk).update(language="de", time_zone="Europe/London")
    mara = AtDesk(cast.mara)
    assert "Give an hour of the day" in text(mara.post("/line-up/", hour="25"))
    assert mara.post("/line-up/", hour="7").status_code == 303
    wish = LineUpWish.objects.get()
    assert wish.next_at.astimezone(LONDON).hour == 7
    at = datetime.now(LONDON).replace(hour=20).astimezone(UTC)
    LineUpWish.objects.update(next_at=at)
    assert not actions.tell_line_up(base_url="https://desk.example", scene=lambda _: "", now=at - timedelta(minutes=1))
    assert actions.tell_line_up(base_url="https://desk.example", scene=lambda _: "", now=at)
    assert not actions.tell_line_up(base_url="https://desk.example", scene=lambda _: "", now=at)
    notice = Notice.objects.get(topic="line_up.day")
    assert notice.words.startswith("Morgenrunde: 1 von 4 fälligen nicht gehalten.")
    # A day on which nothing happened is told to whoever wants that.
    assert actions.tell_line_up(base_url="https://desk.example", scene=lambda _: "", now=at + 5 * DAY)
    assert Notice.objects.filter(topic="line_up.day").count() == 1
    Api(staff=cast.mara).post("/line-up/wish", {"hour": 9, "quiet_too": True})
    LineUpWish.objects.update(next_at=at + 6 * DAY)
    assert actions.tell_line_up(base_url="https://desk.example", scene=lambda _: "", now=at + 6 * DAY)
    assert Notice.objects.filter(topic="line_up.day").count() == 2
    assert Api(staff=cast.mara).post("/line-up/wish", {"wanted": False}).body == {
        "hour": None,
        "quiet_too": False,
        "by_mail": False,
    }
    assert not LineUpWish.objects.exists()


def test_an_hour_that_has_passed_is_tomorrows() -> None:
    now = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
    assert next_at(now, 9, LONDON, WORKDAYS) == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert next_at(now, 8, LONDON, WORKDAYS) == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert next_at(datetime(2026, 10, 24, 12, tzinfo=UTC), 8, LONDON, WORKDAYS) == datetime(2026, 10, 26, 8, tzinfo=UTC)
    assert days_to_tell(date(2026, 11, 23), WORKDAYS) == [date(2026, 11, day) for day in (22, 21, 20)]


def test_the_page_asks_the_same_however_much_happened(cast: Cast, yesterday: datetime) -> None:
    mara = AtDesk(cast.mara)
    mara.get("/line-up/")
    with CaptureQueriesContext(connection) as asked:
        assert mara.get("/line-up/").status_code == 200
    assert len(asked) <= 15
