"""Business time: what counts, what does not, and that the arithmetic shown is the arithmetic done."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from makegood.kernel.calendars import Interval, local_instant, read_week
from makegood.kernel.refusals import Refusal
from makegood.kernel.worktime import (
    Deadline,
    WorkCalendar,
    add_workdays,
    add_worktime,
    always,
    duration_words,
    explain,
    office_hours,
    worktime_between,
)

LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
ZONES = ("America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Havana", "UTC")

DESK = WorkCalendar.from_json(
    {
        "name": "Desk",
        "time_zone": "Europe/London",
        "week": {day: ["09:00-12:30", "13:30-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
        "holidays": {"2026-12-25": "Christmas Day", "2026-12-28": "Boxing Day"},
    }
)


def nights(zone: str, opens: int, closes: int) -> WorkCalendar:
    return WorkCalendar(name="Nights", time_zone=zone, week=(((opens, closes),),) * 7)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


# Worked examples


def test_a_friday_afternoon_runs_over_the_weekend() -> None:
    deadline = add_worktime(DESK, datetime(2026, 11, 20, 16, 30, tzinfo=LONDON), hours(4))
    assert explain(deadline, DESK) == [
        "Fri 20 Nov 16:30–17:00 counts 30 m, 3 h 30 m left",
        "Sat 21 Nov: closed",
        "Sun 22 Nov: closed",
        "Mon 23 Nov 09:00–12:30 counts 3 h 30 m, 0 m left",
        "Due Mon 23 Nov 12:30",
    ]


def test_christmas_lunch_and_the_evening_before_are_named() -> None:
    deadline = add_worktime(DESK, datetime(2026, 12, 24, 17, 30, tzinfo=LONDON), hours(5))
    assert explain(deadline, DESK) == [
        "Thu 24 Dec 17:30–24:00: closed",
        "Fri 25 Dec: Christmas Day",
        "Sat 26 Dec: closed",
        "Sun 27 Dec: closed",
        "Mon 28 Dec: Boxing Day",
        "Tue 29 Dec 09:00–12:30 counts 3 h 30 m, 1 h 30 m left",
        "Tue 29 Dec 12:30–13:30: closed",
        "Tue 29 Dec 13:30–15:00 counts 1 h 30 m, 0 m left",
        "Due Tue 29 Dec 15:00",
    ]


def test_the_new_year_is_written_out() -> None:
    deadline = add_worktime(DESK, datetime(2026, 12, 31, 16, 0, tzinfo=LONDON), hours(2))
    assert explain(deadline, DESK)[-2:] == [
        "Fri 1 Jan 2027 09:00–10:00 counts 1 h, 0 m left",
        "Due Fri 1 Jan 2027 10:00",
    ]


def test_a_leap_day_is_a_day() -> None:
    deadline = add_worktime(DESK, datetime(2028, 2, 28, 16, 0, tzinfo=LONDON), hours(2))
    assert deadline.at == datetime(2028, 2, 29, 10, 0, tzinfo=LONDON)


def test_the_hour_that_spring_skips_is_not_worked() -> None:
    calendar = nights("America/New_York", 60, 300)
    deadline = add_worktime(calendar, datetime(2026, 3, 8, 0, 0, tzinfo=NEW_YORK), hours(4))
    assert explain(deadline, calendar) == [
        "Sun 8 Mar 00:00–01:00: closed",
        "Sun 8 Mar 01:00–05:00 counts 3 h, 1 h left (clocks go forward 02:00→03:00)",
        "Mon 9 Mar 01:00–02:00 counts 1 h, 0 m left",
        "Due Mon 9 Mar 02:00",
    ]


def test_the_hour_that_autumn_repeats_is_worked_twice() -> None:
    calendar = nights("America/New_York", 0, 180)
    deadline = add_worktime(calendar, datetime(2026, 11, 1, 0, 0, tzinfo=NEW_YORK), hours(4))
    assert explain(deadline, calendar) == [
        "Sun 1 Nov 00:00–03:00 counts 4 h, 0 m left (clocks go back 02:00→01:00)",
        "Due Sun 1 Nov 03:00",
    ]


def test_opening_hours_that_the_clocks_jump_over_do_not_exist_that_day() -> None:
    calendar = nights("Europe/London", 60, 90)
    deadline = add_worktime(calendar, datetime(2026, 3, 28, 1, 10, tzinfo=LONDON), timedelta(minutes=30))
    assert explain(deadline, calendar)[1] == "Sun 29 Mar: clocks go forward 01:00→02:00"
    assert deadline.at == datetime(2026, 3, 30, 1, 10, tzinfo=LONDON)


def test_lord_howe_moves_its_clocks_by_half_an_hour() -> None:
    calendar = always("Australia/Lord_Howe")
    start = datetime(2026, 10, 4, 0, 0, tzinfo=calendar.zone)
    deadline = add_worktime(calendar, start, timedelta(hours=23, minutes=30))
    assert explain(deadline, calendar) == [
        "Sun 4 Oct 00:00–24:00 counts 23 h 30 m, 0 m left (clocks go forward 02:00→02:30)",
        "Due Sun 4 Oct 24:00",
    ]


def test_round_the_clock_is_one_line() -> None:
    calendar = always("Europe/London")
    deadline = add_worktime(calendar, datetime(2026, 11, 20, 16, 30, tzinfo=LONDON), hours(48))
    assert explain(deadline, calendar) == [
        "Fri 20 Nov 16:30 – Sun 22 Nov 16:30 counts 48 h, 0 m left",
        "Due Sun 22 Nov 16:30",
    ]


def test_nothing_to_count_is_due_at_once() -> None:
    start = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
    deadline = add_worktime(DESK, start, timedelta(0))
    assert deadline == Deadline(at=start, steps=())
    assert explain(deadline, DESK) == ["Due Sat 21 Nov 03:00"]


@pytest.mark.parametrize(
    ("start", "days", "cut_off", "due"),
    [
        ("2026-11-20 10:00", 1, None, "2026-11-23 17:00"),
        ("2026-11-20 18:00", 1, None, "2026-11-23 17:00"),
        ("2026-11-21 10:00", 1, None, "2026-11-23 17:00"),
        ("2026-11-20 15:00", 1, time(15), "2026-11-23 17:00"),
        ("2026-11-20 15:01", 1, time(15), "2026-11-24 17:00"),
        ("2026-11-21 10:00", 1, time(15), "2026-11-24 17:00"),
        ("2026-11-20 17:30", 1, time(18), "2026-11-23 17:00"),
        ("2026-11-20 10:00", 0, None, "2026-11-20 17:00"),
        ("2026-11-20 17:01", 0, None, "2026-11-23 17:00"),
        ("2026-11-20 17:30", 0, time(18), "2026-11-23 17:00"),
        ("2026-12-24 10:00", 1, None, "2026-12-29 17:00"),
        ("2026-12-31 10:00", 3, None, "2027-01-05 17:00"),
    ],
)
def test_working_days(start: str, days: int, cut_off: time | None, due: str) -> None:
    deadline = add_workdays(DESK, datetime.fromisoformat(start).replace(tzinfo=LONDON), days, cut_off)
    assert deadline.at == datetime.fromisoformat(due).replace(tzinfo=LONDON)


def test_working_days_are_explained() -> None:
    start = datetime(2026, 12, 24, 15, 30, tzinfo=LONDON)
    assert explain(add_workdays(DESK, start, 2, time(15)), DESK) == [
        "Thu 24 Dec 15:30–24:00: after the 15:00 cut-off",
        "Fri 25 Dec: Christmas Day",
        "Sat 26 Dec: closed",
        "Sun 27 Dec: closed",
        "Mon 28 Dec: Boxing Day",
        "Tue 29 Dec: counts as the day it came in",
        "Wed 30 Dec counts 1 day, 1 day left",
        "Thu 31 Dec counts 1 day, 0 days left",
        "Due Thu 31 Dec 17:00",
    ]


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(0), "0 m"),
        (timedelta(minutes=30), "30 m"),
        (hours(48.5), "48 h 30 m"),
        (timedelta(seconds=3605.5), "1 h 5.5 s"),
    ],
)
def test_durations_in_words(span: timedelta, words: str) -> None:
    assert duration_words(span) == words


# Refusals


def test_a_calendar_that_never_opens_is_refused() -> None:
    shut = WorkCalendar(name="Shut", time_zone="UTC", week=((),) * 7)
    now = datetime(2026, 11, 22, tzinfo=UTC)
    for count in (lambda: add_worktime(shut, now, hours(1)), lambda: add_workdays(shut, now, 1)):
        with pytest.raises(Refusal, match="more than two years") as refused:
            count()
        assert refused.value.code == "calendar.never_open"
    assert worktime_between(shut, now, now + timedelta(days=900)) == timedelta(0)


def test_a_year_of_holidays_is_waited_out() -> None:
    first = date(2026, 1, 1)
    closed = {first + timedelta(days=n): "refit" for n in range(365)}
    calendar = WorkCalendar(name="Refit", time_zone="UTC", week=DESK.week, holidays=closed)
    deadline = add_worktime(calendar, datetime(2026, 1, 1, tzinfo=UTC), hours(1))
    assert deadline.at == datetime(2027, 1, 1, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize("start", [datetime(2026, 1, 1, tzinfo=UTC), datetime(9999, 12, 1, tzinfo=UTC)])
def test_too_far_is_refused(start: datetime) -> None:
    with pytest.raises(Refusal) as refused:
        add_worktime(DESK, start, timedelta(days=36500))
    assert refused.value.code == "calendar.too_far"


def test_backwards_is_refused() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    with pytest.raises(Refusal, match="backwards"):
        add_worktime(DESK, now, -hours(1))
    with pytest.raises(Refusal, match="backwards"):
        add_workdays(DESK, now, -1)


def test_an_instant_without_a_zone_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        add_worktime(DESK, datetime(2026, 11, 22), hours(1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": " "}, "calendar.no_name"),
        ({"time_zone": "Mars/Olympus"}, "calendar.unknown_zone"),
        ({"time_zone": "../etc/passwd"}, "calendar.unknown_zone"),
        ({"time_zone": ""}, "calendar.unknown_zone"),
        ({"time_zone": None}, "calendar.unknown_zone"),
        ({"week": None}, "calendar.bad_day"),
        ({"week": {"monday": ["09:00-17:00"]}}, "calendar.bad_day"),
        ({"week": {"mon": "09:00-17:00"}}, "calendar.bad_interval"),
        ({"week": {"mon": [9]}}, "calendar.bad_interval"),
        ({"week": {"mon": ["9-5"]}}, "calendar.bad_interval"),
        ({"week": {"mon": ["09:00-24:30"]}}, "calendar.bad_interval"),
        ({"week": {"mon": ["09:00-17:75"]}}, "calendar.bad_interval"),
        ({"week": {"mon": ["17:00-09:00"]}}, "calendar.bad_interval"),
        ({"week": {"mon": ["09:00-12:00", "11:59-13:00"]}}, "calendar.overlap"),
        ({"week": {"mon": []}}, "calendar.never_open"),
        ({"holidays": ["2026-12-25"]}, "calendar.bad_holiday"),
        ({"holidays": {"25 Dec": "Christmas"}}, "calendar.bad_holiday"),
        ({"holidays": {5: "Christmas"}}, "calendar.bad_holiday"),
    ],
)
def test_a_bad_calendar_is_refused_with_a_sentence(change: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        WorkCalendar.from_json(DESK.to_json() | change)
    assert (refused.value.code, refused.value.status) == (code, 422)
    assert refused.value.field in change
    assert refused.value.message.endswith(".")


def test_hours_past_midnight_teach_the_two_days() -> None:
    with pytest.raises(Refusal, match="“22:00-24:00” and, on the next, “00:00-06:00”"):
        read_week({"fri": ["22:00-06:00"]})


def test_a_calendar_survives_json() -> None:
    assert WorkCalendar.from_json(json.loads(json.dumps(DESK.to_json()))) == DESK
    assert WorkCalendar.from_json(office_hours("Asia/Kathmandu").to_json()) == office_hours("Asia/Kathmandu")
    assert DESK.to_json()["week"]["mon"] == ["09:00-12:30", "13:30-17:00"]


# Properties


@st.composite
def days(draw: st.DrawFn) -> tuple[Interval, ...]:
    bounds = sorted(draw(st.sets(st.sampled_from(range(0, 1441, 15)), max_size=6)))
    return tuple(zip(bounds[::2], bounds[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    week = draw(st.tuples(*[days()] * 7))
    assume(sum(closes - opens for day in week for opens, closes in day) >= 600)
    holidays = draw(st.dictionaries(st.dates(date(2023, 12, 20), date(2025, 1, 10)), st.just("holiday"), max_size=4))
    return WorkCalendar(name="Any", time_zone=draw(st.sampled_from(ZONES)), week=week, holidays=holidays)


INSTANTS = st.datetimes(datetime(2023, 12, 25), datetime(2025, 1, 5), timezones=st.just(UTC))  # noqa: DTZ001
# The nights on which some of these clocks change, and the leap day.
TURNS = st.builds(
    lambda day, minute: datetime.combine(day, time(0), UTC) + timedelta(minutes=minute),
    st.sampled_from(
        [
            date(2024, 2, 28),
            date(2024, 3, 10),
            date(2024, 3, 30),
            date(2024, 4, 6),
            date(2024, 10, 5),
            date(2024, 10, 26),
            date(2024, 11, 2),
            date(2024, 12, 31),
        ]
    ),
    st.integers(0, 2880),
)
STARTS = st.one_of(INSTANTS, TURNS)
AMOUNTS = st.timedeltas(timedelta(0), timedelta(hours=15))


@given(calendars(), STARTS, AMOUNTS)
def test_between_undoes_add(calendar: WorkCalendar, start: datetime, amount: timedelta) -> None:
    deadline = add_worktime(calendar, start, amount)
    assert worktime_between(calendar, start, deadline.at) == amount
    assert worktime_between(calendar, deadline.at, start) == -amount


@given(calendars(), STARTS, st.timedeltas(timedelta(0), timedelta(days=9)), AMOUNTS, AMOUNTS)
def test_later_or_longer_is_never_due_sooner(
    calendar: WorkCalendar, start: datetime, later: timedelta, amount: timedelta, more: timedelta
) -> None:
    due = add_worktime(calendar, start, amount).at
    assert add_worktime(calendar, start + later, amount).at >= due
    assert add_worktime(calendar, start, amount + more).at >= due


@given(calendars(), STARTS, AMOUNTS, AMOUNTS)
def test_two_amounts_in_turn_are_their_sum(
    calendar: WorkCalendar, start: datetime, first: timedelta, second: timedelta
) -> None:
    halfway = add_worktime(calendar, start, first).at
    assert add_worktime(calendar, halfway, second).at == add_worktime(calendar, start, first + second).at


@given(calendars(), STARTS, AMOUNTS.filter(bool))
def test_a_deadline_lies_in_opening_hours(calendar: WorkCalendar, start: datetime, amount: timedelta) -> None:
    at = add_worktime(calendar, start, amount).at
    local = (at - timedelta.resolution).astimezone(calendar.zone).date()
    assert local not in calendar.holidays
    assert any(
        local_instant(calendar.zone, local, opens) < at <= local_instant(calendar.zone, local, closes)
        for opens, closes in calendar.week[local.weekday()]
    )


@given(st.sampled_from(ZONES), STARTS, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_round_the_clock_is_plain_addition(zone: str, start: datetime, amount: timedelta) -> None:
    assert add_worktime(always(zone), start, amount).at == start + amount


@given(calendars(), STARTS, AMOUNTS)
def test_the_steps_are_the_arithmetic(calendar: WorkCalendar, start: datetime, amount: timedelta) -> None:
    deadline = add_worktime(calendar, start, amount)
    left, at = amount, start
    for step in deadline.steps:
        left -= step.counted
        assert step.left == left
        assert at <= step.starts_at < step.ends_at
        assert worktime_between(calendar, step.starts_at, step.ends_at) == step.counted
        assert bool(step.counted) or step.note
        at = step.ends_at
    assert (left, at) == (timedelta(0), deadline.at)


@given(calendars(), STARTS, AMOUNTS)
def test_the_lines_say_what_the_steps_say(calendar: WorkCalendar, start: datetime, amount: timedelta) -> None:
    deadline = add_worktime(calendar, start, amount)
    *lines, due = explain(deadline, calendar)
    assert due.startswith("Due ")
    for line, step in zip(lines, deadline.steps, strict=True):
        if step.counted:
            assert f"counts {duration_words(step.counted)}, {duration_words(step.left)} left" in line
        else:
            assert line.endswith(f": {step.note}")


@given(calendars(), STARTS, AMOUNTS, st.integers(0, 9), st.one_of(st.none(), st.times()))
def test_deadlines_survive_json(
    calendar: WorkCalendar, start: datetime, amount: timedelta, days: int, cut_off: time | None
) -> None:
    for deadline in (add_worktime(calendar, start, amount), add_workdays(calendar, start, days, cut_off)):
        assert Deadline.from_json(json.loads(json.dumps(deadline.to_json()))) == deadline


@given(
    calendars(), STARTS, st.integers(0, 9), st.one_of(st.none(), st.times()), st.timedeltas(timedelta(0), timedelta(9))
)
def test_working_days_are_monotone_and_end_at_a_close(
    calendar: WorkCalendar, start: datetime, days: int, cut_off: time | None, later: timedelta
) -> None:
    deadline = add_workdays(calendar, start, days, cut_off)
    assert deadline.at >= start
    assert add_workdays(calendar, start + later, days, cut_off).at >= deadline.at
    following = add_workdays(calendar, start, days + 1, cut_off).at
    assert following > deadline.at if days else following >= deadline.at
    assert sum((step.counted for step in deadline.steps), timedelta(0)) == timedelta(days=days)
    assert explain(deadline, calendar)[-1].startswith("Due ")


@given(st.sampled_from(ZONES), st.dates(date(2024, 1, 1), date(2024, 12, 31)), st.integers(0, 1439))
def test_local_instants_never_run_backwards(zone: str, day: date, minute: int) -> None:
    here = ZoneInfo(zone)
    assert local_instant(here, day, minute) <= local_instant(here, day, minute + 1)
    assert local_instant(here, day, 1440) == local_instant(here, day + timedelta(days=1), 0)
