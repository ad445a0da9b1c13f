"""The worker's small duties: when it wakes, its heartbeat, its chores."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session

from makegood.adapters.heartbeat import HeartbeatLost, beat
from makegood.platform.health import status_of, workers
from makegood.platform.models import IdempotencyKey
from makegood.platform.tidying import clear_expired
from makegood.worker.loop import LONGEST_SLEEP, SHORTEST_SLEEP, Chore, pause
from tests.installations import free_port
from tests.loopback import Quiet, listening

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@contextmanager
def a_watchdog(status: int, location: str = "") -> Iterator[tuple[str, list[str]]]:
    """A web server that answers every request with `status`; its address and the paths it was asked for."""
    asked: list[str] = []

    class Watchdog(Quiet):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.end_headers()

    with listening(Watchdog) as where:
        yield f"http://{where}", asked


@pytest.mark.parametrize(
    ("check_at", "seconds"),
    [
        (None, LONGEST_SLEEP),
        (NOW + timedelta(seconds=0.2), 0.2),
        (NOW + timedelta(hours=1), LONGEST_SLEEP),
        (NOW - timedelta(hours=1), SHORTEST_SLEEP),
    ],
)
def test_it_wakes_for_the_next_check_but_never_oversleeps(check_at: datetime | None, seconds: float) -> None:
    assert pause(check_at, now=NOW) == pytest.approx(seconds)


def test_a_chore_is_done_once_and_then_waits() -> None:
    done: list[datetime] = []
    chore = Chore(3600, done.append)
    chore.do_when_due(NOW)
    chore.do_when_due(NOW)
    assert done == [NOW]


def test_a_heartbeat_arrives() -> None:
    with a_watchdog(200) as (address, asked):
        beat(f"{address}/ping/desk")
    assert asked == ["/ping/desk"]


@pytest.mark.parametrize("status", [404, 500])
def test_a_heartbeat_that_is_not_taken_is_told(status: int) -> None:
    with a_watchdog(status) as (address, _asked), pytest.raises(HeartbeatLost, match=str(status)):
        beat(address)


def test_a_heartbeat_goes_nowhere_else() -> None:
    with a_watchdog(200) as (other, asked_there), a_watchdog(302, location=other) as (address, asked_here):
        with pytest.raises(HeartbeatLost):
            beat(address)
        assert (len(asked_here), len(asked_there)) == (1, 0)


def test_a_watchdog_that_is_away_is_told() -> None:
    with pytest.raises(HeartbeatLost, match="refused"):
        beat(f"http://127.0.0.1:{free_port()}")


@pytest.mark.parametrize(
    ("overdue", "alive", "status"), [(0, 1, "ok"), (0, 3, "ok"), (1, 1, "late"), (0, 0, "late"), (5, 0, "late")]
)
def test_status(overdue: int, alive: int, status: str) -> None:
    assert status_of(overdue_checks=overdue, workers=alive) == status


@pytest.mark.django_db
def test_a_worker_is_counted_once_however_often_it_says_so(living_worker: Callable[[], None]) -> None:
    before = workers()
    living_worker()
    living_worker()
    assert workers() == before + 1


@pytest.mark.django_db
def test_what_has_done_its_duty_is_cleared() -> None:
    for days, name in ((-1, "ended"), (1, "live")):
        Session.objects.create(session_key=name, session_data="", expire_date=NOW + timedelta(days=days))
        IdempotencyKey.objects.create(
            caller="t", key=name, fingerprint="", status=200, body={}, at=NOW + timedelta(days=days, hours=-1)
        )
    assert clear_expired(now=NOW) == 2
    assert list(Session.objects.values_list("session_key", flat=True)) == ["live"]
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["live"]
