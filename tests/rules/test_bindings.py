"""Where the facts of a policy come from, and what must be asked before anything is owed."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from makegood.kernel.refusals import Refusal
from makegood.remedies.rules import bindings_file
from makegood.remedies.rules.bindings import Clock, OfCustomer, OfPromise, Subject, Told, applies, facts_of
from makegood.remedies.rules.bindings_file import begun, binding_from, ready_made
from makegood.remedies.rules.entitlements import find, load, policy_from
from makegood.remedies.rules.owing import Payment, inquire, paid_at, reckon
from tests.factories import NOW
from tests.rules.entitling import owed, text

SHELF = load()
PAGE = (Path(__file__).parents[2] / "docs" / "policies.md").read_text(encoding="utf-8")
H = timedelta(hours=1)
FLIGHT = Subject(
    kind="arrival", failed_at=NOW - 4 * H, now=NOW, customer={OfCustomer.KEY: "SM-1"}, feed="departure-control",
    reference="DL1", attributes={"status": "Cancelled", "market": "domestic"}, amount=Decimal(300), currency="USD",
    made_at=NOW - 90 * H, due_at=NOW - 5 * H,
)  # fmt: skip


def documented() -> str:
    (found,) = re.findall(r"^```yaml binding\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def test_the_example_of_the_docs_tells_what_a_promise_knows() -> None:
    binding = binding_from(documented(), "docs", SHELF)
    assert applies(binding, FLIGHT)
    policy = find(SHELF, binding.policy)

    known = facts_of(binding, FLIGHT, {}, known=policy.facts, currency="USD")

    assert known == {
        "event": "cancelled", "happened_at": NOW - 5 * H, "change": 5 * H, "international": "no",
        "ticket_price": Decimal(300), "passenger": "SM-1", "booking": "DL1",
    }  # fmt: skip
    told = {"accepted_alternative": Told("no", "Mara", NOW), "ticket_price": Told("1", "Mara", NOW)}
    more = facts_of(binding, FLIGHT, told, known=policy.facts, currency="USD")
    assert (more["accepted_alternative"], more["refund_due_at"]) == ("no", NOW)
    assert more["ticket_price"] == 300, "nobody talks an amount down that the promise itself tells"
    assert "ticket_price" not in facts_of(binding, FLIGHT, {}, known=policy.facts, currency="EUR")


@pytest.mark.parametrize(
    "other",
    [
        replace(FLIGHT, kind="delivery"), replace(FLIGHT, feed="shop"), replace(FLIGHT, attributes={}),
        replace(FLIGHT, attributes={"market": "international"}),
    ],
)  # fmt: skip
def test_a_binding_is_silent_about_everything_else(other: Subject) -> None:
    assert not applies(binding_from(documented(), "docs", SHELF), other)


def test_what_is_expected_is_the_forecast_but_never_before_now() -> None:
    assert FLIGHT.expected_at == NOW
    assert replace(FLIGHT, forecast_at=NOW - H).expected_at == NOW
    assert replace(FLIGHT, forecast_at=NOW + H).expected_at == NOW + H
    assert replace(FLIGHT, forecast_at=NOW + H, kept_at=NOW - 3 * H).expected_at == NOW - 3 * H


@pytest.mark.parametrize("policy", sorted(SHELF))
def test_a_binding_comes_with_every_policy(policy: str) -> None:
    made = ready_made(policy, "delivery")
    assert made is not None
    binding = binding_from(made, policy, SHELF)
    assert (binding.policy, binding.promise) == (policy, ("delivery",))


def test_for_a_policy_of_ones_own_every_fact_is_asked_to_begin_with() -> None:
    own = policy_from(text("it: {owed: [{flat: 40}]}"))
    shelf = dict(SHELF) | {own.name: SHELF["eu-261"]._replace(policy=own)}
    binding = binding_from(begun(own, "delivery"), "begun", shelf)
    assert binding.facts["price"].ask == "What it cost?"
    assert "late" not in binding.facts, "it is reckoned from two others"


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ("chang: {clock: late}", "Did you mean `change`?"),
        ("change: {clock: lat}", "Did you mean `late`?"),
        ("change: {clock: due}", "`change` is a duration"),
        ("happened_at: {clock: late}", "`happened_at` is an instant"),
        ("ticket_price: {told: paid_by}", "`ticket_price` is a money"),
        ("event: {attribute: status, words: {late: delay}}", "Did you mean `delayed`?"),
        ("international: {always: maybe}", "'maybe' is not one of yes, no"),
        ("booking: {promise: reference, clock: due}", "a fact has one source"),
        ("booking: {}", "say where it comes from"),
        ("booking: {clock: due, words: {a: b}}", "`words` goes with `attribute`"),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(facts: str, says: str) -> None:
    written = f"binding: ours\npolicy: us-dot-refunds\npromise: [arrival]\nfacts:\n  {facts}\n"
    with pytest.raises(Refusal, match=re.escape(says)) as refused:
        binding_from(written, "ours.yaml", SHELF)
    assert refused.value.code == "binding.invalid"
    assert "line 5" in refused.value.message


@pytest.mark.parametrize(
    "key", sorted({*bindings_file.TOP, *bindings_file.WHEN, *bindings_file.FACT, *Clock, *OfPromise, *OfCustomer})
)
def test_every_key_is_explained(key: str) -> None:
    assert re.search(rf"`{re.escape(key)}`", PAGE), key


ON = date(2026, 11, 23)


def test_only_what_could_change_something_is_asked() -> None:
    refunds = find(SHELF, "us-dot-refunds")
    late = {"event": "delayed", "ticket_price": 300, "happened_at": NOW}

    asked = inquire(refunds, late | {"change": 4 * H}, asked={"accepted_alternative"}, on=ON)
    assert (asked.entitlement, asked.questions, asked.at_stake) == (None, ("accepted_alternative", "paid_by"), 300)
    settled = inquire(refunds, late | {"change": 2 * H}, asked={"accepted_alternative"}, on=ON)
    assert settled.entitlement is not None
    assert (settled.entitlement.amount, settled.questions) == (0, ())


def test_the_one_end_of_a_span_is_asked_that_is_not_known() -> None:
    facts = {"event": "loss_of_service", "reported_at": "2026-05-11T10:00"}
    found = inquire(find(SHELF, "ofcom-automatic-compensation"), facts, asked=(), on=ON)
    assert found.questions == ("restored_at",)


LATE = "owed_when: {late: {at_least: 12}}\nowed: [{flat: 40}]"
PAID = "payment: {within: {working_days: 10}, from: [ended_at], else: 40}"


def test_it_counts_when_all_of_it_was_paid() -> None:
    found = owed(LATE, {"began_at": "2026-05-20T08:00", "ended_at": "2026-05-21T09:00"}, more=PAID)
    assert found.pay_by is not None
    before, after = found.pay_by - H, found.pay_by + H
    half = [Payment(Decimal(20), before), Payment(Decimal(20), after)]
    whole = [Payment(Decimal(20), before), Payment(Decimal(20), before)]

    assert (paid_at(half, Decimal(40)), paid_at(whole, Decimal(40)), paid_at(half[:1], Decimal(40))) == (
        after, before, None,
    )  # fmt: skip
    assert reckon(found, half, renounced=Decimal(0), now=after).to_grant == 40
    assert reckon(found, whole, renounced=Decimal(0), now=after).to_grant == 0
    assert reckon(found, half[:1], renounced=Decimal(0), now=before).to_grant == 20
    more = reckon(found, [], renounced=Decimal(40), now=after)
    assert (more.owed, more.penalty, more.to_grant, more.open) == (80, 40, 80, 40)
