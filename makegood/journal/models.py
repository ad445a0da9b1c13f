"""The append-only record of every move."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Cast, Now


class CurrentTransaction(models.Func):
    """The number of the transaction that writes; readers use it to wait for slower writers."""

    function = "pg_current_xact_id"
    output_field = models.TextField()


class Entry(models.Model):
    """One move: who, what, when, about whom. Never changed, never deleted (a trigger refuses both).

    Cross-references are plain numbers: the journal stands above every room and may not point down.
    """

    xid = models.BigIntegerField(
        db_default=Cast(Cast(CurrentTransaction(), models.TextField()), models.BigIntegerField()),
        editable=False,
    )
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=120)
    verb = models.CharField(max_length=40)
    customer_id = models.BigIntegerField(null=True)
    case_id = models.BigIntegerField(null=True)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["xid", "id"], name="journal_cursor"),
            # What was learned on a day: few of many moves.
            models.Index(
                fields=["at"],
                name="journal_learned",
                condition=models.Q(verb__in=["case.cause", "improvement.live", "improvement.judged"]),
            ),
            models.Index(
                fields=["customer_id", "at"],
                name="journal_customer",
                condition=models.Q(customer_id__isnull=False),
            ),
            models.Index(fields=["case_id", "at"], name="journal_case", condition=models.Q(case_id__isnull=False)),
            # Few customers write, and every page asks which cases they wrote in.
            models.Index(
                fields=["case_id"],
                name="journal_wrote",
                condition=models.Q(verb__in=["case.wrote", "case.asked_else", "case.link_asked"]),
            ),
            # Few messages go astray, and every page asks in which cases one did.
            models.Index(
                fields=["case_id"],
                name="journal_astray",
                condition=models.Q(verb__in=["case.message_failed", "case.message_unsure", "case.message_bounced"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb}"
