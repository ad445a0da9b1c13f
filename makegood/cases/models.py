"""Cases: one customer's failures and their recovery."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from makegood.cases.causes import FUNCTION_LIMIT, NAME_LIMIT, Controllability, Stability
from makegood.cases.rules import Answer, DetectedBy, FailureClass, Outcome, Purpose, Step


def _choices(
    enum: type[Answer | Controllability | DetectedBy | FailureClass | Outcome | Purpose | Stability | Step],
) -> list[tuple[str, str]]:
    return [(member.value, member.value.replace("_", " ").capitalize()) for member in enum]


def _values(enum: type[Controllability | Stability]) -> list[str]:
    return [member.value for member in enum]


class Cause(models.Model):
    """A reason why promises break, in a simple tree. Never a person.

    What it leaves empty is that of the cause above. `function` is where it lands, in the organisation's own words. One
    that is retired stays with the cases that have it, and is offered no more. `improved_at` is since when a change
    about it is live and has not failed: only then may a message say that we changed it.
    """

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=NAME_LIMIT)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    controllability = models.CharField(max_length=10, choices=_choices(Controllability), blank=True, db_default="")
    stability = models.CharField(max_length=10, choices=_choices(Stability), blank=True, db_default="")
    function = models.CharField(max_length=FUNCTION_LIMIT, blank=True, db_default="")
    position = models.PositiveSmallIntegerField(default=0, db_default=0)
    retired_at = models.DateTimeField(null=True, blank=True)
    improved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(controllability__in=["", *_values(Controllability)]), name="cause_controllability_known"
            ),
            models.CheckConstraint(condition=Q(stability__in=["", *_values(Stability)]), name="cause_stability_known"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="cause_not_below_itself"),
        ]

    def __str__(self) -> str:
        return self.name


class Case(models.Model):
    """One customer's failure or failures and their recovery. Its number is shown as SR-1001.

    `owner` is the one accountable person at every instant. A handover is `offered_to` somebody and counts
    once accepted. `ordinal` tells the how-manyth similar failure this is for the customer in the window.

    A `light` case is one of many with the same cause whose customers were all told in one go: it waits for the
    customer's own word and stands on no desk until something in it needs a person.
    """

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.ForeignKey("promises.Kind", on_delete=models.PROTECT, related_name="+", db_index=False)
    title = models.CharField(max_length=300)
    severity = models.PositiveSmallIntegerField()
    criticality = models.PositiveSmallIntegerField(default=2)
    detected_by = models.CharField(max_length=10, choices=_choices(DetectedBy))
    opened_at = models.DateTimeField()
    owner = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    taken_at = models.DateTimeField(null=True, blank=True)
    offered_to = models.ForeignKey(
        "people.Staff", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    offered_at = models.DateTimeField(null=True, blank=True)
    offer_note = models.CharField(max_length=500, blank=True)
    sponsor = models.ForeignKey(
        "people.Staff", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    ordinal = models.PositiveSmallIntegerField(default=1)
    repeat_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="repeats")
    harm = models.TextField(blank=True)
    needs = models.TextField(blank=True, db_default="")
    cause = models.ForeignKey(Cause, null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    cause_note = models.TextField(blank=True)
    whys = models.JSONField(default=list, blank=True, db_default=[])
    cause_finder = models.ForeignKey(
        "people.Staff", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    outcome = models.CharField(max_length=20, choices=_choices(Outcome), blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    reopened_at = models.DateTimeField(null=True, blank=True)
    light = models.BooleanField(default=False, db_default=False)
    search = SearchVectorField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(severity__range=(1, 4)), name="case_severity_1_to_4"),
            models.CheckConstraint(condition=Q(criticality__range=(1, 4)), name="case_criticality_1_to_4"),
            models.CheckConstraint(
                condition=Q(offered_to__isnull=True, offered_at__isnull=True)
                | (Q(offered_to__isnull=False, offered_at__isnull=False) & ~Q(offered_to=F("owner"))),
                name="case_offer_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="") | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="case_closed_with_outcome",
            ),
        ]
        indexes = [
            # What was the cause of the last cases of a kind: offered first when the next is put down to one.
            models.Index(fields=["kind", "id"], name="case_learned", condition=Q(cause__isnull=False)),
            models.Index(fields=["owner", "opened_at"], name="case_owner", condition=Q(closed_at__isnull=True)),
            models.Index(
                fields=["owner", "-severity", "opened_at", "id"],
                name="case_desk",
                condition=Q(closed_at__isnull=True, light=False),
            ),
            models.Index(fields=["opened_at", "id"], name="case_open", condition=Q(closed_at__isnull=True)),
            models.Index(
                fields=["-severity", "opened_at", "id"],
                name="case_urgent",
                condition=Q(closed_at__isnull=True, light=False),
            ),
            models.Index(
                fields=["-severity", "opened_at", "id"],
                name="case_untaken",
                condition=Q(closed_at__isnull=True, light=False, taken_at__isnull=True),
            ),
            models.Index(
                fields=["opened_at"],
                name="case_foretold",
                condition=Q(closed_at__isnull=True, detected_by=DetectedBy.FORECAST),
            ),
            models.Index(fields=["customer", "opened_at"], name="case_customer"),
            models.Index(fields=["opened_at", "id"], name="case_all"),
            models.Index(
                fields=["offered_to"],
                name="case_offer",
                condition=Q(offered_to__isnull=False, closed_at__isnull=True),
            ),
            # Whom a cause lost us: few of all cases.
            models.Index(fields=["opened_at"], name="case_unforgiven", condition=Q(outcome="will_not_forgive")),
            GinIndex(fields=["search"], name="case_words"),
        ]

    def __str__(self) -> str:
        return f"SR-{self.pk}"


class Failure(models.Model):
    """A promise broken or in danger, or a harm that a person reports, inside a case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="failures")
    promise = models.OneToOneField(
        "promises.Promise", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    failure_class = models.CharField(max_length=10, choices=_choices(FailureClass))
    what = models.CharField(max_length=300)
    severity = models.PositiveSmallIntegerField()
    detected_by = models.CharField(max_length=10, choices=_choices(DetectedBy))
    at = models.DateTimeField()
    corrected_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["case"], name="failure_corrected", condition=Q(corrected_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.what


class StepDone(models.Model):
    """One step of the recovery, with what was said. The same step may be taken again; one that was taken back counts
    for nothing."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="steps_done")
    step = models.CharField(max_length=10, choices=_choices(Step))
    said = models.TextField(blank=True)
    channel = models.CharField(max_length=10, blank=True)
    by = models.ForeignKey("people.Staff", null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.step


class Commitment(models.Model):
    """A promise made inside a case; its clock runs in the ledger like any other. One that was taken back was
    withdrawn there."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="commitments")
    promise = models.OneToOneField("promises.Promise", on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=20, choices=_choices(Purpose))
    undone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.purpose


class LadderRung(models.Model):
    """One rung of the ladder of a team, or, with `team` None, of all teams that have none. See `people.ladder.Rung`."""

    team = models.ForeignKey("people.Team", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=15, blank=True)
    person = models.ForeignKey("people.Staff", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    wait_minutes = models.PositiveIntegerField(null=True, blank=True)
    contact_minutes = models.PositiveIntegerField(null=True, blank=True)
    calendar = models.ForeignKey("promises.Calendar", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    from_severity = models.PositiveSmallIntegerField(null=True, blank=True)
    second_failure = models.BooleanField(default=False)

    class Meta:
        ordering = ["team", "position"]
        constraints = [
            models.UniqueConstraint(fields=["team", "position"], nulls_distinct=False, name="ladder_rung_once"),
            models.CheckConstraint(condition=Q(role="") ^ Q(person__isnull=True), name="ladder_names_one"),
        ]

    def __str__(self) -> str:
        return f"rung {self.position}"


class Escalation(models.Model):
    """A rung that was climbed: a named person drawn in because a promise of the case broke.

    `commitment` is what broke, None when the customer was failed again; `charge` is the promise that this person takes
    it in charge.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="escalations")
    commitment = models.OneToOneField(
        Commitment, null=True, blank=True, on_delete=models.CASCADE, related_name="escalation"
    )
    charge = models.OneToOneField(
        Commitment, null=True, blank=True, on_delete=models.SET_NULL, related_name="charged_by"
    )
    rung = models.PositiveSmallIntegerField()
    person = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["person"], name="escalation_waits", condition=Q(taken_at__isnull=True))]

    def __str__(self) -> str:
        return f"rung {self.rung}: {self.person}"


class SatisfactionCheck(models.Model):
    """One time the customer was asked, or was tried and not reached. What was taken back stays as it was recorded and
    counts for nothing."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="checks")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("people.Staff", null=True, on_delete=models.SET_NULL, related_name="+")
    channel = models.CharField(max_length=10, blank=True)
    answer = models.CharField(max_length=20, choices=_choices(Answer), blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    words = models.TextField(blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(answer="", undone_at__isnull=True), name="check_one_awaited"
            ),
        ]

    def __str__(self) -> str:
        return self.answer or "asked"


class Presence(models.Model):
    """Somebody reads or writes on a case just now. An unlogged table: it is rewritten every few seconds by everybody
    who looks, is worth nothing after a crash, and takes no lock on the case or the person."""

    pk = models.CompositePrimaryKey("case_id", "staff_id")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    staff = models.ForeignKey(
        "people.Staff", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    writes = models.BooleanField(default=False)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.staff_id} at SR-{self.case_id}"
