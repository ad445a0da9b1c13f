"""What every customer of an incident is given, and whether somebody may give it alone. Pure.

A uniform gift is many grants at once: one person's limits hold for each of them, for each case, and for all together
in the span of their budget.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from makegood.cases.rules import Obstacle
from makegood.kernel.money import decimals, format_money
from makegood.remedies.rules.authority import Limit, Spent, Wanted, judge, together
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.granting import Choice, Sums, part

LONGEST_WITHIN = 90


class Gift(msgspec.Struct, frozen=True, kw_only=True):
    """What each is given: what the customer reads, by language; `amount` its cost in `currency`; done `within` days."""

    remedy: RemedyKind
    titles: Mapping[str, str]
    amount: Decimal = Decimal(0)
    currency: str = ""
    within: int = 7

    def title(self, language: str) -> str:
        """What it is called in a language, in English where nobody wrote it."""
        return self.titles.get(language) or self.titles.get("en") or next(iter(self.titles.values()), "")

    def due_at(self, now: datetime) -> datetime:
        """By when one that is given now is done (aware UTC)."""
        return now + timedelta(days=self.within)

    def sums(self, now: datetime) -> Sums:
        """What one is made of: owed, put right, on top."""
        return part(Choice(remedy=self.remedy, title=self.title("en"), due_at=self.due_at(now), amount=self.amount))


def faults(gift: Gift) -> Iterator[Obstacle]:
    """What is wrong with a gift."""
    if not gift.title("en").strip():
        yield Obstacle("incident.no_gift", "Say what is given, such as: a meal voucher of $15.")
    if any(len(title) > 120 for title in gift.titles.values()):
        yield Obstacle("incident.too_long", "Up to 120 characters to name what is given, please.")
    if not gift.amount.is_finite() or not 0 <= gift.amount < Decimal(10) ** 9:
        yield Obstacle("grant.bad_amount", "An amount is nothing or more, and less than a thousand million.")
    elif gift.amount != gift.amount.quantize(Decimal(1).scaleb(-decimals(gift.currency))):
        yield Obstacle("grant.bad_amount", f"{gift.amount} has more decimals than {gift.currency} has.")
    if not 1 <= gift.within <= LONGEST_WITHIN:
        yield Obstacle("incident.bad_within", f"Say in how many days they have it, from 1 to {LONGEST_WITHIN}.")


def obstacles(
    gift: Gift, many: int, *, grade: int, limits: Collection[Limit], spent: Spent, now: datetime
) -> tuple[Obstacle, ...]:
    """Why somebody may not give this to so many alone, after what was `spent`; () when they may.

    Of the cases it tells of the one that was given most already.
    """
    above = gift.sums(now).above
    if not many or not above:
        return ()
    each = judge(together(Wanted(gift.remedy, above)), grade=grade, currency=gift.currency, limits=limits, spent=spent)
    all_of_it = judge(
        together(Wanted(gift.remedy, above * many)), grade=grade, currency=gift.currency,
        limits=[msgspec.structs.replace(limit, each=None, case=None) for limit in limits], spent=spent,
    )  # fmt: skip
    found = {obstacle.code: obstacle for obstacle in (*each.obstacles, *all_of_it.obstacles)}
    return tuple(found.values())


def covers(approved: Decimal, each: Decimal, *, gift: Gift, many: int, given: int, now: datetime) -> bool:
    """Whether a total that was approved, at so much for `each`, still covers what is wanted for `many` more after
    `given`."""
    above = gift.sums(now).above
    return above <= each and above * (many + given) <= approved


def in_words(gift: Gift, many: int) -> str:
    """The gift and what it comes to: "$15.00 for each of 88: $1,320.00"."""
    total = format_money(gift.amount * many, gift.currency)
    return f"{format_money(gift.amount, gift.currency)} for each of {many:,}: {total}"
