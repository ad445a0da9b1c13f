"""What we want to reach, and who is told of it."""

from __future__ import annotations

from django.db import models


class Target(models.Model):
    """What is aimed at with one of the headline figures: see `measurement.aims`."""

    figure = models.CharField(max_length=20, primary_key=True)
    value = models.DecimalField(max_digits=7, decimal_places=2)

    def __str__(self) -> str:
        return f"{self.figure} {self.value}"


class SharedView(models.Model):
    """A link to the insights as somebody narrowed them. Whoever opens it signs in, and sees what is theirs to see."""

    token_hash = models.CharField(max_length=64, unique=True)
    address = models.CharField(max_length=300)
    made_by = models.ForeignKey("people.Staff", on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.address


class Reader(models.Model):
    """Somebody who gets the report of every month by mail.

    `tried_for` is the first day of the month that was begun to be sent, `sent_for` that of the last one that a mail
    server took, `problem` why the last did not leave. Begun and not ended, nobody knows: it is not sent again.
    """

    person = models.OneToOneField("people.Staff", on_delete=models.CASCADE, related_name="+", primary_key=True)
    since = models.DateTimeField()
    tried_for = models.DateField(null=True)
    sent_for = models.DateField(null=True)
    problem = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.person_id}"
