"""Whom we ask how it was, when, and what became of it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from makegood.measurement.scales import Occasion, Scale


class Asking(models.Model):
    """The one row that says whether customers are asked, whom the lot finds, and how often at most.

    `pulse_percent` is the share of all customers whom the pulse asks in a month. Nobody is asked twice within
    `window_days`. A survey after a case leaves `wait_days` after it was closed; any is open for `holds_days`, and half
    of those who keep silent are reminded after `remind_days`. With `owners_read` an answer after a case stands in its
    story; else that there was one. `seed` makes the lot one that can be drawn again.
    `cursor` is up to where the journal was followed.
    """

    is_on = models.BooleanField(default=False)
    pulse_percent = models.DecimalField(max_digits=5, decimal_places=2)
    pulse_scale = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Scale])
    window_days = models.PositiveSmallIntegerField()
    wait_days = models.PositiveSmallIntegerField()
    holds_days = models.PositiveSmallIntegerField()
    remind_days = models.PositiveSmallIntegerField()
    owners_read = models.BooleanField(default=False)
    seed = models.BigIntegerField()
    cursor = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pulse_percent__range=(0, 100)), name="asking_percent_0_to_100"),
            models.CheckConstraint(condition=~Q(pulse_scale=Scale.RECOVERY.value), name="asking_pulse_one_question"),
            models.CheckConstraint(condition=Q(remind_days__lt=F("holds_days")), name="asking_reminds_while_open"),
        ]

    def __str__(self) -> str:
        return "on" if self.is_on else "off"


class Drawing(models.Model):
    """One day's lot: the seed and share with which it was drawn, whom it found, and how many of these could be asked.
    A day is drawn once."""

    day = models.DateField(unique=True)
    seed = models.BigIntegerField()
    percent = models.DecimalField(max_digits=5, decimal_places=2)
    drawn = models.PositiveIntegerField()
    planned = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.day} {self.planned}"


class Survey(models.Model):
    """One time that a customer is to be asked. `scales` are what their answer is counted on.

    `due_at` is when something is to be done next: to ask, or to remind; None when nothing is. `asked_at` is when the
    message was written, and then `expires_at` is until when it may be answered. `again` is the one exception to the
    window: a second failure. `reminds` is the arm of the reminder, drawn when it was planned. `dropped_because` is why
    it was not asked. Only the digest of the link's token is kept.
    """

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    occasion = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Occasion])
    scales = ArrayField(models.CharField(max_length=10))
    again = models.BooleanField(default=False)
    reminds = models.BooleanField()
    planned_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    skipped_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)
    dropped_because = models.CharField(max_length=20, blank=True)
    message = models.OneToOneField("conversation.Message", null=True, on_delete=models.PROTECT, related_name="+")
    reminder = models.OneToOneField("conversation.Message", null=True, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, blank=True)
    answers = models.JSONField(default=dict)
    words = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], name="survey_of_case_once"),
            models.UniqueConstraint(fields=["digest"], condition=~Q(digest=""), name="survey_digest_once"),
            models.CheckConstraint(
                condition=Q(occasion=Occasion.PULSE.value, case__isnull=True)
                | Q(occasion=Occasion.CASE.value, case__isnull=False),
                name="survey_case_by_occasion",
            ),
            models.CheckConstraint(
                condition=Q(asked_at__isnull=False, expires_at__isnull=False)
                | Q(asked_at__isnull=True, answered_at__isnull=True, skipped_at__isnull=True),
                name="survey_asked_before_answered",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(skipped_at__isnull=True), name="survey_answered_or_skipped"
            ),
            models.CheckConstraint(
                condition=Q(due_at__isnull=True)
                | Q(answered_at__isnull=True, skipped_at__isnull=True, dropped_at__isnull=True),
                name="survey_due_while_open",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="survey_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["customer", "asked_at"], name="survey_of_customer"),
            models.Index(fields=["asked_at"], name="survey_by_asked", condition=Q(asked_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.occasion} survey {self.pk}"


class LeftInPeace(models.Model):
    """A customer who said "never ask me again". It is kept for good."""

    customer = models.OneToOneField("customers.Customer", on_delete=models.PROTECT, related_name="+", primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"customer {self.customer_id}"
