"""Improvements: what is changed about a cause, by whom, by when, and whether it held."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from makegood.learning.rules.letters import Sort
from makegood.learning.rules.recurrence import State, Why
from makegood.learning.rules.telling import Left


class Improvement(models.Model):
    """A change about a cause and those below it. `promise` says by when it is live.

    Failures put down to the cause are to fall by `less_by` per cent, counted per thousand promises due of `kind` (of
    all, without one); it is looked at whenever `exposure` more of them have fallen due. `counted` is what was found
    when it was counted last, `looks` how often it was judged, `why` what the last look found. `asked_by` is who
    began it. Whoever makes it may say that it will be later: `expected_at`, because of `obstacle`.
    """

    cause = models.ForeignKey("cases.Cause", on_delete=models.PROTECT, related_name="+")
    change = models.CharField(max_length=300)
    owner = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(
        "people.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )  # fmt: skip
    promise = models.OneToOneField("promises.Promise", on_delete=models.PROTECT, related_name="+")
    kind = models.ForeignKey("promises.Kind", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    less_by = models.PositiveSmallIntegerField()
    exposure = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=[(one.value, one.value) for one in State], default=State.PLANNED)
    why = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Why], blank=True)
    looks = models.PositiveSmallIntegerField(default=0)
    began_at = models.DateTimeField()
    live_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    expected_at = models.DateTimeField(null=True)
    obstacle = models.CharField(max_length=300, blank=True, db_default="")
    counted = models.JSONField(default=dict)
    next_count_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(less_by__range=(1, 100)), name="improvement_less_by_1_to_100"),
            models.CheckConstraint(condition=Q(exposure__gte=1), name="improvement_exposure"),
            models.CheckConstraint(
                condition=Q(state=State.PLANNED.value, live_at__isnull=True)
                | Q(state__in=[State.LIVE.value, State.HELD.value, State.CAME_BACK.value], live_at__isnull=False)
                | Q(state=State.DROPPED.value, ended_at__isnull=False),
                name="improvement_live_fits_state",
            ),
        ]
        indexes = [
            models.Index(fields=["next_count_at"], name="improvement_count", condition=Q(next_count_at__isnull=False))
        ]

    def __str__(self) -> str:
        return self.change


class Telling(models.Model):
    """Telling the customers whom a cause failed that it was changed: one for an improvement.

    `words` are what people wrote, by language (`rules.telling.Words`). While `next_batch_at` lies behind, a batch of
    `batch_size` is told; `every` seconds lie between two. `teller` is in whose name it goes.
    """

    improvement = models.OneToOneField(Improvement, on_delete=models.CASCADE, related_name="telling")
    words = models.JSONField(default=dict)
    teller = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    began_at = models.DateTimeField(null=True)
    batch_size = models.PositiveIntegerField(default=100)
    every = models.PositiveIntegerField(default=60)
    next_batch_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    stopped_why = models.CharField(max_length=500, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(next_batch_at__isnull=True)
                | Q(began_at__isnull=False, teller__isnull=False, stopped_at__isnull=True, ended_at__isnull=True),
                name="telling_batch_only_begun",
            ),
        ]
        indexes = [
            models.Index(fields=["next_batch_at"], name="telling_batch", condition=Q(next_batch_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"telling of improvement {self.improvement_id}"


class Told(models.Model):
    """A customer whom the cause failed: waiting, told (`told_at`) or `left_out` with a reason; never two of these.

    `case` is their last one by the cause, in which the message stands; `sent_as` is that message.
    """

    telling = models.ForeignKey(Telling, on_delete=models.CASCADE, related_name="everybody", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=2, blank=True, db_default="")
    message = models.TextField(blank=True, db_default="")
    told_at = models.DateTimeField(null=True)
    left_out = models.CharField(
        max_length=16, blank=True, db_default="", choices=[(one.value, one.value) for one in Left]
    )  # fmt: skip
    sent_as = models.OneToOneField("conversation.Message", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["telling", "customer"], name="told_once"),
            models.CheckConstraint(
                condition=Q(told_at__isnull=True, message="") | Q(told_at__isnull=False, left_out=""),
                name="told_or_left",
            ),
        ]
        indexes = [
            models.Index(fields=["telling", "id"], name="told_waits", condition=Q(told_at__isnull=True, left_out=""))
        ]

    def __str__(self) -> str:
        return f"customer {self.customer_id} in telling {self.telling_id}"


class Candidate(models.Model):
    """A group of promises that fails beyond chance, as the last look found it: `what` (an attribute, "kind", "team",
    "weekday" or "word") is `value`. `standing` says that the last look found it still.

    `reason` is why somebody dismissed it, `case` the one in which its cause is searched, `improvement` what changes it.
    `kinds` and `causes` (slugs) are what a good part of its failures is of: whoever answers for these is shown it.
    """

    what = models.CharField(max_length=80)
    value = models.CharField(max_length=80)
    due = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    expected = models.FloatField()
    share = models.FloatField()
    kinds = models.JSONField(default=list, db_default=[])
    causes = models.JSONField(default=list, db_default=[])
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    standing = models.BooleanField(default=True)
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(
        "people.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )  # fmt: skip
    reason = models.CharField(max_length=500, blank=True)
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    improvement = models.ForeignKey(Improvement, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["what", "value"], name="candidate_once"),
            models.CheckConstraint(
                condition=Q(dismissed_at__isnull=True, dismissed_by__isnull=True, reason="")
                | Q(dismissed_at__isnull=False, dismissed_by__isnull=False) & ~Q(reason=""),
                name="candidate_dismissed_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.value}"


class Look(models.Model):
    """The one row that says when all promises are looked through for what fails beyond chance, and were."""

    next_look_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"next look at {self.next_look_at}"


class LineUpWish(models.Model):
    """Somebody who wants to be told each day what the line-up says, at an `hour` of theirs; `quiet_too` also when
    nothing happened, `by_mail` by a letter and not by a notice. `next_at` is when they are told next."""

    staff = models.OneToOneField("people.Staff", on_delete=models.CASCADE, related_name="+")
    hour = models.PositiveSmallIntegerField()
    quiet_too = models.BooleanField(default=False)
    by_mail = models.BooleanField(default=False, db_default=False)
    next_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(hour__range=(0, 23)), name="line_up_hour")]

    def __str__(self) -> str:
        return f"line-up at {self.hour}"


class Digest(models.Model):
    """Whether a person whose changes are under way is written to when one of them needs them (`wanted`), looked at at
    `next_at`; `told` is what the last letter, of the day `told_on`, spoke of."""

    staff = models.OneToOneField("people.Staff", on_delete=models.CASCADE, related_name="+", primary_key=True)
    wanted = models.BooleanField(default=True)
    next_at = models.DateTimeField(db_index=True)
    told = models.JSONField(default=list)
    told_on = models.DateField(null=True)

    def __str__(self) -> str:
        return f"digest of {self.staff_id}"


class Letter(models.Model):
    """A letter to a member of staff: one of its sort (`what`) for a day. It leaves at `next_at`; from `begun_at` on it
    is taken for sent unless it is known that it did not leave, so that nobody gets it twice. `sent_at` is when a mail
    server took it, `problem` why the last try failed."""

    staff = models.ForeignKey("people.Staff", on_delete=models.CASCADE, related_name="+", db_index=False)
    what = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Sort])
    day = models.DateField()
    title = models.CharField(max_length=200)
    text = models.TextField()
    made_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["staff", "what", "day"], name="letter_once_a_day")]
        indexes = [
            models.Index(
                fields=["next_at"], name="letter_waits", condition=Q(next_at__isnull=False, begun_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.what} of {self.day} to {self.staff_id}"
