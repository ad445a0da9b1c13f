"""The installation that a command works on: its database for as long as it is needed, and Django set up."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from makegood.config.environment import Environment, read_environment
from makegood.platform import postgres


def environment() -> Environment:
    """What the environment says. Raises BadSetting with a sentence."""
    return read_environment(os.environ)


@contextmanager
def database(where: Environment) -> Iterator[None]:
    """The embedded database, running. Whoever is last to need it stops it, if a command of ours started it.

    Users hold a shared lock on a file; the system takes it from a process that is killed.
    """
    if not where.embedded:
        yield
        return
    where.home.mkdir(parents=True, exist_ok=True)
    with (where.home / "database.users").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        wake(where.home)
        try:
            yield
        finally:
            _leave(where.home, users)


def wake(home: Path) -> None:
    """Start the embedded database unless it runs, and remember that it was one of our commands that did."""
    if postgres.start(home):
        _mark(home).write_text(str(postgres.server_pid(home)))


@contextmanager
def installation() -> Iterator[Environment]:
    """The database running and Django set up: what a command needs before it imports a room."""
    where = environment()
    with database(where):
        set_up_django()
        try:
            yield where
        finally:
            let_go()


def set_up_django() -> None:
    """Load settings and rooms. Takes about half a second, so only commands that need it call it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "makegood.config.settings")
    import django

    django.setup()


def let_go() -> None:
    """Give the database connections back, before the database itself may be stopped."""
    from django.db import connection

    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]


def _mark(home: Path) -> Path:
    return home / "database.started"


def _leave(home: Path, users: IO[str]) -> None:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    mark = _mark(home)
    if mark.exists() and mark.read_text() == str(postgres.server_pid(home)):
        postgres.stop(home)
        mark.unlink()
