"""What belongs to the installation as a whole."""

from __future__ import annotations

import uuid

from django.db import models


class Installation(models.Model):
    """The organisation that runs this Makegood. There is one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    uid = models.UUIDField(default=uuid.uuid4)
    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=64, default="UTC")
    currency = models.CharField(max_length=3, default="GBP")
    notice = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="installation_is_one")]

    def __str__(self) -> str:
        return self.name


class IdempotencyKey(models.Model):
    """The answer once given to a request, so that the same request again gets the same answer."""

    caller = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="idempotency_once")]

    def __str__(self) -> str:
        return f"{self.caller} {self.key}"
