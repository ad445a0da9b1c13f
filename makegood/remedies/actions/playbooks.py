"""Writing playbooks. Each change is a new version; what was is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from django.db import transaction

from makegood.journal.actions import record
from makegood.journal.actors import Actor
from makegood.kernel.better import better_in
from makegood.kernel.refusals import Refusal, invalid
from makegood.kernel.texts import nearest
from makegood.people.queries import require
from makegood.people.rules import Ability
from makegood.promises.queries import kinds
from makegood.remedies.models import Playbook, PlaybookVersion
from makegood.remedies.queries.playbooks import unknown
from makegood.remedies.rules import playbooks as rules
from makegood.remedies.rules.playbooks_dump import dump
from makegood.remedies.rules.playbooks_file import shipped_texts, tidy


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of playbooks that were brought in, by their slugs."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    same: tuple[str, ...]


@transaction.atomic
def save_playbook(
    playbook: rules.Playbook,
    *,
    source: str = "",
    based_on: int | None = None,
    note: str = "",
    by: Actor,
    now: datetime,
) -> int:
    """Save a playbook as its newest version and put it in force. Returns the version's number.

    `source` is the text it was read from, kept with its comments; without one it is written anew. `based_on` is
    the version that whoever saves had before them; 0 says that there must be none of that name yet. The same
    again changes nothing. Raises Refusal "people.not_allowed", "playbook.stale", "playbook.taken",
    "playbook.unknown_kind", "playbook.promises_better" for words that no customer may be told before something was
    changed: a playbook is for every case, and only a case knows whether it was.
    """
    require(by, Ability.SET_REMEDIES)
    _check_kinds(playbook)
    _check_words(playbook)
    text = tidy(source) or dump(playbook)
    row, made = Playbook.objects.select_for_update().get_or_create(
        slug=playbook.playbook, defaults={"name": playbook.name, "version": 0}
    )
    if based_on is not None and based_on != row.version:
        raise _stale(row, taken=based_on == 0)
    if not made and row.retired_at is None and _is_same(row, text):
        return row.version
    back = row.retired_at is not None
    row.name, row.version, row.retired_at = playbook.name, row.version + 1, None
    row.save(update_fields=["name", "version", "retired_at"])
    PlaybookVersion.objects.create(
        playbook=row, number=row.version, content=msgspec.to_builtins(playbook), source=text, note=note[:300],
        saved_by=by.name, saved_at=now,
    )  # fmt: skip
    verb = "playbook.made" if made else "playbook.restored" if back else "playbook.changed"
    told = {"slug": row.slug, "name": row.name, "version": row.version, "note": note[:300]}
    record(verb, by=by, at=now, subject=("playbook", row.pk), data=told)
    return row.version


@transaction.atomic
def retire_playbook(slug: str, *, by: Actor, now: datetime) -> None:
    """Ask a playbook no longer. Its versions stay; saving it again puts it back in force.

    Raises Refusal "people.not_allowed", "playbook.unknown", "playbook.retired".
    """
    require(by, Ability.SET_REMEDIES)
    row = Playbook.objects.select_for_update().filter(slug=slug).first()
    if row is None:
        raise unknown(slug)
    if row.retired_at is not None:
        raise Refusal("playbook.retired", f"{row.name} is retired already.")
    row.retired_at = now
    row.save(update_fields=["retired_at"])
    told = {"slug": row.slug, "name": row.name, "version": row.version}
    record("playbook.retired", by=by, at=now, subject=("playbook", row.pk), data=told)


@transaction.atomic
def import_playbooks(
    found: Sequence[rules.Playbook], *, source: str = "", note: str = "", by: Actor, now: datetime
) -> Imported:
    """Save several playbooks, all or none. `source` is the text of a single one. Raises Refusal as `save_playbook`."""
    told: dict[str, list[str]] = {"new": [], "changed": [], "same": []}
    for playbook in found:
        before = Playbook.objects.filter(slug=playbook.playbook).values_list("version", "retired_at").first()
        version = save_playbook(playbook, source=source, note=note, by=by, now=now)
        became = "new" if before is None else "same" if (version, None) == before else "changed"
        told[became].append(playbook.playbook)
    return Imported(tuple(told["new"]), tuple(told["changed"]), tuple(told["same"]))


@transaction.atomic
def install_shipped(*, by: Actor, now: datetime) -> tuple[str, ...]:
    """Put the playbooks that ship in force, except those that are here or were once; returns the new ones' slugs."""
    here = set(Playbook.objects.values_list("slug", flat=True))
    new = [(text, playbook) for text, playbook in shipped_texts() if playbook.playbook not in here]
    for text, playbook in new:
        save_playbook(playbook, source=text, note="Comes with Makegood", by=by, now=now)
    return tuple(playbook.playbook for _text, playbook in new)


def _is_same(row: Playbook, text: str) -> bool:
    return row.versions.filter(number=row.version, source=text).exists()


def _stale(row: Playbook, *, taken: bool) -> Refusal:
    if taken:
        return invalid("playbook.taken", f"There is a playbook named {row.slug} already. Choose another name.")
    last = row.versions.get(number=row.version)
    said = f"{last.saved_by} saved version {row.version} while you were writing. Look at it, then save yours on top."
    return Refusal("playbook.stale", said)


def _check_kinds(playbook: rules.Playbook) -> None:
    """A commitment must be to a kind of promise that there is, or it could never be made."""
    known = [kind.slug for kind in kinds()]
    for rule in playbook.rules:
        for option, kind in _kinds_of(rule):
            if kind not in known:
                near = nearest(kind, known)
                advice = f"Did you mean {near}?" if near else f"There are {', '.join(known)}."
                where = f"The option {option} of the rule {rule.rule}"
                raise invalid("playbook.unknown_kind", f"{where} commits us to a promise of kind {kind}. {advice}")


def _check_words(playbook: rules.Playbook) -> None:
    for where, said in rules.read_by_customers(playbook):
        if found := better_in(said.texts.values()):
            raise invalid(
                "playbook.promises_better",
                f"{where}: “{found}” promises that things will be better. Say here what is given; that something was"
                " changed is said in the message of a case whose cause has an improvement that is live.",
            )  # fmt: skip


def _kinds_of(rule: rules.Rule) -> Iterator[tuple[str, str]]:
    """The kinds of promise that the options of a rule commit us to, each with its option."""
    for option in rule.options:
        yield from ((option.option, one.commits.promise) for one in option.gives if one.commits)
