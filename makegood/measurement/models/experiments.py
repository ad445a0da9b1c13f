"""Experiments above what is owed: what was registered, who is in which arm, and what staff made of it."""

from __future__ import annotations

from enum import StrEnum

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from makegood.measurement.rules.experiments import Ended, Measured, Reading, State, Varies


def _words(kind: type[StrEnum]) -> list[tuple[str, str]]:
    return [(one.value, one.value) for one in kind]


class Experiment(models.Model):
    """A question that is answered by lot, with all that decides its answer, written down before it begins.

    `failures` and `kinds` (of promises) are empty for any. `expected` is the share of yes that is expected as usual,
    `effect` the smallest difference that is worth knowing, both in per cent; `needed` units an arm follow from them.
    A unit is a customer, or an incident with all its customers. `until` ends it at the latest. What was registered is
    never changed, nor is it once it has ended: the database refuses. `found` is what was counted at its end.
    """

    name = models.CharField(max_length=120)
    why = models.TextField()
    varies = models.CharField(max_length=10, choices=_words(Varies))
    failures = ArrayField(models.CharField(max_length=10), default=list)
    kinds = ArrayField(models.CharField(max_length=40), default=list)
    severity_from = models.PositiveSmallIntegerField()
    severity_to = models.PositiveSmallIntegerField()
    measured = models.CharField(max_length=10, choices=_words(Measured))
    horizon_days = models.PositiveSmallIntegerField()
    expected = models.PositiveSmallIntegerField()
    effect = models.PositiveSmallIntegerField()
    reading = models.CharField(max_length=10, choices=_words(Reading))
    needed = models.PositiveIntegerField()
    until = models.DateTimeField()
    salt = models.CharField(max_length=32)
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=_words(State), default=State.REGISTERED)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended = models.CharField(max_length=10, choices=_words(Ended), blank=True)
    ended_words = models.CharField(max_length=500, blank=True)
    found = models.JSONField(null=True)
    next_look_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(severity_from__gte=1, severity_to__lte=4, severity_from__lte=F("severity_to")),
                name="experiment_severity",
            ),
            models.CheckConstraint(
                condition=Q(expected__range=(1, 99), effect__gte=1, horizon_days__gte=1, needed__gte=1),
                name="experiment_size_known",
            ),
            models.CheckConstraint(
                condition=Q(state=State.REGISTERED.value, started_at=None, ended_at=None)
                | Q(state=State.RUNNING.value, started_at__isnull=False, ended_at=None)
                | Q(state=State.ENDED.value, started_at__isnull=False, ended_at__isnull=False, found__isnull=False)
                | Q(state=State.DROPPED.value, started_at=None, ended_at__isnull=False),
                name="experiment_state_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["next_look_at"], name="experiment_look", condition=Q(state=State.RUNNING.value))
        ]

    def __str__(self) -> str:
        return self.name


class Arm(models.Model):
    """One way of doing it. The first (`position` 0) is as usual: it proposes nothing.

    By what the experiment varies: `words` for the `line` of the plan; `goodwill` in the organisation's currency on top
    of all that is owed, given as a `remedy` that the customer reads as `words`; `days` after which we come back.
    `words` are in the `language` in which they were written, `others` the same by the code of each other language.
    """

    experiment = models.ForeignKey(Experiment, on_delete=models.PROTECT, related_name="arms")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    words = models.CharField(max_length=300, blank=True)
    language = models.CharField(max_length=2, default="en")
    others = models.JSONField(default=dict)
    line = models.CharField(max_length=10, blank=True)
    goodwill = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    remedy = models.CharField(max_length=20, blank=True)
    days = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["experiment", "position"], name="arm_once"),
            models.CheckConstraint(condition=Q(goodwill__gte=0), name="arm_never_below_what_is_owed"),
            models.CheckConstraint(
                condition=~Q(position=0) | Q(words="", goodwill=0, days__isnull=True), name="arm_first_is_as_usual"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Assigned(models.Model):
    """A customer in an arm, from the instant at which somebody was first shown what it proposes.

    With an `incident` the unit is that, and its customers are in one arm; else the customer is. Never changed.
    """

    experiment = models.ForeignKey(Experiment, on_delete=models.PROTECT, related_name="+", db_index=False)
    arm = models.ForeignKey(Arm, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    incident = models.ForeignKey(
        "incidents.Incident", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )  # fmt: skip
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    shown_to = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["experiment", "customer"], name="assigned_once"),
        ]
        indexes = [models.Index(fields=["customer"], name="assigned_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id} in arm {self.arm_id}"


class Heeded(models.Model):
    """What staff made of an arm in a case: done as it proposes, or otherwise, with the reason. It changes no arm."""

    assigned = models.ForeignKey(Assigned, on_delete=models.PROTECT, related_name="heeded", db_index=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    done = models.BooleanField()
    reason = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    grant = models.ForeignKey(
        "remedies.Grant", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assigned", "case"], name="heeded_once"),
            models.CheckConstraint(condition=Q(done=True) | ~Q(reason=""), name="heeded_otherwise_with_reason"),
        ]

    def __str__(self) -> str:
        return "as proposed" if self.done else self.reason
