"""What we say that things cost, where nobody's books tell: entered by a person, with a date, and never guessed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class StaffRate(models.Model):
    """What an hour of our people costs. Every one that was entered is kept; the newest counts, and "not entered" is
    said again by one without an amount."""

    amount = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    currency = models.CharField(max_length=3)
    source = models.CharField(max_length=300)
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gt=0), name="staff_rate_above_nothing")
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


class ImprovementCost(models.Model):
    """What a change cost, once or again: each sum is a row of its own. One that was wrong is set right by another,
    below nothing."""

    improvement = models.ForeignKey("learning.Improvement", on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    words = models.CharField(max_length=300)
    spent_on = models.DateField()
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount=0) & ~Q(words=""), name="improvement_cost_is_whole")]
        indexes = [models.Index(fields=["spent_on"], name="improvement_cost_by_day")]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}: {self.words}"
