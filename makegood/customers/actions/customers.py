"""One customer: added, changed, reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from django.db import IntegrityError, transaction

from makegood.customers import rules
from makegood.customers.actions.wording import reword
from makegood.customers.models import ContactPoint, Customer
from makegood.journal.actions import NewEntry, record, record_many
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, invalid, missing
from makegood.people.queries import require
from makegood.people.rules import Ability


class OtherDetails(TypedDict, total=False):
    """What may be known of a customer beside the name; what is left out stays as it is."""

    key: str | None
    language: str
    time_zone: str
    preferred_channel: str
    cadence_minutes: int | None
    in_peace: bool
    value: Decimal | None
    currency: str


class Wishes(TypedDict, total=False):
    """How a customer wants to hear from us."""

    language: str
    preferred_channel: str
    cadence_minutes: int | None


class CustomerDetails(OtherDetails, total=False):
    """What may be changed about a customer."""

    name: str


@transaction.atomic
def add(
    name: str,
    *,
    contacts: Sequence[tuple[str, str]] = (),
    by: Actor,
    now: datetime,
    **details: Unpack[OtherDetails],
) -> int:
    """Take a customer in. `contacts` are pairs of a channel and how to reach them there. Returns the id.

    Raises Refusal("customer.key_taken"), ("people.not_allowed") or one that names the field to change.
    """
    require(by, Ability.WORK)
    customer = Customer(made_at=now)
    _apply(customer, {"name": name, **details})
    for channel, value in contacts:
        _reach(customer.pk, rules.read_contact(channel, value))
    reword([customer.pk])
    _record("customer.added", customer, by=by, now=now, data={"name": customer.name})
    return customer.pk


@transaction.atomic
def add_writers(people: Mapping[str, str], *, by: Actor, now: datetime) -> dict[str, int]:
    """Take in people who wrote to us for the first time, named by their e-mail addresses in lower case. Returns their
    ids by address. Raises Refusal("customer.bad_email"), ("customer.bad_name"), ("people.not_allowed")."""
    require(by, Ability.WORK)
    named = {rules.read_email(address): rules.read_name(name) for address, name in people.items()}
    rows = Customer.objects.bulk_create(Customer(name=name, made_at=now) for name in named.values())
    made = {address: row.pk for address, row in zip(named, rows, strict=True)}
    ContactPoint.objects.bulk_create(
        ContactPoint(customer_id=pk, channel=rules.Channel.EMAIL, value=address, normal=address)
        for address, pk in made.items()
    )
    reword(list(made.values()))
    record_many(
        NewEntry(
            verb="customer.added", by=by, at=now, subject=("customer", pk), customer_id=pk,
            data={"name": named[address]},
        )
        for address, pk in made.items()
    )  # fmt: skip
    return made


@transaction.atomic
def change(customer_id: int, *, by: Actor, now: datetime, **details: Unpack[CustomerDetails]) -> None:
    """Change what is given. Raises Refusal as `add` does, and ("customer.unknown"), ("customer.merged")."""
    require(by, Ability.WORK)
    customer = _lock(customer_id)
    _set(customer, details, by=by, now=now)
    reword([customer.pk])


def _set(customer: Customer, details: Mapping[str, Any], *, by: Actor, now: datetime) -> None:
    before = {field: getattr(customer, field) for field in details}
    _apply(customer, details)
    news = {field: str(getattr(customer, field)) for field, old in before.items() if getattr(customer, field) != old}
    if news:
        _record("customer.changed", customer, by=by, now=now, data=news)


@transaction.atomic
def prefer(customer_id: int, *, by: Actor, now: datetime, **wishes: Unpack[Wishes]) -> None:
    """Note how a customer wants to hear from us, as they said it themselves: nobody's ability is asked for.

    Raises Refusal("customer.bad_cadence"), ("customer.bad_channel"), ("customer.bad_language"), ("customer.merged").
    """
    _set(_lock(customer_id), wishes, by=by, now=now)


@transaction.atomic
def add_contact(customer_id: int, channel: str, value: str, *, by: Actor, now: datetime) -> None:
    """Add a way to reach a customer; one that is known already changes nothing.

    Raises Refusal("customer.bad_email"), ("customer.bad_phone") and so on, ("customer.unknown"), ("customer.merged").
    """
    require(by, Ability.WORK)
    customer = _lock(customer_id)
    contact = rules.read_contact(channel, value)
    if _reach(customer.pk, contact):
        reword([customer.pk])
        _record("customer.changed", customer, by=by, now=now, data={contact.channel.value: contact.value})


@transaction.atomic
def remove_contact(contact_id: int, *, by: Actor, now: datetime) -> None:
    """Take away a way to reach a customer. Raises Refusal("customer.unknown_contact"), ("people.not_allowed")."""
    require(by, Ability.WORK)
    contact = ContactPoint.objects.filter(pk=contact_id).first()
    if contact is None:
        raise missing("customer.unknown_contact", "There is no such way to reach them. It may be gone already.")
    customer = _lock(contact.customer_id)
    contact.delete()
    reword([customer.pk])
    _record("customer.changed", customer, by=by, now=now, data={contact.channel: ""})


def _lock(customer_id: int) -> Customer:
    customer = Customer.objects.defer("search").select_for_update(no_key=True).filter(pk=customer_id).first()
    if customer is None:
        raise missing("customer.unknown", "There is no such customer.")
    if customer.merged_into_id is not None:
        raise Refusal("customer.merged", "This customer was merged into another. Open that one and change it there.")
    return customer


_READERS: dict[str, Any] = {
    "name": rules.read_name,
    "key": lambda key: rules.read_key(key) if key else None,
    "language": rules.read_language,
    "time_zone": rules.read_time_zone,
    "preferred_channel": lambda channel: rules.read_channel(channel) if channel else "",
    "cadence_minutes": rules.read_cadence,
    "in_peace": bool,
    "value": rules.read_value,
    "currency": rules.read_currency,
}


def _apply(customer: Customer, details: Mapping[str, Any]) -> None:
    """Set and save each field that is given, read and checked."""
    for field, read in _READERS.items():
        if field in details:
            setattr(customer, field, read(details[field]))
    try:
        with transaction.atomic():
            customer.save()
    except IntegrityError:
        raise invalid(
            "customer.key_taken",
            f"There is a customer with the number {customer.key} already. Open that one, or give another number.",
            field="key",
        ) from None


def _reach(customer_id: int, contact: rules.Contact) -> bool:
    """Store a way to reach a customer; False when it was known."""
    _, is_new = ContactPoint.objects.get_or_create(
        customer_id=customer_id, channel=contact.channel, normal=contact.normal, defaults={"value": contact.value}
    )
    return is_new


def _record(verb: str, customer: Customer, *, by: Actor, now: datetime, data: Mapping[str, Any]) -> None:
    record(verb, by=by, at=now, subject=("customer", customer.pk), customer_id=customer.pk, data=data)
