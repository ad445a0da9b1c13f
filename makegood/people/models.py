"""Staff, teams, absences, tokens and saved views."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from makegood.people.rules import Role

ROLES = [(role.value, role.value.replace("_", " ").capitalize()) for role in Role]


class Team(models.Model):
    """People who answer for each other's promises."""

    name = models.CharField(max_length=80, unique=True)
    lead = models.ForeignKey("people.Staff", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class StaffManager(BaseUserManager["Staff"]):
    """Finds staff by e-mail, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> Staff:
        return self.get(email__iexact=username or "")


class Staff(AbstractBaseUser):
    """A member of staff, who signs in with an e-mail address.

    `grade` is the step of the authority ladder (1 lowest). `week` is their working hours as JSON in
    `time_zone`; empty means always. `deputy` takes over while they are away.
    """

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=15, choices=ROLES, default=Role.AGENT)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="members")
    grade = models.PositiveSmallIntegerField(default=1)
    time_zone = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=12, default="en")
    week = models.JSONField(default=dict, blank=True)
    deputy = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    single_keys = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = StaffManager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="staff_email_once"),
            models.CheckConstraint(condition=Q(role__in=[role.value for role in Role]), name="staff_role_known"),
            models.CheckConstraint(
                condition=~Q(role=Role.PROCESS_OWNER.value) | Q(team__isnull=True), name="staff_process_owner_no_team"
            ),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("id")), name="staff_deputy_is_another"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Absence(models.Model):
    """A span in which someone is not there. Half-open: away from `starts_at` up to `ends_at`."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="absences")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    deputy = models.ForeignKey(Staff, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="absence_has_length")]
        indexes = [models.Index(fields=["staff", "ends_at"], name="absence_current")]

    def __str__(self) -> str:
        return f"{self.staff} {self.starts_at:%Y-%m-%d} to {self.ends_at:%Y-%m-%d}"


class ApiToken(models.Model):
    """A bearer token of an integration. Only its hash is kept; it may stand for a member of staff."""

    name = models.CharField(max_length=80)
    scope = models.CharField(max_length=5, choices=[("read", "Read"), ("write", "Write")])
    digest = models.CharField(max_length=64, unique=True)
    staff = models.ForeignKey(Staff, null=True, blank=True, on_delete=models.CASCADE, related_name="tokens")
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class SavedView(models.Model):
    """A filtered list that somebody named; anyone with access may open it."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=80)
    path = models.CharField(max_length=40)
    query = models.CharField(max_length=500, blank=True)
    made_by = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="views")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
