"""The customer chooses, changes their mind, wants something else, or says nothing until the time is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from makegood.cases.actions.holding import hold_theirs, person, said, tell
from makegood.cases.actions.speaking import PAGE, short, tell_owner
from makegood.cases.models import Case
from makegood.journal.actors import SYSTEM, Actor
from makegood.kernel.refusals import Refusal
from makegood.people.rules import Scope
from makegood.promises import actions as promises
from makegood.promises.rules import UNKEPT, State
from makegood.remedies.actions.fulfilling import take_back
from makegood.remedies.actions.granting import give
from makegood.remedies.actions.offered import end_offer, no_need_to_get_in_touch
from makegood.remedies.actions.offering import held_offer, unknown_offer
from makegood.remedies.actions.weighing import hold_budget
from makegood.remedies.models import Grant, Offer
from makegood.remedies.rules.granting import GrantState, moved_on
from makegood.remedies.rules.offering import OfferState, Silence
from makegood.remedies.rules.playbooks import joined

_COPIED = (
    "case_id", "offer_id", "remedy", "title", "titles", "words", "playbook", "rule", "option", "correction", "goodwill",
    "currency", "share", "reason", "by_id", "due_at",
)  # fmt: skip


@transaction.atomic
def choose(number: int, offer_id: int, option_id: int, *, by: Actor, now: datetime) -> None:
    """The customer chooses on their page: it is given at once on the authority of whoever offered it, and what they
    chose before is taken back. The same again changes nothing.

    Raises Refusal "offer.unknown", "offer.over" when the time is over or the offer was taken back, "offer.fixed"
    when what they chose is done already, "case.closed".
    """
    case = hold_theirs(number)
    offer = _theirs(offer_id, number)
    if _chose(offer, case, option_id, by=by, now=now):
        tell_owner(case, "chose", "The customer of {} has chosen.", by=by, now=now)


@transaction.atomic
def choose_for(offer_id: int, option_id: int, *, scope: Scope, by: Actor, now: datetime) -> int:
    """Record what the customer chose in a conversation. Returns the number of the case. Raises Refusal as `choose`."""
    offer, case = held_offer(offer_id, scope)
    person(by)
    _chose(offer, case, option_id, by=by, now=now)
    return case.pk


@transaction.atomic
def want_else(number: int, offer_id: int, *, words: str, by: Actor, now: datetime) -> None:
    """The customer wants none of it but something else, and says what: their owner has to answer. What they chose
    before is taken back; until the time is over they may still choose.

    Raises Refusal as `choose`, "case.no_words", "case.too_long".
    """
    text = short(said(words, field="words", what="Write a few words first."))
    case = hold_theirs(number)
    offer = _theirs(offer_id, number)
    before = _take_back(_checked_open(offer, case, now), case, by=by, now=now)
    offer.chosen, offer.chosen_at, offer.grant, offer.else_at = None, None, None, now
    offer.save(update_fields=["chosen", "chosen_at", "grant", "else_at"])
    tell("asked_else", case, by=by, at=now, data={"offer": offer.pk, "words": text, "before": before, "channel": PAGE})
    tell_owner(case, "asked_else", "The customer of {} asks for something else.", by=by, now=now)


def settle_offers(*, now: datetime) -> int:
    """End the offers whose time is over, each in a transaction of its own. Returns how many.

    What was chosen stands. Where nothing was, the first option is given if the offer said so.
    """
    due = Offer.objects.filter(state=OfferState.OPEN, until__lte=now).order_by("until", "id")
    return sum(_settled(offer_id, number, now=now) for offer_id, number in due.values_list("pk", "case_id")[:1000])


@transaction.atomic
def _settled(offer_id: int, number: int, *, now: datetime) -> bool:
    case = hold_theirs(number)
    offer = _theirs(offer_id, number)
    if offer.state != OfferState.OPEN:
        return False
    hold_budget(offer.decided_by_id or 0)
    is_heard = offer.chosen_id is not None or offer.else_at is not None
    if not is_heard and case.closed_at is None:
        _follow_silence(offer, case, now=now)
    end_offer(offer, OfferState.SETTLED, reason="The case was closed." if case.closed_at else "", by=SYSTEM, now=now)
    return True


def _follow_silence(offer: Offer, case: Case, *, now: datetime) -> None:
    """Nothing was chosen in time: the first option is given, or the owner gets in touch, which is promised already."""
    data: dict[str, object] = {"offer": offer.pk}
    if offer.silence == Silence.FIRST:
        option = _choices(offer).order_by("id")[0]
        rows = _give(offer, case, option, by=SYSTEM, now=now)
        offer.chosen, offer.grant = option, rows[0]
        offer.save(update_fields=["chosen", "grant"])
        data["title"] = joined(row.title for row in rows)
    tell("choice_lapsed", case, by=SYSTEM, at=now, data=data)
    tell_owner(case, "choice_lapsed", "The customer of {} has chosen nothing in time.", by=SYSTEM, now=now)


def _chose(offer: Offer, case: Case, option_id: int, *, by: Actor, now: datetime) -> bool:
    """Whether it changed anything."""
    chosen_before = _checked_open(offer, case, now)
    option = _choices(offer).filter(pk=option_id).first()
    if option is None:
        raise unknown_offer()
    if offer.chosen_id == option.pk:
        return False
    hold_budget(offer.decided_by_id or 0)
    before = _take_back(chosen_before, case, by=by, now=now)
    rows = _give(offer, case, option, by=by, now=now)
    offer.chosen, offer.chosen_at, offer.grant, offer.else_at = option, now, rows[0], None
    offer.save(update_fields=["chosen", "chosen_at", "grant", "else_at"])
    no_need_to_get_in_touch(offer, reason="The customer has chosen.", by=by, now=now)
    told = {"offer": offer.pk, "title": joined(row.title for row in rows), "due_at": rows[0].due_at.isoformat()}
    tell("chose", case, by=by, at=now, data={**told, "promise": rows[0].promise_id, "before": before})
    return True


def _choices(offer: Offer) -> QuerySet[Grant]:
    """What may be chosen: the first of each, which the rest comes with."""
    return offer.options.filter(state=GrantState.OFFERED, part_of=None)


def _give(offer: Offer, case: Case, option: Grant, *, by: Actor, now: datetime) -> list[Grant]:
    """An option as remedies that are given, the first in front: what is chosen stays as it was offered."""
    given: list[Grant] = []
    for one in [option, *offer.options.filter(state=GrantState.OFFERED, part_of=option).order_by("id")]:
        row = Grant(**{name: getattr(one, name) for name in _COPIED}, made_at=now)
        row.part_of = given[0] if given else None
        row.due_at = moved_on(one.due_at, asked_at=offer.opened_at or offer.made_at, now=now)
        give(row, case, decided_by=offer.decided_by_id or 0, by=by, now=now)
        given.append(row)
    return given


def _take_back(rows: Sequence[Grant], case: Case, *, by: Actor, now: datetime) -> str:
    """End what was chosen before, none of which is done yet; its title, or ""."""
    reason = "The customer chose otherwise."
    for row in rows:
        take_back(row, case, reason=reason, quiet=True, by=by, now=now)
    promises.let_go([row.promise_id for row in rows if row.promise_id], reason=reason, by=by, now=now)
    return joined(row.title for row in rows)


def _checked_open(offer: Offer, case: Case, now: datetime) -> list[Grant]:
    """What was chosen so far, none of which is done. Raises Refusal "case.closed", "offer.over", "offer.fixed"."""
    if case.closed_at is not None:
        raise Refusal("case.closed", "This case is closed. Reopen it to go on.")
    if offer.state != OfferState.OPEN or offer.until <= now:
        raise Refusal("offer.over", "The time to choose is over.")
    if offer.grant_id is None:
        return []
    chosen = Q(pk=offer.grant_id) | Q(part_of=offer.grant_id)
    rows = list(Grant.objects.filter(chosen, state=GrantState.GIVEN).select_related("promise").order_by("id"))
    if any(row.promise and State(row.promise.state) not in UNKEPT for row in rows):
        raise Refusal("offer.fixed", "What was chosen is done already, and stays as it is.")
    return rows


def _theirs(offer_id: int, number: int) -> Offer:
    """An offer of a case that is held. Raises Refusal "offer.unknown"."""
    found = Offer.objects.filter(pk=offer_id, case_id=number).first()
    if found is None or found.state in (OfferState.ASKED, OfferState.REFUSED):
        raise unknown_offer()
    return found
