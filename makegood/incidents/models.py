"""Incidents: one cause that hits many customers."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from makegood.incidents.rules.judging import Left


class Incident(models.Model):
    """One cause, whom it hits, and what they are told.

    `happened` is told in plain words among ourselves; what customers read is in `plan` (`queries.reading.PlanFacts`).
    `narrow` is the filter by which promises are collected. While `next_batch_at` lies behind, a batch of `batch_size`
    is told, with `their_hours` only those whose day it is; `every` seconds lie between two. `giver` is on whose
    authority a release gives its gift. `owed` is what
    policies owe to all of them (`rules.owed.OwedSum`) as of `reckoned_at`; it is worked out anew at `next_reckon_at`.
    """

    title = models.CharField(max_length=200)
    happened = models.TextField(blank=True)
    cause = models.ForeignKey("cases.Cause", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    narrow = models.JSONField()
    plan = models.JSONField(default=dict)
    collected_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    batch_size = models.PositiveIntegerField(default=100)
    every = models.PositiveIntegerField(default=60)
    their_hours = models.BooleanField(default=False)
    giver = models.ForeignKey(
        "people.Staff", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    batches = models.PositiveIntegerField(default=0)
    next_batch_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_why = models.CharField(max_length=500, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    owed = models.JSONField(default=list)
    reckoned_at = models.DateTimeField(null=True, blank=True)
    next_reckon_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(next_batch_at__isnull=True)
                | Q(released_at__isnull=False, stopped_at__isnull=True, ended_at__isnull=True),
                name="incident_batch_only_released",
            ),
        ]
        indexes = [
            models.Index(fields=["opened_at"], name="incident_live", condition=Q(ended_at__isnull=True)),
            models.Index(fields=["next_batch_at"], name="incident_batch", condition=Q(next_batch_at__isnull=False)),
            models.Index(fields=["next_reckon_at"], name="incident_reckon", condition=Q(next_reckon_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.title


class Dismissal(models.Model):
    """Somebody said that what `many` customers share is no incident: promises of a `kind` ("": of several) whose `name`
    is `value`. It counts for their `team`, for all where there is none."""

    team = models.ForeignKey(
        "people.Team", null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )  # fmt: skip
    name = models.CharField(max_length=200)
    value = models.CharField(max_length=500)
    kind = models.CharField(max_length=40, blank=True)
    many = models.PositiveIntegerField()
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["at"], name="dismissal_at", condition=models.Q(undone_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


class Member(models.Model):
    """A customer whom the incident hits: waiting, told (`told_at`) or `left_out` with a reason; never two of these.

    `gift` is what everybody is given, as it was given to them; None when they were given nothing. `sent_as` is the
    message that carries it to them, None where only their page does; `lost_at` is when it was seen that it did not
    reach them.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="members", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+")
    joined_at = models.DateTimeField()
    case = models.ForeignKey("cases.Case", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    light = models.BooleanField(null=True, blank=True)
    language = models.CharField(max_length=2, blank=True)
    channel = models.CharField(max_length=10, blank=True)
    message = models.TextField(blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    left_out = models.CharField(max_length=16, blank=True, choices=[(one.value, one.value) for one in Left])
    left_at = models.DateTimeField(null=True, blank=True)
    batch = models.PositiveIntegerField(null=True, blank=True)
    handed_at = models.DateTimeField(null=True, blank=True)
    sent_as = models.OneToOneField(
        "conversation.Message", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # fmt: skip
    lost_at = models.DateTimeField(null=True, blank=True)
    gift = models.OneToOneField(
        "remedies.Grant", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "customer"], name="member_once"),
            models.CheckConstraint(
                condition=Q(told_at__isnull=True, case__isnull=True, message="")
                | Q(told_at__isnull=False, case__isnull=False, left_out=""),
                name="member_told_or_left",
            ),
            models.CheckConstraint(
                condition=Q(left_out="", left_at__isnull=True) | (~Q(left_out="") & Q(left_at__isnull=False)),
                name="member_left_with_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["incident", "id"], name="member_waits", condition=Q(told_at__isnull=True, left_out="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} in incident {self.incident_id}"


class OwedGrant(models.Model):
    """What a rule owed to a customer and a release gave them along with the message."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="owed")
    grant = models.OneToOneField("remedies.Grant", on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"grant {self.grant_id} to member {self.member_id}"


class Affected(models.Model):
    """A promise by which the incident hits a customer. `freed_at` is when it turned out fine."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="affected", db_index=False)
    promise = models.ForeignKey("promises.Promise", on_delete=models.PROTECT, related_name="+")
    freed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "promise"], name="affected_once")]

    def __str__(self) -> str:
        return f"promise {self.promise_id}"


class Approval(models.Model):
    """Somebody with more authority was asked whether everybody may be given `each`, up to `total` in all."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="approvals")
    asked_by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_of = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)
    each = models.DecimalField(max_digits=14, decimal_places=2)
    total = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    silent = models.JSONField(default=list)
    approved = models.BooleanField(null=True)
    decided_by = models.ForeignKey(
        "people.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident"], condition=Q(decided_at__isnull=True), name="incident_asked_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(approved__isnull=True, decided_at__isnull=True, decided_by__isnull=True)
                | Q(approved__isnull=False, decided_at__isnull=False, decided_by__isnull=False),
                name="incident_decided_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="incident_never_decided_by_oneself",
            ),
            models.CheckConstraint(condition=~Q(approved=False) | ~Q(reason=""), name="incident_refused_with_reason"),
        ]

    def __str__(self) -> str:
        return f"approval {self.pk} of incident {self.incident_id}"
