"""PostgreSQL's own programs for backups: which to use, and how they reach our database."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from makegood.config.database import connection_settings
from makegood.config.environment import Environment
from makegood.config.faults import Fault
from makegood.platform import postgres

_VARIABLES = {"NAME": "PGDATABASE", "USER": "PGUSER", "PASSWORD": "PGPASSWORD", "HOST": "PGHOST", "PORT": "PGPORT"}


def find_tool(where: Environment, name: str, *, server: int) -> Path:
    """The program `name` of a PostgreSQL at least as new as the `server` (major version), the nearest one first.

    Raises Fault when there is none.
    """
    found = {path: tool_version(path) for path in _candidates(where, name)}
    fitting = sorted((version, path) for path, version in found.items() if version >= server)
    if fitting:
        return fitting[0][1]
    seen = f" Only {name} {max(found.values())} was found." if found else ""
    raise Fault(
        f"The database server is PostgreSQL {server}; a {name} of version {server} or newer is needed on PATH.{seen}"
        f" On Debian: apt-get install postgresql-client-{server}."
    )


def run_tool(command: Sequence[str | Path], where: Environment) -> None:
    """Run one of the programs on our database. Raises Fault with what it said when it fails."""
    done = subprocess.run(
        [str(part) for part in command], env=reach(where), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Fault(f"{Path(command[0]).name} failed: {done.stderr.strip()[-500:]}")


def reach(where: Environment) -> dict[str, str]:
    """The environment in which PostgreSQL's programs find our database; passwords never show in a process list."""
    settings = connection_settings(where)
    ours = {variable: str(settings[key]) for key, variable in _VARIABLES.items() if settings.get(key)}
    if mode := settings["OPTIONS"].get("sslmode"):
        ours["PGSSLMODE"] = str(mode)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, **ours}


def _candidates(where: Environment, name: str) -> list[Path]:
    on_path = shutil.which(name)
    paths = [Path(on_path)] if on_path and not where.embedded else []
    return [*paths, postgres.binaries(where.home) / name]


def tool_version(path: Path) -> int:
    """The major version of one of the programs."""
    said = subprocess.run([str(path), "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"(\d+)(?:\.\d+)*", said)
    return int(number[1]) if number else 0
