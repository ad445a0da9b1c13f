"""Everyday ways to say by when, in three languages, as people type them: each is read as what it says, and heard.

The lines stand in dated_everyday.tsv: the language, the words, and the day or the minute they mean, said on Monday
23 November 2026 at ten in London, Berlin or Madrid. They were written before anything was tried on them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makegood.conversation.coach import read
from makegood.conversation.dated import promised, times_in
from makegood.kernel.when import When

ZONES = {"en": ZoneInfo("Europe/London"), "de": ZoneInfo("Europe/Berlin"), "es": ZoneInfo("Europe/Madrid")}
FAR = (
    "Europe/London",
    "America/New_York",
    "Pacific/Auckland",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Africa/Casablanca",
)
LINES = [tuple(line.split("\t")) for line in (Path(__file__).parent / "dated_everyday.tsv").read_text().splitlines()]


def shown(when: When | None, zone: ZoneInfo) -> str:
    if when is None:
        return ""
    return when.due_on.isoformat() if when.due_on else when.due_at.astimezone(zone).isoformat()[:16]


@pytest.mark.parametrize(("language", "text", "means"), LINES)
def test_everyday_words_are_read_and_heard(language: str, text: str, means: str) -> None:
    zone = ZONES[language]
    now = datetime(2026, 11, 23, 10, tzinfo=zone).astimezone(UTC)
    found = promised(text, now=now, zone=zone, calendar=None, language=language)
    assert [shown(one.when, zone) for one in found] == [means]
    assert "when" in read(text, language=language).codes


@given(
    st.sampled_from(LINES),
    st.integers(0, 2 * 365 * 24 * 60).map(
        lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.sampled_from(FAR),
)
def test_what_is_found_always_lies_ahead_wherever_and_whenever_it_is_said(
    line: tuple[str, ...], now: datetime, zone: str
) -> None:
    language, text, _ = line
    where = ZoneInfo(zone)
    for one in promised(text, now=now, zone=where, calendar=None, language=language):
        assert one.when is None or now < one.when.due_at < now + timedelta(days=370)
    for _, _, when in times_in(text, now=now, zone=where, calendar=None, language=language):
        assert when is None or when.due_at > now


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "We came Wed. at 9am."),
        ("en", "We deliver every Wed."),
        ("en", "When we deliver on Friday, you must be in."),
        ("de", "Das war so. Um 15 Uhr war niemand da."),
        ("de", "Wir haben am Mo. um 9 Uhr niemanden angetroffen."),
        ("en", "We deliver on Tue 25 Nov."),
        ("en", "We deliver on 3/4."),
        ("es", "El mar está lejos."),
        ("es", "Le llamé el jue. a las 15:00."),
    ],
)
def test_what_is_no_promise_is_left_alone(language: str, text: str) -> None:
    now = datetime(2026, 11, 23, 10, tzinfo=ZONES[language]).astimezone(UTC)
    assert promised(text, now=now, zone=ZONES[language], calendar=None, language=language) == ()
