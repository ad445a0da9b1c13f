"""How a command that runs for long is ended: by a signal, or because its supervisor is gone."""

from __future__ import annotations

import os
from types import FrameType

from makegood.platform.parent import follow

PARENT = "MAKEGOOD_PARENT"
"""Set by the supervisor: which process its children must not outlive."""


class Stop:
    """Whether somebody has asked us to stop; a signal handler that remembers."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self, _signal: int, _frame: FrameType | None) -> None:
        self.asked = True


def follow_supervisor() -> None:
    """When a supervisor started this process, end soon after it ended."""
    parent = os.environ.get(PARENT, "")
    if parent.isdigit():
        follow(int(parent))
