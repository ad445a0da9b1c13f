"""From nothing to a page: on a machine that has nothing yet, and on one that ran before."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.ground import Ground, free_port, wait_for
from bench.table import Row, below

ROOT = Path(__file__).resolve().parent.parent
COLD_SECONDS, WARM_SECONDS = 120, 5
PATIENCE = 300


def run(place: Ground, *, full: bool) -> Iterator[Row]:
    """Seconds from the command to the sign-in page."""
    work = Path(tempfile.mkdtemp(prefix="makegood-bench-", dir="/var/tmp"))
    work.chmod(0o711)
    try:
        _copy_sources(work / "sources")
        yield below("start: make demo, packages fetched and installed", _demo(work), "s", COLD_SECONDS)
        yield below("start: make demo again", min(_demo(work) for _ in range(2)), "s", WARM_SECONDS)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _copy_sources(to: Path) -> None:
    """What somebody who clones the project gets."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


def _demo(work: Path) -> float:
    """Seconds until the demo's sign-in page answers; stopped again afterwards."""
    port = free_port()
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("MAKEGOOD_", "DJANGO_", "PYTHON"))
    }
    environment = {
        **kept, "MAKEGOOD_HOME": str(work / "home"), "MAKEGOOD_BIND": f"127.0.0.1:{port}",
        "PIP_NO_CACHE_DIR": "1", "VIRTUAL_ENV": "",
    }  # fmt: skip
    started = time.perf_counter()
    with (work / "make.log").open("ab") as log:
        process = subprocess.Popen(
            ["make", "demo"], cwd=work / "sources", env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        wait_for(port, path="/accounts/login/", seconds=PATIENCE)
        return time.perf_counter() - started
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=60)
