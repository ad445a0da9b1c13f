"""The seam of a timeline: it breaks where a promise broke, and closes where it was put right."""

from __future__ import annotations

from datetime import UTC, datetime

from makegood.web.telling import Event, seamed


def test_the_seam_is_cut_where_a_promise_breaks_and_joined_where_it_is_put_right() -> None:
    states = ["", "broken", "", "kept_late", "", "broken", "mended"]
    lines = seamed(Event(datetime(2026, 11, 22, 9, tzinfo=UTC), "", state=state) for state in states)
    assert [line.seam for line in lines] == ["", "cut", "cut", "joined", "joined", "cut", "joined"]
