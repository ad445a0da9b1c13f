"""Daily figures follow the journal: after any moves they are what counting everything gives, whatever dies."""

from __future__ import annotations

import itertools
import random
from bisect import bisect_right
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from makegood.cases import actions as cases
from makegood.cases.models import Case, Failure
from makegood.customers.rules import CustomerFact
from makegood.followups import actions as followups
from makegood.intake.actions import take_in
from makegood.journal.models import Entry
from makegood.journal.queries import Stretch, entries_of
from makegood.measurement import actions
from makegood.measurement.actions import counting
from makegood.measurement.marks import MINUTES
from makegood.measurement.models import Counted, Counting, Score, Tally, TallyOfPlace
from makegood.measurement.queries.causes import pareto
from makegood.measurement.queries.costs import cost_report
from makegood.measurement.told import ScoreTold
from makegood.people import actions as people
from makegood.people.rules import READS_ALL
from makegood.platform.installation import organisation, set_up
from makegood.promises import actions as promises
from makegood.promises.facts import Fact
from makegood.promises.models import Promise
from makegood.remedies import actions as remedies
from makegood.remedies.models import Grant
from makegood.remedies.rules.authority import Limit
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.granting import Choice
from tests.factories import NOW, Cast, actor, make_cast, make_customer
from tests.journal import wait_for_the_journal
from tests.rooms.casework import MINUTE, Hand, callback, cast, mara, watch
from tests.rooms.test_never_skipped import DEEDS, LIKELY, Play

__all__ = ["cast", "mara"]

Cell = tuple[str, int, int, str]
MOVES = ("facts", "move_team", "failed_there", "score", "change_kind")
SETTLED = ("kept", "kept_late", "broken", "released")
DAY = timedelta(days=1)


class Days(Play):
    """A case as in `Play`, and besides it files of promises, late news, and people who change teams."""

    def __init__(self, cast: Cast, draw: random.Random) -> None:
        self.cast = cast
        super().__init__(Hand(cast.greta), draw)

    def facts(self, **known: object) -> None:
        """A few promises told of, or told of anew: due on another day, kept before or after, no longer wanted."""
        told = []
        for _ in range(4):
            due_at = NOW + self.draw.randint(-4, 4) * DAY
            end = self.draw.choice(["kept_at", "kept_at", "withdrawn_at", ""])
            at = min(due_at + self.draw.randint(-30, 30) * timedelta(hours=1), self.now)
            told.append(
                Fact(
                    source="shop", reference=f"R{self.draw.randint(1, 6)}", customer=CustomerFact(key="K1"),
                    kind=self.draw.choice(["delivery", "callback"]), due_at=due_at, observed_at=self.now,
                    attributes=self.places(), **({end: at} if end else {}),
                )
            )  # fmt: skip
        take_in(told, by=self.hand.by, now=self.now)

    def places(self) -> dict[str, object]:
        """Some places, and what is no place."""
        names = [("from", "LHR"), ("from", "LGW"), ("to", "BOS"), ("to", ""), ("seat", "4a"), ("floor", 2)]
        return dict(self.draw.sample(names, self.draw.randint(0, 3)))

    def failed_there(self, **known: object) -> None:
        """A promise of a place breaks, and the watch opens a case."""
        due_at = self.now - timedelta(hours=1)
        told = Fact(source="shop", reference=f"B{self.draw.randint(1, 3)}", customer=CustomerFact(key="K2"),
                    kind="delivery", due_at=due_at, observed_at=self.now, attributes=self.places())  # fmt: skip
        take_in([told], by=self.hand.by, now=self.now)
        watch(self.now + DAY)

    def score(self, **known: object) -> None:
        """An answer that another system heard, or heard otherwise."""
        told = ScoreTold(source="shop", reference=f"S{self.draw.randint(1, 2)}", customer=CustomerFact(key="K1"),
                         scale="csat", value=Decimal(self.draw.randint(1, 5)), answered_at=self.now)  # fmt: skip
        actions.take_scores([told], by=self.hand.by, now=self.now)

    def change_kind(self, **known: object) -> None:
        """A kind goes to another team, which then stands for its promises that nobody owns."""
        team = self.draw.choice([self.cast.care.pk, self.cast.billing.pk, None])
        promises.change_kind("delivery", {"team_id": team}, by=actor(self.cast.ada), now=self.now)

    def move_team(self, **known: object) -> None:
        team = self.draw.choice([self.cast.care.pk, self.cast.billing.pk, None])
        people.change_staff(self.draw.choice([self.cast.greta.pk, self.cast.mara.pk]), team_id=team,
                            by=actor(self.cast.ada), now=self.now)  # fmt: skip


