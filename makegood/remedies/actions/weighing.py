"""Whether something may be given: read and locked together, so that nobody spends what another is spending."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from makegood.cases.actions.holding import hold
from makegood.cases.actions.wording import check_words
from makegood.cases.models import Case
from makegood.kernel.refusals import invalid
from makegood.people.queries import StaffFacts
from makegood.people.rules import Scope
from makegood.platform.installation import organisation
from makegood.remedies.models import Grant
from makegood.remedies.queries.hands import Hands, hands_in
from makegood.remedies.queries.loss import cap, given_in, loss_of
from makegood.remedies.queries.playbooks import active_playbooks
from makegood.remedies.rules.authority import Asked, Ruling, Wanted
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.granting import (
    Choice,
    asked_of,
    by_choice,
    compensation,
    faults,
    needs_reason,
    read_of,
    share,
)
from makegood.remedies.rules.playbooks import Who, kept_for

# Two transactions that would spend one person's budget wait for each other here; the two numbers name the lock.
_LOCK = "SELECT pg_advisory_xact_lock(%s, %s)"
_BUDGET, _EVENT = 0x6D67_6275, 0x6D67_6576


class Weighed(NamedTuple):
    """A case that is held, what it would be given, and who may give that."""

    case: Case
    currency: str
    asked: Asked
    of_loss: Decimal | None
    hands: Hands
    kept_for: tuple[Who, ...]
    """For whom the playbooks keep the options that were chosen."""

    @property
    def total(self) -> Decimal:
        """What it comes to, at most where the customer chooses."""
        return self.asked.comes_to(None)

    def is_barred(self, staff_id: int) -> bool:
        """Whether somebody is the case's own customer: they neither give nor decide."""
        return staff_id in self.hands.barred

    def ruling_for(self, staff_id: int, now: datetime) -> Ruling:
        """What somebody may do alone here. Their budget must be held when it is to be spent."""
        spent = self.hands.spent([staff_id], now)
        return self.hands.ruling(staff_id, self.asked, spent, self.kept_for)

    def approver(self, asker_id: int, now: datetime, *, silent: Collection[int] = ()) -> StaffFacts | None:
        """The nearest person who is there and may give it all; not the asker, not who kept silent."""
        spent = self.hands.spent(self.hands.everybody.people, now)
        return self.hands.approver(asker_id, self.asked, spent, self.kept_for, silent=silent)


def weigh(
    number: int,
    choices: Sequence[Choice],
    *,
    currency: str,
    reason: str,
    one_of: bool = False,
    scope: Scope,
    now: datetime,
) -> Weighed:
    """Hold the case and see what the choices come to: together, or the dearest where the customer chooses `one_of`
    them.

    Raises Refusal as `hold` does, "grant.*" for what is wrong with the choices, "grant.no_reason" past the cap,
    "promise.no_improvement" for what the customer would read of them.
    """
    case = hold(number, scope=scope)
    currency = currency or organisation().currency
    for fault in faults(choices, currency=currency, now=now):
        raise invalid(fault.code, fault.sentence, field="choices")
    check_words(number, read_of(choices), field="choices", scope=scope)
    loss = loss_of(case.pk, currency)
    given = given_in(case.pk, currency)
    asked = asked_of(choices, one_of=one_of)
    of_loss, owed = share(compensation(asked) + given.total, loss), share(given.owed, loss)
    limit = cap()
    if not reason.strip() and needs_reason(of_loss, cap=limit, owed_share=owed):
        raise invalid(
            "grant.no_reason",
            f"This is {of_loss:.0%} of what was lost. Past {limit:.0%} loyalty rises no further: say why it is"
            " right here.",
            field="reason",
        )
    return _weighed(case, choices, currency=currency, asked=asked, of_loss=of_loss, now=now)


def weigh_again(case: Case, rows: Sequence[Grant], *, now: datetime) -> Weighed:
    """What was asked for in a case that is held, as it comes out by the limits and the playbooks of now.

    Its share of the loss was stored when it was asked for, and is not reckoned again.
    """
    together = [tuple(rows)] if rows[0].offer_id is None else by_choice(rows)
    ways = [tuple(Wanted(RemedyKind(one.remedy), one.correction + one.goodwill) for one in way) for way in together]
    return _weighed(case, rows, currency=rows[0].currency, asked=Asked(tuple(ways)), of_loss=None, now=now)


def _weighed(
    case: Case,
    chosen: Sequence[Choice | Grant],
    *,
    currency: str,
    asked: Asked,
    of_loss: Decimal | None,
    now: datetime,
) -> Weighed:
    hands = hands_in(case.pk, owner_id=case.owner_id, customer_id=case.customer_id, currency=currency, now=now)
    options = {(one.playbook, one.rule, one.option) for one in chosen}
    return Weighed(case, currency, asked, of_loss, hands, _kept_for(options))


def _kept_for(chosen: Collection[tuple[str, str, str]]) -> tuple[Who, ...]:
    """Who may give these options (playbook, rule, option) by the playbooks in force; one in none binds nobody."""
    if not any(option for _, _, option in chosen):
        return ()
    return kept_for(active_playbooks(), chosen)


def hold_budget(staff_id: int) -> None:
    """Hold what one person may still give, until this transaction ends. Taken after the case, everywhere."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [_BUDGET, staff_id])


def hold_events(once_keys: Collection[str]) -> None:
    """Hold these events, whichever cases are about them, until this transaction ends: each is paid once. After the
    cases; always in the same order, so that whoever holds many waits for nobody who waits for them."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD_EVENTS, [_EVENT, list(once_keys)])


_HOLD_EVENTS = """
SELECT pg_advisory_xact_lock(%s, event) FROM (
    SELECT DISTINCT hashtext(key) AS event FROM unnest(%s::text[]) key ORDER BY event
) e
"""
