"""What the customer is owed by a rule, in their words: how much and by when, why not, or that they gave it up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from makegood.portal.moments import Moments
from makegood.remedies.queries import GrantFacts, Owed
from makegood.remedies.rules.entitlements.words import last_moment
from makegood.remedies.rules.owing import OwedState


class Due(NamedTuple):
    """One line of the letter, and the instant by which it stands."""

    at: datetime
    mark: str
    text: str
    notes: tuple[str, ...] = ()


def dues(owed: Sequence[Owed], moments: Moments) -> Iterator[Due]:
    """What is owed and was not given yet, and why nothing is, when a reason is to be told."""
    for one in owed:
        found = one.entitlement
        if found is None:
            continue
        if one.state is OwedState.OPEN:
            text = _("We owe you {amount}.").format(amount=moments.money(one.sums.open, one.currency))
            yield Due(found.pay_by or moments.now, "ahead", text, tuple(_notes(one, moments)))
        elif one.state is OwedState.RENOUNCED and one.renounced is not None:
            words = _("We owed you {amount}. You told us that you do not want it.")
            amount = moments.money(one.sums.to_grant, one.currency)
            yield Due(one.renounced.at, "grace", words.format(amount=amount))
        elif found.exemption is not None:
            yield Due(moments.now, "grace", found.exemption.tell_customer)


def payment_words(grant: GrantFacts, moments: Moments) -> str:
    """What was given because it is owed."""
    amount = moments.money(grant.total, grant.currency)
    return _("We pay you the {amount} that we owe you").format(amount=amount)


def _notes(one: Owed, moments: Moments) -> Iterator[str]:
    found = one.entitlement
    if found is not None and found.pay_by is not None:
        last = last_moment(found.pay_by, one.zone)
        by_the_day = last != found.pay_by
        when = moments.on(last.astimezone(one.zone).date()) if by_the_day else moments.at(last)
        yield _("At the latest {when}.").format(when=when)
    if found is not None and found.automatic:
        yield _("You need not ask for it.")
