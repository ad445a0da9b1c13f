"""`makegood simulate`: customers of whom the truth is known."""

from __future__ import annotations

import csv
import math
import sys

import click


@click.command(
    epilog="""\b
Examples:
  makegood simulate --size 400000 --seed 7 > customers.csv
  makegood simulate --effect 0.2 > better.csv
  makegood simulate --size 40000 | makegood report compare - --outcome score --known usage,baseline --margin 0.1
"""
)
@click.option("--size", type=click.IntRange(min=1), default=10_000, show_default=True, help="How many customers.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same customers.")
@click.option("--effect", type=float, default=0.0, show_default=True, help="What a recovery truly adds to a score.")
def command(size: int, seed: int, effect: float) -> None:
    """Write customers of whom the truth is known as CSV, to try an analysis on. Needs no installation.

    Recovered customers look better off than those who were never failed, and are not, unless --effect says so.
    """
    from makegood.measurement.rules.worlds import columns, false_paradox, groups

    world = false_paradox(size, seed=seed, effect=effect)
    told = columns(world)
    out = csv.writer(sys.stdout)
    out.writerow(["customer", "group", *told])
    rows = zip(groups(world), *(column.tolist() for column in told.values()), strict=True)
    for number, (group, *row) in enumerate(rows, start=1):
        out.writerow([number, group, *(_cell(value) for value in row)])


def _cell(value: float | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if math.isnan(value) else f"{value:.4f}"
