"""Coming back to customers, and what is still to be made good once they are."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class FollowUp(models.Model):
    """One time that we come back to a customer, as a promise in the ledger.

    `attempt` counts the times we try to reach somebody who keeps silent; it is None for one of the plan. From
    `opens_at` on an answer counts for it. `texts` are the words by language, `heard` is what the customer said.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    promise = models.OneToOneField("promises.Promise", on_delete=models.PROTECT, related_name="+")
    heard = models.ForeignKey(
        "cases.SatisfactionCheck", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    attempt = models.PositiveSmallIntegerField(null=True)
    after = models.CharField(max_length=30, blank=True)
    channel = models.CharField(max_length=10, blank=True)
    texts = models.JSONField(default=dict)
    opens_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.after or self.attempt} SR-{self.case_id}"


class Patience(models.Model):
    """The one row that says how often we try to reach a customer who keeps silent, and how long after the first time
    we try again; each further wait is twice as long."""

    tries = models.PositiveSmallIntegerField()
    wait = models.DurationField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(tries__range=(1, 10)), name="patience_tries_1_to_10")]

    def __str__(self) -> str:
        return f"{self.tries} tries"


class Attended(models.Model):
    """The one row that says up to where the journal has been followed."""

    cursor = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.cursor
