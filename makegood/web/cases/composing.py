"""The box under the story of a case: a note, the customer's words, a call, or a message to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from makegood.cases.queries import CaseFacts
from makegood.cases.rules import CONVERSATION, Do, Stage, Step
from makegood.conversation.queries import MessageFacts, PhraseFacts, draft_of, phrases
from makegood.conversation.rules.messages import Channel, addresses_for, in_their_hours
from makegood.customers.queries import CustomerFacts
from makegood.kernel.texts import first_name
from makegood.platform.modelling import drafter
from makegood.remedies.queries.plan import zone_of
from makegood.web import clocks
from makegood.web.cases.guide import GuideStep
from makegood.web.desk import Desk
from makegood.web.tables import Choice

WRITTEN = (Channel.EMAIL, Channel.SMS, Channel.CHAT, Channel.PAGE, Channel.POST)
"""What is written to the customer here, in the order in which it is offered."""
FIELDS: Mapping[str, str] = {Channel.SMS: "to_sms", Channel.CHAT: "to_chat"}
"""The field with the address of a way, where that is not `to`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """The box as it is shown. `first` are the modes that leave nothing, `ways` those by which the customer is written
    to, `closed` the others that leave here, with what is missing and `address_url` where it is added. `values` are what
    was typed, kept, or stands there to begin with; `kept` when a draft was kept. `model` is what the model that drafts
    is called, "" for none."""

    modes: Sequence[Choice]
    ways: Sequence[Choice]
    closed: Sequence[Choice]
    address_url: str
    mode: str
    values: Mapping[str, Any]
    emails: Sequence[Choice]
    numbers: Sequence[Choice]
    chats: Sequence[Choice]
    covers: Collection[str]
    phrases: Sequence[PhraseFacts]
    language: str
    subject: str
    their_hours: str
    kept: datetime | None
    model: str


def box(
    case: CaseFacts,
    customer: CustomerFacts | None,
    said: Sequence[MessageFacts],
    steps: Sequence[GuideStep],
    carried: Collection[Channel],
    desk: Desk,
    typed: Mapping[str, Any] | None,
) -> Box | None:
    """The box; None without its customer, for somebody who may not write here."""
    if customer is None:
        return None
    able = ways_to(customer, carried)
    draft = None if typed else draft_of(desk.scope, case.number)
    values = typed or ({} if draft is None else _as_typed(draft))
    modes = _notes(case)
    there = [one.key for one in (*modes, *able)]
    wanted = str(values.get("mode") or "")
    return Box(
        modes=modes, ways=able, closed=_closed(customer, carried),
        address_url=f"/customers/{customer.id}/change/#reach-h",
        mode=wanted if wanted in there else _usual(case, said, there), values=values,
        emails=addresses(customer, Channel.EMAIL), numbers=addresses(customer, Channel.SMS),
        chats=addresses(customer, Channel.CHAT),
        covers=_covered(values, steps), phrases=_ready(customer), language=customer.language,
        subject=next((one.subject for one in reversed(said) if one.channel is Channel.EMAIL), ""),
        their_hours=hours_words(customer, desk), kept=draft.at if draft else None,
        model=asked.model if (asked := drafter()) and Do.NOTE in case.allowed else "",
    )  # fmt: skip


def typed_into(values: QueryDict) -> dict[str, Any]:
    """What was typed into the box."""
    return {**values.dict(), "covers": values.getlist("covers")}


def ways_to(customer: CustomerFacts, carried: Collection[Channel]) -> list[Choice]:
    """The ways to write to this customer: those that leave here, to where we have an address of theirs."""
    names = names_of_ways()
    able = [
        way for way in WRITTEN
        if way is Channel.PAGE or (addresses(customer, way) and (way in carried or way is Channel.POST))
    ]  # fmt: skip
    return [Choice(way.value, names[way]) for way in able]


def _closed(customer: CustomerFacts, carried: Collection[Channel]) -> list[Choice]:
    """The ways that leave here and lead nowhere, for want of an address of the customer's."""
    first, names = first_name(customer.name), names_of_ways()
    lacks = {
        Channel.EMAIL: _("We have no e-mail address of {}’s."), Channel.SMS: _("We have no telephone number of {}’s."),
        Channel.POST: _("We have no postal address of {}’s."),
    }  # fmt: skip
    return [
        Choice(way.value, names[way], words.format(first)) for way, words in lacks.items()
        if (way in carried or way is Channel.POST) and not addresses(customer, way)
    ]  # fmt: skip


def names_of_ways() -> dict[Channel, str]:
    """What the ways to write to a customer are called."""
    return {
        Channel.EMAIL: _("E-mail"), Channel.SMS: _("Text message"), Channel.CHAT: _("Chat"),
        Channel.PAGE: _("Their page"), Channel.POST: _("Letter"),
    }  # fmt: skip


def addresses(customer: CustomerFacts, way: Channel) -> list[Choice]:
    """Where a message goes by this way; the first is taken unless another is chosen."""
    return [Choice(one, one) for one in addresses_for(way, [(one.channel, one.value) for one in customer.contacts])]


def hours_words(customer: CustomerFacts, desk: Desk) -> str:
    """When the customer's hours are next, on their clock and, when that is another, on the reader's."""
    zone = zone_of(customer, ours=desk.organisation.zone)
    at = in_their_hours(desk.now, zone)
    with timezone.override(zone):
        if at <= desk.now:
            return _("it is {} for them: now").format(clocks.moment(at, desk.now))
        theirs = clocks.stamp(at)
    ours = clocks.stamp(at)
    return _("{} for them").format(theirs) if theirs == ours else _("{} for them, {} for you").format(theirs, ours)


def _notes(case: CaseFacts) -> list[Choice]:
    if Do.NOTE not in case.allowed:
        return []
    first = first_name(case.customer_name)
    return [Choice("note", _("Note")), Choice("words", _("{}’s words").format(first)), Choice("call", _("Log a call"))]


def _usual(case: CaseFacts, said: Sequence[MessageFacts], there: Sequence[str]) -> str:
    """A note, unless the customer wrote last: then it is an answer by the way they chose."""
    last = said[-1] if said else None
    if last is not None and last.inward and last.channel.value in there and case.stage is not Stage.CLOSED:
        return last.channel.value
    return there[0] if there else ""


def _covered(values: Mapping[str, Any], steps: Sequence[GuideStep]) -> Collection[str]:
    """The steps that a message takes: as they were ticked, else the one that the guide has open, unless that is to
    listen."""
    if values:
        return list(values.get("covers", ()))
    return [step.key for step in steps if step.open and step.key in CONVERSATION and step.key != Step.LISTEN]


def _as_typed(draft: Any) -> dict[str, Any]:
    way = FIELDS.get(draft.mode, "to")
    return {"mode": draft.mode, "text": draft.text, "subject": draft.subject, way: draft.to, "covers": draft.covers}


def _ready(customer: CustomerFacts) -> list[PhraseFacts]:
    code = customer.language.partition("-")[0].lower()
    return [one for one in phrases() if one.language in ("", code, customer.language)]
