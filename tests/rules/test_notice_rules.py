"""When somebody is told outside the app, and how many things one message tells."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from makegood.notices.rules import (
    BACKOFF,
    LISTED,
    MOST,
    WITHIN,
    Waiting,
    compose,
    opens_at,
    plan,
    remembered,
    retry_at,
)
from makegood.people.presence import in_hours

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
WEEK = {day: ["09:00-12:30", "13:30-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def some(count: int, *, urgent: bool = False) -> list[Waiting]:
    return [Waiting(number, f"Thing {number}", f"/cases/SR-{number}/", urgent) for number in range(1, count + 1)]


def test_few_things_have_a_message_each() -> None:
    assert plan(some(MOST), [], opens_at=NOW, now=NOW).bundles == tuple((one,) for one in some(MOST))


def test_many_things_come_together() -> None:
    (bundle,) = plan(some(MOST + 1), [], opens_at=NOW, now=NOW).bundles
    assert bundle == tuple(some(MOST + 1))


def test_what_comes_after_many_messages_waits_until_there_is_room() -> None:
    sent = [NOW - 4 * MINUTE, NOW - 3 * MINUTE, NOW - MINUTE]
    planned = plan(some(2), sent, opens_at=NOW, now=NOW)
    assert planned.bundles == ()
    assert {until for _, until in planned.later} == {NOW + MINUTE}


def test_quiet_hours_hold_back_all_but_the_urgent() -> None:
    (urgent,) = some(1, urgent=True)
    calm = Waiting(2, "Calm", "/", False)
    planned = plan([urgent, calm], [], opens_at=NOW + 8 * HOUR, now=NOW)
    assert planned.bundles == ((urgent,),)
    assert planned.later == ((calm, NOW + 8 * HOUR),)


arrivals = st.lists(st.tuples(st.integers(0, 1800), st.booleans()), max_size=25)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(arrivals, st.integers(0, 1800))
def test_whatever_comes_each_leaves_once_none_late_and_never_too_many_at_a_time(
    told: list[tuple[int, bool]], opening: int
) -> None:
    """A sender that looks whenever something is due, through half an hour of news and quiet hours that end within."""
    opens = NOW + opening * SECOND
    due = {number: NOW + second * SECOND for number, (second, _) in enumerate(told)}
    left: dict[int, datetime] = {}
    messages: list[datetime] = []
    sent: list[datetime] = []
    while len(left) < len(told):
        now = min(at for number, at in due.items() if number not in left)
        assert now < NOW + 3 * HOUR
        ready = [Waiting(n, "", "/", told[n][1]) for n, at in due.items() if at <= now and n not in left]
        planned = plan(ready, sent, opens_at=max(opens, now), now=now)
        for bundle in planned.bundles:
            sent = remembered(sent, now)
            messages.append(now)
            for one in bundle:
                assert one.id not in left
                left[one.id] = now
        for one, until in planned.later:
            assert until > now
            due[one.id] = until
    for first, later in zip(messages, messages[MOST:], strict=False):
        assert later - first >= WITHIN
    for number, (second, urgent) in enumerate(told):
        free = NOW + second * SECOND if urgent else max(NOW + second * SECOND, opens)
        assert free <= left[number] <= free + WITHIN


minutes_of_a_year = st.integers(0, 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + minutes * MINUTE
)
instants = st.one_of(minutes_of_a_year, minutes_of_a_year.map(lambda at: at - SECOND))


@given(instants, st.sampled_from(["", "UTC", "America/New_York", "Asia/Kolkata"]))
@example(datetime(2026, 11, 23, 12, 29, 59, 999999, tzinfo=UTC), "UTC")
def test_hours_open_when_they_say(now: datetime, zone: str) -> None:
    opens = opens_at(WEEK, zone, now)
    assert in_hours(WEEK, zone, opens)
    assert (opens == now) == in_hours(WEEK, zone, now)
    assert now <= opens < now + timedelta(days=4)
    if opens > now:
        assert not in_hours(WEEK, zone, opens - SECOND)


def test_who_has_no_hours_is_told_at_any() -> None:
    assert opens_at({}, "", NOW) == NOW


def test_a_message_is_tried_less_and_less_often_and_then_given_up() -> None:
    tries = [retry_at(attempts, NOW) for attempts in range(1, len(BACKOFF) + 2)]
    assert tries == [*(NOW + wait for wait in BACKOFF), None]


def test_one_thing_is_told_in_its_words() -> None:
    assert compose(some(1), "https://desk.example") == (
        (1,), "Thing 1", "https://desk.example/cases/SR-1/"
    )  # fmt: skip


def test_many_things_are_listed_the_urgent_first_and_the_rest_counted() -> None:
    bundle = [*some(LISTED + 5), Waiting(99, "Burning", "/cases/SR-99/", True)]
    message = compose(bundle, "https://desk.example")
    lines = message.text.splitlines()
    assert message.title == f"{LISTED + 6} things for you at Makegood"
    assert lines[0] == "Burning https://desk.example/cases/SR-99/"
    assert lines[-1] == "And 6 more: https://desk.example/notices/"
    assert len(lines) == LISTED + 1
    assert set(message.ids) == {one.id for one in bundle}
