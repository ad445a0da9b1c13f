"""Binding policies to kinds of promise. Each change is a row of its own; what was is kept."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db import transaction

from makegood.journal.actions import record
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, invalid
from makegood.kernel.texts import nearest
from makegood.people.queries import require
from makegood.people.rules import Ability
from makegood.promises.queries import kinds
from makegood.remedies.models import Binding as Row
from makegood.remedies.queries.bindings import unknown_binding
from makegood.remedies.rules.bindings import Binding
from makegood.remedies.rules.playbooks_file import tidy


@transaction.atomic
def bind(
    binding: Binding, *, source: str, based_on: int | None = None, note: str = "", by: Actor, now: datetime
) -> int:
    """Put a binding in force as its newest version, and return that; `source` is the text it was read from.

    `based_on` is the version that whoever saves had before them, 0 that there must be none of that name yet. The same
    again changes nothing. Raises Refusal "people.not_allowed", "binding.stale", "binding.unknown_kind".
    """
    require(by, Ability.SET_REMEDIES)
    _check_kinds(binding)
    last, text = _last(binding.binding), tidy(source)
    number = last.number if last else 0
    if based_on is not None and based_on != number:
        raise Refusal("binding.stale", f"There is a version {number} of {binding.binding} already. Look at it first.")
    if last is not None and not last.retired and last.source == text:
        return number
    _save(binding.binding, number + 1, msgspec.to_builtins(binding), text, note, retired=False, by=by, now=now)
    verb = "binding.made" if last is None else "binding.changed"
    _tell(verb, binding.binding, number + 1, binding.policy, list(binding.promise), by=by, now=now)
    return number + 1


@transaction.atomic
def retire_binding(slug: str, *, by: Actor, now: datetime) -> None:
    """Bind it no longer. What was given by it stays; saving it again puts it back in force.

    Raises Refusal "people.not_allowed", "binding.unknown", "binding.retired".
    """
    require(by, Ability.SET_REMEDIES)
    last = _last(slug)
    if last is None:
        raise unknown_binding(slug)
    if last.retired:
        raise Refusal("binding.retired", f"{slug} is not in force already.")
    _save(slug, last.number + 1, last.content, last.source, "", retired=True, by=by, now=now)
    content = msgspec.convert(last.content, Binding)
    _tell("binding.retired", slug, last.number + 1, content.policy, list(content.promise), by=by, now=now)


def _last(slug: str) -> Row | None:
    return Row.objects.select_for_update().filter(slug=slug).order_by("-number").first()


def _save(
    slug: str, number: int, content: object, source: str, note: str, *, retired: bool, by: Actor, now: datetime
) -> None:  # fmt: skip
    Row.objects.create(
        slug=slug, number=number, content=content, source=source, note=note[:300], retired=retired, saved_by=by.name,
        saved_at=now,
    )  # fmt: skip


def _tell(verb: str, slug: str, number: int, policy: str, promise: list[str], *, by: Actor, now: datetime) -> None:
    told = {"slug": slug, "version": number, "policy": policy, "promise": promise}
    record(verb, by=by, at=now, subject=("binding", None), data=told)


def _check_kinds(binding: Binding) -> None:
    """A binding to a kind that there is not would never speak."""
    known = [kind.slug for kind in kinds()]
    for kind in binding.promise:
        if kind not in known:
            near = nearest(kind, known)
            advice = f"Did you mean {near}?" if near else f"There are {', '.join(known)}."
            raise invalid("binding.unknown_kind", f"There is no kind of promise {kind}. {advice}", field="source")
