"""How the customer wants to hear from us: what they may choose, and what they chose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from makegood.cases import actions as cases
from makegood.customers import actions as customers
from makegood.customers.queries import CustomerFacts
from makegood.customers.rules import Channel
from makegood.journal.actors import Actor
from makegood.kernel.refusals import invalid
from makegood.portal.languages import LANGUAGES
from makegood.portal.moments import Moments

_OFTEN = (60, 240, 1440, 10080)


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose."""

    key: str
    name: str
    chosen: bool


def cadences(customer: CustomerFacts, moments: Moments) -> list[Option]:
    """How often; what the customer wishes now is among them, whatever it is."""
    now = customer.cadence_minutes
    spans = sorted({*_OFTEN, *([now] if now else [])})
    often = [Option(str(one), rhythm(one, moments), one == now) for one in spans]
    return [Option("", _("When there is something to tell"), now is None), *often]


def rhythm(minutes: int, moments: Moments) -> str:
    """How often: with a number only where there are several of a unit."""
    once = {60: _("At least once an hour"), 1440: _("At least once a day"), 10080: _("At least once a week")}
    return once.get(minutes) or _("At least every {span}").format(span=moments.span(minutes))


def channels(customer: CustomerFacts) -> list[Option]:
    """By which way; only those by which we can reach them."""
    names = {
        Channel.EMAIL: _("By e-mail"), Channel.PHONE: _("By phone"), Channel.SMS: _("By text message"),
        Channel.CHAT: _("In the chat"), Channel.POST: _("By post"),
    }  # fmt: skip
    now = customer.preferred_channel
    known = {one.channel.value for one in customer.contacts} | ({now} if now else set())
    if Channel.PHONE in known:
        known.add(Channel.SMS)
    ways = [Option(way.value, name, way.value == now) for way, name in names.items() if way.value in known]
    return [Option("", _("As you think best"), not now), *ways]


def languages(code: str) -> list[Option]:
    """In which language, each by its own name."""
    return [Option(key, name, key == code) for key, name in LANGUAGES.items()]


def note_wishes(customer: CustomerFacts, number: int, typed: Mapping[str, str], *, by: Actor, now: datetime) -> None:
    """Note what the customer chose on the page of a case, whose next word follows it.

    Raises Refusal("customer.bad_cadence"), ("customer.bad_channel").
    """
    often, language = typed.get("cadence", ""), typed.get("language", "")
    if often and not (often.isascii() and often.isdigit() and len(often) < 9):
        raise invalid("customer.bad_cadence", "Choose how often.", field="cadence")
    wishes: customers.Wishes = {
        "cadence_minutes": int(often) if often else None,
        "preferred_channel": typed.get("channel", ""),
    }
    # One who reads pt-BR and chooses Portuguese goes on reading pt-BR.
    if language in LANGUAGES and customer.language.partition("-")[0] != language:
        wishes["language"] = language
    rhythm, way = wishes["cadence_minutes"], wishes["preferred_channel"]
    with transaction.atomic():
        customers.prefer(customer.id, by=by, now=now, **wishes)
        if (rhythm, way) != (customer.cadence_minutes, customer.preferred_channel):
            cases.hear_as_wished(number, cadence_minutes=rhythm, channel=way, by=by, now=now)
