"""By when, as people type it in a hurry. The table's moment is Friday 20 November 2026, 14:18, in London."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makegood.kernel.refusals import Refusal
from makegood.kernel.tidying import tidy
from makegood.kernel.when import When, find_when, read_when, spoken_when
from makegood.kernel.worktime import WorkCalendar

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 20, 14, 18, tzinfo=UTC)
DESK = WorkCalendar.from_json(
    {
        "name": "Desk",
        "time_zone": "Europe/London",
        "week": {day: ["09:00-12:30", "13:30-17:30"] for day in ("mon", "tue", "wed", "thu", "fri")},
        "holidays": {"2026-12-25": "Christmas Day"},
    }
)


def read(text: str, now: datetime = NOW, zone: ZoneInfo = LONDON, calendar: WorkCalendar | None = None) -> When:
    return read_when(text, now=now, zone=zone, calendar=calendar)


def at(text: str, zone: ZoneInfo = LONDON) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def end_of(day: date, zone: ZoneInfo = LONDON) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(0), zone).astimezone(UTC) - timedelta.resolution


@pytest.mark.parametrize(
    ("text", "due", "words"),
    [
        # spans of time
        ("in 30 min", "2026-11-20 14:48", "in 30 min"),
        ("30m", "2026-11-20 14:48", "in 30 min"),
        ("30 minutes from now", "2026-11-20 14:48", "in 30 min"),
        ("within 30 min.", "2026-11-20 14:48", "in 30 min"),
        ("in 2h", "2026-11-20 16:18", "in 2 h"),
        ("2 h 30 m", "2026-11-20 16:48", "in 2 h 30 min"),
        ("2h30", "2026-11-20 16:48", "in 2 h 30 min"),
        ("2 hours and 30 minutes", "2026-11-20 16:48", "in 2 h 30 min"),
        ("1.5h", "2026-11-20 15:48", "in 1 h 30 min"),
        ("in an hour", "2026-11-20 15:18", "in 1 h"),
        ("In an hour and a half", "2026-11-20 15:48", "in 1 h 30 min"),
        ("within the hour", "2026-11-20 15:18", "in 1 h"),
        ("half an hour", "2026-11-20 14:48", "in 30 min"),
        ("in half an hour", "2026-11-20 14:48", "in 30 min"),
        ("a quarter of an hour", "2026-11-20 14:33", "in 15 min"),
        ("in a couple of hours", "2026-11-20 16:18", "in 2 h"),
        ("forty-five minutes", "2026-11-20 15:03", "in 45 min"),
        ("90s", "2026-11-20 14:19:30", "in 1 min 30 s"),
        ("in 1 day 2 hours", "2026-11-21 16:18", "in 26 h"),
        ("in 4 working hours", "2026-11-23 10:18", "in 4 working hours"),
        ("in the next two hours", "2026-11-20 16:18", "in 2 h"),
        ("within the next hour", "2026-11-20 15:18", "in 1 h"),
        ("in 24-48 hours", "2026-11-22 14:18", "in 48 h"),
        # times
        ("17:30", "2026-11-20 17:30", "today 17:30"),
        ("at 17h", "2026-11-20 17:00", "today 17:00"),
        ("by 17h30", "2026-11-20 17:30", "today 17:30"),
        ("5pm", "2026-11-20 17:00", "today 17:00"),
        ("5 p.m.", "2026-11-20 17:00", "today 17:00"),
        ("5.45pm", "2026-11-20 17:45", "today 17:45"),
        ("by five", "2026-11-20 17:00", "today 17:00"),
        ("by 5", "2026-11-20 17:00", "today 17:00"),
        ("5 o'clock", "2026-11-20 17:00", "today 17:00"),
        ("5:30", "2026-11-20 17:30", "today 17:30"),
        ("half past four", "2026-11-20 16:30", "today 16:30"),
        ("quarter to 5", "2026-11-20 16:45", "today 16:45"),
        ("ten past five", "2026-11-20 17:10", "today 17:10"),
        ("this afternoon", "2026-11-20 17:00", "today 17:00"),
        ("tonight", "2026-11-20 21:00", "today 21:00"),
        ("tonight at 8", "2026-11-20 20:00", "today 20:00"),
        ("tonight 20:30", "2026-11-20 20:30", "today 20:30"),
        ("midnight", "2026-11-21 00:00", "tomorrow 00:00"),
        ("end of day", "2026-11-20 17:00", "today 17:00"),
        ("EOD", "2026-11-20 17:00", "today 17:00"),
        ("cob", "2026-11-20 17:00", "today 17:00"),
        ("half five", "2026-11-20 17:30", "today 17:30"),
        ("by two thirty", "2026-11-20 14:30", "today 14:30"),
        ("by 16.30", "2026-11-20 16:30", "today 16:30"),
        ("half past 3 in the afternoon", "2026-11-20 15:30", "today 15:30"),
        ("3-4pm", "2026-11-20 16:00", "today 16:00"),
        # a time that has passed today is tomorrow's
        ("10:00", "2026-11-21 10:00", "tomorrow 10:00"),
        ("9", "2026-11-21 09:00", "tomorrow 09:00"),
        ("14:18", "2026-11-21 14:18", "tomorrow 14:18"),
        ("05:30", "2026-11-21 05:30", "tomorrow 05:30"),
        ("noon", "2026-11-21 12:00", "tomorrow 12:00"),
        ("2pm", "2026-11-21 14:00", "tomorrow 14:00"),
        ("by morning", "2026-11-21 12:00", "tomorrow 12:00"),
        ("in the morning", "2026-11-21 12:00", "tomorrow 12:00"),
        # a day and a time
        ("tomorrow 10:00", "2026-11-21 10:00", "tomorrow 10:00"),
        ("tmrw 10am", "2026-11-21 10:00", "tomorrow 10:00"),
        ("tomorrow at 5", "2026-11-21 17:00", "tomorrow 17:00"),
        ("tomorrow 10", "2026-11-21 10:00", "tomorrow 10:00"),
        ("10:00 tomorrow", "2026-11-21 10:00", "tomorrow 10:00"),
        ("by 5 on Monday", "2026-11-23 17:00", "Mon 23 Nov 17:00"),
        ("tomorrow morning", "2026-11-21 12:00", "tomorrow 12:00"),
        ("tomorrow morning at 9", "2026-11-21 09:00", "tomorrow 09:00"),
        ("tomorrow noon", "2026-11-21 12:00", "tomorrow 12:00"),
        ("noon tomorrow", "2026-11-21 12:00", "tomorrow 12:00"),
        ("the day after tomorrow, 9am", "2026-11-22 09:00", "Sun 22 Nov 09:00"),
        ("fri 3pm", "2026-11-20 15:00", "today 15:00"),
        ("fri 2pm", "2026-11-27 14:00", "Fri 27 Nov 14:00"),
        ("next Tuesday 9:15", "2026-11-24 09:15", "Tue 24 Nov 09:15"),
        ("Dec 24 14:00", "2026-12-24 14:00", "Thu 24 Dec 14:00"),
        ("24th of December at 2pm", "2026-12-24 14:00", "Thu 24 Dec 14:00"),
        ("2026-11-30 14:00", "2026-11-30 14:00", "Mon 30 Nov 14:00"),
        ("2026-11-30T14:00", "2026-11-30 14:00", "Mon 30 Nov 14:00"),
        ("2026-11-30T14:00:00-05:00", "2026-11-30 19:00", "Mon 30 Nov 19:00"),
        ("30/11 14:00", "2026-11-30 14:00", "Mon 30 Nov 14:00"),
        ("tomorrow eod", "2026-11-21 17:00", "tomorrow 17:00"),
        ("end of the day Monday", "2026-11-23 17:00", "Mon 23 Nov 17:00"),
        ("on Friday between 9 and 11", "2026-11-27 11:00", "Fri 27 Nov 11:00"),
        ("by half past nine tonight", "2026-11-20 21:30", "today 21:30"),
        ("tomorrow 8-12", "2026-11-21 12:00", "tomorrow 12:00"),
        ("at 9 tomorrow morning", "2026-11-21 09:00", "tomorrow 09:00"),
        ("first thing tomorrow", "2026-11-21 12:00", "tomorrow 12:00"),
        ("end of Monday", "2026-11-23 17:00", "Mon 23 Nov 17:00"),
        # joining words mean nothing
        ("due by 17:30", "2026-11-20 17:30", "today 17:30"),
        ("no later than 17:30", "2026-11-20 17:30", "today 17:30"),
        ("until tomorrow 10:00", "2026-11-21 10:00", "tomorrow 10:00"),
    ],
)
def test_words_that_name_an_instant(text: str, due: str, words: str) -> None:
    assert read(text) == When(at(due), None, words)


@pytest.mark.parametrize(
    ("text", "day", "words"),
    [
        ("today", "2026-11-20", "today"),
        ("tomorrow", "2026-11-21", "tomorrow"),
        ("day after tomorrow", "2026-11-22", "Sun 22 Nov"),
        ("in 3 days", "2026-11-23", "Mon 23 Nov"),
        ("in two weeks", "2026-12-04", "Fri 4 Dec"),
        ("a week", "2026-11-27", "Fri 27 Nov"),
        ("in 3 months", "2027-02-20", "Sat 20 Feb 2027"),
        ("Fri", "2026-11-20", "today"),
        ("by Monday", "2026-11-23", "Mon 23 Nov"),
        ("on thurs", "2026-11-26", "Thu 26 Nov"),
        ("this Sunday", "2026-11-22", "Sun 22 Nov"),
        ("next Tuesday", "2026-11-24", "Tue 24 Nov"),
        ("next Fri", "2026-11-27", "Fri 27 Nov"),
        ("24 Dec", "2026-12-24", "Thu 24 Dec"),
        ("December 24th", "2026-12-24", "Thu 24 Dec"),
        ("24 December 2026", "2026-12-24", "Thu 24 Dec"),
        ("Fri 27 Nov", "2026-11-27", "Fri 27 Nov"),
        ("3 Jan", "2027-01-03", "Sun 3 Jan 2027"),
        ("29 Feb", "2028-02-29", "Tue 29 Feb 2028"),
        ("2026-11-30", "2026-11-30", "Mon 30 Nov"),
        ("30/11", "2026-11-30", "Mon 30 Nov"),
        ("11/30", "2026-11-30", "Mon 30 Nov"),
        ("12/12", "2026-12-12", "Sat 12 Dec"),
        ("30/11/26", "2026-11-30", "Mon 30 Nov"),
        ("30.11.2026", "2026-11-30", "Mon 30 Nov"),
        ("end of week", "2026-11-20", "today"),
        ("next week", "2026-11-27", "Fri 27 Nov"),
        ("end of month", "2026-11-30", "Mon 30 Nov"),
        ("end of next month", "2026-12-31", "Thu 31 Dec"),
        ("a week from today", "2026-11-27", "Fri 27 Nov"),
        ("in two weeks' time", "2026-12-04", "Fri 4 Dec"),
        ("Thursday next week", "2026-11-26", "Thu 26 Nov"),
        ("Wednesday week", "2026-12-02", "Wed 2 Dec"),
        ("this weekend", "2026-11-22", "Sun 22 Nov"),
        ("by the 10th", "2026-12-10", "Thu 10 Dec"),
        ("the 5th of next month", "2026-12-05", "Sat 5 Dec"),
        ("the end of November", "2026-11-30", "Mon 30 Nov"),
        ("early next week", "2026-11-27", "Fri 27 Nov"),
        ("within 3 to 5 working days", "2026-11-27", "Fri 27 Nov"),
        ("between Monday and Wednesday", "2026-11-25", "Wed 25 Nov"),
        ("3 working days", "2026-11-25", "Wed 25 Nov"),
        ("within 2 business days", "2026-11-24", "Tue 24 Nov"),
    ],
)
def test_words_that_name_a_day_promise_the_whole_day(text: str, day: str, words: str) -> None:
    on = date.fromisoformat(day)
    assert read(text) == When(end_of(on), on, words)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("eod", "2026-11-20 17:30"),
        ("tomorrow eod", "2026-11-21 17:00"),
        ("mon cob", "2026-11-23 17:30"),
        ("4 working hours", "2026-11-23 09:48"),
    ],
)
def test_the_calendar_tells_the_end_of_the_day(text: str, due: str) -> None:
    assert read(text, calendar=DESK).due_at == at(due)


def test_past_closing_the_end_of_the_day_is_the_next_working_days() -> None:
    evening = NOW.replace(hour=17, minute=30)
    assert read("eod", evening, calendar=DESK).words == "Mon 23 Nov 17:30"
    assert read("3 working days", datetime(2026, 12, 23, 9, tzinfo=UTC), calendar=DESK).words == "Tue 29 Dec"


def test_a_time_that_the_clocks_skip_moves_forward() -> None:
    assert read("29 Mar 2027 01:30").words == "Mon 29 Mar 2027 01:30"
    skipped = read("28 Mar 2027 01:30")
    assert (skipped.due_at, skipped.words) == (at("2027-03-28 02:30"), "Sun 28 Mar 2027 02:30")


def test_a_time_that_the_clocks_repeat_is_the_first() -> None:
    saturday = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert read("tomorrow 01:30", saturday).due_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    second = read("2026-10-25T01:30+00:00", saturday)
    assert second.words == "2026-10-25T01:30:00+00:00"
    assert read(second.words, saturday) == second


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "when.not_understood"),
        ("   ", "when.not_understood"),
        ("soon", "when.not_understood"),
        ("by", "when.not_understood"),
        ("25:00", "when.not_understood"),
        ("17:75", "when.not_understood"),
        ("13pm", "when.not_understood"),
        ("fri 5", "when.not_understood"),
        ("fri fri", "when.not_understood"),
        ("31 June", "when.not_understood"),
        ("2026-02-30", "when.not_understood"),
        ("2026-02-30 10:00", "when.not_understood"),
        ("99/99", "when.not_understood"),
        ("in 99999 weeks 99999 weeks 99999 weeks 99999 weeks 99999 weeks", "when.not_understood"),
        ("3 working days 2 h", "when.not_understood"),
        ("in 1.5 months", "when.not_understood"),
        ("x" * 5000, "when.not_understood"),
        ("3/4", "when.ambiguous"),
        ("by 3/4 14:00", "when.ambiguous"),
        ("11/12", "when.ambiguous"),
        ("3/4/2027", "when.ambiguous"),
        ("Thu 27 Nov", "when.ambiguous"),
        ("in 0 min", "when.past"),
        ("today 10:00", "when.past"),
        ("this morning", "when.past"),
        ("19 Nov", "when.past"),
        ("19/11", "when.past"),
        ("2026-11-19", "when.past"),
        ("24 Dec 2020", "when.past"),
        ("2026-11-20 14:18", "when.past"),
    ],
)
def test_refusals_teach_three_examples_that_work(text: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        read(text)
    assert (refused.value.code, refused.value.status, refused.value.field) == (code, 422, "when")
    assert len(refused.value.message) < 250
    quoted = [part.split("”")[0] for part in refused.value.message.split("“")[1:]]
    assert sum(understood(example) for example in quoted) >= (2 if code == "when.ambiguous" else 3)


def understood(text: str) -> bool:
    try:
        read(text)
    except Refusal:
        return False
    return True


@pytest.mark.parametrize(
    ("line", "rest", "words"),
    [
        ("Dana Okafor: ring back with the plan in 30 min", "Dana Okafor: ring back with the plan", "in 30 min"),
        ("send invoice by tomorrow 10:00", "send invoice", "tomorrow 10:00"),
        ("Send the invoice, by 5.", "Send the invoice", "today 17:00"),
        ("ring Dana 30m", "ring Dana", "in 30 min"),
        ("Dana: sofa at her door before noon tomorrow", "Dana: sofa at her door", "tomorrow 12:00"),
        ("refund £12.50 Fri 3pm", "refund £12.50", "today 15:00"),
        ("refund £12.50 within 3 working days", "refund £12.50", "Wed 25 Nov"),
        ("reply to Mr May on 24 Dec at 14:00", "reply to Mr May", "Thu 24 Dec 14:00"),
        ("deliver in the morning", "deliver", "tomorrow 12:00"),
        ("ring back – tonight", "ring back", "today 21:00"),
        ("tomorrow 10:00 send the invoice", "send the invoice", "tomorrow 10:00"),
        ("by Monday: send the invoice", "send the invoice", "Mon 23 Nov"),
        ("Fri: send the invoice", "send the invoice", "today"),
        ("In 30 min, ring Dana", "ring Dana", "in 30 min"),
        ("in two weeks", "", "Fri 4 Dec"),
        ("at half past four", "", "today 16:30"),
    ],
)
def test_the_when_is_found_at_the_end_or_the_beginning(line: str, rest: str, words: str) -> None:
    found = find_when(line, now=NOW, zone=LONDON, calendar=None)
    assert found is not None
    assert (found[0], found[1].words) == (rest, words)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "send the invoice",
        "send invoice 5",
        "rent a car for 3 days",
        "30 min call with Dana",
        "deliver the blue one",
        "wish Dana good night",
        "Morning delivery to Dana",
        "a review of the day",
        "call after 5",
        "room 12",
        "deliver the 2nd",
    ],
)
def test_other_words_are_left_alone(line: str) -> None:
    assert find_when(line, now=NOW, zone=LONDON, calendar=None) is None


@pytest.mark.parametrize(("line", "code"), [("pay by 3/4", "when.ambiguous"), ("pay by 19 Nov", "when.past")])
def test_a_when_that_cannot_be_meant_is_refused(line: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        find_when(line, now=NOW, zone=LONDON, calendar=None)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Tuesday", "Tue 17 Nov"),
        ("Monday", "Mon 23 Nov"),
        ("last Friday", "Fri 13 Nov"),
        ("by 3", "today 15:00"),
        ("noon", "today 12:00"),
        ("yesterday at 5", "yesterday 17:00"),
        ("3 November", "Tue 3 Nov"),
        ("the 10th", "Tue 10 Nov"),
        ("24 Dec", "Thu 24 Dec"),
        ("tomorrow", "tomorrow"),
    ],
)
def test_what_is_recalled_may_have_passed(text: str, words: str) -> None:
    recalled = spoken_when(tidy(text), now=NOW, zone=LONDON, calendar=None, recalled=True)
    assert recalled is not None
    assert recalled.words == words


# Properties

ZONES = st.sampled_from(
    ["America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Havana", "UTC"]
).map(ZoneInfo)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
DAYS = [
    "today", "tomorrow", "day after tomorrow", "fri", "sunday", "next tue", "eow", "eom", "next week", "eoy", "29 feb",
    "24 dec", "jan 3", "30/11", "1 Mar 2031", "10 March", "8 nov 2026", "25 oct",
]  # fmt: skip
CLOCKS = ["01:30", "5", "5pm", "17:30:15", "noon", "midnight", "morning", "eod", "half past 2", "00:10", "2am", "02:15"]
SPANS = [
    "in 30 min",
    "2h30",
    "in 3 days",
    "two weeks",
    "a month",
    "3 working days",
    "4 working hours",
    "45 s",
    "in 400 h",
]
PHRASES = st.one_of(
    st.sampled_from(DAYS + SPANS),
    st.sampled_from(CLOCKS).map("by {}".format),
    st.tuples(st.sampled_from(DAYS), st.sampled_from(CLOCKS)).map(" at ".join),
    st.tuples(st.sampled_from(CLOCKS), st.sampled_from(DAYS)).map("by {0[0]} {0[1]}".format),
)
CALENDARS = st.sampled_from([None, DESK])


@given(PHRASES, MOMENTS, ZONES, CALENDARS)
def test_what_is_read_lies_ahead_and_reads_back(
    text: str, now: datetime, zone: ZoneInfo, calendar: WorkCalendar | None
) -> None:
    try:
        when = read(text, now, zone, calendar)
    except Refusal as refused:
        assert refused.code in {"when.past", "when.ambiguous"}  # noqa: PT017
        return
    assert when.due_at > now
    if when.due_on:
        local, following = (at.astimezone(zone) for at in (when.due_at, when.due_at + timedelta.resolution))
        assert (local.date(), following.date()) == (when.due_on, when.due_on + timedelta(days=1))
    assert read(when.words, now, zone, calendar) == when


@given(PHRASES, MOMENTS, ZONES)
def test_a_line_ending_in_a_when_is_split_before_it(text: str, now: datetime, zone: ZoneInfo) -> None:
    try:
        when = read(text, now, zone)
    except Refusal:
        return
    assert find_when(f"Dana Okafor: ring back, {text}", now=now, zone=zone, calendar=None) == (
        "Dana Okafor: ring back",
        when,
    )


@given(st.text(max_size=60), MOMENTS)
def test_any_text_is_read_or_refused(text: str, now: datetime) -> None:
    for attempt in (read_when, find_when):
        try:
            attempt(text, now=now, zone=LONDON, calendar=None)
        except Refusal as refused:
            assert refused.code.startswith("when.")  # noqa: PT017


ALPHABET = [
    "in",
    "by",
    "a",
    "half",
    "past",
    "5",
    "30",
    "2026",
    "-",
    "/",
    "11",
    ":",
    " ",
    "h",
    "min",
    "dec",
    "fri",
    "next",
    "+",
    "t",
]


@given(st.lists(st.sampled_from(ALPHABET), max_size=14), st.sampled_from(["", " "]))
def test_near_misses_are_read_or_refused(parts: list[str], gap: str) -> None:
    test_any_text_is_read_or_refused.hypothesis.inner_test(gap.join(parts), NOW)  # type: ignore[attr-defined]
