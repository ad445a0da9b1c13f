"""Facts settle to the same knowledge in any order and any number."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from makegood.customers.rules import CustomerFact
from makegood.promises.facts import Fact, Known, known_from, merge

START = datetime(2026, 11, 20, 9, tzinfo=UTC)
instants = st.integers(0, 20).map(lambda n: START + timedelta(hours=n))
maybe = st.none() | instants

facts = st.builds(
    Fact,
    source=st.just("shop"),
    reference=st.just("1"),
    customer=st.none() | st.sampled_from(["a", "b"]).map(lambda key: CustomerFact(key=key)),
    kind=st.sampled_from(["", "delivery", "callback"]),
    title=st.sampled_from(["", "Sofa", "Bed"]),
    made_at=maybe,
    due_at=maybe,
    due_on=st.none() | st.just(date(2026, 11, 20)),
    forecast_at=maybe,
    kept_at=maybe,
    withdrawn_at=maybe,
    amount=st.none() | st.sampled_from([Decimal(1), Decimal("2.50")]),
    attributes=st.dictionaries(st.sampled_from("xy"), st.sampled_from([1, True, "1", None, [1]]), max_size=2),
    observed_at=st.none() | instants,
)
knowns = facts.map(lambda fact: known_from(fact, zone=UTC))


def text(known: Known) -> dict[str, str]:
    return {name: f"{value!r} seen {known.seen.get(name)}" for name, value in known.values.items()}


tellings = st.lists(knowns, min_size=1, max_size=5)


@given(tellings.flatmap(lambda some: st.tuples(st.just(some), st.permutations(some * 2))))
def test_any_order_and_repetition_ends_in_the_same_knowledge(lists: tuple[list[Known], list[Known]]) -> None:
    straight, shuffled = lists
    assert text(reduce(merge, straight)) == text(reduce(merge, shuffled))


@given(knowns, knowns, knowns)
def test_grouping_does_not_matter(a: Known, b: Known, c: Known) -> None:
    assert text(merge(merge(a, b), c)) == text(merge(a, merge(b, c)))


def test_the_newest_sighting_wins_and_without_one_the_first_word_given() -> None:
    early = Fact(source="s", reference="1", due_at=START, forecast_at=START)
    later = Fact(source="s", reference="1", due_at=START + timedelta(hours=1), forecast_at=START + timedelta(hours=2))
    both = merge(known_from(early, zone=UTC), known_from(later, zone=UTC))
    assert both.get("due").at == START
    assert both.get("forecast_at") == START + timedelta(hours=2)
    newer = Fact(source="s", reference="1", forecast_at=START, observed_at=START)
    assert merge(both, known_from(newer, zone=UTC)).get("forecast_at") == START
