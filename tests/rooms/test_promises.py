"""The ledger against a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from django.db import connection

from makegood.customers.rules import CustomerFact
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.people.rules import Role, Scope
from makegood.promises import actions, queries
from makegood.promises.actions.ledger import clocks_of, events_of
from makegood.promises.facts import Fact
from makegood.promises.models import Kind, Promise
from makegood.promises.rules import LIVE, Moved, State, stand
from tests.factories import NOW, actor, make_cast, make_customer

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
ALL = Scope(Role.MANAGER)
DANA = CustomerFact(key="D-1", name="Dana Okafor")


@pytest.fixture
def by() -> Any:
    return actor(make_cast().mara)


def promise(by: Any, *, due: timedelta = HOUR, kind: str = "callback", now: datetime = NOW) -> Promise:
    made = actions.make(
        customer_id=make_customer().pk, kind=kind, title="Ring back with the plan", due_at=now + due, by=by, now=now
    )
    return Promise.objects.get(pk=made.pk)


def verbs(subject: int) -> list[str]:
    rows = Entry.objects.filter(subject_kind="promise", subject_id=subject).order_by("id")
    return list(rows.values_list("verb", flat=True))


def test_a_promise_is_made_with_its_clocks_and_one_journal_row(by: Any) -> None:
    made = promise(by)
    assert (made.state, made.next_check_at, made.breaks_at) == (State.OPEN, NOW + timedelta(minutes=50), NOW + HOUR)
    assert verbs(made.pk) == ["promise.made"]


def test_a_promise_follows_what_its_kind_says_now_and_not_when_the_last_was_made(by: Any) -> None:
    customer = make_customer()
    promise(by)
    Kind.objects.filter(slug="callback").update(warning=timedelta(minutes=5))
    assert promise(by).warn_at == NOW + timedelta(minutes=55)
    Kind.objects.filter(slug="callback").update(retired_at=NOW)
    with pytest.raises(Refusal, match="no kind of promise"):
        promise(by)
    with pytest.raises(Refusal, match="no such customer"):
        actions.make(customer_id=customer.pk + 10_000, kind="delivery", title="x", due_at=NOW + HOUR, by=by, now=NOW)
    assert Promise.objects.count() == Entry.objects.filter(verb="promise.made").count() == 2


def test_a_promise_for_a_day_is_kept_all_through_it(by: Any) -> None:
    made = actions.make(
        customer_id=make_customer().pk, kind="delivery", title="Sofa", due_on=date(2026, 11, 25), by=by, now=NOW
    )
    last = datetime(2026, 11, 25, 23, 59, 59, tzinfo=UTC)
    assert actions.keep(made.pk, at=last, by=by, now=last).after is State.KEPT


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "nonsense"}, "promise.unknown_kind"),
        ({"title": "  "}, "promise.no_title"),
        ({"due_at": None}, "promise.no_due"),
        ({"due_at": NOW}, "promise.due_past"),
    ],
)
def test_what_is_not_a_promise_is_refused(by: Any, change: dict[str, Any], code: str) -> None:
    words = {"kind": "callback", "title": "Ring back", "due_at": NOW + HOUR, **change}
    with pytest.raises(Refusal) as refused:
        actions.make(customer_id=make_customer().pk, by=by, now=NOW, **words)
    assert refused.value.code == code
    assert Promise.objects.count() == 0


MOVES: list[tuple[str, Callable[[int, Any, datetime], object]]] = [
    ("keep", lambda number, by, now: actions.keep(number, by=by, now=now)),
    ("forecast", lambda number, by, now: actions.forecast(number, forecast_at=now + HOUR, by=by, now=now)),
    ("withdraw", lambda number, by, now: actions.withdraw(number, reason="Not needed", by=by, now=now)),
    ("replace", lambda number, by, now: actions.replace(number, due_at=now + HOUR, by=by, now=now)),
]


@pytest.mark.parametrize("move", [move for _, move in MOVES], ids=[name for name, _ in MOVES])
def test_a_promise_that_ended_does_not_move_again(by: Any, move: Callable[[int, Any, datetime], object]) -> None:
    made = promise(by)
    actions.keep(made.pk, by=by, now=NOW)
    with pytest.raises(Refusal, match="cannot be"):
        move(made.pk, by, NOW)


def test_a_replaced_promise_links_to_the_new_one(by: Any) -> None:
    old = promise(by)
    new = Promise.objects.get(pk=actions.replace(old.pk, due_at=NOW + 3 * HOUR, by=by, now=NOW).pk)
    old.refresh_from_db()
    assert (old.state, new.replaces_id, new.state) == (State.REPLACED, old.pk, State.OPEN)


def test_word_that_comes_late_sets_a_broken_promise_right(by: Any) -> None:
    made = promise(by)
    actions.advance_due(now=NOW + 2 * HOUR, limit=10)
    moved = actions.keep(made.pk, at=NOW + timedelta(minutes=58), by=by, now=NOW + 2 * HOUR)
    assert (moved.before, moved.after) == (State.BROKEN, State.KEPT)
    assert verbs(made.pk) == ["promise.made", "promise.broken", "promise.kept"]


def test_a_broken_promise_can_be_released_but_not_withdrawn(by: Any) -> None:
    made = promise(by)
    late = NOW + 2 * HOUR
    actions.advance_due(now=late, limit=10)
    with pytest.raises(Refusal):
        actions.withdraw(made.pk, reason="No longer wanted", by=by, now=late)
    assert actions.release(made.pk, reason="She let us off", by=by, now=late).after is State.RELEASED


# --- the watch ---------------------------------------------------------------------------------------


def watch(now: datetime) -> list[Moved]:
    moved: list[Moved] = []
    while batch := actions.advance_due(now=now, limit=3):
        moved += batch
    return moved


def test_the_watch_agrees_with_the_rule_at_every_instant(by: Any) -> None:
    """Promises with all kinds of forecasts, watched every few minutes, stand as the pure rule says they do."""
    for minutes in range(10, 120, 11):
        for forecast in (None, -5, 0, 4, 30):
            made = promise(by, due=timedelta(minutes=minutes))
            if forecast is not None:
                actions.forecast(made.pk, forecast_at=made.due_at + timedelta(minutes=forecast), by=by, now=NOW)
    for minutes in range(0, 160, 7):
        now = NOW + timedelta(minutes=minutes, seconds=1)
        watch(now)
        for row in Promise.objects.all():
            expected = stand(clocks_of(row), events_of(row), now=now)
            assert (row.state, row.next_check_at) == (expected.state, expected.next_check_at)
    assert watch(NOW + 3 * HOUR) == []


def test_four_days_off_are_caught_up_in_due_order(by: Any) -> None:
    made = [promise(by, due=timedelta(hours=hours)) for hours in (30, 2, 50, 9)]
    moved = watch(NOW + timedelta(days=4))
    assert [move.promise_id for move in moved] == [made[n].pk for n in (1, 3, 0, 2)]
    assert {move.after for move in moved} == {State.BROKEN}
    assert queries.overdue_checks(NOW + timedelta(days=4)) == 0


def test_each_move_happens_once_and_is_told_once(by: Any) -> None:
    made = promise(by)
    watch(NOW + timedelta(minutes=55))
    watch(NOW + timedelta(minutes=55))
    watch(NOW + 2 * HOUR)
    assert verbs(made.pk) == ["promise.made", "promise.at_risk", "promise.broken"]


def test_an_idle_watch_asks_the_partial_index_only(by: Any) -> None:
    promise(by)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM promises_promise WHERE next_check_at < now() ORDER BY next_check_at LIMIT 10"
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "promise_next_check" in plan


# --- facts ------------------------------------------------------------------------------------------

FACT = Fact(source="shop", reference="N-1", customer=DANA, kind="delivery", title="Six pieces", made_at=NOW - HOUR,
            due_at=NOW + HOUR)  # fmt: skip
STORY = [
    FACT,
    Fact(source="shop", reference="N-1", forecast_at=NOW + 3 * HOUR, observed_at=NOW),
    Fact(source="shop", reference="N-1", forecast_at=NOW + HOUR / 2, observed_at=NOW + HOUR / 4),
    Fact(source="shop", reference="N-1", kept_at=NOW + 2 * HOUR, attributes={"van": 7}),
]


def receive(*facts: Fact, now: datetime, by: Any) -> actions.Receipt:
    return actions.receive(facts, by=by, now=now)


def picture(reference: str = "N-1") -> dict[str, Any]:
    row = Promise.objects.filter(reference=reference).values().get()
    return {name: value for name, value in row.items() if name not in {"id", "customer_id"}}


@pytest.mark.parametrize("in_one_batch", [True, False])
def test_any_order_of_facts_ends_in_the_same_state(by: Any, in_one_batch: bool) -> None:
    now = NOW + 4 * HOUR
    pictures = []
    for number, order in enumerate(permutations([*STORY, STORY[3]])):
        facts = [replace_reference(fact, f"N-{number}") for fact in order]
        for batch in [facts] if in_one_batch else [[fact] for fact in facts]:
            receive(*batch, now=now, by=by)
        pictures.append({**picture(f"N-{number}"), "reference": ""})
    assert all(one == pictures[0] for one in pictures)
    assert pictures[0]["state"] == State.KEPT_LATE
    assert queries.held_count() == 0


def replace_reference(fact: Fact, reference: str) -> Fact:
    return Fact(**{name: getattr(fact, name) for name in fact.__struct_fields__} | {"reference": reference})


def test_the_same_fact_twice_changes_nothing(by: Any) -> None:
    first = receive(*STORY, now=NOW + 4 * HOUR, by=by)
    told = Entry.objects.count()
    again = receive(*STORY, now=NOW + 5 * HOUR, by=by)
    assert (first.accepted, first.unchanged, first.made) == (4, 0, 1)
    assert (again.accepted, again.unchanged, again.made, again.moved) == (0, 4, 0, ())
    assert Entry.objects.count() == told


def test_a_customer_is_the_same_however_the_key_is_spaced(by: Any) -> None:
    spaced = CustomerFact(key="  D-1 ")
    receive(FACT, now=NOW, by=by)
    second = Fact(source="shop", reference="N-2", customer=spaced, kind="delivery", due_at=NOW + HOUR)
    assert receive(second, now=NOW, by=by).made == 1
    assert len(set(Promise.objects.values_list("customer_id", flat=True))) == 1


def test_a_late_kept_sets_it_right_and_says_so(by: Any) -> None:
    receive(FACT, now=NOW, by=by)
    watch(NOW + HOUR + timedelta(minutes=5))
    late = Fact(source="shop", reference="N-1", kept_at=NOW + HOUR - timedelta(minutes=3))
    (moved,) = receive(late, now=NOW + 2 * HOUR, by=by).moved
    assert (moved.before, moved.after) == (State.BROKEN, State.KEPT)
    assert Entry.objects.filter(verb="promise.kept").get().data["corrects"] == "broken"


def test_what_comes_before_its_promise_is_held(by: Any) -> None:
    receipt = receive(STORY[3], now=NOW + 4 * HOUR, by=by)
    assert (receipt.accepted, receipt.held, receipt.made, queries.held_count()) == (1, 1, 0, 1)
    assert receive(FACT, now=NOW + 4 * HOUR, by=by).made == 1
    assert picture()["attributes"] == {"van": 7}


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        (Fact(source="", reference="1"), "fact.bad_source"),
        (Fact(source="s", reference=""), "fact.bad_reference"),
        (Fact(source="s", reference="1", kind="nonsense"), "fact.unknown_kind"),
        (Fact(source="s", reference="1", kept_at=NOW + HOUR), "fact.kept_in_future"),
        (Fact(source="s", reference="1", customer=CustomerFact(key="")), "customer.bad_key"),
    ],
)
def test_a_fact_that_cannot_be_is_rejected_and_the_others_go_in(by: Any, fact: Fact, code: str) -> None:
    receipt = receive(FACT, fact, now=NOW, by=by)
    assert [(reject.index, reject.code) for reject in receipt.rejected] == [(1, code)]
    assert (receipt.accepted, receipt.made) == (1, 1)


def test_as_of_does_not_read_ahead(by: Any) -> None:
    now = NOW + timedelta(days=9)
    actions.receive([FACT, STORY[3]], by=by, now=now, as_of=NOW + HOUR + timedelta(minutes=1))
    assert picture()["state"] == State.BROKEN
    actions.receive([FACT, STORY[3]], by=by, now=now)
    assert picture()["state"] == State.KEPT_LATE


def test_what_the_desk_knows_outlives_facts(by: Any) -> None:
    receive(FACT, now=NOW, by=by)
    number = Promise.objects.get().pk
    actions.replace(number, due_at=NOW + 5 * HOUR, by=by, now=NOW)
    receive(STORY[1], now=NOW + HOUR / 2, by=by)
    assert picture()["state"] == State.REPLACED


def test_a_guess_of_when_it_was_made_does_not_drift(by: Any) -> None:
    bare = Fact(source="shop", reference="N-1", customer=DANA, kind="delivery", due_at=NOW + 9 * HOUR)
    receive(bare, now=NOW, by=by)
    receive(STORY[1], now=NOW + HOUR, by=by)
    assert picture()["made_at"] == NOW
    receive(Fact(source="shop", reference="N-1", made_at=NOW - HOUR), now=NOW + HOUR, by=by)
    assert picture()["made_at"] == NOW - HOUR


# --- reading ----------------------------------------------------------------------------------------


def test_a_stranger_sees_no_promise_of_another_team() -> None:
    cast = make_cast()
    Kind.objects.filter(slug="callback").update(team=cast.care)
    made = promise(actor(cast.mara))
    mine, theirs = (Scope(Role.AGENT, staff.pk, staff.team_id) for staff in (cast.mara, cast.stranger))
    assert queries.promise_for(mine, made.pk).title == "Ring back with the plan"
    with pytest.raises(Refusal) as refused:
        queries.promise_for(theirs, made.pk)
    assert refused.value.status == 404
    assert queries.ledger(theirs, queries.LedgerFilter()).rows == ()


def test_the_ledger_pages_by_key_without_gap_or_repeat(by: Any) -> None:
    for minutes in (5, 5, 5, 7, 9, 9, 11):
        promise(by, due=timedelta(minutes=minutes))
    for newest_first in (False, True):
        seen: list[int] = []
        after = ""
        while True:
            page = queries.ledger(ALL, queries.LedgerFilter(newest_first=newest_first), after=after, limit=2)
            seen += [row.id for row in page.rows]
            after = page.next
            if not after:
                break
        assert len(seen) == len(set(seen)) == 7


def test_the_report_counts_each_promise_once(by: Any) -> None:
    kept, broken, withdrawn = promise(by), promise(by), promise(by)
    promise(by, due=9 * HOUR)
    actions.keep(kept.pk, by=by, now=NOW)
    actions.withdraw(withdrawn.pk, reason="Not needed", by=by, now=NOW)
    watch(NOW + 2 * HOUR)
    actions.keep(broken.pk, by=by, now=NOW + 3 * HOUR)
    (row,) = queries.ledger_report()
    assert (row.due, row.kept, row.kept_late, row.withdrawn, row.open) == (2, 1, 1, 1, 1)
    assert row.right_first_time == 0.5
    assert row.late_median_s == 2 * 3600
    assert {group.name for group in queries.ledger_report(by="month")} == {"2026-11"}


def test_every_live_promise_has_a_clock(by: Any) -> None:
    promise(by)
    assert all(row.next_check_at for row in Promise.objects.filter(state__in=LIVE))
