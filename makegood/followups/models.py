"""Coming back to customers, and what is still to be made good once they are."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class FollowUp(models.Model):
    """One time that we come back to a customer, as a promise in the ledger.

    `attempt` counts the times we try to reach somebody who keeps silent; it is None for one of the plan. From
    `opens_at` on an answer counts for it. `texts` are the words by language, `heard` is what the customer said. From
    `asks_at` on the question goes out by itself as a message; None leaves it to a person. `trouble` is why the message
    that asked did not reach them: this one is promised in the place of that.
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
    asks_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["asks_at"], name="followup_asks", condition=Q(asks_at__isnull=False))]

    def __str__(self) -> str:
        return f"{self.after or self.attempt} SR-{self.case_id}"


class Question(models.Model):
    """A satisfaction check that was asked by a message. `kept` are the follow-ups that asking did, `made` those that it
    promised: a message that did not reach them undoes both."""

    check_asked = models.OneToOneField("cases.SatisfactionCheck", on_delete=models.CASCADE, related_name="+")
    message = models.OneToOneField("conversation.Message", on_delete=models.PROTECT, related_name="+")
    kept = ArrayField(models.BigIntegerField(), default=list)
    made = ArrayField(models.BigIntegerField(), default=list)

    def __str__(self) -> str:
        return f"question {self.check_asked_id} by message {self.message_id}"


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


class ProcessOwner(models.Model):
    """Who answers for the process behind a cause, or behind a kind of promise: whoever says what is changed there."""

    cause = models.OneToOneField("cases.Cause", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    kind = models.OneToOneField("promises.Kind", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    staff = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(cause__isnull=True, kind__isnull=False) | Q(cause__isnull=False, kind__isnull=True),
                name="process_owner_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} of {self.cause_id or self.kind_id}"


class Closure(models.Model):
    """What is made good in a case beside the customer: the process, and those who carried it.

    `customer_at` is when the case was closed last. `owner` answers for the process; `words` are what was or will be
    changed, `promise` by when and by whom, if something is still to be done. `employee_at` is when everybody who
    carried it had been heard.
    """

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="+", primary_key=True)
    customer_at = models.DateTimeField()
    owner = models.ForeignKey("people.Staff", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    process_at = models.DateTimeField(null=True)
    process_by = models.ForeignKey(
        "people.Staff", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    words = models.TextField(blank=True)
    promise = models.OneToOneField("promises.Promise", null=True, on_delete=models.PROTECT, related_name="+")
    employee_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["owner", "customer_at"], name="closure_process", condition=Q(process_at__isnull=True)),
            models.Index(
                fields=["customer_at"], name="closure_open",
                condition=Q(process_at__isnull=True) | Q(employee_at__isnull=True),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"closures of SR-{self.case_id}"


class Hearing(models.Model):
    """One person who carried a case, and whether they were heard. `lead` is to hear them; what they said is between
    these two."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    staff = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    lead = models.ForeignKey("people.Staff", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    named_at = models.DateTimeField()
    cost = models.TextField(blank=True)
    helped = models.TextField(blank=True)
    heard_at = models.DateTimeField(null=True)
    heard_by = models.ForeignKey("people.Staff", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    word = models.TextField(blank=True)
    is_well = models.BooleanField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "staff"], name="hearing_once")]
        indexes = [
            models.Index(fields=["lead"], name="hearing_waits", condition=Q(heard_at__isnull=True)),
            models.Index(fields=["staff"], name="hearing_own", condition=Q(heard_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} in SR-{self.case_id}"


class Recognition(models.Model):
    """What somebody did that a customer who is content again owes to them, or, with `by`, a colleague's thanks.

    What the customer said stands in the case, and is read there.
    """

    staff = models.ForeignKey("people.Staff", on_delete=models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.CASCADE, related_name="+")
    told_first = models.BooleanField(default=False)
    stayed = models.BooleanField(default=False)
    in_person = models.BooleanField(default=False)
    words = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey("people.Staff", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["staff", "case"], condition=Q(words=""), name="recognition_once"),
            models.CheckConstraint(condition=~Q(words="") | Q(case__isnull=False), name="recognition_for_something"),
        ]
        indexes = [models.Index(fields=["staff", "-at"], name="recognition_of")]

    def __str__(self) -> str:
        return self.words or f"SR-{self.case_id}"
