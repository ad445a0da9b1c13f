"""Private links: how a customer comes to the page of their case without an account."""

from __future__ import annotations

from django.db import models


class Link(models.Model):
    """One link to one case. Only the digest of its token is kept, so that nobody who reads the database can use it.

    `opened_at` is when the customer first did something on the page: that it was fetched says nothing, because mail
    programs fetch every address they find. `given_at` is when staff said that they had given it to the customer, by
    the way `given_by`.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    given_at = models.DateTimeField(null=True, blank=True)
    given_by = models.CharField(max_length=10, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return f"link to SR-{self.case_id}"


class Attempt(models.Model):
    """How often somebody tried something since `since`. `who` is a keyed digest: no network address is kept. The
    table is unlogged: a crash forgives."""

    who = models.CharField(max_length=64, primary_key=True)
    since = models.DateTimeField(db_index=True)
    tries = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.tries} tries"
