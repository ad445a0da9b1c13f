"""Playbooks and their versions, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet, TextField
from django.db.models.functions import Cast

from makegood.kernel.refusals import Refusal, missing
from makegood.kernel.texts import nearest
from makegood.remedies.models import Playbook, PlaybookVersion
from makegood.remedies.rules.playbooks import Playbook as Rules
from makegood.remedies.rules.playbooks import decode


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookFacts:
    """A playbook in a list. `retired_at` is set when it is no longer asked."""

    slug: str
    name: str
    version: int
    retired_at: datetime | None
    saved_by: str
    saved_at: datetime
    rules: int
    options: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFacts:
    """One version in a playbook's history."""

    number: int
    note: str
    saved_by: str
    saved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookPage:
    """One version of a playbook: as values, as the text it was written in, and all its versions, newest first."""

    slug: str
    name: str
    retired_at: datetime | None
    in_force: int
    shown: VersionFacts
    playbook: Rules
    source: str
    history: tuple[VersionFacts, ...]


def active_playbooks() -> tuple[Rules, ...]:
    """The playbooks in force, by name: one query, and their content read without a detour."""
    return tuple(
        decode(content) for content in _in_force().filter(playbook__retired_at=None).values_list("text", flat=True)
    )


def titles_of(playbook: str, option: str, title: str) -> dict[str, str]:
    """The names by language of a remedy that an option of a playbook gives, by the one that a customer reads; {} of one
    that was written by hand, or changed."""
    text = _in_force().filter(playbook__slug=playbook).values_list("text", flat=True).first()
    options = [one for rule in decode(text).rules for one in rule.options if one.option == option] if text else []
    named = (giving.title.texts for one in options for giving in one.gives)
    return next((dict(texts) for texts in named if title in texts.values()), {})


def playbooks() -> tuple[PlaybookFacts, ...]:
    """Every playbook, those in force first, then by name."""
    rows = (
        _in_force()
        .select_related("playbook")
        .order_by(F("playbook__retired_at").desc(nulls_first=True), "playbook__name")
    )
    return tuple(_facts(row, decode(row.text)) for row in rows.defer("content", "source"))


def playbook_named(slug: str) -> PlaybookPage:
    """A playbook as it is in force. Raises Refusal "playbook.unknown"."""
    return _page(slug, None)


def playbook_version(slug: str, number: int) -> PlaybookPage:
    """A playbook as it once was. Raises Refusal "playbook.unknown"."""
    return _page(slug, number)


def unknown(slug: str) -> Refusal:
    """The refusal of a name that no playbook has."""
    near = nearest(slug, Playbook.objects.values_list("slug", flat=True))
    advice = f" Did you mean {near}?" if near else ""
    return missing("playbook.unknown", f"There is no playbook {slug}.{advice}")


def _in_force() -> QuerySet[Any]:
    """The version of each playbook that is in force, with its content as text."""
    return (
        PlaybookVersion.objects.filter(number=F("playbook__version"))
        .annotate(text=Cast("content", TextField()))
        .order_by("playbook__slug")
    )


def _page(slug: str, number: int | None) -> PlaybookPage:
    row = Playbook.objects.filter(slug=slug).first()
    if row is None:
        raise unknown(slug)
    wanted = row.versions.filter(number=number or row.version).annotate(text=Cast("content", TextField())).first()
    if wanted is None:
        raise missing("playbook.unknown", f"The playbook {slug} has no version {number}; its newest is {row.version}.")
    history = row.versions.defer("content", "source")
    return PlaybookPage(
        slug=row.slug, name=row.name, retired_at=row.retired_at, in_force=row.version, shown=_version(wanted),
        playbook=decode(wanted.text), source=wanted.source, history=tuple(map(_version, history)),
    )  # fmt: skip


def _facts(row: Any, rules: Rules) -> PlaybookFacts:
    return PlaybookFacts(
        slug=row.playbook.slug, name=row.playbook.name, version=row.number, retired_at=row.playbook.retired_at,
        saved_by=row.saved_by, saved_at=row.saved_at, rules=len(rules.rules),
        options=sum(len(rule.options) for rule in rules.rules),
    )  # fmt: skip


def _version(row: PlaybookVersion) -> VersionFacts:
    return VersionFacts(number=row.number, note=row.note, saved_by=row.saved_by, saved_at=row.saved_at)
