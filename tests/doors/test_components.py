"""The parts of the desk as they are drawn: clocks, people, pips, the day line, fields."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from makegood.web import charts, clocks
from makegood.web.clocks import Deadline
from makegood.web.tables import Column
from makegood.web.templatetags import desk
from makegood.web.templatetags.queue import queue_row
from makegood.web.today.rows import QueueRow

NOON = datetime(2026, 11, 19, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("deadline", "words", "tone"),
    [
        (Deadline(NOON - 2 * HOUR - 18 * MINUTE, "broken"), "2 h 18 m late", "c-broken"),
        (Deadline(NOON - timedelta(seconds=20), "broken"), "1 m late", "c-broken"),
        (Deadline(NOON - 30 * HOUR, "broken"), "1 d late", "c-broken"),
        (Deadline(NOON - MINUTE, "open"), "1 m late", "c-broken"),
        (Deadline(NOON - MINUTE, "open", breaks=NOON + HOUR), "due now", "c-risk"),
        (Deadline(NOON + timedelta(seconds=20), "at_risk"), "in 1 m", "c-risk"),
        (Deadline(NOON + 3 * HOUR, "open"), "in 3 h", "soft"),
        (Deadline(NOON + 45 * HOUR, "open"), "Sat 09:00", "soft"),
        (Deadline(NOON + timedelta(days=14), "open"), "3 Dec", "soft"),
        (Deadline(NOON + 12 * HOUR, "open", on=date(2026, 11, 19)), "today", "soft"),
        (Deadline(NOON + 36 * HOUR, "open", on=date(2026, 11, 20)), "tomorrow", "soft"),
        (Deadline(NOON - 13 * HOUR, "broken", on=date(2026, 11, 18)), "1 d late", "c-broken"),
        (Deadline(NOON - HOUR, "kept", ended=NOON - 2 * HOUR), "kept 10:00", "soft"),
        (Deadline(NOON - 2 * HOUR, "kept_late", ended=NOON - HOUR), "kept 1 h late", "soft"),
        (Deadline(NOON, "withdrawn"), "withdrawn", "soft"),
    ],
)
def test_clock_reads_as_a_person_would_say_it(deadline: Deadline, words: str, tone: str) -> None:
    with timezone.override("UTC"):
        assert clocks.read(deadline, NOON) == clocks.Reading(words, tone)


def test_clock_is_read_in_the_time_zone_of_the_reader() -> None:
    with timezone.override("America/New_York"):
        assert clocks.moment(NOON, NOON) == "07:00"
        assert clocks.stamp(NOON) == "Thu 19 Nov 2026, 07:00"


def test_only_a_living_clock_ticks() -> None:
    ticking = desk.clock(NOON + HOUR, NOON, breaks=NOON + 2 * HOUR)
    assert ticking.startswith("<due-clock")
    assert 'breaks="2026-11-19T14:00:00+00:00"' in ticking
    assert desk.clock(NOON + HOUR, NOON, state="kept", ended=NOON).startswith("<span")
    assert desk.clock(None, NOON) == ""


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Priya Raman", "PR"), ("Olsen & Ray", "OR"), ("Dana", "D"), ("Ana de la Cruz", "AC"), ("", "")],
)
def test_initials(name: str, letters: str) -> None:
    assert desk.initials(name) == letters


def test_names_are_escaped_wherever_they_are_shown() -> None:
    nasty = '<b onload="x">'
    drawn = charts.day_line([charts.Mark(NOON, "open", nasty)], now=NOON)
    assert nasty not in drawn
    assert nasty not in desk.person(nasty)
    assert nasty not in desk.stated("open", nasty)


def test_nobody_is_a_visible_owner() -> None:
    assert "No owner" in desk.person("")
    assert "none" in desk.person(None)


ROW = QueueRow(
    id="SR-7", url="/today/?case=SR-7", panel="/cases/SR-7/panel/", state="broken", name="Dana <b>", what="Delivery",
    words="Six pieces", clock_state="broken", due_at=NOON - HOUR, pips=2, owner="Mara Holt",
    when_url="/cases/SR-7/change/when/", owner_url="/cases/SR-7/change/owner/",
)  # fmt: skip


def test_a_row_of_the_queue_can_be_changed_in_place_by_whoever_may_work() -> None:
    changed, seen = (queue_row(ROW, NOON, "Priya Raman", may_work) for may_work in (True, False))
    assert changed.count("data-pop") == 2
    assert ": change the time, Dana &lt;b&gt;" in changed
    assert "data-pop" not in seen
    assert "1 h late" in seen
    assert "<b>" not in changed + seen


def test_a_row_of_the_queue_says_whose_it_is() -> None:
    assert 'aria-label="Mara Holt"' in queue_row(ROW, NOON, "Priya Raman", True)
    assert 'aria-label="You"' in queue_row(ROW, NOON, "Mara Holt", True)
    assert "who" not in queue_row(replace(ROW, owner=""), NOON, "", True)
    assert "No owner" in queue_row(replace(ROW, owner="", unowned=True), NOON, "", True)


def test_a_row_of_the_queue_names_what_is_unusual_about_it() -> None:
    plain, marked = (queue_row(row, NOON, "", True) for row in (
        replace(ROW, panel=""), replace(ROW, awry=True, repeat=True, current=True, since=NOON - 3 * HOUR),
    ))  # fmt: skip
    for words in ("A message did not reach them", "Second failure", 'aria-current="true"', 'data-panel="', ">3 h<"):
        assert words in marked
        assert words not in plain


def test_pips_show_what_is_done_and_what_is_next() -> None:
    drawn = desk.pips(2)
    assert (drawn.count('class="on"'), drawn.count('class="now"'), drawn.count('class="off"')) == (2, 1, 2)
    assert desk.pips(None) == ""


@pytest.mark.parametrize(("many", "shape"), [(1, "<circle"), (5, "<circle"), (40, "<rect")])
def test_day_line_holds_any_number_of_promises(many: int, shape: str) -> None:
    drawn = charts.day_line([charts.Mark(NOON, "kept") for _ in range(many)], now=NOON)
    assert shape in drawn
    assert f'aria-label="{many} promises due today: {many} kept' in drawn


def test_day_line_of_more_than_can_be_told_one_by_one_says_all_of_them() -> None:
    told = [charts.Mark(NOON, "kept", many=700), charts.Mark(NOON, "broken", many=20), charts.Mark(NOON + HOUR, "open")]
    drawn = charts.day_line(told, now=NOON)
    assert 'aria-label="721 promises due today: 700 kept, 0 kept late, 20 broken, 0 at risk, 1 to come"' in drawn
    assert "<title>700 kept</title>" in drawn


@pytest.mark.parametrize("hours", [4, 13, 23])
def test_bars_of_a_steady_day_are_all_as_high(hours: int) -> None:
    first = datetime(2026, 11, 19, 0, 5, tzinfo=UTC)
    slots = [charts.Mark(first + n * timedelta(minutes=10), "kept", many=9) for n in range(hours * 6)]
    with timezone.override("UTC"):
        drawn = charts.day_line(slots, now=first)
    assert len(set(re.findall(r'<rect[^>]* height="([\d.]+)"', drawn))) == 1


def test_day_line_of_an_empty_day_still_shows_now() -> None:
    with timezone.override("UTC"):
        assert "12:00" in charts.day_line([], now=NOON)


def test_day_line_leaves_out_what_is_no_longer_promised() -> None:
    assert 'aria-label="0 promises' in charts.day_line([charts.Mark(NOON, "withdrawn")], now=NOON)


def test_a_wrong_field_says_so_to_everybody() -> None:
    context = {"name": "when", "label": "By when", "value": "soonish", "error": "That is not a time.", "prefix": "np"}
    drawn = render_to_string("web/components/field.html", context)
    assert 'aria-invalid="true" aria-describedby="np-when-error"' in drawn
    assert 'id="np-when-error"' in drawn
    summary = render_to_string(
        "web/components/error_summary.html", {"errors": {"when": "That is not a time."}, "prefix": "np"}
    )
    assert '<a href="#np-when">' in summary
    assert "There is a problem" in summary


def test_a_table_with_a_missing_cell_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="shorter"):
        desk.cells([Column("One"), Column("Two")], ["only one"])
