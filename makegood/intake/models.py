"""What came in from outside, batch by batch, with every row that could not be taken."""

from __future__ import annotations

from django.db import models


class Batch(models.Model):
    """One file or one call's worth of facts, and what became of it."""

    feed = models.CharField(max_length=80)
    name = models.CharField(max_length=255)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    by = models.CharField(max_length=120)
    rows = models.PositiveIntegerField(default=0)
    promises = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    cases = models.PositiveIntegerField(default=0)
    skipped_because = models.JSONField(default=dict)

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.feed} {self.name}"


class Reject(models.Model):
    """A row that was not taken: where it stands, what is wrong with it and what it held."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="rejects")
    line = models.PositiveIntegerField()
    column = models.CharField(max_length=200, blank=True)
    value = models.TextField(blank=True)
    code = models.CharField(max_length=60)
    reason = models.TextField()
    raw = models.TextField(blank=True)

    class Meta:
        ordering = ["line", "id"]

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"