def tallies() -> dict[Cell, tuple[int, Decimal]]:
    return {
        (str(row.day), row.kind, row.team, row.mark): (row.many, row.amount) for row in Tally.objects.all()
    }  # fmt: skip


def counted_by_hand() -> Counter[Cell]:
    """The same in plain Python, of what can be read off the rows at once: promises, sums, causes, second failures."""
    zone, found = organisation().zone, Counter[Cell]()
    for promise in Promise.objects.select_related("kind", "owner").filter(state__in=SETTLED):
        team = (promise.owner and promise.owner.team_id) or promise.kind.team_id or 0
        mark = f"{'v' if promise.kind.inside_case else 'p'}:{promise.state}"
        found[str(promise.due_at.astimezone(zone).date()), promise.kind_id, team, mark] += 1
    for case in Case.objects.select_related("owner").exclude(outcome="corrected"):
        failures = list(Failure.objects.filter(case=case))
        if failures and all(one.corrected_at for one in failures):
            continue
        cell = (str(case.opened_at.astimezone(zone).date()), case.kind_id, case.owner.team_id or 0)
        found[*cell, "second"] += case.ordinal > 1
        found[*cell, f"cause:{case.cause_id}"] += case.cause_id is not None
        found[*cell, f"own:{span(case.opened_at, case.taken_at)}"] += case.taken_at is not None
    for grant in Grant.objects.select_related("case__owner").filter(state="given"):
        assert grant.given_at is not None
        day = str(grant.given_at.astimezone(zone).date())
        found[day, grant.case.kind_id, grant.case.owner.team_id or 0, f"cost:{grant.currency}"] += 1
    return +found


@pytest.fixture
def unsettled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal is read up to its very end: the test's own transaction, too, which nobody else would see."""

    def read(cursor: str, *, limit: int) -> Stretch:
        after = int(cursor.split("-")[1])
        found = entries_of(Entry.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:limit])
        return Stretch(tuple(found.values()), f"0-{max(found)}" if found else cursor)

    monkeypatch.setattr(counting, "read_after", read)
    settled = "SELECT coalesce(max(id), 0), 2::bigint, 1::bigint FROM measurement_score"
    monkeypatch.setattr(counting, "_SETTLED_SCORES", settled)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([*DEEDS, *LIKELY, *MOVES * 4]), max_size=25),
       st.integers(0, 10**6), st.sampled_from([3, 5_000]))  # fmt: skip
def test_after_any_moves_they_are_what_counting_everything_gives(
    cast: Cast, unsettled: None, monkeypatch: pytest.MonkeyPatch, deeds: list[str], seed: int, limit: int
) -> None:
    monkeypatch.setattr(counting, "_SLICE", limit)
    with transaction.atomic():
        remedies.set_limit(Limit(grade=1, currency="GBP"), by=actor(cast.greta), now=NOW)
        play = Days(cast, random.Random(seed))
        for deed in deeds:
            play.do(deed)
            if play.draw.random() < 0.5:
                actions.count_changes(limit=limit)
        while actions.count_changes(limit=limit):
            pass
        followed, placed = tallies(), tallies_of_places()
        read = {cell: many for cell, (many, _) in followed.items() if not cell[3].startswith(UNREAD)}
        assert read == dict(counted_by_hand())
        ends = (None, play.now - 50 * DAY, NOW + play.draw.randint(-99, 99) * MINUTE * 60)
        for since, until in itertools.product(ends, (play.now, NOW + 100 * DAY)):
            assert causes_told(since, until) == causes_by_hand(since, until)
            assert given_told(since, until) == given_by_hand(since, until)
        actions.count_anew()
        assert tallies() == followed
        assert tallies_of_places() == placed
        assert promises_in(placed) == promises_by_hand()
        transaction.set_rollback(True)


def tallies_of_places() -> dict[tuple[str, Cell], tuple[int, Decimal]]:
    return {
        (row.place, (str(row.day), row.kind, row.team, row.mark)): (row.many, row.amount)
        for row in TallyOfPlace.objects.all()
    }  # fmt: skip


