"""What customers answered and what they did, whoever told us of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from makegood.measurement.scales import RANGE, Deed, Occasion, Scale


class Score(models.Model):
    """One answer on a scale. `case` is the one after which was asked; `asked_at` is unknown of some that are imported.
    `began` is the case that this answer opened, being low: for that case it is no baseline.

    `source` and `reference` name it in the system that told us: the same twice is one score.
    """

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    began = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    scale = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Scale])
    value = models.DecimalField(max_digits=4, decimal_places=2)
    occasion = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Occasion])
    asked_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField()
    source = models.CharField(max_length=60)
    reference = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "reference"], name="score_once"),
            *(
                models.CheckConstraint(
                    condition=~Q(scale=scale.value) | Q(value__range=ends), name=f"score_{scale.value}_range"
                )
                for scale, ends in RANGE.items()
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "answered_at"], name="score_of_customer"),
            models.Index(fields=["answered_at"], name="score_by_time"),
            models.Index(fields=["case"], name="score_of_case", condition=Q(case__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.scale} {self.value}"


class Behaviour(models.Model):
    """One thing a customer did, with what it was worth to us. `source` and `reference` as with a score."""

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    deed = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Deed])
    at = models.DateTimeField()
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    source = models.CharField(max_length=60)
    reference = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "reference"], name="behaviour_once"),
            models.CheckConstraint(
                condition=Q(amount__isnull=True, currency="") | Q(amount__isnull=False) & ~Q(currency=""),
                name="behaviour_amount_with_currency",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "at"], name="behaviour_of_customer"),
            models.Index(fields=["at"], name="behaviour_by_time"),
            models.Index(fields=["at"], name="behaviour_left", condition=Q(deed=Deed.LEFT.value)),
        ]

    def __str__(self) -> str:
        return f"{self.deed} {self.at:%Y-%m-%d}"
