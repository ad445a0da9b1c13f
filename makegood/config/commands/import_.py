"""`makegood import`: a file of promises into the ledger, or of what customers answered and did."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from makegood.config.environment import prepare_home
from makegood.config.faults import Fault
from makegood.config.installed import environment, installation

if TYPE_CHECKING:
    from makegood.intake.actions import Summary

_COUNTED = ("rows", "promises", "accepted", "unchanged", "rejected", "skipped", "cases")


@click.command(
    epilog="""\b
Examples:
  makegood import boston311 boston311_2015_jan-jun.csv.gz
  makegood import ./our-shop.yaml orders.xlsx --dry-run
  makegood import northwind orders.csv.gz --as-of 1998-05-07 --cases none

\b
How to describe your own file in a feed: docs/feeds.md
"""
)
@click.argument("feed")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Work everything out, write nothing.")
@click.option("--as-of", metavar="INSTANT", help="Judge the ledger as it stood then, such as 2016-01-13T00:00:00.")
@click.option(
    "--cases",
    type=click.Choice(["none", "unkept", "all"]),
    default="unkept",
    show_default=True,
    help="Open cases for no promise, for those still broken, or for those kept late as well.",
)
@click.option(
    "--rejects", type=click.Path(dir_okay=False, path_type=Path), help="Write rejected rows to this CSV file."
)
@click.option(
    "--yes", is_flag=True, help="Do not ask before many cases are opened. Without a terminal nothing is asked."
)
@click.option("--json", "as_json", is_flag=True, help="Print one last line of JSON with the counts.")
def command(
    feed: str,
    file: Path,
    dry_run: bool,
    as_of: str | None,
    cases: str,
    rejects: Path | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Read FILE into the ledger as FEED describes it: the name of a shipped feed or the path of your own.

    Good rows go in, bad ones are kept with line, column, value and reason. A second run changes nothing. At a terminal
    the file is tried first, and you are asked before it opens more cases than your people could begin with.
    """
    prepare_home(environment().home)
    with installation():
        from makegood.config.migrating import migrate
        from makegood.intake.actions import CasesFor, import_file
        from makegood.intake.rules.feedfile import load_feed
        from makegood.journal.actors import SYSTEM
        from makegood.platform.installation import organisation

        migrate()
        described = load_feed(feed)
        there = _who_is_there() if cases != "none" and described.about == "promises" else 0
        now = datetime.now(UTC)

        def read(*, dry: bool) -> Summary:
            with _progress(quiet=as_json) as bar:
                task = bar.add_task(file.name, total=None)
                return import_file(
                    file,
                    described,
                    by=SYSTEM,
                    now=now,
                    as_of=_instant(as_of, described.time_zone or organisation().time_zone),
                    cases=CasesFor(cases),
                    dry_run=dry,
                    progress=lambda done, total: bar.update(task, completed=done, total=total),
                )

        if there and not (dry_run or yes) and sys.stdin.isatty():
            ask_before_a_flood(read(dry=True).cases, there)
        summary = read(dry=dry_run)
        if not dry_run:
            _say_of_a_flood(summary.cases, there)
        if rejects is not None:
            _write_rejects(summary, rejects)
        _tell(summary, described.name, dry_run=dry_run, as_json=as_json)


def _who_is_there() -> int:
    """How many may own a case. That nobody can must not come out half-way through a file."""
    from makegood.people.queries import roster

    everybody = roster(datetime.now(UTC))
    if not any(person.may_work for person in everybody.people.values()):
        raise Fault(
            "A case needs an owner, and there is no staff yet. Run makegood init first, or import with --cases none."
        )
    return max(1, sum(person.may_work for person in everybody.present()))


def ask_before_a_flood(cases: int, people: int) -> None:
    """At a terminal: a big old file may open thousands of cases that nobody will work."""
    from makegood.intake.rules.flood import floods

    if floods(cases, people):
        click.echo(f"This opens up to {cases:,} cases for {_people(people)}. {_HISTORY}", err=True)
        if not click.confirm("Open them?", default=False, err=True):
            raise Fault("Nothing was imported. Say --cases none for history, or --yes to open them.")


def _say_of_a_flood(cases: int, people: int) -> None:
    from makegood.intake.rules.flood import floods

    if floods(cases, people):
        click.echo(f"makegood: {cases:,} cases were opened for {_people(people)}. {_HISTORY}", err=True)


_HISTORY = "For a file of history there is --cases none: it fills the ledger and opens no case."


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def _instant(text: str | None, zone: str) -> datetime | None:
    """The instant of --as-of; without an offset it is meant in the feed's or organisation's zone."""
    if text is None:
        return None
    from zoneinfo import ZoneInfo

    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise Fault(f"--as-of {text!r} is not an instant. Write it like 2016-01-13T00:00:00 or 2016-01-13.") from None
    return (instant if instant.tzinfo else instant.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def _progress(*, quiet: bool) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), disable=quiet)


def _write_rejects(summary: Summary, path: Path) -> None:
    """All of them; of a dry run, which keeps nothing, as many as it remembers."""
    from makegood.intake.queries import write_rejects, write_tried
    from makegood.people.rules import Role, Scope

    with path.open("w", encoding="utf-8", newline="") as out:
        if summary.batch_id is None:
            write_tried(summary.told, out)
        else:
            write_rejects(Scope(Role.ADMINISTRATOR), summary.batch_id, out)


def _tell(summary: Summary, feed: str, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({name: getattr(summary, name) for name in _COUNTED}))
        return
    called = _CALLED[summary.about]
    click.echo(f"{'Would read' if dry_run else 'Read'} {summary.rows:,} rows of {feed}: {summary.promises:,} {called}.")
    click.echo(f"  {summary.accepted:>9,} told something new")
    click.echo(f"  {summary.unchanged:>9,} were known already")
    click.echo(f"  {summary.rejected:>9,} were rejected{_hint(summary)}")
    for reason, count in summary.skipped_because.most_common():
        click.echo(f"  {count:>9,} skipped: {reason}")
    if summary.about == "promises":
        click.echo(f"  {summary.cases:>9,} cases {'would open at most' if dry_run else 'opened'}")
    if summary.told:
        click.echo(f"The first rejected row{'s' * (len(summary.told) > 1)}:")
    for one in summary.told[:_SHOWN]:
        where = f"line {one.line}" + (f", {one.column}" if one.column else "")
        click.echo(f"  {where}{f' “{one.value[:60]}”' if one.value else ''}: {one.reason}")


_SHOWN = 10
_CALLED = {"promises": "promises", "scores": "scores", "behaviour": "things that customers did"}


def _hint(summary: Summary) -> str:
    if not summary.rejected:
        return ""
    there = "" if summary.batch_id is None else ", or on the Imports page"
    return f" (all of them with --rejects FILE.csv{there})"
