"""Which columns a feed reads. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from makegood.intake.rules.spec import Feed, Text, When
from makegood.intake.rules.texts import template_columns


def columns_below(feed: Feed, lookup: str) -> list[str]:
    """The columns that a feed reads from one of its lookups, without the lookup's name."""
    prefix = f"{lookup}."
    return [name.removeprefix(prefix) for name in _all_columns(feed) if name.startswith(prefix)]


def wanted_columns(feed: Feed) -> list[str]:
    """The columns of the main file that a feed reads, each once, in the order of the feed."""
    prefixes = tuple(f"{lookup.name}." for lookup in feed.lookups)
    return [name for name in _all_columns(feed) if not name.startswith(prefixes or "\0")]


def _all_columns(feed: Feed) -> list[str]:
    names: list[str] = [*feed.rows.group_by]
    for lookup in feed.lookups:
        names += _text_columns(lookup.match)
    for condition in (*feed.rows.skip_when, *feed.rows.keep_when):
        names.append(condition.column)
    for text in feed.texts.values():
        names += _text_columns(text)
    for when in (*feed.let.values(), *feed.instants.values()):
        names += _when_columns(when)
    return list(dict.fromkeys(names))


def _text_columns(spec: Text | None) -> list[str]:
    if spec is None:
        return []
    inner = [name for option in spec.first_of for name in _text_columns(option)]
    own = [spec.column] if spec.column else template_columns(spec.template)
    return [*own, *inner, *(condition.column for condition in spec.only_when)]


def _when_columns(spec: When) -> list[str]:
    texts = (spec.text, spec.clock, spec.day, spec.zone, *(shift.amount for shift in spec.shifts))
    inner = [name for option in spec.first_of for name in _when_columns(option)]
    own = [name for text in texts for name in _text_columns(text)]
    return [*own, *inner, *(condition.column for condition in spec.only_when)]


def in_order(specs: Mapping[str, When]) -> list[tuple[str, When]]:
    """Instants in an order in which each comes after those it is reckoned from.

    Raises ValueError with their names when some are reckoned from each other.
    """
    waiting = {name: _reckoned_from(spec) & set(specs) for name, spec in specs.items()}
    done: dict[str, When] = {}
    while waiting:
        ready = [name for name, needs in waiting.items() if needs <= done.keys()]
        if not ready:
            raise ValueError(", ".join(waiting))
        for name in ready:
            done[name] = specs[name]
            del waiting[name]
    return list(done.items())


def _reckoned_from(spec: When) -> set[str]:
    inner = {name for option in spec.first_of for name in _reckoned_from(option)}
    return ({spec.base, spec.after} | inner) - {""}
