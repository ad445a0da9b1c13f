"""Two rows that are one customer."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from makegood.customers.actions.wording import reword
from makegood.customers.models import ContactPoint, Customer
from makegood.journal.actions import record
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, invalid, missing
from makegood.people.queries import require
from makegood.people.rules import Ability

_FILLED = ("language", "time_zone", "preferred_channel", "cadence_minutes")


@transaction.atomic
def merge(keep_id: int, gone_id: int, *, by: Actor, now: datetime) -> None:
    """Make two customers one: `gone_id` from now on means `keep_id`, with its contacts and what the other lacked.

    External keys of both keep working; promises and cases keep their customer and are found through
    `queries.ids_of`. Every merged row points straight at a living one, however many merges follow.
    Raises Refusal("customer.merge_itself"), ("customer.unknown"), ("customer.merged"), ("people.not_allowed").
    """
    require(by, Ability.WORK)
    if keep_id == gone_id:
        raise invalid("customer.merge_itself", "Choose two different customers to make one of.")
    keep, gone = _lock_families(keep_id, gone_id)
    Customer.objects.filter(Q(pk=gone.pk) | Q(merged_into=gone.pk)).update(merged_into=keep)
    _move_contacts(keep, gone)
    _fill(keep, gone)
    reword([keep.pk])
    record(
        "customer.merged",
        by=by,
        at=now,
        subject=("customer", gone.pk),
        customer_id=keep.pk,
        data={"kept": keep.name, "gone": gone.name, "gone_id": gone.pk, "gone_key": gone.key},
    )


def _lock_families(keep_id: int, gone_id: int) -> tuple[Customer, Customer]:
    """Both rows, held together with all that were merged into them.

    They are locked in the order of their ids, as every writer of several customers does, so that two merges
    never wait for each other.
    """
    pair = (keep_id, gone_id)
    family = Customer.objects.filter(Q(pk__in=pair) | Q(merged_into__in=pair)).order_by("pk").defer("search")
    rows = {row.pk: row for row in family.select_for_update(no_key=True)}
    for customer_id in pair:
        if customer_id not in rows:
            raise missing("customer.unknown", "There is no such customer. Choose both from the list.")
        if rows[customer_id].merged_into_id is not None:
            raise Refusal(
                "customer.merged",
                f"{rows[customer_id].name} was merged into another customer already. Choose that one instead.",
            )
    return rows[keep_id], rows[gone_id]


def _move_contacts(keep: Customer, gone: Customer) -> None:
    known = set(ContactPoint.objects.filter(customer=keep).values_list("channel", "normal"))
    for contact in ContactPoint.objects.filter(customer=gone).order_by("pk"):
        if (contact.channel, contact.normal) in known:
            contact.delete()
        else:
            contact.customer = keep
            contact.save(update_fields=["customer"])


def _fill(keep: Customer, gone: Customer) -> None:
    keep.in_peace = keep.in_peace or gone.in_peace
    for field in _FILLED:
        if not getattr(keep, field):
            setattr(keep, field, getattr(gone, field))
    if keep.value is None:
        keep.value, keep.currency = gone.value, gone.currency
    keep.save(update_fields=[*_FILLED, "value", "currency", "in_peace"])
