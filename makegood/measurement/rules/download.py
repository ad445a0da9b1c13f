"""A report as files: its figures, what each column means, and the rows that give the same figures again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from makegood.measurement.findings import Found, GivenArm, Known, Look, Outcome, Plan, as_plain, found_from, plan_from
from makegood.measurement.rules.given import Given
from makegood.measurement.rules.groups import Rows
from makegood.measurement.tables import dictionary_csv, figures_csv

REPORT, ROWS, FIGURES, WORDS = "report.json", "rows.npz", "figures.csv", "dictionary.csv"
_KEYS: dict[str, Any] = {"covariates": Known} | dict.fromkeys(
    ("outcomes", "asked", "before", "months", "buying"), Outcome
)


def write(
    folder: Path, number: int, plan: Plan, found: Found, rows: Rows, *, looks: Sequence[Look] = ()
) -> None:  # fmt: skip
    """Write the four files; `looks` are those until then, of a report that may be read at any time. The rows name
    nobody: customers are numbered from 0 in an order of no meaning."""
    folder.mkdir(parents=True, exist_ok=True)
    whole: dict[str, object] = {"report": number, "plan": as_plain(plan), "found": as_plain(found), "rows": ROWS}
    if rows.given.arms:
        whole["given"] = msgspec.to_builtins(rows.given.arms)
    if looks:
        whole["looks"] = msgspec.to_builtins(looks)
    (folder / REPORT).write_bytes(msgspec.json.format(msgspec.json.encode(whole), indent=2))
    (folder / FIGURES).write_text(figures_csv(found))
    (folder / WORDS).write_text(dictionary_csv())
    np.savez_compressed(folder / ROWS, **dict(_flat(rows)))


def read(file: Path) -> tuple[Plan, Found, Rows]:
    """What was written. Raises OSError or ValueError when it is not there, or not such a file."""
    whole = msgspec.json.decode(file.read_bytes())
    with np.load(file.parent / whole["rows"], allow_pickle=False) as kept:
        rows = _rows({name: kept[name] for name in kept.files}, whole.get("given", ()))
    return plan_from(whole["plan"]), found_from(whole["found"]), rows


def same(one: Found, other: Found) -> bool:
    """Whether all figures are the same, to the last digit; when and by what they were found may differ."""
    return (one.people, one.sizes, one.asked) == (other.people, other.sizes, other.asked)


def _flat(rows: Rows) -> Iterator[tuple[str, Any]]:
    for name in Rows.__slots__:
        kept = getattr(rows, name)
        if isinstance(kept, dict):
            yield from ((f"{name}.{key.value}", values) for key, values in kept.items())
        elif name == "given":
            yield from _flat_given(kept)
        elif name != "case":
            yield name, np.unique(kept, return_inverse=True)[1] if name == "customer" else kept


def _flat_given(given: Given) -> Iterator[tuple[str, Any]]:
    yield from ((f"given.{name}", getattr(given, name)) for name in ("experiment", "arm", "unit"))
    yield from ((f"given.{key.value}", values) for key, values in given.outcomes.items())


def _given(kept: dict[str, Any], arms: object) -> Given:
    told = {name: kept.pop(f"given.{name}") for name in ("experiment", "arm", "unit") if f"given.{name}" in kept}
    names = [name for name in kept if name.startswith("given.")]
    outcomes = {Outcome(name.removeprefix("given.")): kept.pop(name) for name in names}
    return Given(**told, outcomes=outcomes, arms=msgspec.convert(arms, tuple[GivenArm, ...]))


def _rows(kept: dict[str, Any], arms: object) -> Rows:
    given = _given(kept, arms)
    told: dict[str, Any] = {"covariates": {}, "outcomes": {}, "asked": {}, "before": {}, "months": {}, "buying": {}}
    for name, values in kept.items():
        whole, _, key = name.partition(".")
        if key:
            told[whole][_KEYS[whole](key)] = values
        else:
            told[whole] = values
    return Rows(**told, case=np.full(len(told["group"]), -1), given=given)
