"""What the paradox report says in worlds it was not built on: `python -m bench.sweep --seeds 60 --size 8000`.

Of each world, how often it says above or below where the truth is zero, and how often it finds an effect. Prints a
table for the page of the methods; ends with 1 where a false verdict is commoner than chance allows.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from scipy.stats import binom

from bench.foreign import FOREIGN
from makegood.measurement.findings import Said
from makegood.measurement.rules.verdict import compare

# A false verdict may come in so many of 100 worlds; more than this by chance once in a thousand sweeps of a world.
ALLOWED, SURE = 0.05, 0.999


def said(name: str, size: int, effect: float, seed: int) -> Said:
    """What the report says in one world."""
    trial = FOREIGN[name][0](size, seed=seed, effect=effect)
    return compare(trial.outcome, trial.group, trial.covariates, trial.cluster, margin=trial.margin).said


def too_many(seeds: int) -> int:
    """So many false verdicts of `seeds` are more than chance."""
    return int(binom.ppf(SURE, seeds, ALLOWED)) + 1


def main() -> None:
    """Sweep the worlds and print the table."""
    asked = _arguments()
    print("| world | size | above, truly 0 | below, truly 0 | equal | cannot tell | too few | effect | found |")
    print("|---|---|---|---|---|---|---|---|---|")
    seeds = range(asked.first, asked.first + asked.seeds)
    bad = []
    with ProcessPoolExecutor(asked.jobs) as pool:
        for at, (name, size) in enumerate((name, size) for name in asked.worlds or FOREIGN for size in asked.size):
            effect = FOREIGN[name][1]
            none = Counter(_told(pool.map(partial(said, name, size, 0.0), seeds), at, asked.seeds, name))
            some = Counter(pool.map(partial(said, name, size, effect), seeds))
            cells = (Said.ABOVE, Said.BELOW, Said.EQUIVALENT, Said.CANNOT_TELL, Said.TOO_FEW)
            shares = " | ".join(f"{none[one] / asked.seeds:.0%}" for one in cells)
            print(f"| {name} | {size:,} | {shares} | {effect:g} | {some[Said.ABOVE] / asked.seeds:.0%} |", flush=True)
            if max(none[Said.ABOVE], none[Said.BELOW]) >= too_many(asked.seeds):
                bad.append(name)
    if bad:
        sys.exit(f"More false verdicts than chance: {', '.join(bad)}")


def _told(found: Iterator[Said], world: int, many: int, name: str) -> Iterator[Said]:
    """The same, with a bar of how far it is, on a terminal."""
    for at, one in enumerate(found, start=1):
        if sys.stderr.isatty():
            done = 20 * at // many
            print(f"\r{world + 1}. {name:<16} [{'#' * done:<20}] {at} of {many}", end="", file=sys.stderr)
        yield one
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.sweep", description=__doc__)
    parser.add_argument("worlds", nargs="*", choices=[*FOREIGN, []], help="which worlds; all of them unless named")
    parser.add_argument("--seeds", type=int, default=60, help="how many of each")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--size", type=int, nargs="+", default=[8000], help="how many customers; several if you like")
    parser.add_argument("--jobs", type=int, default=1, help="how many at a time")
    return parser.parse_args()


if __name__ == "__main__":
    main()
