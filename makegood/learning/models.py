"""Improvements: what is changed about a cause, by whom, by when, and whether it held."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from makegood.learning.rules.recurrence import State, Why


class Improvement(models.Model):
    """A change about a cause and those below it. `promise` says by when it is live.

    Failures put down to the cause are to fall by `less_by` per cent, counted per thousand promises due of `kind` (of
    all, without one); it is looked at whenever `exposure` more of them have fallen due. `counted` is what was found
    when it was counted last, `looks` how often it was judged, `why` what the last look found.
    """

    cause = models.ForeignKey("cases.Cause", on_delete=models.PROTECT, related_name="+")
    change = models.CharField(max_length=300)
    owner = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    promise = models.OneToOneField("promises.Promise", on_delete=models.PROTECT, related_name="+")
    kind = models.ForeignKey("promises.Kind", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    less_by = models.PositiveSmallIntegerField()
    exposure = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=[(one.value, one.value) for one in State], default=State.PLANNED)
    why = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Why], blank=True)
    looks = models.PositiveSmallIntegerField(default=0)
    began_at = models.DateTimeField()
    live_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    counted = models.JSONField(default=dict)
    next_count_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(less_by__range=(1, 100)), name="improvement_less_by_1_to_100"),
            models.CheckConstraint(condition=Q(exposure__gte=1), name="improvement_exposure"),
            models.CheckConstraint(
                condition=Q(state=State.PLANNED.value, live_at__isnull=True)
                | Q(state__in=[State.LIVE.value, State.HELD.value, State.CAME_BACK.value], live_at__isnull=False)
                | Q(state=State.DROPPED.value, ended_at__isnull=False),
                name="improvement_live_fits_state",
            ),
        ]
        indexes = [
            models.Index(fields=["next_count_at"], name="improvement_count", condition=Q(next_count_at__isnull=False))
        ]

    def __str__(self) -> str:
        return self.change
