"""Daily figures: what is counted of which day, and what each promise, case, remedy and answer stands for in them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from makegood.measurement.marks import LONGEST_PLACE

LONGEST_MARK = 60


class Tally(models.Model):
    """So many of a day, in the organisation's time zone: of a kind of promise and a team, those with a mark.

    What marks there are says `measurement.marks`. `kind` and `team` are numbers of rows, 0 where there is none;
    `amount` is the sum of what has one.
    """

    pk = models.CompositePrimaryKey("day", "kind", "team", "mark")
    day = models.DateField()
    kind = models.BigIntegerField()
    team = models.BigIntegerField()
    mark = models.CharField(max_length=LONGEST_MARK)
    many = models.IntegerField()
    amount = models.DecimalField(max_digits=16, decimal_places=2)

    class Meta:
        indexes = [models.Index(fields=["day"], name="tally_nought", condition=Q(many=0))]

    def __str__(self) -> str:
        return f"{self.many} {self.mark} on {self.day}"


class TallyOfPlace(models.Model):
    """The same of each place that promises name among their attributes, such as `neighbourhood:Dorchester`. One of two
    places, from and to, counts in both; one of none in neither, so that these do not add up to the tallies."""

    pk = models.CompositePrimaryKey("place", "day", "kind", "team", "mark")
    place = models.CharField(max_length=LONGEST_PLACE)
    day = models.DateField()
    kind = models.BigIntegerField()
    team = models.BigIntegerField()
    mark = models.CharField(max_length=LONGEST_MARK)
    many = models.IntegerField()
    amount = models.DecimalField(max_digits=16, decimal_places=2)

    class Meta:
        indexes = [
            models.Index(fields=["day"], name="place_nought", condition=Q(many=0)),
            # Which places there are, and how each fares: of one mark after the other, without reading a row.
            models.Index(fields=["mark", "day"], name="place_mark", include=["place", "kind", "team", "many"]),
        ]

    def __str__(self) -> str:
        return f"{self.many} {self.mark} on {self.day}, {self.place}"


class Counted(models.Model):
    """What one promise (p), case (c), remedy (g) or answer (s) counts for now: the tallies are the sums of these rows.

    One that counts for nothing has none, so that promises whose time has not come cost nothing. `amounts` are those of
    the marks in front; what has no amount stands behind them.
    """

    pk = models.CompositePrimaryKey("what", "number")
    what = models.CharField(max_length=1)
    number = models.BigIntegerField()
    day = models.DateField()
    kind = models.BigIntegerField()
    team = models.BigIntegerField()
    marks = ArrayField(models.CharField(max_length=LONGEST_MARK))
    places = ArrayField(models.CharField(max_length=LONGEST_PLACE), default=list)
    amounts = ArrayField(models.DecimalField(max_digits=16, decimal_places=2), null=True)

    class Meta:
        indexes = [models.Index(fields=["what", "day", "number"], name="counted_day")]

    def __str__(self) -> str:
        return f"{self.what}{self.number} {' '.join(self.marks)}"


class Counting(models.Model):
    """The one row that says up to where the journal is counted, and in which time zone days are.

    Answers are rows without moves: those up to the number `scores_to` are counted, and those up to `scores_next` may be
    once no transaction older than `scores_xid` is under way. `unfinished` is what is left of counting anew the promises
    and cases of people and kinds that changed: who or which, of what, and up to which number it was done.
    """

    cursor = models.CharField(max_length=40)
    time_zone = models.CharField(max_length=64)
    scores_to = models.BigIntegerField(default=0)
    scores_next = models.BigIntegerField(default=0)
    scores_xid = models.BigIntegerField(default=0)
    unfinished = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.cursor
