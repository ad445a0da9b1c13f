"""The reporter: what is due is computed in a process of its own, once; whatever becomes of that process is told."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from makegood.measurement import actions
from makegood.measurement.actions.registering import LEASE
from makegood.measurement.models import Report
from makegood.measurement.queries import ReportFacts, ReportState, report_for
from makegood.people.rules import READS_ALL
from makegood.worker.reporter import LONGEST_SECONDS, Reporter
from tests.factories import Cast, make_cast
from tests.rooms.casework import Hand
from tests.rooms.test_reports import registered

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def number() -> int:
    cast: Cast = make_cast()
    made = registered(Hand(cast.anil))
    Report.objects.update(next_compute_at=datetime.now(UTC) - HOUR)
    return made


def _reporter(does: str, *, stop: bool = False, longest: float = 30.0) -> Reporter:
    """One whose process does this instead; asked to stop, if at all, once its process is there."""
    asked = iter([False, *[stop] * 100])
    return Reporter(lambda: next(asked) if stop else False, words=(sys.executable, "-c", does), longest=longest)


def _facts(number: int) -> ReportFacts:
    return report_for(READS_ALL, number)


def test_what_is_due_is_handed_to_a_process_and_nothing_else_is(number: int) -> None:
    assert _reporter("").turn() is True
    Report.objects.update(next_compute_at=datetime.now(UTC) + HOUR, leased_until=None)
    assert _reporter("raise SystemExit('never begun')").turn() is False
    assert _facts(number).problem == ""


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("print('Traceback'); raise SystemExit('A line\\nOSError: full')", "OSError: full"),
        ("import os; os.kill(os.getpid(), 9)", "Its process was killed. Is memory short?"),
        ("import sys; sys.exit(3)", "Its process ended with 3."),
    ],
)  # fmt: skip
def test_a_process_that_fails_or_is_killed_is_told_and_tried_again(number: int, does: str, said: str) -> None:
    assert _reporter(does).turn() is True
    found, now = _facts(number), datetime.now(UTC)
    assert (found.state(now), found.problem) == (ReportState.FAILED, said)
    assert actions.claim_due(now=now) is None, "not at once"
    assert actions.claim_due(now=now + HOUR) == number
    assert _facts(number).state(now + HOUR) is ReportState.COMPUTING


def test_one_that_takes_too_long_is_ended_even_if_it_does_not_hear(number: int) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    began = time.monotonic()
    assert _reporter(deaf, longest=2.0).turn() is True
    assert time.monotonic() - began < 40
    assert _facts(number).problem == "Its process was killed. Is memory short?"


def test_a_worker_that_stops_leaves_it_to_the_next_with_nothing_wrong(number: int) -> None:
    assert _reporter("import time; time.sleep(60)", stop=True).turn() is True
    found = _facts(number)
    assert (found.problem, found.leased_until) == ("", None)
    assert actions.claim_due(now=datetime.now(UTC)) == number


def test_a_worker_that_was_killed_holds_it_no_longer_than_its_lease(number: int) -> None:
    now = datetime.now(UTC)
    assert actions.claim_due(now=now) == number
    assert _reporter("raise SystemExit('twice')").turn() is False, "somebody is at it"
    assert actions.claim_due(now=now + LEASE) == number
    assert LEASE.total_seconds() > LONGEST_SECONDS + 60, "whoever took it has long been ended by then"
