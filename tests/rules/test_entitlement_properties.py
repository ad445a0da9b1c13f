"""What holds of every entitlement, whatever the facts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as some

from makegood.remedies.rules.entitlements import Entitlement, at_least, find, in_force, load, work_out
from tests.rules.entitling import policy

SHELF = load()
ON = date(2026, 5, 4)
DELAYS = some.timedeltas(min_value=timedelta(0), max_value=timedelta(days=30))
FARES = some.decimals(min_value=0, max_value=9999, places=2)
YES_NO = some.booleans()
EU = some.fixed_dictionaries(
    {
        "event": some.sampled_from(["delay", "cancellation", "denied_boarding"]),
        "distance": some.integers(50, 16000),
        "intra_eu": YES_NO,
        "arrival_delay": DELAYS,
        "notice": some.timedeltas(min_value=timedelta(0), max_value=timedelta(days=30)),
        "rerouted": YES_NO,
        "left_early": some.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=3)),
        "extraordinary": YES_NO,
        "evidence": some.lists(some.sampled_from(["circumstance", "measures"]), unique=True),
    }
)
STORM = some.fixed_dictionaries({"weather": some.sampled_from(["category_1", "category_2"]), "outage": DELAYS})
TRAIN = some.fixed_dictionaries(
    {"ticket": some.sampled_from(["single", "return", "annual_season"]), "fare": FARES, "delay": DELAYS}
)
SEAT = some.fixed_dictionaries({"fare": FARES, "arrival_delay": DELAYS, "international": YES_NO})
EVENTS = some.one_of(
    some.tuples(some.just("eu-261"), EU),
    some.tuples(some.just("gb-storm"), STORM),
    some.tuples(some.just("uk-delay-repay"), TRAIN),
    some.tuples(some.just("us-dot-denied-boarding"), SEAT),
)


def owed(name: str, facts: dict[str, object]) -> Entitlement:
    return work_out(find(SHELF, name), facts, on=ON)


@given(EVENTS, some.decimals(min_value=0, max_value=5000, places=2))
def test_the_steps_add_up_and_nothing_is_negative(event: tuple[str, dict[str, object]], paid: Decimal) -> None:
    found = owed(event[0], event[1] | {"already_paid": paid})
    assert sum(step.adds for step in found.steps) == found.amount
    assert found.amount >= 0
    assert found.to_pay == max(Decimal(0), found.amount - paid)
    assert found.amount == found.amount.quantize(Decimal("0.01"))


@given(EVENTS, some.randoms(use_true_random=False))
def test_the_order_of_the_facts_does_not_matter(event: tuple[str, dict[str, object]], chance: Random) -> None:
    name, facts = event
    names = list(facts)
    chance.shuffle(names)
    assert owed(name, {fact: facts[fact] for fact in names}) == owed(name, facts)


@given(EVENTS)
def test_caps_hold(event: tuple[str, dict[str, object]]) -> None:
    name, facts = event
    fare = facts.get("fare", 0)
    most = {"eu-261": 600, "gb-storm": 2000, "us-dot-denied-boarding": 2150, "uk-delay-repay": fare}
    assert owed(name, facts).amount <= most[name]


@given(STORM, DELAYS)
def test_a_longer_outage_never_owes_less(facts: dict[str, object], more: timedelta) -> None:
    longer = facts | {"outage": facts["outage"] + more}
    assert owed("gb-storm", facts).amount <= owed("gb-storm", longer).amount


@given(TRAIN, DELAYS, FARES)
def test_a_later_train_or_a_dearer_ticket_never_owes_less(
    facts: dict[str, object], more: timedelta, dearer: Decimal
) -> None:
    base = owed("uk-delay-repay", facts).amount
    assert base <= owed("uk-delay-repay", facts | {"delay": facts["delay"] + more}).amount
    assert base <= owed("uk-delay-repay", facts | {"fare": facts["fare"] + dearer}).amount


@given(SEAT, DELAYS)
def test_a_later_seat_never_owes_less(facts: dict[str, object], more: timedelta) -> None:
    later = facts | {"arrival_delay": facts["arrival_delay"] + more}
    assert owed("us-dot-denied-boarding", facts).amount <= owed("us-dot-denied-boarding", later).amount


REPORTED = datetime(2026, 4, 1, tzinfo=UTC)


@given(*(some.integers(0, 60 * 24 * days) for days in (330, 40, 5)))
def test_repaired_later_never_owes_less(start: int, length: int, more: int) -> None:
    reported = REPORTED + timedelta(minutes=start)
    amounts = [_broadband(reported, timedelta(minutes=minutes)) for minutes in (length, length + more)]
    assert amounts[0] <= amounts[1]


def _broadband(reported: datetime, out: timedelta) -> Decimal:
    facts = {"event": "loss_of_service", "reported_at": reported, "restored_at": reported + out}
    return work_out(find(SHELF, "ofcom-automatic-compensation"), facts).amount


@given(some.dates(min_value=date(2018, 1, 1), max_value=date(2030, 1, 1)))
def test_the_version_is_the_last_that_had_begun(on: date) -> None:
    for kept in SHELF.values():
        chosen = in_force(kept.policy, on)
        begun = [one for one in kept.policy.versions if one.starts_on and one.starts_on <= on]
        latest = max(begun, key=lambda one: one.starts_on, default=None)
        ended = latest is not None and latest.ends_on is not None and latest.ends_on <= on
        assert chosen == (None if ended else latest)


@given(EVENTS, some.decimals(min_value=0, max_value=10000, places=2))
def test_what_is_given_is_never_less_than_what_is_owed(event: tuple[str, dict[str, object]], offered: Decimal) -> None:
    found = owed(*event)
    parted = at_least(found.to_pay, offered)
    assert parted.total == max(found.to_pay, offered)
    assert parted.entitled == found.to_pay
    assert parted.goodwill >= 0


@given(
    some.decimals(min_value="0.01", max_value=500, places=2),
    some.decimals(min_value="0.9", max_value="1.3", places=3),
    some.sampled_from(["0.01", "0.25", "1", "25"]),
)
def test_an_index_moves_amounts_to_the_nearest_step(base: Decimal, by: Decimal, nearest: str) -> None:
    versions = f"""
    versions:
      "1": {{from: 2020-01-01, figures: {{amount: {base}}}}}
      "2": {{from: 2021-01-01, indexed: {{of: "1", by: {by}, nearest: {nearest}}}}}
    """
    moved = work_out(policy("it:\n  owed: [{flat: amount}]", versions=versions), {}, version="2").amount
    assert abs(moved - base * by) <= Decimal(nearest) / 2
    assert moved % Decimal(nearest) == 0
