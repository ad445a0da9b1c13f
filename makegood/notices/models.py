"""What people were told, where they want to be told, and what became of each notice at each address."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from makegood.people.models import Staff


class Notice(models.Model):
    """One thing that one person is told. `occasion` tells apart what happens to the same thing several times."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="+", db_index=False)
    topic = models.CharField(max_length=40)
    about_kind = models.CharField(max_length=20)
    about_id = models.BigIntegerField()
    occasion = models.CharField(max_length=40, blank=True)
    words = models.CharField(max_length=300)
    link = models.CharField(max_length=200)
    urgent = models.BooleanField(default=False)
    by_name = models.CharField(max_length=120, blank=True)
    told_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["staff", "about_kind", "about_id", "topic", "occasion"], name="notice_once"
            ),
            models.CheckConstraint(condition=Q(link__startswith="/"), name="notice_leads_into_the_desk"),
        ]
        indexes = [
            models.Index(fields=["staff", "-id"], name="notice_list"),
            models.Index(fields=["staff", "-id"], name="notice_unread", condition=Q(read_at__isnull=True)),
            models.Index(fields=["told_at"], name="notice_age"),
        ]

    def __str__(self) -> str:
        return self.words


class Channel(models.Model):
    """An address outside the app at which one person wants to be told. `address` is a secret: see `queries`.

    Whoever sends holds the channel until `leased_until`. `sent` are the instants of its latest messages, `problem`
    is why the latest did not leave ("" when it did).
    """

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    service = models.CharField(max_length=80)
    address = models.CharField(max_length=600)
    urgent_only = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    sent = ArrayField(models.DateTimeField(), default=list, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    problem_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["staff", "address"], name="channel_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.service})"


class Delivery(models.Model):
    """One notice on its way to one address. `next_at` is when it is tried; None once sent, given up or needless."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="deliveries")
    next_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel"], name="delivery_once"),
            models.CheckConstraint(
                condition=Q(next_at__isnull=True) | Q(sent_at__isnull=True, failed_at__isnull=True),
                name="delivery_ends_once",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at", "channel"], name="delivery_due", condition=Q(next_at__isnull=False)),
            models.Index(fields=["failed_at"], name="delivery_failed", condition=Q(failed_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"
