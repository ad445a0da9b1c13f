"""`makegood doctor`: what is wrong, in plain words."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from makegood.config.installed import database, environment, let_go, set_up_django
from makegood.platform.postgres import PostgresTrouble

if TYPE_CHECKING:
    from makegood.config.checks import Finding


@click.command(
    epilog="""\b
Examples:
  makegood doctor
  makegood doctor --json

\b
Exit code 0: all is well. 1: something is wrong; each line says what to do.
"""
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for other programs.")
def command(as_json: bool) -> None:
    """Say in plain words what is wrong with this installation, and what to do about it."""
    found = list(_findings())
    well = all(one.ok for one in found)
    if as_json:
        click.echo(json.dumps({"ok": well, "checks": [dataclasses.asdict(one) for one in found]}))
    else:
        for one in found:
            click.echo(f"{'ok   ' if one.ok else 'WRONG'}  {one.check:<13} {one.says}")
    sys.exit(not well)


def _findings() -> Iterator[Finding]:
    where = environment()
    with ExitStack() as stack:
        set_up_django()
        from makegood.config.checks import Finding, Look, findings

        yield Finding("python", True, f"Python {sys.version_info.major}.{sys.version_info.minor}.")
        if not where.home.is_dir():
            yield Finding("home", False, f"There is no installation in {where.home}. Run: makegood init")
            return
        try:
            stack.enter_context(database(where))
        except PostgresTrouble as trouble:
            yield Finding("database", False, str(trouble))
            return
        stack.callback(let_go)
        yield from findings(Look(where, datetime.now(UTC)))
