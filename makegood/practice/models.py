"""Tries: one person playing one scene."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from makegood.practice.rules.values import End, Grade


class Run(models.Model):
    """One try of somebody at a scene. `text` is the scene as it was then, `moves` what they did, as the coach read it.

    `trust`, `anger` and `effort` are the customer's when it ended; None before.
    """

    staff = models.ForeignKey("people.Staff", on_delete=models.CASCADE, related_name="+", db_index=False)
    scene = models.CharField(max_length=40)
    text = models.TextField()
    role = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Grade])
    second = models.BooleanField(default=False)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=10, blank=True, choices=[(one.value, one.value) for one in End])
    moves = models.JSONField(default=list)
    trust = models.PositiveSmallIntegerField(null=True)
    anger = models.PositiveSmallIntegerField(null=True)
    effort = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end="", trust__isnull=True)
                | Q(ended_at__gte=F("began_at"), trust__lte=100, anger__lte=100, effort__lte=100) & ~Q(end=""),
                name="run_end_fits",
            ),
        ]
        indexes = [models.Index(fields=["staff", "scene", "-began_at"], name="run_of_staff")]

    def __str__(self) -> str:
        return f"{self.scene} by staff {self.staff_id}"


class FirstDay(models.Model):
    """The first day of somebody: when they read its parts, the case that they took on it, and whether they put it away.
    What they played is told by their tries. `case_at` stays when the case does not."""

    staff = models.OneToOneField("people.Staff", on_delete=models.CASCADE, related_name="+", primary_key=True)
    why_at = models.DateTimeField(null=True)
    watch_at = models.DateTimeField(null=True)
    marks_at = models.DateTimeField(null=True)
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    case_at = models.DateTimeField(null=True)
    away_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"first day of {self.staff_id}"
