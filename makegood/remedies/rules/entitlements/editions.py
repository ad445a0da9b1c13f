"""The versions of a policy file: since when each holds, its figures, and figures moved along by an index. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from itertools import pairwise

import msgspec

from makegood.kernel.nodes import Part, required
from makegood.remedies.rules.entitlements import words
from makegood.remedies.rules.entitlements.clauses import Known, number, on_day, text
from makegood.remedies.rules.entitlements.spec import Version
from makegood.remedies.rules.entitlements.terms import TERMS, terms

VERSION = ("from", "until", "review_on", "note", "figures", "indexed", *TERMS)
INDEXED = ("of", "by", "was", "now", "nearest", "rounded", "figures")
ROUNDED = {"half_up": ROUND_HALF_UP, "up": ROUND_UP, "down": ROUND_DOWN}


def figure_names(part: Part) -> set[str]:
    """Every figure that any version sets."""
    blocks = [version.entries(VERSION) for version in part.any_entries().values()]
    return {name for block in blocks if "figures" in block for name in block["figures"].any_entries()}


def editions(top: Mapping[str, Part], known: Known) -> tuple[Version, ...]:
    """The versions in order of time; those without a start at the end."""
    entries = top["versions"].any_entries()
    if not entries:
        raise top["versions"].wrong('give at least one version, such as `"2026": {from: 2026-04-01}`.')
    figures: dict[str, Mapping[str, Decimal]] = {}
    for name, part in entries.items():
        figures[name] = _figures(part, figures)
    found = [_version(name, part, top, known, figures[name]) for name, part in entries.items()]
    dated = sorted((one for one in found if one.starts_on), key=lambda one: one.starts_on or date.min)
    for one, following in pairwise(dated):
        if one.starts_on == following.starts_on:
            raise entries[following.id].wrong(f"begins on the same day as `{one.id}`.")
    return (*_closed(dated), *(one for one in found if not one.starts_on))


def _version(name: str, part: Part, top: Mapping[str, Part], known: Known, figures: Mapping[str, Decimal]) -> Version:
    given = part.entries(VERSION)
    starts_on = on_day(given["from"]) if "from" in given else None
    ends_on = on_day(given["until"]) if "until" in given else None
    if ends_on and (starts_on is None or ends_on <= starts_on):
        raise given["until"].wrong("a version ends after it has begun (`from`). The day under `until` is not in it.")
    return Version(
        id=name,
        starts_on=starts_on,
        ends_on=ends_on,
        review_on=on_day(given["review_on"]) if "review_on" in given else None,
        note=text(given, "note"),
        figures=figures,
        terms=terms(part, top, given, known),
    )


def _closed(dated: Iterable[Version]) -> Iterable[Version]:
    """Each version ends where the next begins, unless it says that it ended before."""
    ordered = list(dated)
    for one, following in pairwise([*ordered, None]):
        assert one is not None  # noqa: S101 - only the last of a pair can be
        ends = [day for day in (one.ends_on, following.starts_on if following else None) if day]
        yield one if not ends else msgspec.structs.replace(one, ends_on=min(ends))


def _figures(part: Part, earlier: Mapping[str, Mapping[str, Decimal]]) -> dict[str, Decimal]:
    given = part.entries(VERSION)
    stated = {name: number(one) for name, one in given["figures"].any_entries().items()} if "figures" in given else {}
    if "indexed" not in given:
        return stated
    moved = _indexed(given["indexed"], earlier)
    for name in stated.keys() & moved.keys():
        if stated[name] != moved[name]:
            raise (
                given["figures"]
                .any_entries()[name]
                .wrong(
                    f"the index makes it {words.plain(moved[name])}, but {words.plain(stated[name])} is written. "
                    "Correct one of them, or name the figures that are indexed."
                )
            )
    return moved | stated


def _indexed(part: Part, earlier: Mapping[str, Mapping[str, Decimal]]) -> dict[str, Decimal]:
    """The figures of an earlier version times an index: `by` a ratio, or `now` over `was`; rounded as it says."""
    given = part.entries(INDEXED)
    base = earlier[required(part, given, "of", "the version whose figures are moved along").word(earlier)]
    step = number(required(part, given, "nearest", "what amounts are rounded to, such as 0.01 or 25"))
    if not step:
        raise given["nearest"].wrong("nothing can be rounded to nought.")
    rounding = ROUNDED[given["rounded"].word(ROUNDED)] if "rounded" in given else ROUND_HALF_UP
    names = [one.word(base) for one in given["figures"].items()] if "figures" in given else list(base)
    times, over = _ratio(part, given)
    moved = {name: (base[name] * times / over / step).quantize(Decimal(1), rounding) * step for name in names}
    return {**base, **moved}


def _ratio(part: Part, given: Mapping[str, Part]) -> tuple[Decimal, Decimal]:
    if ("by" in given) == ("was" in given) or ("was" in given) != ("now" in given):
        raise part.wrong("say either `by` (the ratio, such as 1.036) or both `was` and `now` (the index).")
    times, over = (number(given["by"]), Decimal(1)) if "by" in given else (number(given["now"]), number(given["was"]))
    if not times or not over:
        raise part.wrong("an index cannot be nought.")
    return times, over
