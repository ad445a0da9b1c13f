"""All of Makegood, loaded once by the process that the others are forked from."""

from __future__ import annotations

import gc
import os
from importlib import import_module

from makegood.config.environment import Environment
from makegood.config.installed import set_up_django


def load_doors(where: Environment) -> None:
    """Load settings, rooms and doors, for this process and those that it forks: they share the memory that it takes.

    Opens no connection and starts no thread, because neither would come along. What was loaded stays for good, so that
    the collector passes over it: looking it through while it grew took a fifth of the time, and would have each
    child write into every page that it shares.
    """
    if where.web_processes > 1:
        _measure_together(where)
    gc.disable()
    set_up_django()
    import_module("makegood.config.wsgi")
    import_module("makegood.config.working")
    gc.freeze()
    gc.enable()


def _measure_together(where: Environment) -> None:
    """Have all processes write what they measure into a folder, so that whichever is asked tells of all of them.

    What measures looks for the folder when it is loaded.
    """
    folder = where.home / "figures" / str(where.bind_port)
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def forget_figures(where: Environment) -> None:
    """Take away what the processes of a web server that is no more have measured."""
    for file in (where.home / "figures" / str(where.bind_port)).glob("*.db"):
        file.unlink(missing_ok=True)
