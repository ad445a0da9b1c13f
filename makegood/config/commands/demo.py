"""`makegood demo`: a real airline's desk, to look around."""

from __future__ import annotations

import os
import signal
import time
from datetime import UTC, datetime

import click

from makegood.config.demo.cast import CAST, PASSWORD, SHOWN
from makegood.config.environment import Environment, prepare_home
from makegood.config.faults import Fault
from makegood.config.installed import environment, installation
from makegood.config.supervisor import Child, supervise
from makegood.config.ties import Stop, follow_supervisor
from makegood.platform.mail_service import FOLDER


@click.command(
    epilog="""\b
Examples:
  makegood demo
  makegood demo --day storm     8 February 2013, when most flights were cancelled

\b
The flights are real (nycflights13, CC0), the customers invented. The day goes on at its real pace.
"""
)
@click.option(
    "--day",
    type=click.Choice(["ordinary", "storm"]),
    default="ordinary",
    show_default=True,
    help="Which winter day of 2013 is today.",
)
@click.option("--fresh", is_flag=True, help="Load it anew, even if today's is loaded already.")
@click.option("--stage", type=click.Choice(["all", "build", "play"]), default="all", hidden=True)
def command(day: str, fresh: bool, stage: str) -> None:
    """Run a real airline's desk in New York: load one of its days as today, and let the day go on."""
    where = environment()
    prepare_home(where.home)
    if stage == "build":
        _build(day, fresh=fresh)
    elif stage == "play":
        _play()
    else:
        _run(where, day, fresh=fresh)


def _run(where: Environment, day: str, *, fresh: bool) -> None:
    started = time.monotonic()
    # Customers are invented, and nothing is written to their addresses; what is loaded first does not see yet that the
    # home is the demo's (config/environment.py).
    os.environ["MAKEGOOD_MAIL_SERVICE"] = FOLDER
    supervise(
        where,
        announce=lambda: _announce(where, time.monotonic() - started),
        first=["demo", "--stage", "build", "--day", day, *(["--fresh"] if fresh else [])],
        extra=[Child("day of the demo", ["demo", "--stage", "play"])],
    )


def _build(day: str, *, fresh: bool) -> None:
    follow_supervisor()
    with installation() as where:
        from makegood.config.demo.scene import choose, remember, remembered
        from makegood.config.demo.world import build
        from makegood.config.migrating import migrate, start_over
        from makegood.platform.installation import organisation

        migrate()
        now = datetime.now(UTC)
        scene = remembered(where.home)
        if organisation().name:
            if scene is None:
                raise Fault(
                    f"{where.home} holds an installation of your own. Set MAKEGOOD_HOME to another folder for the demo."
                )
            if scene.day == day and scene.plays_at(now) and not fresh:
                return
            start_over()
        scene = choose(day, now=now)
        click.echo(f"Loading six weeks of flights, and {scene.date:%A %-d %B %Y} as today …", err=True)
        remember(where.home, scene)
        build(scene, now=now)


def _play() -> None:
    follow_supervisor()
    stop = Stop()
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    with installation() as where:
        from makegood.config.demo.letters import Customers
        from makegood.config.demo.player import play
        from makegood.config.demo.scene import remembered

        scene = remembered(where.home)
        if scene is None:
            raise Fault("There is no demo in this installation. Run: makegood demo")
        play(scene, Customers(where.mail_folder), asked_to_stop=lambda: stop.asked)


def _announce(where: Environment, seconds: float) -> None:
    click.echo(f"\nThe demo is running at {where.base_url} (ready in {seconds:.0f} s).\n")
    for part in (part for part in CAST if part.key in SHOWN):
        click.echo(f"  {part.role.replace('_', ' '):<14} {part.email:<20} {PASSWORD}")
    click.echo(
        "\nSign in as Priya to work cases, as Helen to see the whole, as Iris to see what is asked of\n"
        "somebody outside customer service. Press Ctrl-C to stop."
    )
