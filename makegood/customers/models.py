"""Customers, how to reach them and what they prefer."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Reverse

from makegood.customers.rules import Channel


class Customer(models.Model):
    """Somebody to whom promises are made.

    `key` is the organisation's own customer number. `cadence_minutes` is how often this customer wants to
    hear from us while something is wrong; `in_peace` says that they asked us not to write unless they do or something
    of theirs is open. `value` is what the relation is worth a year, in `currency`.
    `search` holds the words by which they are found (name, contact points, address, number). `told` is the
    fingerprint of what a source last said of them under this key: the same again is no news.
    """

    key = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001 - unique when given
    name = models.CharField(max_length=200)
    language = models.CharField(max_length=12, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    preferred_channel = models.CharField(max_length=10, blank=True)
    cadence_minutes = models.PositiveIntegerField(null=True, blank=True)
    in_peace = models.BooleanField(default=False, db_default=False)
    value = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    made_at = models.DateTimeField()
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged", db_index=False
    )
    told = models.BigIntegerField(null=True, editable=False)
    search = SearchVectorField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="customer_key_once"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="customer_not_into_itself",
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="customer_words"),
            models.Index(fields=["name", "id"], name="customer_by_name", condition=Q(merged_into__isnull=True)),
            models.Index(fields=["merged_into"], name="customer_merged", condition=Q(merged_into__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name


class ContactPoint(models.Model):
    """One way to reach a customer. `value` as given, `normal` as compared (lower case, digits only)."""

    CHANNELS = [
        (Channel.EMAIL.value, "E-mail"),
        (Channel.PHONE.value, "Phone"),
        (Channel.SMS.value, "Text message"),
        (Channel.CHAT.value, "Chat"),
        (Channel.POST.value, "Post"),
    ]

    # The unique constraint begins with the customer: an index of its own would only cost.
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contacts", db_index=False)
    channel = models.CharField(max_length=10, choices=CHANNELS)
    value = models.CharField(max_length=300)
    normal = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "channel", "normal"], name="contact_once"),
        ]
        indexes = [
            models.Index(
                fields=["normal"], name="contact_email", opclasses=["varchar_pattern_ops"], condition=Q(channel="email")
            ),
            # A phone number is looked for by its ending, which is how it begins when read from behind.
            models.Index(
                OpClass(Reverse("normal"), "text_pattern_ops"),
                name="contact_phone",
                condition=Q(channel__in=["phone", "sms"]),
            ),
        ]

    def __str__(self) -> str:
        return self.value
