"""`makegood simulate`: customers of whom the truth is known."""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from makegood.measurement.rules.odd_worlds import Trial

FIRST = "false_paradox"


class _WithWorlds(click.Command):
    """Lists the worlds in its help: what misleads in each, and what is true of it."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Worlds"):
            formatter.write_dl([(name, said) for name, said in _worlds()])
        super().format_epilog(ctx, formatter)


@click.command(
    cls=_WithWorlds,
    epilog="""\b
Examples:
  makegood simulate --size 400000 --seed 7 > customers.csv
  makegood simulate --effect 0.2 > better.csv
  makegood simulate --size 40000 | makegood report compare - --outcome score --known usage,baseline --margin 0.1
  makegood simulate --world incidents | makegood report compare - --outcome outcome --known known_1 --incident incident --margin 0.25
""",  # noqa: E501 - a line of shell is one line
)
@click.option("--world", default=FIRST, show_default=True, help="Which world: see below.")
@click.option("--size", type=click.IntRange(min=1), default=10_000, show_default=True, help="How many customers.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="The same gives the same.")
@click.option("--effect", type=float, default=0.0, show_default=True, help="What a recovery truly adds.")
def command(world: str, size: int, seed: int, effect: float) -> None:
    """Write customers of whom the truth is known as CSV, to try an analysis on. Needs no installation.

    Recovered customers look better off than those who were never failed, and are not, unless --effect says so: it is
    in the outcome's own unit, and of yes and no a share. Nothing else is true of any world.
    """
    if not math.isfinite(effect):
        raise click.UsageError("--effect is a number, such as 0.2; 0 means that a recovery adds nothing.")
    rows = _false_paradox(size, seed, effect) if world == FIRST else _trial(world, size, seed, effect)
    out = csv.writer(sys.stdout)
    out.writerows([_cell(value) for value in row] for row in rows)


def _worlds() -> Iterator[tuple[str, str]]:
    from makegood.measurement.rules.odd_worlds import TRIALS

    yield (
        FIRST,
        (
            "Who uses more is failed more, and is more loyal; the content answer. Outcome score, known usage,baseline,"
            " answered; margin 0.1."
        ),
    )
    for name, make in TRIALS.items():
        tried = make(50, seed=1)
        columns = ",".join(_known(tried))
        said = (make.__doc__ or "").partition("\n\n")[0].replace("\n", " ").strip()
        yield name, f"{said} Outcome outcome, known {columns}, incident; margin {tried.margin:g}."


def _false_paradox(size: int, seed: int, effect: float) -> Iterator[Iterable[Any]]:
    from makegood.measurement.rules.worlds import columns, false_paradox, groups

    world = false_paradox(size, seed=seed, effect=effect)
    told = {name: values.tolist() for name, values in columns(world).items()}
    yield from _numbered({"group": groups(world), **told})


def _trial(name: str, size: int, seed: int, effect: float) -> Iterator[Iterable[Any]]:
    from makegood.measurement.findings import Group
    from makegood.measurement.rules.odd_worlds import TRIALS

    world: Callable[..., Trial] | None = TRIALS.get(name)
    if world is None:
        names = [FIRST, *TRIALS]
        hint = "".join(f" Did you mean {close!r}?" for close in get_close_matches(name, names, n=1))
        raise click.UsageError(f"There is no world {name!r}.{hint} There are {', '.join(names)}.")
    made = world(size, seed=seed, effect=effect)
    group = [Group.PUT_RIGHT if one else Group.NEVER for one in made.group.tolist()]
    yield from _numbered(
        {"group": group, "outcome": made.outcome.tolist(), **_known(made), "incident": made.cluster.tolist()}
    )


def _known(made: Trial) -> dict[str, list[float]]:
    return {f"known_{at}": column.tolist() for at, column in enumerate(made.covariates.T, start=1)}


def _numbered(columns: Mapping[str, list[Any]]) -> Iterator[Iterable[Any]]:
    yield ["customer", *columns]
    yield from ([number, *row] for number, row in enumerate(zip(*columns.values(), strict=True), start=1))


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.4f}"
    return value
