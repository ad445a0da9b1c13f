"""How commands that run for long keep out of each other's way and are ended: by a signal, or with their supervisor."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from makegood.config.faults import Fault
from makegood.platform.parent import follow

PARENT = "MAKEGOOD_PARENT"
"""Set by the supervisor: which process its children must not outlive."""


class Stop:
    """Whether somebody has asked us to stop; a signal handler that remembers."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self, _signal: int, _frame: FrameType | None) -> None:
        self.asked = True


def call_oneself(command: str) -> None:
    """Have `top` and `ps -e` call this process by its command, where the system lets it (Linux, up to 15 letters)."""
    with suppress(OSError):
        Path("/proc/self/comm").write_text(f"makegood {command}".strip())


def follow_supervisor() -> None:
    """When a supervisor started this process, end soon after it ended."""
    parent = os.environ.get(PARENT, "")
    if parent.isdigit():
        follow(int(parent))


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Be the one supervisor (or restore) of a home; the system frees the lock of one that was killed.

    Raises Fault with a sentence when another is at it.
    """
    with (home / "run.lock").open("a+") as lock:
        try:
            # Of this very process: a lock by flock would be shared with children, and outlive a supervisor in them.
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            lock.seek(0)
            raise Fault(
                f"Makegood already runs on {home} (process {lock.read().strip() or 'unknown'})."
                " Stop that one first, or set MAKEGOOD_HOME to another folder."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
