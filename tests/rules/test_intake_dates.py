"""Dates, times, zones and durations as files write them."""

# ruff: noqa: DTZ001 - wall clocks without a zone are what is placed here

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makegood.intake.rules.dates import PRESETS, Unreadable, offset, read_clock, reader
from makegood.intake.rules.moments import Moment, next_clock, place, shift, whole, zone_named
from makegood.kernel.refusals import Refusal

NEW_YORK = zone_named("America/New_York")
PARIS = zone_named("Europe/Paris")


def at(text: str, *formats: str) -> str:
    """A text as it was read, as an ISO text: a day without a time, an offset where one was named."""
    found = reader(formats)(text)
    if found is None:
        return "none"
    if found.whole_day:
        return found.at.date().isoformat()
    return found.at.replace(tzinfo=found.offset).isoformat()


@pytest.mark.parametrize(
    ("preset", "text", "expected"),
    [
        ("iso", "2024-03-01", "2024-03-01"),
        ("iso", "2024-3-1", "2024-03-01"),
        ("iso", "20240301", "2024-03-01"),
        ("iso", "2024/03/01", "2024-03-01"),
        ("iso", "2024-03-01T10:05", "2024-03-01T10:05:00"),
        ("iso", "2024-03-01 10:05:09.123", "2024-03-01T10:05:09.123000"),
        ("iso", "2024-03-01T10:05:09,1234567", "2024-03-01T10:05:09.123456"),
        ("iso", "2024-03-01T10:05:09Z", "2024-03-01T10:05:09+00:00"),
        ("iso", "2024-03-01T10:05:09-0500", "2024-03-01T10:05:09-05:00"),
        ("iso", "2024-03-01 10:05:09 +05:30", "2024-03-01T10:05:09+05:30"),
        ("iso", "2024-03-01 10:05:09+02", "2024-03-01T10:05:09+02:00"),
        ("iso", "2024-03-01 10:05:09 UTC", "2024-03-01T10:05:09+00:00"),
        ("iso", "2024-03-01 10:05 CEST", "2024-03-01T10:05:00+02:00"),
        ("iso", "2024-03-01 24:00", "2024-03-02T00:00:00"),
        ("iso", "2016-12-31 23:59:60", "2017-01-01T00:00:00"),
        ("iso", "20240301T100509Z", "2024-03-01T10:05:09+00:00"),
        ("iso", "2024-03-01T10:05:09+01:00[Europe/Paris]", "2024-03-01T10:05:09+01:00"),
        ("iso", "2024-03-01 10:05 UTC+2", "2024-03-01T10:05:00+02:00"),
        ("iso", "2024-03-01 10:05 -930", "2024-03-01T10:05:00-09:30"),
        ("words", "Fri Mar 01 2024 10:05:09 GMT+0100 (Central European Time)", "2024-03-01T10:05:09+01:00"),
        ("eu", "1.3.2024 10.05", "2024-03-01T10:05:00"),
        ("eu", "1.3.2024 10.05.09", "2024-03-01T10:05:09"),
        ("eu", "01/03/2024 10h05", "2024-03-01T10:05:00"),
        ("us", "1/2/2015", "2015-01-02"),
        ("us", "01/16/2015 08:30:00 AM", "2015-01-16T08:30:00"),
        ("us", "01/16/2015 12:00:00 AM", "2015-01-16T00:00:00"),
        ("us", "01/16/2015, 12:05 pm", "2015-01-16T12:05:00"),
        ("us", "1/16/15 3:07 p.m.", "2015-01-16T15:07:00"),
        ("us", "01-16-2015 15:07", "2015-01-16T15:07:00"),
        ("us", "01/16/2015 10:00:00 PM -0500", "2015-01-16T22:00:00-05:00"),
        ("eu", "1/2/2015", "2015-02-01"),
        ("eu", "16.01.2015 08:30", "2015-01-16T08:30:00"),
        ("eu", "16-01-15", "2015-01-16"),
        ("words", "5 Jan 2015", "2015-01-05"),
        ("words", "January 5, 2015 3:04 PM", "2015-01-05T15:04:00"),
        ("words", "05-JAN-15", "2015-01-05"),
        ("words", "Tue, 05 Jan 2015 10:00:00 +0000", "2015-01-05T10:00:00+00:00"),
        ("words", "5 Smarch 2015", "none"),
        ("epoch", "1700000000", "2023-11-14T22:13:20+00:00"),
        ("epoch", "1700000000.5", "2023-11-14T22:13:20.500000+00:00"),
        ("epoch_ms", "1700000000123", "2023-11-14T22:13:20.123000+00:00"),
        ("excel", "45352", "2024-03-01"),
        ("excel", "45352.5", "2024-03-01T12:00:00"),
        ("%d%m%y %H%M", "010324 0907", "2024-03-01T09:07:00"),
        ("%Y-%m-%d[ %H:%M]", "2024-03-01", "2024-03-01"),
        ("%d.%m.%Y um %H Uhr %M", "01.03.2024 um 9 Uhr 07", "2024-03-01T09:07:00"),
        ("iso", "01/02/2024", "none"),
        ("iso", "2024-03-01 garbage", "none"),
    ],
)
def test_a_text_is_read(preset: str, text: str, expected: str) -> None:
    assert at(text, preset) == expected


