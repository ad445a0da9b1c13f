"""Remedies: the playbooks that people write, what each grade may give alone, what was given, and who decided."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from makegood.remedies.rules.authority import Period
from makegood.remedies.rules.fit import FailureKind, RemedyKind
from makegood.remedies.rules.granting import GrantState
from makegood.remedies.rules.offering import OfferState, Silence

_REMEDIES = [(kind.value, kind.value.replace("_", " ").capitalize()) for kind in RemedyKind]
_FAILURES = [(kind.value, kind.value.capitalize()) for kind in FailureKind]
_PERIODS = [(period.value, period.value.capitalize()) for period in Period]
_STATES = [(state.value, state.value.capitalize()) for state in GrantState]


def _amount(**more: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(max_digits=14, decimal_places=2, **more)


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


class Bounds(models.Model):
    """The one row that says past which share of the loss a remedy needs a reason (1.5 is 150 %)."""

    cap = models.DecimalField(max_digits=6, decimal_places=3)

    def __str__(self) -> str:
        return f"{self.cap:%}"


class Limit(models.Model):
    """What people of a grade may give alone; see `rules.authority.Limit`. An empty `remedy` bounds all together."""

    grade = models.PositiveSmallIntegerField()
    currency = models.CharField(max_length=3)
    remedy = models.CharField(max_length=20, choices=_REMEDIES, blank=True)
    each = _amount(null=True, blank=True)
    case = _amount(null=True, blank=True)
    budget = _amount(null=True, blank=True)
    per = models.CharField(max_length=5, choices=_PERIODS, default=Period.MONTH)

    class Meta:
        ordering = ["currency", "grade", "remedy"]
        constraints = [models.UniqueConstraint(fields=["grade", "currency", "remedy"], name="limit_once")]

    def __str__(self) -> str:
        return f"grade {self.grade} {self.currency}"


class Approval(models.Model):
    """Somebody asked somebody with more authority. `promise` is the clock by which it is decided; `silent` are those
    who were asked before and let their clock run out."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_of = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)
    promise = models.OneToOneField("promises.Promise", on_delete=models.PROTECT, related_name="+")
    silent = models.JSONField(default=list)
    approved = models.BooleanField(null=True)
    decided_by = models.ForeignKey(
        "people.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(decided_at__isnull=True), name="approval_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(approved__isnull=True, decided_at__isnull=True, decided_by__isnull=True)
                | Q(approved__isnull=False, decided_at__isnull=False, decided_by__isnull=False),
                name="approval_decided_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")), name="approval_never_by_oneself"
            ),
            models.CheckConstraint(condition=~Q(approved=False) | ~Q(reason=""), name="approval_refused_with_reason"),
        ]
        indexes = [models.Index(fields=["asked_of"], name="approval_waits", condition=Q(decided_at__isnull=True))]

    def __str__(self) -> str:
        return f"approval {self.pk}"


