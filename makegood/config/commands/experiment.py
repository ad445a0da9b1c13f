"""`makegood experiment`: what is tried out by lot, above what is owed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import click

from makegood.config.environment import prepare_home
from makegood.config.installed import environment, installation


@click.group(
    epilog="""\b
Examples:
  makegood experiment list
  makegood experiment show 3
  makegood experiment show 3 --json
"""
)
def command() -> None:
    """Look at experiments. They are registered and started at the desk or by the API. See docs/experiments.md."""


_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@command.command("list")
@_json
def list_(as_json: bool) -> None:
    """Every experiment, the newest first."""
    prepare_home(environment().home)
    with installation():
        from makegood.measurement.queries.experiments import experiments
        from makegood.people.rules import READS_ALL

        found = experiments(READS_ALL)
    if as_json:
        rows = [{"number": one.number, "name": one.name, "state": one.state, "varies": one.varies} for one in found]
        click.echo(json.dumps(rows))
        return
    for one in found:
        click.echo(f"{one.number:>5}  {one.state:<10} {one.varies:<10} {one.needed:>7,} in each arm  {one.name}")
    if not found:
        click.echo("Nothing is tried out. Analysts and administrators register experiments at the desk.", err=True)


@command.command()
@click.argument("number", type=click.IntRange(1))
@_json
def show(number: int, as_json: bool) -> None:
    """One experiment: what was counted in each arm, and what may be said."""
    prepare_home(environment().home)
    with installation():
        from makegood.measurement.queries.experiments import experiment_for, result_of
        from makegood.people.rules import READS_ALL

        facts = experiment_for(READS_ALL, number)
        result = result_of(facts, now=datetime.now(UTC))
        arms = [_arm(one) for one in result.arms]
    if as_json:
        click.echo(json.dumps({"number": number, "name": facts.name, "state": facts.state, "needed": facts.needed,
                               "ended": facts.ended, "readable": result.readable, "arms": arms}))  # fmt: skip
        return
    click.echo(f"{facts.name}: {facts.state}, {facts.needed:,} needed in each arm")
    for one in arms:
        share = "sealed" if one["share"] is None and not result.readable else _share(one["share"])
        said = f"{one['said'] or 'as usual'}" + (f", about {one['missing']:,} more needed" if one["missing"] else "")
        click.echo(f"  {one['name']:<30} {one['assigned']:>7,} in it {one['counted']:>7,} counted {share:>8}  {said}")


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def _arm(one: Any) -> dict[str, Any]:
    found = one.verdict.found if one.verdict else None
    return {
        "name": one.arm.name, "assigned": one.counted.assigned, "counted": one.counted.units,
        "share": one.counted.share, "said": one.verdict.said if one.verdict else None,
        "missing": one.verdict.missing if one.verdict else 0,
        "difference": [found.value, found.low, found.high] if found else None,
        "done_as_proposed": one.followed, "done_otherwise": one.otherwise,
    }  # fmt: skip
