"""`makegood report`: how well promises were kept."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from makegood.config import comparing, paradox
from makegood.config.environment import prepare_home
from makegood.config.installed import environment, installation
from makegood.kernel.worktime import duration_words

if TYPE_CHECKING:
    from makegood.measurement.queries.headlines import Headline
    from makegood.promises.queries import LedgerRow

_MONTH = 30
_ALWAYS = ("due", "kept", "kept_late", "broken", "open")
_COUNTS = ("due", "kept", "kept_late", "broken", "open", "at_risk", "replaced", "withdrawn", "released")


@click.group()
def command() -> None:
    """Print figures of this installation."""


command.add_command(paradox.command, "paradox")
command.add_command(comparing.command, "compare")


@command.command(
    epilog="""\b
Examples:
  makegood report ledger
  makegood report ledger --by month
  makegood report ledger --by kind --json
"""
)
@click.option("--by", type=click.Choice(["kind", "team", "month"]), help="One row for each instead of one for all.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: one object, or a list of them with --by.")
def ledger(by: str | None, as_json: bool) -> None:
    """How many promises were kept, and how late the others were.

    DUE counts those whose time has come: kept, kept late, broken and released. RIGHT FIRST TIME is kept ÷ due.
    """
    prepare_home(environment().home)
    with installation():
        from makegood.platform.installation import organisation
        from makegood.promises.queries import ledger_report

        rows = ledger_report(by=by or "", zone=organisation().time_zone)
    if as_json:
        told = [_plain(row, grouped=by is not None) for row in rows]
        click.echo(
            json.dumps(told if by else told[0] if told else dict.fromkeys(_COUNTS, 0) | {"right_first_time": None})
        )
        return
    Console().print(_table(rows, by))


@command.command(
    epilog="""\b
Examples:
  makegood report consistency
  makegood report consistency --by-team --json
  makegood report consistency --kind delivery
"""
)
@click.option("--by-team", is_flag=True, help="Split each group by the team that owns the cases.")
@click.option("--kind", default="", help="Only for promises of this kind, such as delivery.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: the groups, and the cases that stand out.")
def consistency(by_team: bool, kind: str, as_json: bool) -> None:
    """Same failure, different remedy: how far apart what was given lies, and which cases stand out.

    Everything that was ever given is compared, however long that takes.
    Of fewer than five cases no spread is told.
    """
    prepare_home(environment().home)
    with installation():
        from makegood.people.rules import Role, Scope
        from makegood.remedies.queries import consistency as read

        found = read(Scope(Role.ADMINISTRATOR), by_team=by_team, kind=kind, whole=True)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(found), default=str))
        return
    for group in found.groups:
        spread = group.money
        told = f"{spread.lower:.2f} to {spread.upper:.2f}, median {spread.median:.2f}" if spread else "too few to say"
        name = f"{group.kind}, {group.failure or 'not judged'}, severity {group.severity}"
        click.echo(f"{' '.join(filter(None, (name, group.team))):<60} {group.cases:>6}  {group.currency} {told}")
    for case in found.standouts:
        click.echo(f"SR-{case.case:<8} {case.currency} {case.total:<10} {case.reason or 'why? nobody has said'}")


@command.command(
    epilog="""\b
Examples:
  makegood report signals
  makegood report signals --days 365 --by crew --by vehicle
  makegood report signals --json
"""
)
@click.option(
    "--days", type=click.IntRange(28, 36_500), default=90, show_default=True, help="Promises due in so many days."
)
@click.option("--by", "also", multiple=True, metavar="ATTRIBUTE", help="Look at this attribute of promises too.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: a list of the groups, the most excess first.")
def signals(days: int, also: Sequence[str], as_json: bool) -> None:
    """What fails beyond chance: places, suppliers, products, weekdays, words, kinds and teams.

    Each is compared with the other promises of the same kind that were due in the same week. EXPECTED is how many would
    have failed if it were like them. At most one in twenty of what is printed is expected to be chance.
    """
    prepare_home(environment().home)
    with installation():
        from makegood.learning.queries.counting import beyond_chance
        from makegood.platform.installation import organisation

        found = beyond_chance(days=days, before=datetime.now(UTC), zone=organisation().time_zone, also=also)
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(one) | {"ratio": one.ratio, "excess": one.excess} for one in found]))
        return
    if not found:
        click.echo(f"Nothing fails beyond chance among the promises due in the last {days} days.")
    for one in found:
        counts = f"{one.failed:>7,} of {one.due:>7,} failed, {one.expected:>9,.1f} expected"
        click.echo(f"{one.what[:16]:<16} {one.value[:44]:<44} {counts}, {one.ratio:.1f} times as many")


@command.command(
    epilog="""\b
Examples:
  makegood report insights
  makegood report insights --days 365 --kind delivery --json
"""
)
@click.option(
    "--days", type=click.Choice(["30", "90", "365"]), default="90", show_default=True, help="So many days back."
)
@click.option("--kind", default="", help="Only for promises of this kind, such as delivery.")
@click.option("--place", default="", metavar="NAME:VALUE", help="Only of this place, such as to:BOS.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: the figures with their intervals.")
def insights(days: str, kind: str, place: str, as_json: bool) -> None:
    """The headline figures: kept, told first, how long it took, what customers said, second failures, cost.

    CHANGE is told only beyond chance. Of fewer than ten nothing is said but how many there are.
    """
    prepare_home(environment().home)
    with installation():
        from makegood.measurement.queries.headlines import headlines_for
        from makegood.people.rules import READS_ALL

        found = headlines_for(READS_ALL, days=days, kind=kind, place=place, now=datetime.now(UTC))
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(one) for one in found.headlines], default=str))
        return
    click.echo(f"{found.period.since} to {found.period.before}, the last day left out")
    for one in found.headlines:
        click.echo(f"{one.key:<12} {_figure(one):<38} n {one.n:,}")


@command.command(
    epilog="""\b
