"""Letting go of many promises at once: those that a recovery made and needs no more."""

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


@transaction.atomic
def let_go(promise_ids: Collection[int], *, reason: str, by: Actor, now: datetime) -> None:
    """End those of these promises that are still to be kept: withdrawn in time, released once they broke.

    What ended before stays as it is.
    """
    rows = Promise.objects.select_for_update().filter(pk__in=Among(promise_ids), state__in=UNKEPT).order_by("pk")
    held = list(rows.values_list("pk", "customer_id", "title", "due_at", "breaks_at", "state"))
    ends: dict[State, list[int]] = defaultdict(list)
    for pk, _, _, _, breaks_at, _ in held:
        ends[_end(breaks_at, now)].append(pk)
    for state, numbers in ends.items():
        Promise.objects.filter(pk__in=Among(numbers)).update(
            state=state, withdrawn_at=now, next_check_at=None, settled_at=now
        )
    record_many(
        _entry(pk, customer_id, {"from": before, "to": _end(breaks_at, now), "due_at": due_at.isoformat(),
                                 "title": title, "reason": reason}, by, now)
        for pk, customer_id, title, due_at, breaks_at, before in held
    )  # fmt: skip


def _end(breaks_at: datetime, now: datetime) -> State:
    return State.WITHDRAWN if now <= breaks_at else State.RELEASED


def _entry(pk: int, customer_id: int, data: dict[str, str], by: Actor, now: datetime) -> NewEntry:
    verb = VERBS[State(data["to"])]
    return NewEntry(verb=verb, by=by, at=now, subject=("promise", pk), customer_id=customer_id, data=data)
