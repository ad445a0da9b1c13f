"""Tries: one person playing one scene; what was assigned to whom, and what was said of a line."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from makegood.practice.rules.values import End, Grade


class Assignment(models.Model):
    """A scene that somebody is asked to play by the end of a day, which never moves. `name` is what the scene was
    called, `passed_at` when a play of it passed; taken back, it stays as a row."""

    staff = models.ForeignKey("people.Staff", on_delete=models.CASCADE, related_name="+", db_index=False)
    scene = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Grade])
    second = models.BooleanField(default=False)
    due_on = models.DateField()
    why = models.CharField(max_length=300)
    by = models.ForeignKey("people.Staff", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    by_name = models.CharField(max_length=120)
    at = models.DateTimeField()
    passed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["staff", "scene", "role", "second"],
                condition=Q(passed_at__isnull=True, withdrawn_at__isnull=True),
                name="assignment_stands_once",
            ),
        ]
        indexes = [
            models.Index(fields=["staff", "due_on"], name="assignment_of_staff", condition=Q(withdrawn_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.scene} for staff {self.staff_id} by {self.due_on}"


class Run(models.Model):
    """One try of somebody at a scene. `text` is the scene as it was then, `moves` what they did, as the coach read
    it, `voiced` which answers of the customer a language model phrased: by the number of the move, the words and the
    model.

    With an `assignment` it was played as assigned, and whoever leads them may read it. `trust`, `anger` and `effort`
    are the customer's when it ended; None before.
    """

    staff = models.ForeignKey("people.Staff", on_delete=models.CASCADE, related_name="+", db_index=False)
    assignment = models.ForeignKey(
        Assignment, null=True, blank=True, on_delete=models.CASCADE, related_name="runs", db_index=False
    )
    scene = models.CharField(max_length=40)
    text = models.TextField()
    role = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Grade])
    second = models.BooleanField(default=False)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=10, blank=True, choices=[(one.value, one.value) for one in End])
    moves = models.JSONField(default=list)
    voiced = models.JSONField(default=dict)
    trust = models.PositiveSmallIntegerField(null=True)
    anger = models.PositiveSmallIntegerField(null=True)
    effort = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end="", trust__isnull=True)
                | Q(ended_at__gte=F("began_at"), trust__lte=100, anger__lte=100, effort__lte=100) & ~Q(end=""),
                name="run_end_fits",
            ),
        ]
        indexes = [
            models.Index(fields=["staff", "scene", "-began_at"], name="run_of_staff"),
            models.Index(fields=["assignment"], name="run_as_assigned", condition=Q(assignment__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.scene} by staff {self.staff_id}"


class FirstDay(models.Model):
    """The first day of somebody: when they read its parts, the case that they took on it, and whether they put it away.
    What they played is told by their tries. `case_at` stays when the case does not."""

    staff = models.OneToOneField("people.Staff", on_delete=models.CASCADE, related_name="+", primary_key=True)
    why_at = models.DateTimeField(null=True)
    watch_at = models.DateTimeField(null=True)
    marks_at = models.DateTimeField(null=True)
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    case_at = models.DateTimeField(null=True)
    away_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"first day of {self.staff_id}"


class Comment(models.Model):
    """What a lead said of one line of a play that was assigned, or the player answered. `line` is the number of the
    move."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="comments", db_index=False)
    line = models.PositiveSmallIntegerField()
    by = models.ForeignKey("people.Staff", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    by_name = models.CharField(max_length=120)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["run", "id"], name="comment_of_run")]

    def __str__(self) -> str:
        return f"on line {self.line} of try {self.run_id}"


class Basics(models.Model):
    """Which scenes are the basic ones here, and whether whoever has not passed them writes only with a lead's look."""

    one = models.BooleanField(primary_key=True, default=True)
    scenes = ArrayField(models.CharField(max_length=40))
    on = models.BooleanField(default=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(one=True), name="basics_once")]

    def __str__(self) -> str:
        return ", ".join(self.scenes)


class OwnScene(models.Model):
    """A scene that the organisation wrote. `text` is its draft, `edit` how often that was saved.

    `version` is the one that is played, 0 before the first; a scene that is withdrawn is begun by nobody. `case` is the
    one that it was drafted from: nobody of it may be known by the scene.
    """

    slug = models.CharField(max_length=40, unique=True)
    text = models.TextField()
    edit = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=120)
    version = models.PositiveIntegerField(default=0)
    withdrawn_at = models.DateTimeField(null=True)
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(version__gt=0), name="only_published_scene_withdrawn"
            )
        ]

    def __str__(self) -> str:
        return self.slug


class SceneVersion(models.Model):
    """A scene as it was published once. Never changed: publishing again makes the next."""

    scene = models.ForeignKey(OwnScene, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    text = models.TextField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scene", "number"], name="scene_version_once")]

    def __str__(self) -> str:
        return f"{self.scene_id} v{self.number}"
