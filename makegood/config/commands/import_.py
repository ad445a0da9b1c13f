"""`makegood import`: a file of promises into the ledger."""

from __future__ import annotations

import json
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
@click.option("--json", "as_json", is_flag=True, help="Print one last line of JSON with the counts.")
def command(
    feed: str, file: Path, dry_run: bool, as_of: str | None, cases: str, rejects: Path | None, as_json: bool
) -> None:
    """Read FILE into the ledger as FEED describes it: the name of a shipped feed or the path of your own.

    Good rows go in, bad ones are kept with line, column, value and reason. A second run changes nothing.
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
        if cases != "none":
            _check_somebody_is_there()
        now = datetime.now(UTC)
        with _progress(quiet=as_json) as bar:
            task = bar.add_task(file.name, total=None)
            summary = import_file(
                file,
                described,
                by=SYSTEM,
                now=now,
                as_of=_instant(as_of, described.time_zone or organisation().time_zone),
                cases=CasesFor(cases),
                dry_run=dry_run,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
        if rejects is not None:
            _write_rejects(summary, rejects)
        _tell(summary, described.name, dry_run=dry_run, as_json=as_json)


def _check_somebody_is_there() -> None:
    """Every case needs an owner; that nobody can be one must not come out half-way through a file."""
    from makegood.people.queries import roster

    if not any(person.may_work for person in roster(datetime.now(UTC)).people.values()):
        raise Fault(
            "A case needs an owner, and there is no staff yet. Run makegood init first, or import with --cases none."
        )


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
    click.echo(f"{'Would read' if dry_run else 'Read'} {summary.rows:,} rows of {feed}: {summary.promises:,} promises.")
    click.echo(f"  {summary.accepted:>9,} told something new")
    click.echo(f"  {summary.unchanged:>9,} were known already")
    click.echo(f"  {summary.rejected:>9,} were rejected{_hint(summary)}")
    for reason, count in summary.skipped_because.most_common():
        click.echo(f"  {count:>9,} skipped: {reason}")
    click.echo(f"  {summary.cases:>9,} cases {'would open at most' if dry_run else 'opened'}")
    if summary.told:
        click.echo(f"The first rejected row{'s' * (len(summary.told) > 1)}:")
    for one in summary.told[:_SHOWN]:
        where = f"line {one.line}" + (f", {one.column}" if one.column else "")
        click.echo(f"  {where}{f' “{one.value[:60]}”' if one.value else ''}: {one.reason}")


_SHOWN = 10


def _hint(summary: Summary) -> str:
    if not summary.rejected:
        return ""
    there = "" if summary.batch_id is None else ", or on the Imports page"
    return f" (all of them with --rejects FILE.csv{there})"
