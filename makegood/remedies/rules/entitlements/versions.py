"""Which version of a policy was in force. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from makegood.kernel.refusals import invalid
from makegood.kernel.texts import nearest
from makegood.remedies.rules.entitlements import words
from makegood.remedies.rules.entitlements.spec import Policy, Version


class Chosen(NamedTuple):
    """A version, and the sentence that says why this one."""

    version: Version
    says: str


def choose(policy: Policy, on: date | None, asked_for: str | None) -> Chosen:
    """The version of that id, or the one in force on that day (in the policy's own time zone).

    Raises Refusal("policy.no_version") or ("policy.no_date").
    """
    if asked_for:
        return _named(policy, asked_for)
    if on is None:
        told = words.listed([*(f"`{name}`" for name in policy.happened), "the day itself"], "or")
        raise invalid(
            "policy.no_date",
            f"{policy.title} changes with time, so it must be known when it happened. Give {told}.",
            field=policy.happened[0] if policy.happened else None,
        )
    version = in_force(policy, on)
    if version is None:
        raise invalid(
            "policy.no_version",
            f"{policy.title} has no version on file for {words.day(on)}. It has {describe(policy.versions)}. "
            "Add the table that was in force then to the policy file, with its source.",
        )
    return Chosen(
        version, f"Version {version.id} of “{policy.title}” was in force on {words.day(on)} ({span(version)})."
    )


def in_force(policy: Policy, on: date) -> Version | None:
    """The version in force on a day; None when none is on file."""
    for version in policy.versions:
        if version.starts_on and version.starts_on <= on and (version.ends_on is None or on < version.ends_on):
            return version
    return None


def describe(versions: Sequence[Version]) -> str:
    """The versions in one line: "2019-04 (from … until …) and 2024-04 (from …)"."""
    return words.listed([f"{version.id} ({span(version)})" for version in versions])


def span(version: Version) -> str:
    """From when until when a version is in force, in words."""
    if version.starts_on is None:
        return "no date of application known"
    if version.ends_on is None:
        return f"from {words.day(version.starts_on)}"
    return f"from {words.day(version.starts_on)} until before {words.day(version.ends_on)}"


def _named(policy: Policy, asked_for: str) -> Chosen:
    named = {version.id: version for version in policy.versions}
    if asked_for not in named:
        near = nearest(asked_for, named)
        advice = f"Did you mean {near}?" if near else f"It has {describe(policy.versions)}."
        raise invalid("policy.no_version", f"{policy.title} has no version {asked_for}. {advice}", field="version")
    version = named[asked_for]
    return Chosen(version, f"Version {version.id} of “{policy.title}” was asked for ({span(version)}).")
