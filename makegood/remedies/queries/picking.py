"""What may be given in a case, in which order, and who decides about each: what the picker shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import connection

from makegood.cases.queries import CaseFacts
from makegood.cases.rules import FailureClass
from makegood.customers.queries import CustomerFacts
from makegood.kernel.when import after
from makegood.people.queries import Roster, StaffFacts
from makegood.platform.installation import organisation
from makegood.promises.queries import PromiseFacts
from makegood.remedies.queries.failing import failure_in
from makegood.remedies.queries.hands import Hands, hands_in
from makegood.remedies.queries.loss import Compensated, cap, given_in, loss_of
from makegood.remedies.queries.owing import Owed, owing
from makegood.remedies.queries.playbooks import active_playbooks
from makegood.remedies.rules.authority import Asked, Ruling, Spent, Wanted, together
from makegood.remedies.rules.entitlements import at_least
from makegood.remedies.rules.fit import FailureKind
from makegood.remedies.rules.granting import SOON, Choice, asked_of, compensation, needs_reason, share
from makegood.remedies.rules.owing import OwedState
from makegood.remedies.rules.playbooks import Giving, Who, kept_for
from makegood.remedies.rules.playbooks_cost import Loss
from makegood.remedies.rules.playbooks_match import Matched, Offer, Priced, Situation, match


@dataclass(frozen=True, slots=True)
class Decider:
    """Somebody who may give what the one who asks may not; `usually` is how long they mostly take, if known."""

    id: int
    name: str
    usually: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PickPart:
    """One remedy of an option. `cost` is all it costs, None until that can be worked out.

    `amount` is what it costs above what is owed, nothing until then; `owed` what is given with it because it is owed.
    `due_at` (aware UTC) is by when it would be done when it is agreed now.
    """

    giving: Giving
    cost: Decimal | None
    amount: Decimal
    owed: Decimal
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """An option in the picker, with all that is given together. `decider` is None when it is one's own to give;
    `nobody` that no one there may."""

    offer: Offer
    parts: tuple[PickPart, ...]
    decider: Decider | None
    nobody: bool

    @property
    def amount(self) -> Decimal:
        """What it costs above what is owed, as far as that can be worked out."""
        return sum((one.amount for one in self.parts), Decimal(0))

    @property
    def owed(self) -> Decimal:
        """What is given with it because it is owed."""
        return sum((one.owed for one in self.parts), Decimal(0))

    @property
    def due_at(self) -> datetime:
        """By when all of it would be done when it is agreed now (aware UTC)."""
        return max(one.due_at for one in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoned:
    """What is chosen together: what it comes to, whether one may give it alone, and who decides when not.

    `total` is what it costs above what is owed, `owed` what is given with it because it is owed. `ruling` counts what
    the case was given before; `of_loss` too is what it would then have had, of its loss.
    """

    choices: tuple[Choice, ...]
    total: Decimal
    owed: Decimal
    ruling: Ruling
    mine: bool
    decider: Decider | None
    of_loss: Decimal | None
    needs_reason: bool

    @property
    def only_owed(self) -> bool:
        """Whether nothing is given but what is owed: then nobody is asked."""
        parts = [one for choice in self.choices for one in choice.parts]
        return bool(self.owed) and all(one.with_owed and not one.amount for one in parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picker:
    """All that is needed to choose a remedy. `ruling` is what the case was given already, against one's limit.

    `owed` is what policies say, which comes first. `reckoned` is what is chosen, all of it together; `one_of` the same
    as an offer of which the customer chooses one. `everybody` are those among whom deciders were sought.
    """

    failure: FailureKind
    failure_is_named: bool
    currency: str
    owed: tuple[Owed, ...]
    loss: Decimal | None
    given: Decimal
    cap: Decimal
    ruling: Ruling
    matched: Matched
    picks: tuple[Pick, ...]
    reckoned: Reckoned
    one_of: Reckoned
    everybody: Roster


Choose = Callable[[Sequence[Pick], str], Sequence[Choice]]
"""Makes choices of what there is to pick from, in a currency."""


def nothing(picks: Sequence[Pick], currency: str) -> Sequence[Choice]:
    """Nothing chosen yet."""
    return ()


_USUALLY = """
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY decided_at - asked_at)
FROM (SELECT decided_at, asked_at FROM remedies_approval
      WHERE decided_by_id = %s AND silent = '[]' ORDER BY decided_at DESC LIMIT 50) AS lately
