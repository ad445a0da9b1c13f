"""A child that must not outlive its parent: killed with -9, a parent cannot end its children itself."""

from __future__ import annotations

import os
import signal
import threading
import time

LOOK_SECONDS = 0.25
GRACE_SECONDS = 3.0


def follow(parent: int) -> None:
    """From now on end this process soon after process `parent` ended: politely first, then at once."""
    threading.Thread(target=_watch, args=(parent,), name="parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)
