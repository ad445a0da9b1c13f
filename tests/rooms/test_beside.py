"""What goes on beside the watch: many threads, and fewer connections than threads."""

from __future__ import annotations

import threading

from django.db import connection

from makegood.platform.rows import fetch_rows
from makegood.worker.beside import Beside

MANY = 20
"""More than there are connections."""


class Idler(Beside):
    """Looks, finds nothing, and rests."""

    trouble = "It did not look"
    end_seconds = 1.0
    seconds_between = 60.0

    def __init__(self, ended: threading.Event) -> None:
        super().__init__(ended.is_set)
        self.looked = threading.Event()

    def turn(self) -> bool:
        fetch_rows("SELECT 1", [])
        self.looked.set()
        return False


def test_whoever_rests_leaves_the_connection_to_others(committed: list[str]) -> None:
    assert connection.settings_dict["OPTIONS"]["pool"]["max_size"] < MANY
    ended = threading.Event()
    idlers = [Idler(ended) for _ in range(MANY)]
    try:
        for one in idlers:
            one.start()
        assert [one for one in idlers if not one.looked.wait(4)] == []
    finally:
        ended.set()
        for one in idlers:
            one.join(5)
