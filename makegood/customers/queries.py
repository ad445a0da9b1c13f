"""Reading customers, each read checked against who asks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Case, F, Func, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Reverse

from makegood.customers.models import ContactPoint, Customer
from makegood.customers.rules import Channel, Search, read_search
from makegood.kernel.refusals import forbidden, invalid, missing
from makegood.kernel.texts import is_text
from makegood.people.rules import Scope
from makegood.platform.among import Among, array_of
from makegood.platform.paging import slice_of
from makegood.platform.planning import planned_anew
from makegood.platform.rows import fetch_rows

PAGE = 50
_WIDEST = 500


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """One way to reach a customer."""

    id: int
    channel: Channel
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFacts:
    """A customer, whole. `ids` and `keys` are theirs and those of the customers merged into them."""

    id: int
    ids: tuple[int, ...]
    key: str | None
    keys: tuple[str, ...]
    name: str
    other_names: tuple[str, ...]
    language: str
    time_zone: str
    preferred_channel: str
    cadence_minutes: int | None
    in_peace: bool
    value: Decimal | None
    currency: str
    made_at: datetime
    contacts: tuple[ContactFacts, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerLine:
    """A customer in a list; `contact` is the first way to reach them."""

    id: int
    key: str | None
    name: str
    contact: str


@dataclass(frozen=True, slots=True)
class CustomersPage:
    """A page of customers by name and the cursors of those around it ("" where there is none)."""

    rows: tuple[CustomerLine, ...]
    next: str
    previous: str = ""


def customer_for(scope: Scope, customer_id: int) -> CustomerFacts:
    """One customer; one who was merged is found as the one they were merged into.

    Raises Refusal("customer.not_allowed"), ("customer.unknown").
    """
    _check(scope)
    return _whole("id = %s::bigint", customer_id)


def customer_by_key(scope: Scope, key: str) -> CustomerFacts:
    """The customer of an external key, also after a merge. Raises Refusal as `customer_for` does."""
    _check(scope)
    return _whole("key = %s::text", key if is_text(key) else None)


def ids_of(customer_id: int) -> tuple[int, ...]:
    """A customer's id and all that were merged with them, the living one first; () when there is none.

    Promises and cases keep the id they were made with: read them by all of these.
    """
    return tuple(number for number, _ in fetch_rows(_IDS, [customer_id]))


# Asked for every open case: by hand, because putting the statement together took longer than asking it.
_IDS = """
WITH living AS (SELECT coalesce(merged_into_id, id) AS id FROM customers_customer WHERE id = %s)
SELECT id, false AS merged FROM living
UNION ALL
SELECT c.id, true FROM customers_customer c JOIN living l ON c.merged_into_id = l.id
ORDER BY merged, id
"""


def living_ids(customer_ids: Collection[int]) -> dict[int, int]:
    """For each id that of the living customer it means: itself, or the one it was merged into."""
    return dict(fetch_rows(_LIVING_IDS, [array_of(customer_ids)]))


_LIVING_IDS = "SELECT id, coalesce(merged_into_id, id) FROM customers_customer WHERE id = ANY(%s::bigint[])"


@dataclass(frozen=True, slots=True)
class Living:
    """A living customer, as far as something new about them goes; `time_zone` is ours when theirs is not known."""

    id: int
    name: str
    time_zone: str


# The time zone of a customer in a statement written by hand; ours when theirs is not known.
ZONE = "coalesce(nullif(time_zone, ''), (SELECT time_zone FROM platform_installation LIMIT 1), 'UTC')"

# By hand, because putting the statement together took longer than asking it, for each promise and case by the API.
_LIVING = f"""
SELECT id, name, {ZONE} AS time_zone
FROM customers_customer
WHERE id = (SELECT coalesce(merged_into_id, id) FROM customers_customer WHERE """  # noqa: S608 - the column above
# The parts of a `Living`, for a statement of a room downstream that reads them by the way.
LIVING_BY_ID = f"{_LIVING}id = %(customer)s)"


def keys_of(customer_ids: Collection[int]) -> dict[int, str]:
    """The keys by which other systems know these customers, "" for one without."""
    rows = Customer.objects.filter(pk__in=Among(customer_ids)).values_list("pk", "key")
    return {number: key or "" for number, key in rows}


def living(customer_id: int) -> Living | None:
    """The living customer that an id means: itself, or the one it was merged into."""
    return _one_living("id = %s)", customer_id)


def living_by_key(scope: Scope, key: str) -> Living | None:
    """The same by an external key, also after a merge. Raises Refusal("customer.not_allowed")."""
    _check(scope)
    return _one_living("key = %s)", key) if is_text(key) else None


def _one_living(wanted: str, value: int | str) -> Living | None:
    found = fetch_rows(_LIVING + wanted, [value])
    return Living(*found[0]) if found else None


@planned_anew()
def search(scope: Scope, text: str, *, limit: int) -> tuple[CustomerLine, ...]:
    """Customers by the beginnings of words of their name or address, by e-mail, phone in any writing, or number.

    One whose number it is exactly comes first, the others by name.

    Raises Refusal("customer.not_allowed").
    """
    _check(scope)
    return _lines(_ranked(text)[:limit])


@planned_anew()
def numbers_found(scope: Scope, text: str, *, limit: int) -> tuple[int, ...]:
    """The numbers of the customers that `search` finds, and of those that were merged into them.

    Raises Refusal("customer.not_allowed").
    """
    _check(scope)
    found = list(_ranked(text).values_list("pk", flat=True)[:limit])
    merged = fetch_rows(_MERGED_INTO, [array_of(found)]) if found else ()
    return (*found, *(number for (number,) in merged))


_MERGED_INTO = "SELECT id FROM customers_customer WHERE merged_into_id = ANY(%s::bigint[])"


def _ranked(text: str) -> QuerySet[Customer]:
    wanted = read_search(text)
    exact_first = Case(When(key__in=wanted.keys, then=0), default=1)
    return _found(wanted).order_by(exact_first, "name", "id")


@planned_anew()
def customers_page(scope: Scope, q: str = "", *, after: str = "", before: str = "", limit: int = PAGE) -> CustomersPage:
    """A page of customers by name, narrowed to what `search` finds for `q`, continued after a cursor or ending before
    one.

    Raises Refusal("customer.not_allowed"), ("page.bad_cursor").
    """
    _check(scope)
    found = slice_of(
        _listed(q), "name", _lines, limit=limit,
        after=_parse_cursor(after) if after else None, before=_parse_cursor(before) if before else None,
    )  # fmt: skip
    previous, following = found.around(lambda line: f"{line.id}~{line.name}")
    return CustomersPage(tuple(found.rows), following, previous)


@planned_anew()
def count_customers(scope: Scope, q: str = "", *, at_most: int) -> int:
    """How many customers that list holds, counted up to `at_most`. Raises Refusal("customer.not_allowed")."""
    _check(scope)
    return _listed(q)[:at_most].count()


def _listed(q: str) -> QuerySet[Customer]:
    return _found(read_search(q)) if q.strip() else _living()


def _check(scope: Scope) -> None:
    if not scope.sees_customers:
        raise forbidden("customer.not_allowed", "Your role does not show you customers. Ask an administrator.")


def _living() -> QuerySet[Customer]:
    return Customer.objects.filter(merged_into__isnull=True)


class _Finds(Func):
    """Whether a text search finds a row."""

    template = "(%(expressions)s::tsquery)"
    arg_joiner = " @@ "
    output_field = BooleanField()


def _found(search: Search) -> QuerySet[Customer]:
    """The living customers a search finds, each place cut where it is too wide to be meant ("a")."""
    by_key = Customer.objects.filter(key__in=search.keys).order_by()
    places: list[QuerySet[Any, int]] = [by_key.values_list(Coalesce("merged_into_id", "pk"), flat=True)]
    if search.words:
        by_words = _living().filter(_Finds(F("search"), Value(search.words)))
        places.append(by_words.order_by().values_list("pk", flat=True)[:_WIDEST])
    if reached := _reached(search):
        by_contact = ContactPoint.objects.alias(back=Reverse("normal")).filter(reached)
        places.append(by_contact.order_by().values_list("customer_id", flat=True)[:_WIDEST])
    return _living().filter(pk__in=places[0].union(*places[1:]))


def _reached(search: Search) -> Q | None:
    """How the contact points are narrowed to a search, in the words of their indexes."""
    if search.email:
        return Q(channel=Channel.EMAIL, normal__startswith=search.email)
    if search.phone:
        back = Q(back__startswith=search.phone[::-1]) | Q(back__in=[end[::-1] for end in search.phone_endings])
        return Q(channel__in=[Channel.PHONE, Channel.SMS]) & back
    return None


# Asked for every open case, by hand: Django put five statements together where one is enough.
_WHOLE = """
SELECT c.id, c.key, c.name, c.language, c.time_zone, c.preferred_channel, c.cadence_minutes, c.in_peace,
       c.value, c.currency, c.made_at,
       (SELECT coalesce(json_agg(json_build_array(g.id, g.key, g.name) ORDER BY g.id), '[]')
        FROM customers_customer g WHERE g.merged_into_id = c.id),
       (SELECT coalesce(json_agg(json_build_array(p.id, p.channel, p.value) ORDER BY p.id), '[]')
        FROM customers_contactpoint p WHERE p.customer_id = c.id)
FROM customers_customer c WHERE c.id = (SELECT coalesce(merged_into_id, id) FROM customers_customer WHERE {wanted})
"""
_NAMES = (
    "id", "key", "name", "language", "time_zone", "preferred_channel", "cadence_minutes", "in_peace",
    "value", "currency", "made_at",
)  # fmt: skip


def _whole(wanted: str, value: int | str | None) -> CustomerFacts:
    rows = fetch_rows(_WHOLE.format(wanted=wanted), [value])
    if not rows:
        raise missing("customer.unknown", "There is no such customer.")
    *own, merged, contacts = rows[0]
    known = dict(zip(_NAMES, own, strict=True))
    return CustomerFacts(
        **known,
        ids=(known["id"], *(number for number, _, _ in merged)),
        keys=tuple(key for key in (known["key"], *(key for _, key, _ in merged)) if key),
        other_names=tuple(dict.fromkeys(name for _, _, name in merged if name != known["name"])),
        contacts=tuple(ContactFacts(number, Channel(channel), value) for number, channel, value in contacts),
    )


def _lines(rows: QuerySet[Customer]) -> tuple[CustomerLine, ...]:
    found = list(rows.values_list("pk", "key", "name"))
    reached = _first_contacts([pk for pk, _, _ in found])
    return tuple(CustomerLine(id=pk, key=key, name=name, contact=reached.get(pk, "")) for pk, key, name in found)


def _first_contacts(customer_ids: Collection[int]) -> dict[int, str]:
    rows = ContactPoint.objects.filter(customer_id__in=customer_ids).order_by("customer_id", "-id")
    return dict(rows.values_list("customer_id", "value"))


def _parse_cursor(text: str) -> tuple[str, int]:
    number, _, name = text.partition("~")
    if not (number.isascii() and number.isdecimal() and len(number) < 19 and is_text(name)):
        raise invalid("page.bad_cursor", "Use the cursor that the page before gave, or none.", field="after")
    return name, int(number)


def names_among(phrases: Collection[str]) -> set[str]:
    """Which of these are the whole name of a customer."""
    found = Customer.objects.filter(name__in=phrases, merged_into__isnull=True) if phrases else Customer.objects.none()
    return set(found.values_list("name", flat=True))
