"""The web server: granian with blocking threads around Django."""

from __future__ import annotations

import gc
import multiprocessing
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from makegood.config.address import claim_port
from makegood.config.environment import Environment
from makegood.config.loading import forget_figures, load_doors
from makegood.platform.parent import follow

# Each thread may hold a database connection; the pool (makegood.config.database) has room for all of them.
THREADS = 12
BACKLOG = 1024
# How long an answer that is being written may take when the server is told to stop.
STOP_SECONDS = 10


def serve(where: Environment) -> None:
    """Answer requests until told to stop. Raises Fault when the address cannot be had."""
    claim_port(where.bind_host, where.bind_port)
    load_doors(where)
    forget_figures(where)
    # Forked, the processes that answer share the memory of what was loaded here, and answer at once.
    multiprocessing.set_start_method("fork", force=True)
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


def load() -> Callable[..., Any]:
    """The WSGI application, in the process that answers; that process ends with its parent."""
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid is not None:
        follow(parent.pid)
    application: Callable[..., Any] = import_module("makegood.config.wsgi").application
    # A batch of a thousand facts makes tens of thousands of objects that are freed by themselves; looking for circles
    # among all there are took 2 to 7 ms of each batch's 31.
    gc.set_threshold(50_000, 20, 20)
    # A thread that had an answer from the database waits for the one that calculates, 5 ms at a time unless told
    # otherwise: a query of 2 ms took 11, and now takes 3. Threads that only calculate lose nothing.
    sys.setswitchinterval(0.0005)
    return application
