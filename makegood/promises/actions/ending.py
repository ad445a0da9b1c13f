"""Ending many promises at once: those that a recovery made and needs no more, and those it kept in one go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from makegood.journal.actions import NewEntry, record_many
from makegood.journal.actors import Actor
from makegood.platform.among import Among
from makegood.promises.actions.ledger import VERBS
from makegood.promises.models import Promise
from makegood.promises.rules import UNKEPT, State

_LET_GO = (State.WITHDRAWN, State.RELEASED)
_KEPT = (State.KEPT, State.KEPT_LATE)


def let_go(promise_ids: Collection[int], *, reason: str, by: Actor, now: datetime) -> None:
    """End those of these promises that are still to be kept: withdrawn in time, released once they broke.

    What ended before stays as it is.
    """
    _end(promise_ids, _LET_GO, "withdrawn_at", {"reason": reason}, by=by, now=now)


def keep_many(promise_ids: Collection[int], *, by: Actor, now: datetime) -> None:
    """Keep those of these promises that are still to be kept, late those that broke. What ended before stays so."""
    _end(promise_ids, _KEPT, "kept_at", {}, by=by, now=now)


@transaction.atomic
def _end(
    promise_ids: Collection[int],
    ends: tuple[State, State],
    column: str,
    more: dict[str, str],
    *,
    by: Actor,
    now: datetime,
) -> None:
    """End promises in the first of two states in time, in the second once they broke."""
    rows = Promise.objects.select_for_update().filter(pk__in=Among(promise_ids), state__in=UNKEPT).order_by("pk")
    held = list(rows.values_list("pk", "customer_id", "title", "due_at", "breaks_at", "state"))
    ended: dict[State, list[int]] = defaultdict(list)
    for pk, _, _, _, breaks_at, _ in held:
        ended[ends[now > breaks_at]].append(pk)
    for state, numbers in ended.items():
        moved = {"state": state, column: now, "next_check_at": None, "settled_at": now}
        Promise.objects.filter(pk__in=Among(numbers)).update(**moved)
    record_many(
        _entry(pk, customer_id, {"from": before, "to": ends[now > breaks_at], "due_at": due_at.isoformat(),
                                 "title": title, **more}, by, now)
        for pk, customer_id, title, due_at, breaks_at, before in held
    )  # fmt: skip


def _entry(pk: int, customer_id: int, data: dict[str, str], by: Actor, now: datetime) -> NewEntry:
    verb = VERBS[State(data["to"])]
    return NewEntry(verb=verb, by=by, at=now, subject=("promise", pk), customer_id=customer_id, data=data)
