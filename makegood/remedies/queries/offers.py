"""What a customer may choose of, and what they chose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from makegood.cases.queries.seeing import visible
from makegood.kernel.refusals import missing
from makegood.people.rules import Scope
from makegood.platform.rows import any_row
from makegood.promises.rules import UNKEPT
from makegood.remedies.models import Grant, Offer
from makegood.remedies.queries.grants import GrantFacts, grant_facts
from makegood.remedies.rules.granting import by_choice
from makegood.remedies.rules.offering import OfferState, Silence
from makegood.remedies.rules.playbooks import joined


@dataclass(frozen=True, slots=True)
class OptionFacts:
    """One thing that may be chosen: remedies that come together, the first in front."""

    parts: tuple[GrantFacts, ...]

    @property
    def id(self) -> int:
        """By which it is chosen."""
        return self.parts[0].id

    @property
    def title(self) -> str:
        """All of it by name."""
        return joined(one.title for one in self.parts)

    @property
    def total(self) -> Decimal:
        """All that it costs."""
        return sum((one.total for one in self.parts), Decimal(0))

    @property
    def currency(self) -> str:
        """What it is counted in."""
        return self.parts[0].currency

    @property
    def due_at(self) -> datetime:
        """By when all of it is done."""
        return max(one.due_at for one in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFacts:
    """Several remedies of which the customer chooses one until a time. Instants are aware UTC.

    `decided_by` is whose authority it stands on. `chosen_id` is one of the `options`, `grant_id` the first remedy that
    it became, and `is_done` whether any of that is done already; nobody chose it at `chosen_at` None. `else_at` is when
    the customer asked for something else instead; `promise_id` the promise to get in touch when nothing is chosen;
    `afterword` what they read once it was taken back.
    """

    id: int
    case: int
    state: OfferState
    by: str
    decided_by: str
    words: str
    afterword: str
    silence: Silence
    made_at: datetime
    until: datetime
    opened_at: datetime | None
    chosen_id: int | None
    chosen_at: datetime | None
    grant_id: int | None
    is_done: bool
    else_at: datetime | None
    ended_at: datetime | None
    promise_id: int | None
    options: tuple[OptionFacts, ...]

    @property
    def chosen(self) -> OptionFacts | None:
        """What was chosen."""
        return next((one for one in self.options if one.id == self.chosen_id), None)

    def may_choose(self, now: datetime) -> bool:
        """Whether the customer may choose, or change their mind, at `now`: it is not over, nor done already."""
        return self.state is OfferState.OPEN and now < self.until and not self.is_done


def offers_of(number: int) -> tuple[OfferFacts, ...]:
    """The offers of a case that the caller may see, the newest first."""
    if not any_row("remedies_offer WHERE case_id = %s", [number]):
        return ()
    rows = list(Offer.objects.filter(case_id=number).select_related("by", "decided_by"))
    found: dict[int | None, list[GrantFacts]] = {}
    for row in Grant.objects.filter(offer__in=rows).select_related("by", "decided_by", "promise", "approval"):
        found.setdefault(row.offer_id, []).append(grant_facts(row))
    return tuple(_facts(row, found.get(row.pk, [])) for row in rows)


def offer_for(scope: Scope, offer_id: int) -> OfferFacts:
    """One offer. Raises Refusal "offer.unknown" also for one that may not be seen."""
    number = Offer.objects.filter(pk=offer_id, case__in=visible(scope).order_by().values("pk")).values_list("case_id")
    for (case,) in number:
        return next(one for one in offers_of(case) if one.id == offer_id)
    raise missing("offer.unknown", "There is no such offer.")


def _facts(row: Offer, grants: Sequence[GrantFacts]) -> OfferFacts:
    # What was chosen became remedies of their own; what could be chosen is the rest.
    became = [one for one in grants if row.grant_id and row.grant_id in (one.id, one.part_of_id)]
    options = [one for one in grants if one.given_at is None]
    return OfferFacts(
        id=row.pk, case=row.case_id, state=OfferState(row.state), by=row.by.name,
        decided_by=row.decided_by.name if row.decided_by else "", words=row.words, afterword=row.afterword,
        silence=Silence(row.silence),
        made_at=row.made_at, until=row.until, opened_at=row.opened_at, chosen_id=row.chosen_id,
        chosen_at=row.chosen_at, grant_id=row.grant_id,
        is_done=any(one.promise_state is not None and one.promise_state not in UNKEPT for one in became),
        else_at=row.else_at, ended_at=row.ended_at, promise_id=row.promise_id,
        options=tuple(map(OptionFacts, by_choice(options))),
    )  # fmt: skip