"""


class _Reader:
    """What is whose to give, for one reader: what was given is read once for all that is shown."""

    def __init__(self, case: CaseFacts, currency: str, staff_id: int | None, now: datetime) -> None:
        self.hands: Hands = hands_in(
            case.number, owner_id=case.owner_id, customer_id=case.customer_id, currency=currency, now=now
        )
        self.spent: Mapping[int, Spent] = self.hands.spent(self.hands.everybody.people, now)
        self.staff_id = staff_id
        self.usual: dict[int, timedelta | None] = {}

    def ruling(self, asked: Asked, *kept_for: Who) -> Ruling:
        return self.hands.ruling(self.staff_id, asked, self.spent, kept_for)

    def is_mine(self, asked: Asked, *kept_for: Who) -> bool:
        return self.hands.may_give(self.staff_id, asked, self.spent, kept_for)

    def decider(self, asked: Asked, *kept_for: Who) -> Decider | None:
        """The nearest person who may give all this alone, by their limits and by each playbook."""
        found = self.hands.approver(self.staff_id, asked, self.spent, kept_for)
        return None if found is None else self._known(found)

    def _known(self, person: StaffFacts) -> Decider:
        if person.id not in self.usual:
            with connection.cursor() as cursor:
                cursor.execute(_USUALLY, [person.id])
                self.usual[person.id] = cursor.fetchone()[0]
        return Decider(person.id, person.name, self.usual[person.id])


def picker(
    case: CaseFacts,
    customer: CustomerFacts,
    *,
    staff_id: int | None,
    answers: Mapping[str, str],
    now: datetime,
    choose: Choose = nothing,
) -> Picker:
    """The options of a case for somebody who may see it; `answers` are those to the playbook's questions so far.

    `choose` says what of them is chosen, and what beside them; it is reckoned up as the actions would.
    """
    currency = _currency(case)
    loss, limit = loss_of(case.number, currency), cap()
    situation = situation_of(case, customer, loss=loss, currency=currency, answers=answers, now=now)
    books = active_playbooks()
    matched = match(books, situation, cap=limit)
    reader, zone, given = _Reader(case, currency, staff_id, now), organisation().zone, given_in(case.number, currency)
    owed = owing(case, now=now)
    waiting = [one for one in owed if one.state is OwedState.OPEN and one.currency == currency]
    picks = tuple(_pick(offer, reader, waiting, zone, now) for offer in matched.offers)
    choices = tuple(choose(picks, currency))
    kept = kept_for(books, {(one.playbook, one.rule, one.option) for one in choices})
    assert situation.failure is not None  # noqa: S101 - a case's is always known, or guessed
    return Picker(
        failure=situation.failure,
        failure_is_named=situation.named,
        currency=currency,
        owed=owed,
        loss=loss,
        given=given.total,
        cap=limit,
        ruling=reader.ruling(together()),
        matched=matched,
        picks=picks,
        reckoned=_reckoned(choices, kept, reader, waiting=_sum_of(waiting), given=given, loss=loss, cap=limit),
        one_of=_reckoned(
            choices, kept, reader, waiting=_sum_of(waiting), given=given, loss=loss, cap=limit, one_of=True
        ),
        everybody=reader.hands.everybody,
    )


def _reckoned(
    choices: tuple[Choice, ...],
    kept: tuple[Who, ...],
    reader: _Reader,
    *,
    waiting: Decimal,
    given: Compensated,
    loss: Decimal | None,
    cap: Decimal,
    one_of: bool = False,
) -> Reckoned:
    asked = asked_of(choices, one_of=one_of)
    mine = reader.is_mine(asked, *kept)
    owed = waiting if any(one.with_owed for choice in choices for one in choice.parts) else Decimal(0)
    of_loss = share(compensation(asked) + given.total + owed, loss)
    return Reckoned(
        choices=choices,
        total=asked.comes_to(None),
        owed=owed,
        ruling=reader.ruling(asked, *kept),
        mine=mine,
        decider=None if mine or not choices else reader.decider(asked, *kept),
        of_loss=of_loss,
        needs_reason=bool(choices) and needs_reason(of_loss, cap=cap, owed_share=share(given.owed + owed, loss)),
    )


def situation_of(
    case: CaseFacts,
    customer: CustomerFacts,
    *,
    loss: Decimal | None,
    currency: str,
    answers: Mapping[str, str],
    now: datetime,
) -> Situation:
    """What the playbooks are asked about a case."""
    judged = failure_in(case.number)
    broke_again = bool(case.escalations) or case.ordinal > 1
    promise = case.promise
    words = " ".join([case.title, case.harm, *(failure.what for failure in case.failures)])
    failure_class = FailureClass(case.failures[0].failure_class) if case.failures else None
    ended = (promise.kept_at or promise.withdrawn_at or now) if promise else now
    return Situation(
        failure=judged.kind,
        named=judged.is_named,
        failure_class=failure_class,
        promise=case.kind,
        severity=case.severity,
        repeat=case.ordinal,
        double_deviation=broke_again,
        customer=attributes_of(customer),
        words=" ".join([words, *_told_beside(promise)]),
        loss=Loss(
            value=loss, currency=currency, late=max(ended - promise.due_at, timedelta(0)) if promise else None
        ),
        answers=answers,
    )  # fmt: skip


def _told_beside(promise: PromiseFacts | None) -> Iterator[str]:
    """What a promise's source told of it in words: "back-order: 3 of 6 pieces"."""
    for name, value in (promise.attributes if promise else {}).items():
        if isinstance(value, str):
            yield f"{name}: {value}"


