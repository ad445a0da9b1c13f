"""What follows in the cases when promises move. Called in the transaction that moves them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from makegood.cases.actions.committing import check_not_personal
from makegood.cases.actions.ladder import climb
from makegood.cases.actions.opening import open_for_promises
from makegood.cases.actions.righting import fail_again, set_right
from makegood.cases.actions.stock import take_stock
from makegood.cases.rules import DetectedBy, wants_case, was_mistaken
from makegood.customers.queries import living_ids
from makegood.journal.actors import Actor
from makegood.people.rules import Scope
from makegood.promises import actions as promises
from makegood.promises.queries import promise_for
from makegood.promises.rules import LIVE, Moved, State


@transaction.atomic
def follow(moved: Sequence[Moved], *, by: Actor, now: datetime, detected_by: DetectedBy = DetectedBy.WATCH) -> int:
    """Open cases for what failed, climb the ladder for what broke inside cases, and correct what was set right.

    Returns how many cases were opened.
    """
    failed = [move for move in moved if wants_case(move)]
    broken = [move for move in moved if move.inside_case and move.after is State.BROKEN]
    mistaken = [move for move in moved if was_mistaken(move)]
    if not (failed or broken or mistaken):
        return 0
    living = living_ids({move.customer_id for move in failed}) if failed else {}
    promise_ids = [move.promise_id for move in (*failed, *broken, *mistaken)]
    stock = take_stock(set(living.values()), promise_ids=promise_ids, now=now)
    climb(broken, by=by, now=now)
    set_right(mistaken, by=by, now=now)
    fail_again(failed, by=by, now=now)
    return open_for_promises(failed, stock, living=living, detected_by=detected_by, by=by, now=now)


@transaction.atomic
def keep_promise(promise_id: int, *, scope: Scope, by: Actor, now: datetime, at: datetime | None = None) -> Moved:
    """Keep a promise of the ledger, and correct its case when it turns out to have been kept in time.

    Raises Refusal as `promise_for` and `promises.keep` do, "case.charge_is_personal".
    """
    promise_for(scope, promise_id)
    check_not_personal(promise_id)
    moved = promises.keep(promise_id, at=at, by=by, now=now)
    follow([moved], by=by, now=now, detected_by=DetectedBy.STAFF)
    return moved


@transaction.atomic
def forecast_promise(promise_id: int, *, scope: Scope, forecast_at: datetime, by: Actor, now: datetime) -> Moved:
    """Record an estimate; one that is too late opens a case, so that we speak first.

    Raises Refusal as `promise_for` and `promises.forecast` do.
    """
    promise_for(scope, promise_id)
    moved = promises.forecast(promise_id, forecast_at=forecast_at, by=by, now=now)
    if moved.after in LIVE:
        follow([moved], by=by, now=now, detected_by=DetectedBy.STAFF)
    return moved
