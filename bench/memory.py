"""What everything of ours keeps in memory, without the database."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bench import intake
from bench.ground import EMAIL, Ground, wait_for
from bench.pages import Browser
from bench.table import Row, below

LIMIT_MIB = 400
BATCHES = 40
PAGES = 100


def run(place: Ground, *, full: bool) -> Iterator[Row]:
    """Resident memory of supervisor, web server and worker after work: pages counted once where shared, which is what
    the machine gives for them. They are forked from one process, so that counting in every process what they share
    tells how much each can see, and not what they take.
    """
    everything = place.start("run")
    try:
        wait_for(place.port)
        intake.send(place, intake.batches(place, "memory", BATCHES), 2)
        browser = Browser(place, EMAIL)
        for _ in range(PAGES):
            browser.get("/today/")
        kib = sum(_kib(pid, "Pss") for pid in _members(place))
        resident = sum(_kib(pid, "Rss") for pid in _members(place))
    finally:
        everything.send_signal(signal.SIGTERM)
        everything.wait(timeout=30)
        place.processes.remove(everything)
    yield below(
        "memory: supervisor, web and worker after 40,000 facts, proportional", kib / 1024, "MiB", LIMIT_MIB, digits=0
    )
    yield Row(what="memory: the same, shared pages counted in every process", ours=f"{resident / 1024:,.0f} MiB")


def _members(place: Ground) -> list[int]:
    """Our processes on this installation, PostgreSQL's own and this one left out."""
    mark = f"MAKEGOOD_HOME={place.home}\0".encode()
    found = []
    for process in Path("/proc").iterdir():
        with suppress(OSError):
            if process.name.isdigit() and int(process.name) != os.getpid():
                ours = mark in (process / "environ").read_bytes()
                if ours and b"postgres" not in (process / "cmdline").read_bytes().split(b"\0")[0]:
                    found.append(int(process.name))
    return found


def _kib(pid: int, name: str) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith(f"{name}:"))
