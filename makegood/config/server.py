"""The web server: granian with blocking threads around Django."""

from __future__ import annotations

import gc
import multiprocessing
import os
import shutil
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from makegood.config.address import claim_port
from makegood.config.environment import Environment
from makegood.platform.parent import follow

# Each thread may hold a database connection; the pool (makegood.config.database) has room for all of them.
THREADS = 12
BACKLOG = 1024
# How long an answer that is being written may take when the server is told to stop.
STOP_SECONDS = 10


def serve(where: Environment) -> None:
    """Answer requests until told to stop. Raises Fault when the address cannot be had."""
    claim_port(where.bind_host, where.bind_port)
    if where.web_processes > 1:
        _measure_together(where.home / "figures" / str(where.bind_port))
    Server(
        "makegood.config.wsgi:application",
        address=where.bind_host,
        port=where.bind_port,
        interface=Interfaces.WSGI,
        workers=where.web_processes,
        blocking_threads=THREADS,
        backlog=BACKLOG,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
    ).serve(target_loader=load, wrap_loader=False)


def _measure_together(folder: Path) -> None:
    """Have all processes write what they measure into a folder, so that whichever is asked tells of all of them."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def load() -> Callable[..., Any]:
    """The WSGI application, loaded in the process that answers; that process ends with its parent."""
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid is not None:
        follow(parent.pid)
    application: Callable[..., Any] = import_module("makegood.config.wsgi").application
    _collect_seldom()
    # A thread that had an answer from the database waits for the one that calculates, 5 ms at a time unless told
    # otherwise: a query of 2 ms took 11, and now takes 3. Threads that only calculate lose nothing.
    sys.setswitchinterval(0.0005)
    return application


def _collect_seldom() -> None:
    """Leave what was loaded at the start out of the collector's rounds, and make them rarer.

    A batch of a thousand facts makes tens of thousands of objects that are freed by themselves; looking
    through all of them for circles took 2 to 7 ms of each batch's 31.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
