"""What the paradox report says in worlds it was not built on: `python -m bench.sweep --jobs 2`.

Each world goes the whole way of a user's report (`paradox.report`, ladder and all), with a truth of zero, with a harm
and with a gain. Prints a table for the page of the methods, and whether false verdicts are commoner, or what is there
is found more seldom, than chance allows; then it ends with 1.
"""

from __future__ import annotations

import os

# Before numpy is loaded: several processes on one machine want a thread each, and the figures are the same.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.stats import binom, norm

from bench.as_rows import Asked, of_history, of_trial
from bench.foreign import FOREIGN
from bench.table import Row, aligned
from makegood.measurement.findings import Group, Said
from makegood.measurement.rules.groups import NEVER, PUT_RIGHT
from makegood.measurement.rules.paradox import report
from makegood.measurement.rules.power import POWER

# The report's 5 % have two sides: where nothing is, chance alone says above in so many, and below.
BY_CHANCE = 0.025
# Of sweeps of a report that keeps to its word so many miss a line of the table, one-sided, all its lines together.
ALARM = 0.05
WORLDS: dict[str, tuple[Callable[..., Asked], float]] = {
    **{name: (of_trial(make), effect) for name, (make, effect) in FOREIGN.items()},
    "history": (of_history, 0.5),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a report said of those put right, whether it had as many people as it asked for, and in what share of
    trials by lot with so many people a plain test would find what is there."""

    said: Said
    enough: bool
    by_lot: float


def told(name: str, size: int, effect: float, seed: int) -> Told:
    """What the report says in one world."""
    rows, plan = WORLDS[name][0](size, seed=seed, effect=effect)
    found = report(rows, plan)
    asked = found.of(plan.outcome)
    if asked is None:
        raise LookupError(f"The report of {name} tells nothing of {plan.outcome}.")
    said = next(one.said for one in asked.compared if one.group is Group.PUT_RIGHT)
    enough = all(one.counted >= one.needed for one in found.sizes if one.group in (Group.PUT_RIGHT, Group.NEVER))
    values = rows.outcomes[plan.outcome]
    seen = values[~np.isnan(values)]
    many = [int((rows.group[~np.isnan(values)] == group).sum()) for group in (PUT_RIGHT, NEVER)]
    error = float(seen.std()) * math.sqrt(sum(1 / max(one, 1) for one in many))
    by_lot = float(norm.sf(norm.isf(BY_CHANCE) - effect / error)) if name in FOREIGN and error > 0 else math.nan
    return Told(said, enough, by_lot)


def most_false(reports: int, *, tests: int = 1) -> int:
    """So many false verdicts of so many reports chance brings; more in fewer than 5 of 100 sweeps, by all `tests`."""
    return int(binom.ppf(1 - ALARM / tests, reports, BY_CHANCE))


def fewest_found(reports: int, *, tests: int = 1) -> int:
    """So many are found at least at the stated power; fewer in fewer than 5 of 100 sweeps, by all `tests`."""
    return int(binom.ppf(ALARM / tests, reports, POWER))


@dataclass(frozen=True, slots=True)
class Swept:
    """A world of a size: what was said with nothing there, with a harm and with a gain."""

    name: str
    size: int
    effect: float
    none: Sequence[Told]
    harm: Sequence[Told]
    gain: Sequence[Told]

    @property
    def line(self) -> str:
        """For the page of the methods."""
        none = [_share(self.none, one) for one in (Said.ABOVE, Said.BELOW, Said.EQUIVALENT, Said.CANNOT_TELL,
                                                   Said.TOO_FEW)]  # fmt: skip
        harm = [_share(self.harm, one) for one in (Said.ABOVE, Said.BELOW)]
        found, lot = _share(self.gain, Said.ABOVE), float(np.mean([one.by_lot for one in self.gain]))
        by_lot = ["", ""] if math.isnan(lot) else [f"{lot:.0%}", f"{found / lot:.2f}"]
        enough = f"{np.mean([one.enough for one in self.gain]):.0%}"
        shares = [f"{one:.1%}" for one in none[:2]] + [f"{one:.0%}" for one in none[2:]]
        cells = [self.name, f"{self.size:,}", *shares, f"{self.effect:g}", f"{harm[0]:.1%}", f"{harm[1]:.0%}"]
        return f"| {' | '.join([*cells, enough, f'{found:.0%}', *by_lot])} |"


HEAD = ("world", "size", "above, truly 0", "below, truly 0", "equal", "cannot tell", "too few", "effect",
        "a harm: above", "a harm: below", "a gain: had enough", "a gain: above", "by lot", "ratio")  # fmt: skip


def checks(swept: Sequence[Swept]) -> Iterator[Row]:
    """All worlds together, each line at 5 %; then each world and size, at 5 % divided by how many lines these are."""
    for size in sorted({one.size for one in swept}):
        yield from _checked(f"all worlds, {size:,}", [one for one in swept if one.size == size], tests=1)
    for one in swept:
        yield from _checked(f"{one.name}, {one.size:,}", [one], tests=4 * len(swept))


def _checked(what: str, swept: Sequence[Swept], *, tests: int) -> Iterator[Row]:
    none, harm = [one for each in swept for one in each.none], [one for each in swept for one in each.harm]
    yield _seldom(f"{what}: above, where nothing is", none, Said.ABOVE, tests)
    yield _seldom(f"{what}: below, where nothing is", none, Said.BELOW, tests)
    yield _seldom(f"{what}: above, where it is a harm", harm, Said.ABOVE, tests)
    enough = [one for each in swept for one in each.gain if one.enough]
    if enough:
        found, least = sum(one.said is Said.ABOVE for one in enough), fewest_found(len(enough), tests=tests)
        lots = [one.by_lot for one in enough if not math.isnan(one.by_lot)]
        lot = float(np.mean(lots)) if lots else POWER
        yield Row(
            what=f"{what}: a gain found, where there were enough", ours=f"{found / len(enough):.1%}",
            floor=f"{lot:.1%}", ratio=found / len(enough) / lot, budget=f"≥ {least:,} of {len(enough):,}",
            met=found >= least,
        )  # fmt: skip


def _seldom(what: str, told: Sequence[Told], said: Said, tests: int) -> Row:
    many, most = sum(one.said is said for one in told), most_false(len(told), tests=tests)
    share = many / len(told)
    return Row(
        what=what, ours=f"{share:.2%}", floor=f"{BY_CHANCE:.1%}", ratio=share / BY_CHANCE,
        budget=f"≤ {most:,} of {len(told):,}", met=many <= most,
    )  # fmt: skip


def _share(told: Sequence[Told], said: Said) -> float:
    return sum(one.said is said for one in told) / len(told)


def main() -> None:
    """Sweep the worlds, print the table and whether it is as it should be."""
    asked = _arguments()
    for cells in (HEAD, ("---",) * len(HEAD)):
        print(f"| {' | '.join(cells)} |")
    swept = []
    seeds = range(asked.first, asked.first + asked.seeds)
    with ProcessPoolExecutor(asked.jobs) as pool:
        for name, size in ((name, size) for name in asked.worlds or WORLDS for size in asked.size):
            effect = WORLDS[name][1]
            runs = [
                tuple(_seen(pool.map(partial(told, name, size, one), seeds), f"{name} {one:g}", asked.seeds))
                for one in (0.0, -effect, effect)
            ]
            swept.append(Swept(name, size, effect, *runs))
            print(swept[-1].line, flush=True)
    rows = list(checks(swept))
    missed = [one for one in rows if one.met is False]
    print(f"\n{aligned([one for one in rows if one.what.startswith('all') or one.met is False])}")
    print(f"\n{len(rows) - len(missed)} of {len(rows)} lines are as they should be.")
    if missed:
        sys.exit(f"Beyond what chance allows: {'; '.join(one.what for one in missed)}")


def _seen(found: Iterable[Told], what: str, many: int) -> Iterator[Told]:
    """The same, with a bar of how far it is, on a terminal."""
    for at, one in enumerate(found, start=1):
        if sys.stderr.isatty():
            print(f"\r{what:<22} [{'#' * (20 * at // many):<20}] {at} of {many}", end="", file=sys.stderr)
        yield one
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.sweep", description=__doc__)
    parser.add_argument("worlds", nargs="*", choices=[*WORLDS, []], help="which worlds; all of them unless named")
    parser.add_argument("--seeds", type=int, default=100, help="how many of each")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--size", type=int, nargs="+", default=[4000, 8000], help="how many customers; several")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time")
    return parser.parse_args()


if __name__ == "__main__":
    main()
