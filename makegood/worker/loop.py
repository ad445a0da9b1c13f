"""The worker: wakes when a promise is due, moves what is due, and does the small chores in between."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import InterfaceError, OperationalError, connection

from makegood.adapters.heartbeat import HeartbeatLost, beat
from makegood.cases.actions import forget_who_left, reassign_absent
from makegood.conversation.actions import ask_who_is_there, tell_of_failing
from makegood.followups.actions import ask_due, attend, follow_lost, stand_in
from makegood.kernel.refusals import Refusal
from makegood.platform.health import hold_worker_lock
from makegood.platform.logs import tell
from makegood.platform.tidying import clear_expired
from makegood.promises.queries import next_check, overdue_checks
from makegood.remedies.actions import settle_offers
from makegood.worker.watch import LIMIT, tick

log = logging.getLogger(__name__)
turns = logging.getLogger("makegood.turn")

LONGEST_SLEEP = 0.5
# Rows that are due but held by another watch: looked at again soon, without spinning.
SHORTEST_SLEEP = 0.02
AFTER_TROUBLE = 1.0


@dataclass
class Chore:
    """Something done every so many seconds; a monotonic clock says when next."""

    every: float
    do: Callable[[datetime], object]
    due: float = 0.0

    def do_when_due(self, now: datetime) -> None:
        if time.monotonic() >= self.due:
            self.do(now)
            self.due = time.monotonic() + self.every


class Worker:
    """One watch. `asked_to_stop` is looked at between two turns; a turn is one transaction, or asleep."""

    def __init__(self, *, heartbeat_url: str, asked_to_stop: Callable[[], bool]) -> None:
        self.asked_to_stop = asked_to_stop
        self.known = False
        self.chores = [
            Chore(2.0, lambda now: reassign_absent(now=now)),
            Chore(1.0, lambda now: settle_offers(now=now)),
            Chore(1.0, lambda now: attend(now=now)),
            Chore(2.0, lambda now: ask_due(now=now)),
            Chore(2.0, lambda now: follow_lost(now=now)),
            Chore(2.0, lambda now: stand_in(now=now)),
            Chore(2.0, lambda now: ask_who_is_there(now=now)),
            Chore(60.0, lambda now: tell_of_failing(now=now)),
            Chore(60.0, lambda now: forget_who_left(now=now)),
            Chore(3600.0, lambda now: clear_expired(now=now)),
        ]
        if heartbeat_url:
            self.chores.append(Chore(60.0, lambda now: send_heartbeat(heartbeat_url, now)))

    def run(self) -> None:
        """Work until asked to stop. A database that is away is waited for; anything else is logged and tried again."""
        while not self.asked_to_stop():
            try:
                self._turn()
            except (OperationalError, InterfaceError) as trouble:
                log.warning("The database is away, trying again: %s", str(trouble).strip().partition("\n")[0])
                self._start_over()
            except Refusal as refusal:
                log.error("Promises cannot be moved: %s", refusal)
                self._start_over()
            except Exception:
                log.exception("A turn of the watch failed; trying again")
                self._start_over()

    def _turn(self) -> None:
        if not self.known:
            hold_worker_lock()
            self.known = True
        began = time.perf_counter()
        done = tick(now=datetime.now(UTC))
        if done.moved:
            ms = round((time.perf_counter() - began) * 1000, 1)
            tell(turns, "turn", moved=done.moved, cases=done.cases, ms=ms)
        for chore in self.chores:
            chore.do_when_due(datetime.now(UTC))
        if done.moved < LIMIT:
            time.sleep(pause(next_check(), now=datetime.now(UTC)))

    def _start_over(self) -> None:
        self.known = False
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]
        time.sleep(AFTER_TROUBLE)


def pause(check_at: datetime | None, *, now: datetime) -> float:
    """Seconds to sleep: until the next promise can change, but never so long that a new one is overslept."""
    if check_at is None:
        return LONGEST_SLEEP
    return min(LONGEST_SLEEP, max(SHORTEST_SLEEP, (check_at - now).total_seconds()))


def send_heartbeat(url: str, now: datetime) -> None:
    """Tell the watchdog that all is well, unless promises are waiting past their check."""
    if overdue_checks(now):
        log.warning("Promises wait past their check; no heartbeat is sent")
        return
    try:
        beat(url)
    except HeartbeatLost as trouble:
        log.warning("The heartbeat did not arrive: %s", trouble)
