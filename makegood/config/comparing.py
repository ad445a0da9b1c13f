"""`makegood report compare`: the method of the paradox report, tried on a table of one's own."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TextIO

import click

if TYPE_CHECKING:
    from makegood.measurement.rules.table import Seen


@click.command(
    epilog="""\b
Examples:
  makegood simulate --size 40000 > customers.csv
  makegood report compare customers.csv --outcome score --known usage,baseline --margin 0.1
  makegood report compare customers.csv --outcome score --known usage,baseline --margin 0.1 --answered answered
  makegood report compare ours.csv --outcome stayed --known orders,tenure --incident outage --margin 0.02 --json
"""
)
@click.argument("file", type=click.File(encoding="utf-8-sig"))
@click.option("--outcome", required=True, help="The column that is compared: numbers, or yes and no.")
@click.option("--known", required=True, help="Columns to be held equal, known before anything failed, with commas.")
@click.option("--margin", required=True, type=float, help="What difference would not matter, in the outcome's unit.")
@click.option("--group", default="group", show_default=True, help="The column that says which group a row is in.")
@click.option("--incident", default="", help="The column that says who was hit together.")
@click.option("--answered", default="", help="A column of yes and no: whose outcome is known.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: a list with one object for each group.")
def command(
    file: TextIO, outcome: str, known: str, margin: float, group: str, incident: str, answered: str, as_json: bool
) -> None:
    """Compare customers who were failed with those never failed in a CSV file (- for standard input).

    A row is a customer. The group is never_failed, put_right, not_put_right, silent or twice; rows without one are left
    out. Printed is what a dashboard would show, and what may be said. Needs no installation.
    """
    from makegood.measurement.rules.table import BadTableError, compare_table, read_table

    if not margin > 0:
        raise click.UsageError("--margin is above zero: the difference that would not matter.")
    names = [name for part in known.split(",") if (name := part.strip())]
    if not names:
        raise click.UsageError("--known names at least one column, such as usage: what failed customers were before.")
    try:
        found = compare_table(
            read_table(file), group=group, outcome=outcome, margin=margin, incident=incident, answered=answered,
            known=names,
        )  # fmt: skip
    except BadTableError as trouble:
        raise click.ClickException(str(trouble)) from None
    except UnicodeDecodeError:
        raise click.ClickException(f"{file.name} is not UTF-8. Save it as CSV in UTF-8.") from None
    if as_json:
        click.echo(json.dumps([_plain(one, margin) for one in found]))
        return
    for one in found:
        _tell(one, outcome, margin)


def _plain(one: Seen, margin: float) -> dict[str, Any]:
    import msgspec

    from makegood.measurement.findings import sentence

    told = {name: value for name, value in asdict(one).items() if name not in ("raw", "compared")}
    raw = None if one.raw is None else {"value": one.raw.value, "low": one.raw.low, "high": one.raw.high}
    compared = msgspec.to_builtins(one.compared)
    return told | {"as_they_are": raw, "compared": compared, "sentence": sentence(one.compared, margin=margin)}


def _tell(one: Seen, outcome: str, margin: float) -> None:
    from makegood.measurement.findings import sentence

    ours, theirs = _of(one.answered, one.people), _of(one.others_answered, one.others)
    click.echo(f"{one.group}: {outcome} of {ours} against {theirs} never failed")
    if one.raw is not None:
        click.echo(f"  as they are  {one.raw.value:+.4g} (95% interval {one.raw.low:.4g} to {one.raw.high:.4g})")
    told = one.compared
    why = f" ({told.why.replace('_', ' ')})" if told.why else ""
    click.echo(f"  may be said  {sentence(told, margin=margin)}{why}")
    for held in told.held:
        known = f"; known of {held.known:.0%}" if held.known < 1 else ""
        click.echo(
            f"    {held.name}: {held.before:+.2f} standard deviations apart, {held.after:+.2f} once weighed{known}"
        )
    if told.why == "unknown":
        click.echo(
            "    what is to be held equal is known of too few: fill the gaps, or leave the column out of --known"
        )


def _of(answered: int, people: int) -> str:
    return f"{people:,}" if answered == people else f"{answered:,} who answered, of {people:,},"
