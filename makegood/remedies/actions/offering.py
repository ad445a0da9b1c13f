"""Letting the customer choose: offering several remedies, and taking the offer back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from makegood.cases.actions.holding import hold, person, tell
from makegood.cases.actions.speaking import short
from makegood.cases.actions.wording import check_words
from makegood.cases.models import Case
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, invalid, missing
from makegood.people.rules import Scope
from makegood.remedies.actions.approving import put_question
from makegood.remedies.actions.granting import check_not_own, give_with, new_rows, over_authority, put_aside
from makegood.remedies.actions.offered import end_offer, open_offer
from makegood.remedies.actions.weighing import hold_budget, weigh
from makegood.remedies.models import Offer
from makegood.remedies.rules.granting import Choice, GrantState
from makegood.remedies.rules.offering import OfferState, Silence, offer_faults


@transaction.atomic
def let_choose(
    number: int,
    choices: Sequence[Choice],
    *,
    until: datetime,
    words: str = "",
    silence: str = Silence.FIRST,
    currency: str = "",
    reason: str = "",
    ask: bool = False,
    note: str = "",
    scope: Scope,
    by: Actor,
    now: datetime,
) -> int:
    """Let the customer choose one of several remedies until a time (aware UTC). Returns the offer's id.

    All of them are frozen as they are, with their sums; the dearest must be within the authority of whoever offers.
    What is owed is nothing to choose: where a choice is with it, it is given at once.
    What is more is refused, or with `ask` put to somebody who may, with a `note`, before the customer sees it.
    Raises Refusal "offer.*" for what is wrong with the offer, "offer.waiting" while the case has one, and what
    `weigh`, `grant` and `ask_approval` raise.
    """
    _owed, choices = give_with(number, choices, scope=scope, by=by, now=now)
    for fault in offer_faults(choices, until=until, now=now):
        raise invalid(fault.code, fault.sentence, field="until" if "until" in fault.code else "choices")
    weighed = weigh(number, choices, currency=currency, reason=reason, one_of=True, scope=scope, now=now)
    me, case = person(by), weighed.case
    check_words(number, [words], field="words", scope=scope)
    _check_alone(case)
    hold_budget(me)
    check_not_own(weighed.hands.barred, me)
    ruling = weighed.ruling_for(me, now)
    if not ruling.fits and not ask:
        raise over_authority(ruling, weighed, me, now)
    offer = Offer.objects.create(
        case=case, by_id=me, words=short(words.strip()), silence=_silence(silence), state=OfferState.ASKED, made_at=now,
        until=until,
    )  # fmt: skip
    rows = new_rows(weighed, choices, reason, me, now)
    for row in rows:
        row.offer = offer
    if ruling.fits:
        for row in rows:
            row.state = GrantState.OFFERED
        put_aside(rows)
        open_offer(offer, case, decided_by=me, by=by, now=now)
    else:
        put_question(weighed, rows, note=note, by=by, now=now)
    return offer.pk


@transaction.atomic
def withdraw_offer(offer_id: int, *, reason: str = "", words: str = "", scope: Scope, by: Actor, now: datetime) -> int:
    """Take back an offer of which nothing was chosen yet; the customer reads `words` in its place. Returns the number
    of the case.

    Raises Refusal "offer.unknown", "offer.over" once it ended, "offer.chosen" when the customer has chosen,
    "case.too_long", "promise.no_improvement".
    """
    offer, case = held_offer(offer_id, scope)
    person(by)
    if offer.state != OfferState.OPEN:
        raise Refusal("offer.over", "Nothing can be chosen of it any more.")
    if offer.grant_id is not None:
        raise Refusal("offer.chosen", "The customer has chosen already. What they chose can be taken back instead.")
    check_words(case.pk, [words], field="words", scope=scope)
    hold_budget(offer.decided_by_id or 0)
    offer.afterword = short(words.strip())
    offer.save(update_fields=["afterword"])
    end_offer(offer, OfferState.WITHDRAWN, reason=reason or "The offer was taken back.", by=by, now=now)
    told = {"offer": offer.pk, "reason": reason.strip()[:500], "note": offer.afterword}
    tell("choice_withdrawn", case, by=by, at=now, data=told)
    return case.pk


def held_offer(offer_id: int, scope: Scope) -> tuple[Offer, Case]:
    """An offer and its case, held. Raises Refusal "offer.unknown" also for one that may not be seen."""
    number = Offer.objects.filter(pk=offer_id).values_list("case_id", flat=True).first()
    if number is None:
        raise unknown_offer()
    try:
        case = hold(number, scope=scope)
    except Refusal as refusal:
        raise unknown_offer() if refusal.code == "case.unknown" else refusal from None
    return Offer.objects.select_related("grant__promise").get(pk=offer_id), case


def unknown_offer() -> Refusal:
    """The same words whether there is none or none that may be seen."""
    return missing("offer.unknown", "There is no such offer.")


def _check_alone(case: Case) -> None:
    """One choice at a time: a page that asks twice confuses. Raises Refusal "offer.waiting"."""
    if Offer.objects.filter(case=case, state__in=[OfferState.ASKED, OfferState.OPEN]).exists():
        raise Refusal("offer.waiting", "The customer has something to choose from already. Take it back first.")


def _silence(text: str) -> Silence:
    if text not in list(Silence):
        raise invalid("offer.bad_silence", f"Say {' or '.join(Silence)}.", field="silence")
    return Silence(text)
