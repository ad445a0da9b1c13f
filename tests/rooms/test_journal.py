"""The live cursor of the journal, with several transactions under way."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TypeVar

import psycopg
import pytest
from django.db import connection, transaction

from makegood.journal.actions import NewEntry, record, record_many
from makegood.journal.actors import SYSTEM
from makegood.journal.queries import START, latest_cursor, read_after, verbs_after
from makegood.kernel.refusals import Refusal
from tests.factories import NOW

T = TypeVar("T")
LONGEST = 60.0


@pytest.fixture(autouse=True)
def _journal(committed: list[str]) -> None:
    committed.append("journal_entry")


def write(verb: str) -> None:
    record(verb, by=SYSTEM, at=NOW, subject=("test", 1))


def once_settled(read: Callable[[], T], wanted: T) -> T:
    """What is read once every transaction that began before is over: on this server the tests of other workers have
    theirs, each as long as a test takes."""
    until = time.monotonic() + LONGEST
    while (found := read()) != wanted and time.monotonic() < until:
        time.sleep(0.05)
    return found


def slower(verb: str, written: Event, commit: Event) -> None:
    """Another process that writes early and commits late."""
    try:
        with transaction.atomic():
            write(verb)
            written.set()
            commit.wait(10)
    finally:
        connection.close()


def test_a_row_committed_late_is_not_skipped() -> None:
    written, commit = Event(), Event()
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(slower, "test.early", written, commit)
        written.wait(10)
        write("test.late")
        # What came after the one still under way waits for it, so that nothing slips in behind the reader.
        seen = read_after(START, limit=10)
        assert seen.entries == ()
        commit.set()
        done.result()
    both = ["test.early", "test.late"]
    assert once_settled(lambda: [entry.verb for entry in read_after(seen.cursor, limit=10).entries], both) == both


def test_a_reader_sees_every_row_once_whoever_commits_when() -> None:
    def writer(number: int) -> None:
        chance = random.Random(number)
        try:
            for place in range(15):
                with transaction.atomic():
                    write(f"test.{number}x{place}")
                    with connection.cursor() as cursor:
                        cursor.execute("SELECT pg_sleep(%s)", [chance.random() / 100])
        finally:
            connection.close()

    seen: list[str] = []
    cursor, until = START, time.monotonic() + LONGEST
    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(writer, number) for number in range(4)]
        while time.monotonic() < until:
            stretch = read_after(cursor, limit=7)
            seen += [entry.verb for entry in stretch.entries]
            cursor = stretch.cursor
            if len(seen) >= 60 and not stretch.entries:
                break
        for one in writers:
            one.result()
    assert len(seen) == 60
    assert len(set(seen)) == 60


def test_a_reader_without_anything_new_keeps_its_place() -> None:
    write("test.one")
    first = ["test.one"]
    assert once_settled(lambda: [entry.verb for entry in read_after(START, limit=5).entries], first) == first
    cursor = latest_cursor()
    assert read_after(cursor, limit=5).cursor == cursor
    assert verbs_after(cursor, limit=5) == (frozenset(), cursor)
    record_many([NewEntry(verb="case.opened", by=SYSTEM, at=NOW), NewEntry(verb="promise.kept", by=SYSTEM, at=NOW)])
    rooms = frozenset({"case", "promise"})
    assert once_settled(lambda: verbs_after(cursor, limit=5)[0], rooms) == rooms


def test_a_cursor_from_before_a_restore_reads_on() -> None:
    write("test.one")
    one = ["test.one"]
    assert once_settled(lambda: [entry.verb for entry in read_after("999999999999-0", limit=5).entries], one) == one


@pytest.mark.parametrize("cursor", ["", "1", "x-1", "1-", "-1-2", f"{2**70}-1", "1-2-3", "١-١"])
def test_a_bad_cursor_is_refused_with_a_sentence(cursor: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_after(cursor, limit=5)
    assert (refused.value.code, refused.value.field) == ("journal.bad_cursor", "after")


def test_the_driver_says_why_a_row_cannot_be_changed() -> None:
    write("test.one")
    with pytest.raises(Exception, match="append-only") as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE journal_entry SET verb = 'other'")
    assert isinstance(refused.value.__cause__, psycopg.Error)
