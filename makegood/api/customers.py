"""Customers: found, added, made one."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from ninja import Query, Router, Schema
from ninja.responses import Status
from pydantic import Discriminator, Field, Tag

from makegood.api.caller import ApiRequest, acting
from makegood.api.forms import Email, Form, Id, Limit, refuse_unknown
from makegood.customers import actions, queries
from makegood.customers.queries import CustomerLine
from makegood.customers.rules import Channel, CustomerFact, read_contact, read_fact, read_key
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, invalid
from makegood.people.rules import Scope
from makegood.remedies.queries.plan import zone_of

router = Router(tags=["customers"])


class ContactOut(Schema):
    """One way to reach a customer."""

    channel: Channel
    value: str


class CustomerOut(Schema):
    """A customer. `keys` are yours for them, also those of customers merged into them."""

    id: int
    key: str | None
    keys: list[str]
    name: str
    other_names: list[str]
    language: str
    timezone: str
    preferred_channel: str
    cadence_minutes: int | None
    in_peace: bool
    value: Decimal | None
    currency: str
    made_at: datetime
    contacts: list[ContactOut]


class CustomerLineOut(Schema):
    """A customer in a list; `contact` is the first way to reach them."""

    id: int
    key: str | None
    name: str
    contact: str


class CustomersOut(Schema):
    """A page of customers by name; `next` goes on from here, null at the end."""

    items: list[CustomerLineOut]
    next: str | None


Part = Annotated[str, Field(max_length=300)]


class CustomerIn(Form):
    """What is known of a customer. With a `key` that is known, they are found, and told this too."""

    key: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    name: Part = ""
    email: Part = ""
    phone: Part = ""
    language: Part = ""
    timezone: Part = ""
    value: Decimal | None = None


def _way(value: Any) -> str:
    if isinstance(value, str):
        return "by key"
    return "described" if isinstance(value, dict | Schema) else "by id"


Whom = Annotated[
    Annotated[Id, Tag("by id")]
    | Annotated[str, Field(min_length=1, max_length=200), Tag("by key")]
    | Annotated[CustomerIn, Tag("described")],
    Discriminator(_way),
]
"""A customer: by id, by a key of your own, or described, by which they are found or added."""


class NewCustomerIn(CustomerIn):
    """A customer to add or to find by key."""

    staff: Email | None = None


class MergeIn(Form):
    """The customer who is the same and goes: `gone` from now on means this one."""

    gone: Id
    staff: Email | None = None


class PeaceIn(Form):
    """Whether they asked us not to write unless they do, or something of theirs is open."""

    in_peace: bool
    staff: Email | None = None


class CustomersQuery(Schema):
    """What the list is narrowed to: words to search for, or one key."""

    q: str = ""
    key: str = ""
    after: str = ""
    limit: Limit = 50


@router.get("/customers", response=CustomersOut, summary="Find customers")
def list_customers(request: ApiRequest, query: Query[CustomersQuery]) -> Any:
    """Customers by name; `q` finds words of names, numbers, addresses and phones; `key` finds one by your number."""
    refuse_unknown(request.GET, CustomersQuery)
    scope = request.caller.scope
    if query.key:
        return {"items": _with_key(scope, query.key), "next": None}
    page = queries.customers_page(scope, query.q, after=query.after, limit=query.limit)
    return {"items": page.rows, "next": page.next or None}


@router.post("/customers", response={200: CustomerOut, 201: CustomerOut}, summary="Add or find a customer")
def add_customer(request: ApiRequest, body: NewCustomerIn) -> Any:
    """Add a customer (201), or find the one with this key and take in what is new of them (200)."""
    customer_id, is_new = _found_or_added(request, body, acting(request, body.staff).by)
    return Status(201 if is_new else 200, _shown(request, customer_id))


@router.get("/customers/{customer_id}", response=CustomerOut, summary="Read a customer")
def read_customer(request: ApiRequest, customer_id: Id) -> Any:
    """One customer, whole; one who was merged is found as the one they were merged into."""
    return _shown(request, customer_id)


@router.post("/customers/{customer_id}/in-peace", response=CustomerOut, summary="Leave a customer in peace")
def leave_in_peace(request: ApiRequest, customer_id: Id, body: PeaceIn) -> Any:
    """They asked us not to write unless they do, or something of theirs is open; or no more."""
    actions.change(customer_id, in_peace=body.in_peace, by=acting(request, body.staff).by, now=request.now)
    return _shown(request, customer_id)


@router.post("/customers/{customer_id}/merge", response=CustomerOut, summary="Make two customers one")
def merge_customers(request: ApiRequest, customer_id: Id, body: MergeIn) -> Any:
    """Two rows that are one person: this one stays, `gone` from now on means this one."""
    by = acting(request, body.staff).by
    actions.merge(customer_id, body.gone, by=by, now=request.now)
    return _shown(request, customer_id)


def id_of(request: ApiRequest, whom: int | str | CustomerIn, by: Actor) -> int:
    """The customer whom a body names by id or key, or describes; an id is left to the action to look up.

    Raises Refusal "customer.unknown" (422).
    """
    if isinstance(whom, int):
        return whom
    if isinstance(whom, CustomerIn):
        return _found_or_added(request, whom, by)[0]
    found = queries.living_by_key(request.caller.scope, read_key(whom))
    if found is None:
        raise _unknown()
    return found.id


def in_body(no: Refusal) -> Refusal:
    """The no of an action to somebody who is not there, when it was the body that named them; any other as it is."""
    return _unknown() if no.code == "customer.unknown" else no


def _unknown() -> Refusal:
    return invalid("customer.unknown", "There is no such customer. Describe them to have them added.", field="customer")


def family_of(customer_id: int | None) -> tuple[int, ...]:
    """The ids under which promises and cases of a customer are kept; none when nobody is asked for."""
    return () if customer_id is None else queries.ids_of(customer_id) or (customer_id,)


def zone_of_new(customer_id: int) -> ZoneInfo:
    """Where a customer is whom a body names, or else we. Raises Refusal "customer.unknown" (422)."""
    found = queries.living(customer_id)
    if found is None:
        raise _unknown()
    return ZoneInfo(found.time_zone)


def time_zone_of(request: ApiRequest, customer_id: int) -> ZoneInfo:
    """Where a customer is; where the organisation is, when that is not known."""
    return zone_of(queries.customer_for(request.caller.scope, customer_id))


def _found_or_added(request: ApiRequest, told: CustomerIn, by: Actor) -> tuple[int, bool]:
    """The customer of a description, and whether they are new."""
    if told.key is None or queries.living_by_key(request.caller.scope, read_key(told.key)) is None:
        return _added(told, by=by, now=request.now), True
    fact = read_fact(
        CustomerFact(
            key=told.key, name=told.name, email=told.email, phone=told.phone, language=told.language,
            timezone=told.timezone, value=told.value,
        )
    )  # fmt: skip
    return actions.resolve_many([fact], now=request.now)[fact.key], False


def _added(told: CustomerIn, *, by: Actor, now: datetime) -> int:
    ways = ((Channel.EMAIL, told.email), (Channel.PHONE, told.phone))
    return actions.add(
        told.name or told.key or "",
        key=told.key,
        contacts=[(way, read_contact(way, value, field=way).value) for way, value in ways if value],
        language=told.language,
        time_zone=told.timezone,
        value=told.value,
        by=by,
        now=now,
    )


def _with_key(scope: Scope, key: str) -> tuple[CustomerLine, ...]:
    """The customer with a key, as a list of one or none."""
    try:
        found = queries.customer_by_key(scope, read_key(key))
    except Refusal as refusal:
        if refusal.code == "customer.unknown":
            return ()
        raise
    contact = found.contacts[0].value if found.contacts else ""
    return (CustomerLine(id=found.id, key=found.key, name=found.name, contact=contact),)


def _shown(request: ApiRequest, customer_id: int) -> dict[str, Any]:
    found = queries.customer_for(request.caller.scope, customer_id)
    return {**{name: getattr(found, name) for name in _SAME}, "timezone": found.time_zone}


_SAME = [name for name in CustomerOut.model_fields if name != "timezone"]
