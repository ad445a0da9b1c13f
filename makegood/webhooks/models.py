"""To whom moves of the journal are sent, and what became of each message."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Endpoint(models.Model):
    """A system that is told of moves, at an address. `verbs` are those it wants, `cursor` is how far it was told.

    `secret` signs, and must be kept as it is for that; so does `old_secret` until `old_until`. `attempts` are the
    messages that were refused in a row, `next_at` until when it is left alone for that, `failing_since` since when it
    accepts nothing. Whoever sends holds the endpoint until `leased_until`, and took it last at `served_at`. `problem`
    is why the latest message was not accepted.
    """

    name = models.CharField(max_length=60, unique=True)
    url = models.CharField(max_length=500)
    verbs = ArrayField(models.CharField(max_length=60))
    secret = models.CharField(max_length=100)
    old_secret = models.CharField(max_length=100, blank=True)
    old_until = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()
    cursor = models.CharField(max_length=40)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    problem_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    gave_up = models.BooleanField(default=False)
    served_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(gave_up=False) | Q(paused_at__isnull=False), name="endpoint_gave_up_is_paused"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One message to one endpoint, and what was answered last. A test has no `entry_id`.

    It leaves from `next_at` on, or was accepted at `sent_at`, or set aside at `failed_at`, having been refused since
    `first_at`. Of what waits about one thing only the oldest leaves.

    `about_kind` and `about_id` say what it is about, such as ("grant", 7). `status` is the HTTP status of the answer,
    None when there was none; `answer` its first words.
    """

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    message_id = models.CharField(max_length=60)
    entry_id = models.BigIntegerField(null=True, blank=True)
    verb = models.CharField(max_length=60)
    case_id = models.BigIntegerField(null=True, blank=True)
    about_kind = models.CharField(max_length=20, blank=True)
    about_id = models.BigIntegerField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    first_at = models.DateTimeField(null=True, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.CharField(max_length=300, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    took_ms = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "message_id"], name="webhook_message_once"),
            models.CheckConstraint(
                condition=Q(next_at=None, failed_at=None)
                | Q(sent_at=None, failed_at=None)
                | Q(sent_at=None, next_at=None),
                name="webhook_message_has_one_state",
            ),
        ]
        indexes = [
            models.Index(fields=["endpoint", "-id"], name="webhook_latest"),
            models.Index(fields=["about_kind", "about_id"], name="webhook_about", condition=Q(about_id__isnull=False)),
            models.Index(fields=["tried_at"], name="webhook_age"),
            models.Index(fields=["endpoint", "id"], name="webhook_waiting", condition=Q(next_at__isnull=False)),
            models.Index(fields=["endpoint", "-id"], name="webhook_failed", condition=Q(failed_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.message_id
