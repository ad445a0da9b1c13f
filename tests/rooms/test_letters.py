"""Letters to staff: the line-up and what needs somebody, written when there is something, and each sent once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from makegood.adapters.telling import Told
from makegood.cases import actions as cases
from makegood.cases.models import Case
from makegood.journal.actions import record
from makegood.journal.actors import SYSTEM
from makegood.learning import actions
from makegood.learning.models import Digest, Improvement, Letter, LineUpWish
from makegood.notices.models import Notice
from makegood.people.models import Staff
from makegood.people.rules import Role
from makegood.promises.models import Promise
from makegood.worker.postman import Postman
from tests.doors.casework import a_delivery
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, actor, make_cast, make_staff
from tests.rooms.casework import Hand

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
BASE = "https://desk.example"
MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Post:
    """Takes letters, or says why not."""

    def __init__(self, problem: str = "") -> None:
        self.problem, self.taken = problem, list[str]()

    def send(self, address: str, title: str, text: str) -> Told:
        if not self.problem:
            self.taken.append(address)
        return Told("Mail", self.problem)

    def close(self) -> None: ...


def postman(post: Post) -> Postman:
    return Postman(post, asked_to_stop=lambda: False)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    def go(now: datetime) -> None:
        monkeypatch.setattr("makegood.worker.postman.now", lambda: now)

    go(MONDAY)
    return go


def a_change(cast: Cast, owner: Staff, due: timedelta) -> Improvement:
    case = a_delivery(cast)
    cases.record_cause(case.pk, cause="wrong-item", **Hand(cast.mara).at(MONDAY))
    number = actions.begin(
        cause="wrong-item", change="Bins are labelled", owner_id=owner.pk, due_at=MONDAY + due, by=actor(cast.lena),
        now=MONDAY,
    )  # fmt: skip
    return Improvement.objects.get(pk=number)


def write_at(now: datetime) -> None:
    Digest.objects.update(next_at=now)
    assert actions.write_digest(base_url=BASE, now=now)
    assert not actions.write_digest(base_url=BASE, now=now)


def test_an_owner_is_written_to_when_something_needs_them_and_not_else(at: Callable[[datetime], None]) -> None:
    cast, bo = make_cast(), make_staff("Bo Varga", role=Role.PROCESS_OWNER)
    row, post = a_change(cast, bo, 20 * DAY), Post()
    write_at(MONDAY + DAY)
    assert not Letter.objects.exists()
    for days in (15, 16, 19):
        write_at(MONDAY + days * DAY)
    (letter,) = Letter.objects.all()
    assert letter.title == "One thing needs you"
    assert f"{BASE}/asked/#a{row.pk}" in letter.text
    assert "It is to be live by" in letter.text
    # Its date passes: that is news; and so it stands, a week on.
    for days in (21, 22, 28):
        write_at(MONDAY + days * DAY)
    assert Letter.objects.count() == 3
    at(MONDAY + 28 * DAY)
    while postman(post).turn():
        pass
    assert post.taken == [bo.email]


def judged(row: Improvement, state: str, now: datetime) -> None:
    Improvement.objects.filter(pk=row.pk).update(state=state, live_at=MONDAY)
    record("improvement.judged", by=SYSTEM, at=now, subject=("improvement", row.pk), data={"state": state})


def test_they_are_told_once_that_a_change_held() -> None:
    cast, bo = make_cast(), make_staff("Bo Varga", role=Role.PROCESS_OWNER)
    row = a_change(cast, bo, 20 * DAY)
    judged(row, "live", MONDAY + 30 * DAY)
    write_at(MONDAY + 31 * DAY)
    assert not Letter.objects.exists()
    judged(row, "held", MONDAY + 35 * DAY)
    write_at(MONDAY + 36 * DAY)
    letter = Letter.objects.get()
    assert letter.title == "What you changed held"
    assert f"- Bins are labelled: {BASE}/asked/#a{row.pk}" in letter.text
    for days in (37, 41, 43, 50):
        judged(row, "held", MONDAY + days * DAY)
        write_at(MONDAY + (days + 1) * DAY)
    assert Letter.objects.count() == 1, "what goes on holding is no news"
    judged(row, "came_back", MONDAY + 60 * DAY)
    write_at(MONDAY + 61 * DAY)
    assert Letter.objects.latest("made_at").title == "One thing needs you"
    judged(row, "held", MONDAY + 70 * DAY)
    write_at(MONDAY + 71 * DAY)
    assert Letter.objects.latest("made_at").title == "What you changed held"


def test_who_said_no_is_not_written_to_and_sees_how_it_would_read() -> None:
    cast, bo = make_cast(), make_staff("Bo Varga", role=Role.PROCESS_OWNER)
    row = a_change(cast, bo, 3 * DAY)
    Promise.objects.filter(pk=row.promise_id).update(due_at=datetime.now(UTC) + 2 * DAY)
    desk = AtDesk(bo)
    assert "One thing needs you Bins are labelled It is to be live by" in text(desk.get("/settings/you/mail/"))
    assert desk.post("/settings/you/mail/").status_code == 303
    assert "Write to me" in text(desk.get("/settings/you/mail/"))
    write_at(datetime.now(UTC))
    assert not Letter.objects.exists()
    desk.post("/settings/you/mail/", wanted="yes")
    assert Digest.objects.get(pk=bo.pk).wanted


def test_the_line_up_comes_by_mail_on_working_days_and_once() -> None:
    cast = make_cast()
    a_change(cast, cast.mara, 5 * DAY)
    friday = MONDAY - 3 * DAY
    cases.record_cause(Case.objects.get().pk, cause="weather", **Hand(cast.mara).at(friday))
    actions.want_line_up(hour=7, quiet_too=False, by_mail=True, by=actor(cast.anil), now=friday)
    for _ in range(2):
        LineUpWish.objects.update(next_at=MONDAY)
        assert actions.tell_line_up(base_url=BASE, scene=lambda _: "", now=MONDAY)
    letter = Letter.objects.get()
    assert "What was learned\n- " in letter.text
    assert f"{BASE}/line-up/?day=2026-11-20" in letter.text
    assert not Notice.objects.filter(topic="line_up.day").exists()
    assert LineUpWish.objects.get().next_at > MONDAY


def test_what_did_not_leave_is_tried_again_and_what_nobody_knows_is_not(at: Callable[[datetime], None]) -> None:
    cast, post = make_cast(), Post()
    make: dict[str, Any] = {"what": "digest", "title": "One", "text": "It", "made_at": MONDAY, "next_at": MONDAY}
    Letter.objects.create(staff=cast.mara, day=MONDAY.date(), **make)
    assert postman(Post("Nothing answers.")).turn()
    assert not postman(post).turn()
    at(MONDAY + timedelta(hours=1))
    assert postman(post).turn()
    assert not postman(post).turn()
    assert post.taken == [cast.mara.email]
    # A worker that was ended while a mail server had the letter: nobody knows, and it is not sent again.
    Letter.objects.create(staff=cast.lena, day=MONDAY.date(), begun_at=MONDAY, **make)
    # What could not leave for days is no news.
    Letter.objects.create(staff=cast.tomas, day=MONDAY.date(), **make | {"made_at": MONDAY - 3 * DAY})
    assert not postman(post).turn()
