"""Keeping the words by which customers are found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db import connection
from django.db.models import Q

from makegood.customers.models import ContactPoint, Customer
from makegood.customers.rules import Channel, words_of

_UPDATE = """
UPDATE customers_customer AS c SET search = array_to_tsvector(string_to_array(w.words, ' '))
FROM unnest(%s::bigint[], %s::text[]) AS w (id, words) WHERE c.id = w.id
"""


def reword(customer_ids: Collection[int]) -> None:
    """Write anew the words of living customers, those of the customers merged into them included."""
    ids = sorted(customer_ids)
    names: dict[int, list[str]] = defaultdict(list)
    keys: dict[int, list[str]] = defaultdict(list)
    addresses: dict[int, list[str]] = defaultdict(list)
    family = Customer.objects.filter(Q(pk__in=ids) | Q(merged_into__in=ids))
    for pk, merged_into, name, key in family.values_list("pk", "merged_into_id", "name", "key"):
        names[merged_into or pk].append(name)
        keys[merged_into or pk].append(key or "")
    post = ContactPoint.objects.filter(customer__in=ids, channel=Channel.POST)
    for pk, value in post.values_list("customer_id", "value"):
        addresses[pk].append(value)
    words = [words_of(names[pk], keys[pk], addresses[pk]) for pk in ids]
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, [ids, words])
