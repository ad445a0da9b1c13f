"""Reading cases: who sees what, found how, and at a cost that does not grow."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.cases import actions, queries
from makegood.cases.models import Case
from makegood.cases.queries import CaseFilter, listing
from makegood.cases.rules import Step
from makegood.customers import actions as customers
from makegood.customers.models import Customer
from makegood.followups import actions as followups
from makegood.journal.actors import SYSTEM
from makegood.kernel.refusals import Refusal
from makegood.people.rules import Role, Scope
from makegood.promises import actions as promises
from makegood.promises.actions import NewPromise, advance_due, make_many
from makegood.promises.models import Kind
from makegood.promises.queries import kind_named
from tests.factories import NOW, Cast, make_customer
from tests.rooms.casework import HOUR, MINUTE, Hand, callback, cast, mara, watch

__all__ = ["cast", "mara"]

pytestmark = pytest.mark.django_db


def break_for(names: list[str]) -> list[int]:
    """A case for each customer, opened by a broken call back."""
    made = [make_customer(name).pk for name in names]
    news = [NewPromise(customer_id=pk, title="Ring back", due_at=NOW + MINUTE) for pk in made]
    make_many(news, kind=kind_named("callback"), by=SYSTEM, now=NOW)
    later = NOW + 2 * MINUTE
    actions.follow(advance_due(now=later, limit=1000), by=SYSTEM, now=later)
    return list(Case.objects.filter(customer_id__in=made).order_by("pk").values_list("pk", flat=True))


def statements(read: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as seen:
        read()
    return len(seen)


def test_pages_cost_the_same_for_three_cases_as_for_twenty(cast: Cast, mara: Hand) -> None:
    lena = Hand(cast.lena)
    (number, *_) = break_for([f"Few {n}" for n in range(3)])
    reads: list[Callable[[], object]] = [
        lambda: queries.desk_rows(mara.scope, who="me"),
        lambda: queries.desk_rows(lena.scope, who="team"),
        lambda: queries.cases_list(lena.scope, CaseFilter(q="ring")),
        lambda: queries.search(lena.scope, "ring", limit=8),
        lambda: queries.timeline(queries.case_for(lena.scope, number)),
    ]
    before = [statements(read) for read in reads]
    for minute in range(8):
        actions.record_step(number, step=Step.LISTEN, words="More", **mara.at(NOW + minute * MINUTE))
        actions.commit(number, title="Ring back", due_at=NOW + 2 * HOUR, **mara.at(NOW + 3 * MINUTE))
    break_for([f"Many {n}" for n in range(17)])
    assert [statements(read) for read in reads] == before
    break_for([f"More {n}" for n in range(20)])
    assert [statements(read) for read in reads] == before
    assert max(before) <= 9


def test_a_case_is_read_whole_while_somebody_is_drawn_into_it(mara: Hand) -> None:
    """Between two statements of one reading the watch may commit; here it does, just before the ladder is read."""
    (number,) = break_for(["Dana Okafor"])
    waiting = [lambda: watch(NOW + HOUR)]

    def meanwhile(ask: Callable[..., object], sql: str, *rest: object) -> object:
        if "FROM cases_escalation e" in sql and waiting:
            waiting.pop()()
        return ask(sql, *rest)

    with connection.execute_wrapper(meanwhile):
        case = queries.case_for(mara.scope, number)
    assert [one.because for one in case.escalations] == ["Speak to Dana Okafor"]
    assert case.escalations[0].due_at is not None


def test_promises_without_a_case_are_on_the_desk_too(cast: Cast, mara: Hand) -> None:
    Kind.objects.filter(slug="callback").update(opens_case=False)
    callback(mara, minutes=5)
    callback(mara, minutes=40)
    watch(NOW + 32 * MINUTE)
    for hand, who in ((mara, "me"), (Hand(cast.lena), "team"), (Hand(cast.greta), "team")):
        broken, at_risk, waiting = queries.desk_rows(hand.scope, who=who).groups  # type: ignore[arg-type]
        assert [row.promise is not None for row in (*broken.rows, *at_risk.rows)] == [True, True]
        assert (broken.count, at_risk.count, waiting.count) == (1, 1, 0)
    empty = queries.desk_rows(Hand(cast.stranger).scope, who="team")
    assert [group.count for group in empty.groups] == [0, 0, 0]


def test_the_desk_puts_the_gravest_first_and_what_waits_for_me_once(cast: Cast, mara: Hand) -> None:
    first, second, third = break_for(["Ann", "Bea", "Cy"])
    Case.objects.filter(pk=second).update(severity=4)
    followups.ask(third, **mara.at(NOW + 5 * MINUTE))
    followups.answer(third, answer="more", words="It rattles", **mara.at(NOW + 5 * MINUTE))
    broken, _, waiting = queries.desk_rows(mara.scope, who="me").groups
    assert [row.case.number for row in broken.rows if row.case] == [second, first]
    assert [(row.case.number, row.why) for row in waiting.rows if row.case] == [(third, "The customer wants more")]


def test_what_was_foretold_and_then_agreed_anew_is_not_called_broken(cast: Cast, mara: Hand) -> None:
    promise = callback(mara)
    actions.forecast_promise(promise.pk, forecast_at=NOW + 90 * MINUTE, **mara.at(NOW))
    promises.replace(promise.pk, due_at=NOW + 120 * MINUTE, by=mara.by, now=NOW + MINUTE)
    broken, at_risk, _ = queries.desk_rows(mara.scope, who="me").groups
    assert (broken.count, at_risk.count) == (0, 1)


def test_cases_are_found_by_their_customer_also_after_a_merge(cast: Cast, mara: Hand) -> None:
    numbers = break_for(["Dana Okafor", "D. Okafor-Smith"])
    kept, gone = Customer.objects.order_by("pk").filter(name__contains="Okafor")
    for pk in (kept.pk, gone.pk):
        customers.add_contact(pk, "email", f"dana{pk}@example.org", by=SYSTEM, now=NOW)
    customers.merge(kept.pk, gone.pk, by=SYSTEM, now=NOW)
    for text in ("okafor", "dana oka", f"dana{gone.pk}@example.org"):
        assert {line.number for line in queries.search(mara.scope, text, limit=5)} == set(numbers)
        assert {line.number for line in queries.cases_list(mara.scope, CaseFilter(q=text)).rows} == set(numbers)
    assert queries.search(Hand(cast.stranger).scope, "okafor", limit=5) == ()


@pytest.mark.parametrize("few", [0, 1, 2_000])
def test_a_search_finds_the_newest_that_may_be_seen_however_many_it_finds(
    cast: Cast, mara: Hand, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "_FEW", few)
    numbers = break_for(["Ann", "Bea", "Cy"])
    for hours, (number, owner) in enumerate(zip(numbers, (cast.mara, cast.stranger, cast.mara), strict=True)):
        Case.objects.filter(pk=number).update(opened_at=NOW + hours * HOUR, owner=owner)
    assert [line.number for line in queries.search(mara.scope, "ring", limit=1)] == [numbers[2]]
    assert [line.number for line in queries.search(mara.scope, "ring", limit=5)] == numbers[::-1]
    assert [line.number for line in queries.search(Hand(cast.stranger).scope, "ring", limit=5)] == [numbers[1]]


def test_a_bare_number_is_a_case_or_a_word_and_one_with_letters_only_a_case(mara: Hand) -> None:
    (number,) = break_for(["Dana Okafor"])
    actions.record_step(number, step=Step.LISTEN, words="Order 58213 came", **mara.at(NOW + HOUR))
    for text in ("58213", str(number), f"sr{number}"):
        assert [line.number for line in queries.search(mara.scope, text, limit=5)] == [number]
    for text in ("SR-58213", "&!", ""):
        assert queries.search(mara.scope, text, limit=5) == ()


def test_lists_are_narrowed_by_each_part_of_the_filter(cast: Cast, mara: Hand) -> None:
    one, two = break_for(["Ann", "Bea"])
    Case.objects.filter(pk=one).update(severity=1, ordinal=2)
    lena = Hand(cast.lena).scope
    narrowed = {
        CaseFilter(severity=1): [one],
        CaseFilter(repeat=True): [one],
        CaseFilter(kind="callback", oldest_first=True): [one, two],
        CaseFilter(kind="delivery"): [],
        CaseFilter(owner_id=mara.id): [two, one],
        CaseFilter(team_id=cast.care.pk): [two, one],
        CaseFilter(team_id=cast.billing.pk): [],
        CaseFilter(detected_by="customer"): [],
        CaseFilter(state="closed"): [],
    }
    for narrow, numbers in narrowed.items():
        assert [line.number for line in queries.cases_list(lena, narrow).rows] == numbers, narrow
        assert queries.count_open(lena, narrow) == len(numbers)


def test_somebody_in_no_team_who_may_not_see_all_sees_only_their_own(cast: Cast) -> None:
    (number,) = break_for(["Ann"])
    Case.objects.update(owner=cast.mara)
    alone = Scope(Role.AGENT, cast.mara.pk, None)
    assert [line.number for line in queries.cases_list(alone, CaseFilter()).rows] == [number]
    nobody = Scope(Role.AGENT, None, None)
    assert queries.cases_list(nobody, CaseFilter()).rows == ()
    assert [group.count for group in queries.desk_rows(nobody, who="me").groups] == [0, 0, 0]


@pytest.mark.parametrize("has_team", [True, False])
def test_whoever_is_to_find_the_cause_reads_the_case_also_from_another_team(
    cast: Cast, mara: Hand, has_team: bool
) -> None:
    number = actions.report_failure(
        customer_id=make_customer("Ann").pk, kind="callback", what="Nobody rang", **mara.at(NOW)
    ).number
    finder = Scope(Role.AGENT, cast.stranger.pk, cast.stranger.team_id if has_team else None)
    with pytest.raises(Refusal, match="no such case"):
        queries.case_for(finder, number)
    actions.name_cause_finder(number, staff_id=cast.stranger.pk, due_at=NOW + HOUR, **mara.at(NOW))
    assert queries.case_for(finder, number).number == number
    assert [line.number for line in queries.cases_list(finder, CaseFilter()).rows] == [number]
    hand = {"scope": finder, "by": Hand(cast.stranger).by, "now": NOW}
    actions.record_cause(number, cause="forgotten", **hand)
    assert queries.case_for(mara.scope, number).cause == "forgotten"