def promises_in(placed: dict[tuple[str, Cell], tuple[int, Decimal]]) -> Counter[tuple[str, str]]:
    told = Counter[tuple[str, str]]()
    for (place, (_day, _kind, _team, mark)), (many, _amount) in placed.items():
        if mark.startswith("p:"):
            told[place, mark] += many
    return told


def promises_by_hand() -> Counter[tuple[str, str]]:
    """Promises by place, in plain Python."""
    return Counter(
        (f"{name}:{promise.attributes[name]}", f"p:{promise.state}")
        for promise in Promise.objects.filter(state__in=SETTLED, kind__inside_case=False)
        for name in ("from", "to") if promise.attributes.get(name)
    )  # fmt: skip


def causes_told(since: datetime | None, until: datetime) -> dict[str, tuple[int, Decimal]]:
    """The cases of each cause and what was given in them, as the page of causes tells, from the tallies."""
    return {one.slug: (one.cases, one.cost) for one in pareto(since=since, before=until).rows}


def causes_by_hand(since: datetime | None, until: datetime) -> dict[str, tuple[int, Decimal]]:
    """The same in plain Python."""
    told, currency = dict[str, tuple[int, Decimal]](), organisation().currency
    for case in Case.objects.select_related("cause").filter(cause__isnull=False).exclude(outcome="corrected"):
        failures = list(Failure.objects.filter(case=case))
        if (failures and all(one.corrected_at for one in failures)) or not within(case.opened_at, since, until):
            continue
        assert case.cause is not None
        cases, cost = told.get(case.cause.slug, (0, Decimal(0)))
        grants = Grant.objects.filter(case=case, state="given", currency=currency)
        told[case.cause.slug] = (cases + 1, cost + sum(one.entitled + one.correction + one.goodwill for one in grants))
    return told


def given_told(since: datetime | None, until: datetime) -> dict[tuple[str, str], list[Decimal]]:
    """What was given by team and currency: remedies, owed, put right, goodwill, of second failures."""
    found = cost_report(READS_ALL, since=since, before=until, by="team", now=until).given
    return {
        (one.name, one.currency): [Decimal(one.remedies), one.owed, one.correction, one.goodwill, one.again]
        for one in found
    }


def given_by_hand(since: datetime | None, until: datetime) -> dict[tuple[str, str], list[Decimal]]:
    """The same in plain Python."""
    told = defaultdict[tuple[str, str], list[Decimal]](lambda: [Decimal(0)] * 5)
    for one in Grant.objects.select_related("case__owner__team").filter(state="given"):
        assert one.given_at is not None
        if within(one.given_at, since, until):
            team, total = one.case.owner.team, one.entitled + one.correction + one.goodwill
            parts = (Decimal(1), one.entitled, one.correction, one.goodwill, total * (one.case.ordinal > 1))
            line = team.name if team else "", one.currency
            told[line] = [before + part for before, part in zip(told[line], parts, strict=True)]
    return dict(told)


def within(at: datetime, since: datetime | None, until: datetime) -> bool:
    return (since is None or at >= since) and at < until


UNREAD = ("f:", "contact:", "right:", "when:", "s:", "given:", "owed:", "correction:", "goodwill:", "again:")


def span(since: datetime, until: datetime | None) -> int:
    return bisect_right(MINUTES, (until - since).total_seconds() / 60) if until else -1


TABLES = [
    "measurement_tally", "measurement_tallyofplace", "measurement_counted", "measurement_score", "promises_promise",
    "journal_entry",
    "notices_notice", "cases_commitment", "cases_failure", "cases_case", "customers_contactpoint", "customers_customer",
    "people_staff", "people_team",
]  # fmt: skip


@pytest.fixture
def house(committed: list[str]) -> Cast:
    committed += TABLES
    Counting.objects.update(cursor="0-0", scores_to=0, scores_next=0, scores_xid=0)
    return make_cast()


def a_promise_kept() -> None:
    told = Fact(source="shop", reference=f"R{Promise.objects.count()}", customer=CustomerFact(key="K1"),
                kind="delivery", due_at=NOW - DAY, kept_at=NOW - DAY)  # fmt: skip
    take_in([told], by=actor(Case._meta.apps.get_model("people", "Staff").objects.first()), now=NOW)