def test_formats_are_tried_in_order() -> None:
    assert at("03/04/2024", "us", "eu") == "2024-03-04"
    assert at("03/04/2024", "eu", "us") == "2024-04-03"
    assert at("13/04/2024", "us", "eu") == "2024-04-13"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2024-02-30", "no day 30 in month 2"),
        ("9999-12-31", "empty"),
        ("0001-01-01", "empty"),
        ("2024-01-01 25:00", "no time 25"),
        ("2024-01-01 10:00 XYZ", "not known"),
        ("2024-01-01 10:00+99:00", "does not exist"),
    ],
)
def test_a_date_that_does_not_exist_says_why(text: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        reader(["iso"])(text)


@pytest.mark.parametrize("form", ["%Y-%m", "%Q", "%Y-%m-%d %", "%Y-%m-%d [%H", "%d %d %m %Y"])
def test_a_format_that_cannot_be_used_is_refused(form: str) -> None:
    with pytest.raises(Refusal) as caught:
        reader([form])
    assert caught.value.code == "feed.date_format"


@given(st.text(max_size=30), st.sampled_from([*PRESETS, "epoch", "epoch_ms", "excel"]))
def test_no_text_ends_in_anything_but_a_date_or_a_reason(text: str, preset: str) -> None:
    with suppress(Unreadable):
        reader([preset])(text)


@given(st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30)))
def test_what_is_written_in_iso_is_read_back(moment: datetime) -> None:
    assert at(moment.isoformat(), "iso") == moment.isoformat()


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("517", 317), ("0517", 317), ("5:17", 317), ("05:17:00", 317), ("5:17 PM", 1037), ("517.0", 317),
        ("0", 0), ("5", 5), ("2400", 1440), ("24:00", 1440), ("12:05 am", 5), ("7 pm", 1140), ("170530", 1025.5),
    ],
)  # fmt: skip
def test_a_clock_is_read(text: str, minutes: float) -> None:
    assert read_clock(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["561", "2500", "24:01", "noon", "-5", "12:60"])
def test_a_clock_that_no_clock_shows_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_clock(text)


def test_an_offset_is_read() -> None:
    assert offset("-0530").utcoffset(None) == -timedelta(hours=5, minutes=30)


def test_the_hour_that_spring_skips_is_read_by_the_old_clock() -> None:
    assert place(datetime(2013, 3, 10, 2, 30), NEW_YORK) == datetime(2013, 3, 10, 7, 30, tzinfo=UTC)


def test_the_hour_that_comes_twice_is_the_first() -> None:
    assert place(datetime(2013, 11, 3, 1, 30), NEW_YORK) == datetime(2013, 11, 3, 5, 30, tzinfo=UTC)


def test_a_whole_day_ends_with_its_last_microsecond_even_when_it_has_23_hours() -> None:
    day = whole(date(2013, 3, 10), NEW_YORK)
    assert day.at == datetime(2013, 3, 10, 5, tzinfo=UTC)
    assert day.end() == datetime(2013, 3, 11, 3, 59, 59, 999_999, tzinfo=UTC)


def test_a_clock_after_an_instant_rolls_over_midnight() -> None:
    left = datetime(2013, 1, 2, 4, 50, tzinfo=UTC)  # 23:50 in New York
    assert next_clock(left, timedelta(minutes=20), NEW_YORK) == datetime(2013, 1, 2, 5, 20, tzinfo=UTC)
    assert next_clock(left, timedelta(hours=23, minutes=50), NEW_YORK) == left
    assert next_clock(left, timedelta(hours=24), NEW_YORK) == datetime(2013, 1, 2, 5, tzinfo=UTC)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.integers(0, 1439),
    st.sampled_from(["America/New_York", "Pacific/Honolulu", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
def test_the_next_clock_is_never_before_and_hardly_more_than_a_day_after(
    after: datetime, minutes: int, name: str
) -> None:
    found = next_clock(after, timedelta(minutes=minutes), zone_named(name))
    assert after <= found <= after + timedelta(hours=25)


def test_days_keep_the_clock_on_the_wall_and_hours_are_elapsed_time() -> None:
    start = Moment(datetime(2024, 3, 30, 9, tzinfo=UTC), PARIS)  # 10:00, the day before the clocks change
    assert shift(start, "days", 1).at == datetime(2024, 3, 31, 8, tzinfo=UTC)
    assert shift(start, "hours", 24).at == datetime(2024, 3, 31, 9, tzinfo=UTC)
    assert shift(start, "weeks", -1).at == datetime(2024, 3, 23, 9, tzinfo=UTC)


def test_a_day_moved_by_days_stays_a_day() -> None:
    friday = whole(date(2024, 3, 1), PARIS)
    assert shift(friday, "days", 2).day == date(2024, 3, 3)
    assert shift(friday, "weekdays", 2).day == date(2024, 3, 5)
    assert shift(friday, "weekdays", -5).day == date(2024, 2, 23)
    assert shift(friday, "hours", 12).day is None


@pytest.mark.parametrize(("unit", "amount"), [("days", 1e9), ("hours", 1e15), ("weekdays", 0.5), ("weekdays", 1e9)])
def test_a_duration_out_of_reach_is_refused(unit: str, amount: float) -> None:
    with pytest.raises(Unreadable):
        shift(whole(date(2024, 3, 1), PARIS), unit, amount)


def test_a_zone_that_does_not_exist_is_refused() -> None:
    for name in ("Mars/Base", "", "../etc/passwd", "a\0b"):
        with pytest.raises(Unreadable):
            zone_named(name)
