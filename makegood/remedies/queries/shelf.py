"""The policies at hand, for pages: read once by each process, and an organisation's own again when a file changes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from django.conf import settings

from makegood.kernel.refusals import Refusal
from makegood.remedies.rules.entitlements import Kept, Shelf, load, policy_at
from makegood.remedies.rules.entitlements.shelf import files


class AtHand(NamedTuple):
    """The policies by their names, and what is wrong with own files that cannot be used, by file."""

    shelf: Shelf
    broken: Mapping[str, str]


def policies_at_hand() -> AtHand:
    """Every policy, own ones in the place of shipped ones. An own file that cannot be read stops no page."""
    return _with_own(tuple((path, *_state(path)) for path in files(settings.POLICIES)))


def policies() -> Shelf:
    """Every policy by its name."""
    return policies_at_hand().shelf


@cache
def _shipped() -> Shelf:
    return MappingProxyType(dict(load()))


@lru_cache(maxsize=4)
def _with_own(own: tuple[tuple[Path, int, int], ...]) -> AtHand:
    found, broken = dict(_shipped()), {}
    for path, _changed, _size in own:
        try:
            policy = policy_at(path)
        except Refusal as refusal:
            broken[path.name] = refusal.message
        else:
            found[policy.name] = Kept(policy, path, own=True)
    return AtHand(MappingProxyType(found), MappingProxyType(broken))


def _state(path: Path) -> tuple[int, int]:
    told = path.stat()
    return told.st_mtime_ns, told.st_size