def test_who_dies_midway_leaves_all_as_it_was(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    a_promise_kept()
    wait_for_the_journal()
    recount = counting._recount

    def die(what: str, *rest: object) -> None:
        recount(what, *rest)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(counting, "_recount", die)
    with pytest.raises(KeyboardInterrupt):
        actions.count_changes()
    assert not tallies()
    monkeypatch.undo()
    assert actions.count_changes()
    assert [cell[3] for cell in tallies()] == ["p:kept"]
    assert not actions.count_changes()


def test_answers_stored_late_are_counted_all_the_same(house: Cast) -> None:
    customer = make_customer().pk

    def answer(number: int) -> Score:
        return Score(id=number, customer_id=customer, scale="csat", value=4, occasion="pulse", answered_at=NOW,
                     source="x", reference=str(number))  # fmt: skip

    answer(902).save(force_insert=True)
    late = connection.copy()
    try:
        with late.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                "INSERT INTO measurement_score (id, customer_id, scale, value, occasion, answered_at, source,"
                " reference) VALUES (901, %s, 'csat', 3, 'pulse', %s, 'x', '901')", [customer, NOW],
            )  # fmt: skip
            while actions.count_changes():
                pass
            assert not tallies()
            cursor.execute("COMMIT")
    finally:
        late.close()
    wait_for_the_journal_or_nothing()
    assert sorted(cell[3] for cell in tallies()) == ["s:csat:pulse:3.0", "s:csat:pulse:4.0"]


def wait_for_the_journal_or_nothing() -> None:
    """Others' transactions may be under way for a moment."""
    for _ in range(200):
        if Counted.objects.count() == 2:
            return
        actions.count_changes()
    raise AssertionError("The answers were not counted.")


@pytest.mark.django_db
def test_a_new_time_zone_moves_the_days(cast: Cast, unsettled: None) -> None:
    told = Fact(source="shop", reference="R1", customer=CustomerFact(key="K1"), kind="delivery",
                due_at=NOW.replace(hour=23), kept_at=NOW - DAY)  # fmt: skip
    take_in([told], by=actor(cast.greta), now=NOW)
    while actions.count_changes():
        pass
    assert {cell[0] for cell in tallies()} == {"2026-11-23"}
    set_up(name="Here", time_zone="Asia/Tokyo", currency="GBP")
    assert actions.count_changes()
    assert {cell[0] for cell in tallies()} == {"2026-11-24"}


@pytest.mark.django_db
def test_a_case_is_counted_by_what_became_of_it(cast: Cast, mara: Hand, unsettled: None) -> None:
    promise = callback(mara)
    watch(promise.breaks_at + MINUTE)
    number = Case.objects.get().pk
    later = promise.breaks_at + 20 * MINUTE
    cases.record_step(number, step="apologise", words="I am sorry", channel="phone", **mara.at(later))
    assert flows() == ["f:us:apology:open"]
    followups.ask(number, channel="phone", **mara.at(later + MINUTE))
    assert flows() == ["f:us:apology:silent"]
    followups.answer(number, answer="more", words="And the money?", **mara.at(later + 2 * MINUTE))
    assert flows() == ["f:us:apology:more"]
    choice = Choice(remedy=RemedyKind.REFUND, title="Refund", amount=Decimal(5), due_at=later + DAY)
    remedies.set_limit(Limit(grade=1, currency="GBP"), by=actor(cast.greta), now=NOW)
    remedies.grant(number, [choice], currency="GBP", reason="Late", **mara.at(later + 3 * MINUTE))
    followups.ask(number, channel="phone", **mara.at(later + 4 * MINUTE))
    followups.answer(number, answer="satisfied", words="Good", **mara.at(later + 5 * MINUTE))
    assert flows() == ["f:us:spot:right"]
    found = {cell[3]: many for cell, many in tallies().items()}
    assert found["cost:GBP"] == (1, Decimal(5))
    assert found[f"contact:{bisect_right(MINUTES, 19)}"][0] == found[f"right:{bisect_right(MINUTES, 24)}"][0] == 1


def flows() -> list[str]:
    while actions.count_changes():
        pass
    return [cell[3] for cell in tallies() if cell[3].startswith("f:")]
