"""What a customer may choose of, and what they chose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from makegood.cases.queries.seeing import visible
from makegood.kernel.refusals import missing
from makegood.people.rules import Scope
from makegood.platform.rows import any_row
from makegood.promises.rules import UNKEPT, State
from makegood.remedies.models import Grant, Offer
from makegood.remedies.queries.grants import GrantFacts, grant_facts
from makegood.remedies.rules.granting import GrantState
from makegood.remedies.rules.offering import OfferState, Silence


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFacts:
    """Several remedies of which the customer chooses one until a time. Instants are aware UTC.

    `decided_by` is whose authority it stands on. `chosen_id` is one of the `options`, `grant_id` the remedy that it
    became, and `promise_state` how the promise of that stands; nobody chose it at `chosen_at` None. `else_at` is when
    the customer asked for something else instead; `promise_id` the promise to get in touch when nothing is chosen.
    """

    id: int
    case: int
    state: OfferState
    by: str
    decided_by: str
    words: str
    silence: Silence
    made_at: datetime
    until: datetime
    opened_at: datetime | None
    chosen_id: int | None
    chosen_at: datetime | None
    grant_id: int | None
    promise_state: State | None
    else_at: datetime | None
    ended_at: datetime | None
    promise_id: int | None
    options: tuple[GrantFacts, ...]

    @property
    def chosen(self) -> GrantFacts | None:
        """What was chosen."""
        return next((one for one in self.options if one.id == self.chosen_id), None)

    def may_choose(self, now: datetime) -> bool:
        """Whether the customer may choose, or change their mind, at `now`: it is not over, nor done already."""
        done = self.promise_state is not None and self.promise_state not in UNKEPT
        return self.state is OfferState.OPEN and now < self.until and not done


def offers_of(number: int) -> tuple[OfferFacts, ...]:
    """The offers of a case that the caller may see, the newest first."""
    if not any_row("remedies_offer WHERE case_id = %s", [number]):
        return ()
    rows = list(Offer.objects.filter(case_id=number).select_related("by", "decided_by", "grant__promise"))
    options: dict[int | None, list[GrantFacts]] = {}
    # What was chosen became a remedy of its own; what could be chosen is the rest.
    stand = [GrantState.OFFERED, GrantState.ASKED, GrantState.REFUSED]
    for row in Grant.objects.filter(offer__in=rows, state__in=stand).select_related(
        "by", "decided_by", "promise", "approval"
    ).order_by("id"):  # fmt: skip
        options.setdefault(row.offer_id, []).append(grant_facts(row))
    return tuple(_facts(row, tuple(options.get(row.pk, ()))) for row in rows)


def offer_for(scope: Scope, offer_id: int) -> OfferFacts:
    """One offer. Raises Refusal "offer.unknown" also for one that may not be seen."""
    number = Offer.objects.filter(pk=offer_id, case__in=visible(scope).order_by().values("pk")).values_list("case_id")
    for (case,) in number:
        return next(one for one in offers_of(case) if one.id == offer_id)
    raise missing("offer.unknown", "There is no such offer.")


def _facts(row: Offer, options: tuple[GrantFacts, ...]) -> OfferFacts:
    promise = row.grant.promise if row.grant else None
    return OfferFacts(
        id=row.pk, case=row.case_id, state=OfferState(row.state), by=row.by.name,
        decided_by=row.decided_by.name if row.decided_by else "", words=row.words, silence=Silence(row.silence),
        made_at=row.made_at, until=row.until, opened_at=row.opened_at, chosen_id=row.chosen_id,
        chosen_at=row.chosen_at, grant_id=row.grant_id, promise_state=State(promise.state) if promise else None,
        else_at=row.else_at, ended_at=row.ended_at, promise_id=row.promise_id, options=options,
    )  # fmt: skip
