"""Remedies: the playbooks that people write, with every version they ever had."""

from __future__ import annotations

from django.db import models


class Playbook(models.Model):
    """What may be offered for which failure, under one name. `version` is the one in force."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    version = models.PositiveIntegerField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "slug"]

    def __str__(self) -> str:
        return self.name


class PlaybookVersion(models.Model):
    """A playbook as it was saved once. Never changed: each change is a version of its own.

    `source` is the YAML as it was written, comments too; `content` what was read from it.
    """

    playbook = models.ForeignKey(Playbook, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    source = models.TextField()
    note = models.CharField(max_length=300, blank=True)
    saved_by = models.CharField(max_length=120)
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["playbook", "number"], name="playbook_version_once")]

    def __str__(self) -> str:
        return f"{self.playbook_id} v{self.number}"
