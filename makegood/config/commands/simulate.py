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
"""
)
@click.option("--size", type=click.IntRange(min=1), default=10_000, show_default=True, help="How many customers.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same customers.")
@click.option("--effect", type=float, default=0.0, show_default=True, help="What a recovery truly adds to a score.")
def command(size: int, seed: int, effect: float) -> None:
    """Write customers of whom the truth is known as CSV, to try an analysis on. Needs no installation.

    Recovered customers look better off than those who were never failed, and are not, unless --effect says so.
    """
    from makegood.measurement.rules.worlds import columns, false_paradox

    told = columns(false_paradox(size, seed=seed, effect=effect))
    out = csv.writer(sys.stdout)
    out.writerow(["customer", *told])
    for number, row in enumerate(zip(*(column.tolist() for column in told.values()), strict=True), start=1):
        out.writerow([number, *(_cell(value) for value in row)])


def _cell(value: float | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if math.isnan(value) else f"{value:.4f}"
