"""What came in from outside, batch by batch, with every row that could not be taken."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from makegood.intake.rules.spec import About
from makegood.intake.rules.stages import WAITING, Stage


class Batch(models.Model):
    """One file or one call's worth of facts, and what became of it. `promises` counts what it spoke of, whatever it is
    about."""

    feed = models.CharField(max_length=80)
    about = models.CharField(max_length=10, default=About.PROMISES.value, db_default=About.PROMISES.value)
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


class Upload(models.Model):
    """A file that somebody brought to the desk: tried first, and imported once they say so.

    `feed` names a shipped feed, or the one in `feed_text`. `held_until` is how long whoever works on it has it to
    themselves; `rows_done` of `rows_all` tells how far they are. `trial` is what the dry run told. What the file
    held is forgotten once it is imported, refused or discarded.
    """

    staff = models.ForeignKey("people.Staff", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    feed = models.CharField(max_length=80)
    feed_text = models.TextField(blank=True)
    cases = models.CharField(max_length=10)
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Stage])
    held_until = models.DateTimeField(null=True, blank=True)
    attempts = models.SmallIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    rows_all = models.PositiveIntegerField(default=0)
    trial = models.JSONField(default=dict)
    refusal = models.TextField(blank=True)
    batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[one.value for one in Stage]), name="upload_stage_known")
        ]
        indexes = [
            models.Index(fields=["id"], name="upload_waiting", condition=Q(state__in=[one.value for one in WAITING]))
        ]

    def __str__(self) -> str:
        return self.name


class UploadedFile(models.Model):
    """A file's bytes. In the database, so that any worker on any machine can read it; the first is the one that is
    imported, the others are those it looks things up in."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=200)
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "name"], name="upload_file_once")]

    def __str__(self) -> str:
        return self.name