class Offer(models.Model):
    """Several remedies of which the customer chooses one until a time, on the authority of `decided_by`.

    What may be chosen are grants in the state "offered", which never change once it is open. `chosen` is one of
    them, `grant` the remedy that it became, `else_at` when the customer asked for something else instead. `promise`
    is to get in touch when nothing is chosen, where `silence` says so; `afterword` they read once it was taken back.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    decided_by = models.ForeignKey(
        "people.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    words = models.TextField(blank=True)
    afterword = models.TextField(blank=True)
    silence = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Silence])
    state = models.CharField(max_length=9, choices=[(one.value, one.value) for one in OfferState])
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    chosen = models.ForeignKey("Grant", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    chosen_at = models.DateTimeField(null=True)
    grant = models.OneToOneField("Grant", null=True, on_delete=models.PROTECT, related_name="+")
    else_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    promise = models.OneToOneField("promises.Promise", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state__in=[OfferState.ASKED, OfferState.OPEN]),
                name="offer_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[OfferState.ASKED, OfferState.REFUSED], opened_at=None, decided_by=None)
                | (
                    ~Q(state__in=[OfferState.ASKED, OfferState.REFUSED])
                    & Q(opened_at__isnull=False, decided_by__isnull=False)
                ),
                name="offer_open_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(chosen=None, grant=None) | Q(chosen__isnull=False, grant__isnull=False),
                name="offer_chosen_is_given",
            ),
        ]
        indexes = [
            models.Index(fields=["until"], name="offer_ends", condition=Q(state=OfferState.OPEN.value)),
            models.Index(fields=["decided_by"], name="offer_holds", condition=Q(state=OfferState.OPEN.value)),
        ]

    def __str__(self) -> str:
        return f"offer {self.pk}"


class Grant(models.Model):
    """A remedy for a case: offered to choose, asked for, given, refused or taken back.

    What is owed by a rule (`entitled`), what puts the thing itself right (`correction`) and what is given on top
    (`goodwill`) are separate sums. `by` wanted it, `decided_by` gave it on their own authority. `promise` is the
    commitment by which it is fulfilled. `failure` is the kind of failure it was given for, as it was judged then.
    `reference` is how whoever paid or delivered it calls that, `problem` why they could not ("" once it is done after
    all). `title` is what the customer reads; `titles` are its names by language, where it has several.

    What is given together is a grant each, and all but the first are `part_of` the first.
    What is owed is a grant of its own, by a `policy`, for the promise that failed (`about`, None for a harm that was
    reported). `explanation` is the entitlement as it was worked out, with its steps; `once_key` names its event.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    approval = models.ForeignKey(Approval, null=True, on_delete=models.PROTECT, related_name="grants")
    offer = models.ForeignKey(Offer, null=True, on_delete=models.PROTECT, related_name="options")
    part_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    remedy = models.CharField(max_length=20, choices=_REMEDIES)
    title = models.CharField(max_length=300)
    titles = models.JSONField(default=dict)
    words = models.TextField(blank=True)
    playbook = models.CharField(max_length=60, blank=True)
    rule = models.CharField(max_length=60, blank=True)
    option = models.CharField(max_length=60, blank=True)
    entitled = _amount(default=0)
    correction = _amount(default=0)
    goodwill = _amount(default=0)
    currency = models.CharField(max_length=3)
    share = models.DecimalField(max_digits=9, decimal_places=3, null=True)
    reason = models.CharField(max_length=500, blank=True)
    policy = models.CharField(max_length=60, blank=True)
    about = models.ForeignKey("promises.Promise", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    once_key = models.CharField(max_length=500, blank=True)
    explanation = models.JSONField(null=True)
    state = models.CharField(max_length=9, choices=_STATES)
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        "people.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    given_at = models.DateTimeField(null=True)
    promise = models.OneToOneField("promises.Promise", null=True, on_delete=models.PROTECT, related_name="+")
    failure = models.CharField(max_length=10, choices=_FAILURES, blank=True)
    reference = models.CharField(max_length=200, blank=True)
    problem = models.CharField(max_length=500, blank=True)
    problem_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["made_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(entitled__gte=0, correction__gte=0, goodwill__gte=0), name="grant_sums_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[GrantState.GIVEN, GrantState.WITHDRAWN],
                    given_at__isnull=False,
                    decided_by__isnull=False,
                    promise__isnull=False,
                )
                | Q(
                    state__in=[GrantState.ASKED, GrantState.REFUSED],
                    given_at__isnull=True,
                    decided_by__isnull=True,
                    promise__isnull=True,
                    approval__isnull=False,
                )
                | Q(
                    state=GrantState.OFFERED,
                    given_at__isnull=True,
                    decided_by__isnull=True,
                    promise__isnull=True,
                    offer__isnull=False,
                ),
                name="grant_given_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(policy="", entitled=0) | (~Q(policy="") & Q(entitled__gt=0, correction=0, goodwill=0)),
                name="grant_owed_is_by_a_policy",
            ),
        ]
        indexes = [
            models.Index(fields=["once_key"], name="grant_event", condition=~Q(once_key="")),
            models.Index(
                fields=["decided_by", "given_at"], name="grant_budget", condition=Q(state=GrantState.GIVEN.value)
            ),
            models.Index(fields=["given_at"], name="grant_given", condition=Q(state=GrantState.GIVEN.value)),
        ]

    def __str__(self) -> str:
        return self.title


class NamedFailure(models.Model):
    """Of which kind a case's failure is, in the word of a person who knows better than our guess."""

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, primary_key=True, related_name="+")
    kind = models.CharField(max_length=10, choices=_FAILURES)
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"SR-{self.case_id}: {self.kind}"


class Difference(models.Model):
    """Why a case was given so much more or less than others like it. Every word of it is kept, the newest counts."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=500)
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["case", "-id"], name="difference_newest")]

    def __str__(self) -> str:
        return self.reason


class PlanLine(models.Model):
    """What a person put in the place of a prepared line of a plan. Every version is kept, the newest counts; without
    words the prepared line stands again."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+", db_index=False)
    step = models.CharField(max_length=10)
    words = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["case", "step", "-id"], name="plan_line_newest")]

    def __str__(self) -> str:
        return f"SR-{self.case_id} {self.step}"


class PlanKept(models.Model):
    """A plan as it stood when the customer was first spoken to. `content` is the whole of it."""

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, primary_key=True, related_name="+")
    content = models.JSONField()
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"plan of SR-{self.case_id}"


class Binding(models.Model):
    """A binding of a policy to kinds of promise, as it was saved once; the highest `number` of a slug is in force.

    Never changed: each change is a row of its own, and taking it out of force one that is `retired`. `source` is the
    YAML as it was written, `content` what was read from it.
    """

    slug = models.SlugField(max_length=60)
    number = models.PositiveIntegerField()
    content = models.JSONField()
    source = models.TextField()
    note = models.CharField(max_length=300, blank=True)
    retired = models.BooleanField(default=False)
    saved_by = models.CharField(max_length=120)
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["slug", "-number"]
        constraints = [models.UniqueConstraint(fields=["slug", "number"], name="binding_once")]

    def __str__(self) -> str:
        return f"{self.slug} v{self.number}"


class ToldFact(models.Model):
    """A fact of a policy that somebody told at a case, about one of its promises. The newest counts; an empty one says
    that it is not known after all."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+", db_index=False)
    policy = models.CharField(max_length=60)
    about = models.ForeignKey("promises.Promise", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    fact = models.CharField(max_length=80)
    value = models.TextField(blank=True)
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["case", "policy", "fact", "-id"], name="told_fact_newest")]

    def __str__(self) -> str:
        return f"SR-{self.case_id} {self.fact}"


class Renunciation(models.Model):
    """The customer does not want what is owed, in their own `words`: up to `amount` it is not asked for any more."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    policy = models.CharField(max_length=60)
    about = models.ForeignKey("promises.Promise", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    amount = _amount()
    currency = models.CharField(max_length=3)
    words = models.TextField()
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0) & ~Q(words=""), name="renunciation_is_whole"),
        ]

    def __str__(self) -> str:
        return f"SR-{self.case_id} {self.policy}"
