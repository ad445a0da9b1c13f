"""The ledger: kinds of promise and every promise."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from makegood.people.rules import Role
from makegood.promises.rules import State

STATES = [(state.value, state.value.replace("_", " ").capitalize()) for state in State]
_LIVE = [State.OPEN.value, State.AT_RISK.value]


class Calendar(models.Model):
    """Working hours of a team, a shop, a depot: several intervals a day, holidays, a time zone.

    `week` maps mon..sun to intervals such as ["09:00-12:30", "13:30-17:00"]. `holidays_of` names a country
    or a part of one ("GB", "US-NY") whose public holidays are closed; `closed_on` adds dates by name.
    """

    name = models.CharField(max_length=80, unique=True)
    time_zone = models.CharField(max_length=64)
    week = models.JSONField(default=dict)
    holidays_of = models.CharField(max_length=12, blank=True)
    closed_on = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Kind(models.Model):
    """A kind of promise and its policy.

    `warning` before the due instant silence becomes a risk; `grace` after it unkept becomes broken.
    `allowance` is how long such a promise is usually given, in working time of `calendar` when there is one.
    `severity` (1 slight to 4 grave) is the size of the loss when it breaks. `role` and `team` answer for it.
    `inside_case` marks the clocks of a recovery: breaking one is a double deviation, not a new case.
    """

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    warning = models.DurationField()
    grace = models.DurationField()
    allowance = models.DurationField(null=True, blank=True)
    calendar = models.ForeignKey(Calendar, null=True, blank=True, on_delete=models.PROTECT, related_name="kinds")
    severity = models.PositiveSmallIntegerField(default=2)
    role = models.CharField(max_length=15, choices=[(role.value, role.value) for role in Role], default=Role.AGENT)
    team = models.ForeignKey("people.Team", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    opens_case = models.BooleanField(default=True)
    inside_case = models.BooleanField(default=False)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(severity__range=(1, 4)), name="kind_severity_1_to_4"),
        ]

    def __str__(self) -> str:
        return self.name


class PromiseQuerySet(models.QuerySet["Promise"]):
    """Questions asked of the ledger; each takes the instant it is asked for."""

    def past_check(self, now: datetime) -> PromiseQuerySet:
        """Promises whose state may have changed by `now` and that no watch has moved yet."""
        return self.filter(next_check_at__lt=now)


class Promise(models.Model):
    """A dated commitment to a customer. What the columns mean is told in `rules` and `facts`.

    `stamps` keeps, per field, when its source knew it, as far as sources say. `working` keeps the
    arithmetic of a deadline in working time, so that a person can be shown how the date came about.
    """

    source = models.CharField(max_length=80, blank=True)
    reference = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001 - unique when given
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.ForeignKey(Kind, on_delete=models.PROTECT, related_name="promises", db_index=False)
    title = models.CharField(max_length=300)
    owner = models.ForeignKey(
        "people.Staff", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    made_by = models.CharField(max_length=120, blank=True)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    due_on = models.DateField(null=True, blank=True)
    warn_at = models.DateTimeField()
    breaks_at = models.DateTimeField()
    forecast_at = models.DateTimeField(null=True, blank=True)
    kept_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True)
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    state = models.CharField(max_length=10, choices=STATES, default=State.OPEN)
    next_check_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    stamps = models.JSONField(null=True, blank=True)
    working = models.JSONField(null=True, blank=True)

    objects = PromiseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "reference"],
                name="promise_reference_once",
                condition=Q(reference__isnull=False),
            ),
            models.CheckConstraint(condition=Q(state__in=[state.value for state in State]), name="promise_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=_LIVE, next_check_at__isnull=False, settled_at__isnull=True)
                | Q(state=State.BROKEN, next_check_at__isnull=True, settled_at__isnull=True)
                | (~Q(state__in=[*_LIVE, State.BROKEN]) & Q(next_check_at__isnull=True, settled_at__isnull=False)),
                name="promise_clock_fits_state",
            ),
        ]
        indexes = [
            models.Index(fields=["next_check_at"], name="promise_next_check", condition=Q(next_check_at__isnull=False)),
            # With the owner, the day line of one person reads no row of the others; with kind and state it counts
            # all that are due in a day without reading any.
            models.Index(fields=["due_at", "id", "owner"], name="promise_due", include=["kind", "state"]),
            models.Index(fields=["customer", "due_at"], name="promise_customer"),
            models.Index(
                fields=["reference"],
                name="promise_reference",
                opclasses=["varchar_pattern_ops"],
                condition=Q(reference__isnull=False),
            ),
            # Only trouble: the many that are open would stand between the desk and what broke last.
            models.Index(
                fields=["state", "breaks_at", "id"],
                name="promise_trouble",
                condition=Q(state__in=[State.AT_RISK.value, State.BROKEN.value]),
            ),
            models.Index(
                fields=["owner", "due_at"],
                name="promise_owner",
                # One's own are counted for every page, and those inside cases told from the others: of a thousand
                # that are open without reading a row.
                include=["id", "kind", "state"],
                condition=Q(owner__isnull=False, state__in=[*_LIVE, State.BROKEN]),
            ),
            # What people and cases promise, by kind: what other systems tell has a reference, and costs nothing here.
            models.Index(
                fields=["kind", "due_at", "id"],
                name="promise_of_our_own",
                condition=Q(reference__isnull=True, state__in=[*_LIVE, State.BROKEN]),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Held(models.Model):
    """What is known so far of a promise that cannot stand yet: nobody has said to whom, what or by when."""

    source = models.CharField(max_length=80)
    reference = models.CharField(max_length=200)
    known = models.JSONField()
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "reference"], name="held_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.reference}"
