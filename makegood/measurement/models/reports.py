"""Reports of the paradox: registered before they open, and kept as they were found."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Report(models.Model):
    """One registered report. `plan` and `found` are `findings.Plan` and `findings.Found`.

    Before `opens_at` only how many people each group has is counted. `next_compute_at` is the single clock: when
    whoever computes looks at it next, None once it is found. `leased_until` is for how long somebody is at it; `doing`
    and `share` (0 to 1) how far they are.
    """

    plan = models.JSONField()
    since = models.DateField()
    before = models.DateField()
    opens_at = models.DateTimeField()
    registered_by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    registered_at = models.DateTimeField()
    next_compute_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    counted_at = models.DateTimeField(null=True)
    found_at = models.DateTimeField(null=True)
    found = models.JSONField(null=True)
    problem = models.CharField(max_length=500, blank=True)
    doing = models.CharField(max_length=40, blank=True, db_default="")
    share = models.FloatField(default=0.0, db_default=0.0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(since__lt=F("before")), name="report_days_in_order"),
            models.CheckConstraint(
                condition=Q(found_at__isnull=True) | Q(found__isnull=False, next_compute_at__isnull=True),
                name="report_found_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["next_compute_at"], name="report_due", condition=Q(next_compute_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"report {self.pk}"


class ReportLook(models.Model):
    """One look at a report that may be read at any time, kept for good. `asked_by` is null for the last, which comes by
    itself; `seen` is a `findings.Seen`, null until it was computed. The database refuses to change or delete one."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveSmallIntegerField()
    asked_by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    before = models.DateField()
    found_at = models.DateTimeField(null=True)
    seen = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="report_look_once"),
            models.UniqueConstraint(fields=["report", "before"], name="report_look_once_a_day"),
            models.CheckConstraint(
                condition=Q(found_at__isnull=True, seen__isnull=True) | Q(found_at__isnull=False, seen__isnull=False),
                name="report_look_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"look {self.number} at report {self.report_id}"


class ReportFile(models.Model):
    """A file of a report as it was found. It names no customer."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=40)
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "name"], name="report_file_once")]

    def __str__(self) -> str:
        return f"{self.name} of report {self.report_id}"