def attributes_of(customer: CustomerFacts) -> dict[str, str]:
    """What a playbook's rules may ask of a customer."""
    known = {"language": customer.language, "channel": customer.preferred_channel}
    if customer.value is not None:
        known["value"] = str(int(customer.value))
    return {name: value for name, value in known.items() if value}


def _pick(offer: Offer, reader: _Reader, waiting: Sequence[Owed], zone: ZoneInfo, now: datetime) -> Pick:
    """An option. The first of it that pays as something owed is paid gives that with it, and its cost is parted."""
    kinds = {one.remedy for one in waiting}
    pays = next((one for one in offer.parts if one.giving.remedy in kinds), None)
    owed = _sum_of(waiting)
    parts = tuple(_pick_part(one, owed if one is pays else Decimal(0), zone, now) for one in offer.parts)
    asked, who = together(*(Wanted(one.giving.remedy, one.amount) for one in parts)), offer.option.who
    mine = reader.is_mine(asked, who)
    decider = None if mine else reader.decider(asked, who)
    return Pick(offer=offer, parts=parts, decider=decider, nobody=not mine and decider is None)


def _pick_part(one: Priced, owed: Decimal, zone: ZoneInfo, now: datetime) -> PickPart:
    parted = at_least(owed, one.price.amount or Decimal(0))
    commits = one.giving.commits
    due_at = after(commits.within if commits else SOON, now=now, zone=zone, calendar=None).due_at
    return PickPart(
        giving=one.giving, cost=one.price.amount, amount=parted.goodwill, owed=parted.entitled, due_at=due_at
    )


def _sum_of(waiting: Sequence[Owed]) -> Decimal:
    return sum((one.sums.to_grant for one in waiting), Decimal(0))


def _currency(case: CaseFacts) -> str:
    """That of what failed, else the organisation's."""
    return (
        next(
            (one.promise.currency for one in case.failures if one.promise and one.promise.currency),
            "",
        )
        or organisation().currency
    )
