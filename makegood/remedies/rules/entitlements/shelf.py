"""The policies at hand: those that are shipped, and an organisation's own beside them. Reads files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from makegood.kernel.refusals import invalid, missing
from makegood.kernel.texts import nearest
from makegood.remedies.rules.entitlements.policyfile import policy_at
from makegood.remedies.rules.entitlements.spec import Policy

SHIPPED = Path(__file__).parents[2] / "policies"


class Kept(NamedTuple):
    """A policy and where it came from."""

    policy: Policy
    path: Path
    own: bool


Shelf = Mapping[str, Kept]
"""Policies by their names."""


def load(own: Path | None = None) -> Shelf:
    """Every policy that is shipped, and those in the folder `own`; one of the same name takes the shipped one's place.

    Raises Refusal("policy.invalid") for a file that cannot be used, or a name that two files bear.
    """
    return _named(files(SHIPPED), own=False) | (_named(files(own), own=True) if own else {})


def files(folder: Path) -> list[Path]:
    """The policy files of a folder; none when there is no such folder."""
    return sorted(path for path in folder.glob("*") if path.suffix in (".yaml", ".yml") and path.is_file())


def find(shelf: Shelf, name: str) -> Policy:
    """A policy by its name. Raises Refusal("policy.not_found") with the nearest one."""
    if name not in shelf:
        near = nearest(name, shelf)
        advice = f"Did you mean {near}?" if near else f"There are {', '.join(sorted(shelf))}."
        raise missing("policy.not_found", f"There is no policy {name}. {advice}")
    return shelf[name].policy


def _named(paths: list[Path], *, own: bool) -> dict[str, Kept]:
    kept: dict[str, Kept] = {}
    for one in _read(paths, own=own):
        twin = kept.get(one.policy.name)
        if twin:
            raise invalid(
                "policy.invalid",
                f"{one.path.name} and {twin.path.name} are both named {one.policy.name}. Give one another `name`.",
            )
        kept[one.policy.name] = one
    return kept


def _read(paths: list[Path], *, own: bool) -> Iterator[Kept]:
    for path in paths:
        yield Kept(policy_at(path), path, own)