Examples:
  makegood report recount
  makegood report recount --check

\b
Exit code 0: counted, or --check found nothing. 1: --check found days that differ.
"""
)
@click.option("--check", is_flag=True, help="Only compare every day with what counting anew would give.")
def recount(check: bool) -> None:
    """Count the daily figures anew, from every promise, case, remedy and answer.

    They follow the journal by themselves. This is for after rows were written past it, or when in doubt.
    """
    prepare_home(environment().home)
    with installation():
        from makegood.measurement.actions import count_anew

        if check:
            sys.exit(_compared())
        count_anew()
    click.echo("The daily figures were counted anew.")


def _compared() -> int:
    """Say which days differ from what the rows say, a month of them at a time. Returns how the command ends."""
    from makegood.measurement.queries.recounting import counted_up, days_counted, differing

    days, found = days_counted(), list[date]()
    for start in range(0, len(days), _MONTH):
        found += differing(days[start : start + _MONTH])
    for day in found:
        click.echo(f"{day} differs")
    waits = "" if counted_up() else " What happened last is not counted yet: that alone may be the difference."
    if found:
        click.echo(f"{len(found)} of {len(days)} days differ. Count them anew: makegood report recount.{waits}")
    else:
        click.echo(f"All {len(days)} days are what counting them anew gives.")
    return bool(found)


def _figure(one: Headline) -> str:
    if one.value is None:
        return "too few to say"
    if one.unit == "minutes":
        return f"{one.value:.0f} min, 1 in 10 over {one.late or 0:.0f} min"
    if one.unit != "share":
        return f"{one.unit} {one.value:,.2f}"
    moved = f", {one.change * 100:+.1f} points" if one.change is not None else ""
    return f"{one.value:.1%} ({one.low or 0:.1%} to {one.high or 0:.1%}){moved}"


@command.command(
    epilog="""\b
Examples:
  makegood report cost
  makegood report cost --by kind --days 90 --json
"""
)
@click.option("--by", type=click.Choice(["kind", "team"]), help="One row for each instead of one for all.")
@click.option(
    "--days", type=click.IntRange(1, 36_500), default=365, show_default=True, help="What happened in so many days."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def cost(by: str | None, days: int, as_json: bool) -> None:
    """What failing and preventing cost, and what became of the customers who were failed.

    Each currency stands by itself. What nobody entered is not reckoned.
    """
    prepare_home(environment().home)
    with installation():
        from makegood.api.costs import plain
        from makegood.measurement.queries.costs import cost_report
        from makegood.people.rules import READS_ALL

        now = datetime.now(UTC)
        found = cost_report(READS_ALL, since=now - timedelta(days=days), before=now, by=by or "", now=now)
    if as_json:
        click.echo(json.dumps(plain(found), default=str))
        return
    for one in found.given:
        click.echo(f"{one.name or 'All':<32} {one.currency} {one.total:>12,} given in {one.remedies:,} remedies")
    for each in found.people:
        name = each.name or "All"
        click.echo(
            f"{name:<32} {each.failed:>7,} failed {each.kept:>7,} kept {each.lost:>6,} lost {each.early:>6,} early"
        )
    for some in found.prevented:
        click.echo(f"{'Changes':<32} {some.currency} {some.amount:>12,} for {some.changes:,}")
    minutes = sum(talked.minutes for talked in found.talked)
    spent = found.rate.of(minutes) if found.rate else None
    told = f"{found.rate.currency} {spent}" if found.rate and spent is not None else "cost not entered"
    click.echo(f"{'Calls':<32} {minutes:>7,} minutes, {told}")


def _plain(row: LedgerRow, *, grouped: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"name": row.name} if grouped else {}
    told |= {name: getattr(row, name) for name in _COUNTS}
    told["right_first_time"] = row.right_first_time
    told["late_median_seconds"], told["late_p90_seconds"] = row.late_median_s, row.late_p90_s
    return told


def _table(rows: Sequence[LedgerRow], by: str | None) -> Table:
    """The figures as a table: columns that are nought everywhere are left out, so that it fits a terminal."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, caption_justify="left")
    table.add_column((by or "").capitalize(), overflow="fold", min_width=9)
    shown = [name for name in _COUNTS if name in _ALWAYS or any(getattr(row, name) for row in rows)]
    for heading in (*(name.replace("_", "\n") for name in shown), "right\n1st time", "late by"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        share = "–" if row.right_first_time is None else f"{row.right_first_time:.1%}"
        counts = (f"{getattr(row, name):,}" for name in shown)
        table.add_row(row.name or "All promises", *counts, share, _late(row.late_median_s))
    table.caption = "late by: the median of those kept late"
    return table


def _late(seconds: float | None) -> str:
    """A span in its two largest units at most: these are for comparing, not for counting."""
    if seconds is None:
        return "–"
    days = seconds / 86_400
    return f"{days:.1f} d" if days >= 2 else duration_words(timedelta(minutes=round(seconds / 60)))
