"""What a policy can say, one ability after the other, each with its boundary."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from makegood.kernel.refusals import Refusal
from makegood.remedies.rules.entitlements import (
    Standing,
    at_least,
    due_at,
    happened_on,
    work_out,
)
from tests.rules.entitling import FACTS, owed, policy, told

LATE = "owed_when: {late: {more_than: 12 h}}\nowed: [{flat: 40}]"


@pytest.mark.parametrize(
    ("test", "hours", "amount"),
    [
        ("more_than: 12 h", 12, 0),
        ("more_than: 12 h", "12.01", 40),
        ("at_least: 12 h", 12, 40),
        ("at_least: 12", "11.99", 0),
        ("less_than: 12", 12, 0),
        ("at_most: 12", 12, 40),
        ("more_than: 3, less_than: 12", 12, 0),
    ],
)
def test_a_boundary_is_what_it_says(test: str, hours: object, amount: int) -> None:
    found = owed(f"owed_when: {{late: {{{test}}}}}\nowed: [{{flat: 40}}]", {"late": hours})
    assert found.amount == amount
    assert found.standing is (Standing.OWED if amount else Standing.NOTHING)


@pytest.mark.parametrize(
    ("counted", "hours", "periods"),
    [
        ("started", 12, 0), ("started", "12.5", 1), ("started", 24, 1), ("started", "24.5", 2),
        ("completed", "23.9", 0), ("completed", 24, 1), ("completed", 36, 2),
        ("exceeded", 24, 0), ("exceeded", "24.1", 1), ("exceeded", 36, 1),
    ],
)  # fmt: skip
def test_periods_are_counted_as_they_say(counted: str, hours: object, periods: int) -> None:
    rule = f"owed: [{{per: 45, each: 12 h, of: late, beyond: 12 h, counted: {counted}}}]"
    assert owed(rule, {"late": hours}).amount == 45 * periods


@pytest.mark.parametrize(
    ("rule", "facts", "amount"),
    [
        ("owed: [{flat: 25}, {per: 8, each: 1, of: pieces, counted: completed}]", {"pieces": 3}, "49"),
        ("owed: [{share: 25, of: price}]", {"price": "45.50"}, "11.38"),
        ("owed: [{share: 400, of: price, at_most: 2150}]", {"price": 700}, "2150"),
        ("owed: [{share: 1, of: price, at_least: 5}]", {"price": 100}, "5"),
        ("owed: [{share: 100, of: price, divided_by: 464}]", {"price": 4640}, "10"),
        ("owed: [{flat: 400}]\nreduced: [{by: 50, when: {sorry: yes}, because: x}]", {"sorry": True}, "200"),
        ("owed: [{flat: 400}]\nreduced: [{by: 50, when: {sorry: yes}, because: x}]", {"sorry": "no"}, "400"),
        ("owed: [{per: 40, each: 6 h, of: late, counted: started}]\nat_most: 100", {"late": 60}, "100"),
        ("owed: [{per: 40, each: 6 h, of: late, counted: started}]\nat_least: 70", {"late": 1}, "70"),
        ("owed: [{flat: 50}]\nmost_per_year: {already: paid_this_year, amount: 120}", {"paid_this_year": 100}, "20"),
        ("owed: [{flat: 50}]\nmost_per_year: {already: paid_this_year, amount: 120}", {"paid_this_year": 500}, "0"),
        ("owed: [{flat: 50}]\nmost_per_year: {already: paid_times, times: 5}", {"paid_times": 4}, "50"),
        ("owed: [{flat: 50}]\nmost_per_year: {already: paid_times, times: 5}", {"paid_times": 5}, "0"),
    ],
)
def test_amounts(rule: str, facts: dict[str, object], amount: str) -> None:
    found = owed(rule, facts)
    assert found.amount == Decimal(amount)
    assert sum(step.adds for step in found.steps) == found.amount


def test_a_table_of_two_inputs_takes_the_first_row_that_fits() -> None:
    rule = """
    owed:
      - first_of:
          - {when: {pieces: {at_most: 10}, late: {less_than: 24 h}}, flat: 5}
          - {when: {pieces: {at_most: 10}}, flat: 10}
          - {when: [{kind_of: special}, {late: {less_than: 24 h}}], flat: 20}
          - {flat: 40}
    """
    amounts = [
        owed(rule, {"pieces": pieces, "late": late, "kind_of": kind}).amount
        for pieces, late, kind in (
            (10, 23, "plain"),
            (10, 24, "plain"),
            (11, 24, "special"),
            (11, 23, "plain"),
            (11, 24, "plain"),
        )
    ]
    assert amounts == [5, 10, 20, 20, 40]


COUNTED = """
facts:
  told_at: {kind: instant, says: when we knew}
  done_at: {kind: instant, says: when it was done}
  days:
    kind: number
    unit: days
    says: days too late
    between: [told_at, done_at]
    grace: {working_days: 2, cut_off: "17:00"}
    count: calendar_days
    counted: started
"""


@pytest.mark.parametrize(
    ("told_at", "done_at", "days"),
    [
        ("2026-05-11T10:00", "2026-05-14T00:00", 0),  # Monday to the end of Wednesday
        ("2026-05-11T10:00", "2026-05-14T00:01", 1),
        ("2026-05-11T17:00", "2026-05-14T09:00", 1),  # at the cut-off is still in time
        ("2026-05-11T17:01", "2026-05-14T09:00", 0),  # after it counts as Tuesday
        ("2026-05-16T10:00", "2026-05-21T09:00", 1),  # Saturday counts as Monday
        ("2026-04-02T10:00", "2026-04-09T09:00", 1),  # Good Friday and Easter Monday do not count
    ],
)
def test_grace_in_working_days_with_holidays_and_a_cut_off(told_at: str, done_at: str, days: int) -> None:
    ours = policy(
        "it:\n  owed: [{per: 8, each: 1, of: days, counted: completed}]",
        facts=COUNTED,
        vectors="vectors: [{facts: {days: 0}, on: 2026-01-01, owed: 0}]",
    )
    found = work_out(ours, {"told_at": told_at, "done_at": done_at}, version="1")
    assert found.amount == 8 * days
    assert "2 working days from" in told(found)


def test_no_notice_at_all() -> None:
    rule = "owed_when: {late: {less_than: 24 h, or_missing: yes}}\nowed: [{flat: 25}]"
    assert owed(rule, {}).amount == 25
    assert owed(rule, {"late": 24}).amount == 0
    assert owed("owed_when: {began_at: {missing: yes}}\nowed: [{flat: 25}]", {}).amount == 25


def test_a_fact_beside_one_that_fails_is_not_asked_for() -> None:
    rule = "owed_when: {late: {more_than: 12 h}, sorry: yes}\nowed: [{flat: 25}]"
    assert owed(rule, {"sorry": "no"}).standing is Standing.NOTHING
    with pytest.raises(Refusal, match="needs to know `late`"):
        owed(rule, {"sorry": "yes"})


def test_promised_and_actual_counts() -> None:
    facts = FACTS + "  ordered: {kind: number, says: ordered}\n  came: {kind: number, says: came}\n"
    facts += "  short: {kind: number, unit: pieces, says: missing, between: [came, ordered]}\n"
    ours = policy("it:\n  owed: [{per: 3, each: 1, of: short, counted: completed}]", facts=facts)
    assert work_out(ours, {"ordered": 12, "came": 9}, version="1").amount == 9
    with pytest.raises(Refusal, match="`short` is given as 2 pieces, but `came` and `ordered` make it 3 pieces"):
        work_out(ours, {"ordered": 12, "came": 9, "short": 2}, version="1")


TWO = """
versions:
  "2025": {from: 2025-04-01, until: 2026-03-01, figures: {amount: 40}}
  "2026": {from: 2026-04-01, indexed: {of: "2025", was: 100, now: 103.6, nearest: 0.25}}
  draft: {figures: {amount: 99}}
"""


def test_the_version_in_force_when_it_happened_decides() -> None:
    ours = policy("it:\n  owed: [{flat: amount}]", more="happened: [began_at]", versions=TWO)
    # Half past midnight on 1 April in London is still March by UTC.
    for began, version, amount in (("2026-04-01T00:30", "2026", "41.50"), ("2026-02-28T23:59", "2025", "40")):
        found = work_out(ours, {"began_at": began})
        assert (found.version, found.amount, found.happened_on) == (
            version,
            Decimal(amount),
            date.fromisoformat(began[:10]),
        )
    assert work_out(ours, {"began_at": "2026-02-01T10:00"}, on=date(2026, 5, 1)).version == "2026"
    assert work_out(ours, {}, version="draft").amount == 99
    assert happened_on(ours, {"began_at": datetime(2026, 3, 31, 23, 30, tzinfo=UTC)}) == date(2026, 4, 1)
    for facts, code in (({"began_at": "2026-03-15T10:00"}, "policy.no_version"), ({}, "policy.no_date")):
        with pytest.raises(Refusal) as refused:
            work_out(ours, facts)
        assert refused.value.code == code


EXEMPT = """
exemptions:
  flood:
    when: {sorry: yes}
    evidence: {photo: a picture of it}
    tell_customer: Water stood in the street.
"""


def test_an_exemption_needs_its_evidence() -> None:
    without = owed(LATE, {"late": 20, "sorry": "yes"}, more=EXEMPT)
    assert (without.standing, without.amount) == (Standing.OWED, 40)
    assert without.cautions == ("The exemption “flood” does not count until this is on record: a picture of it.",)
    proven = owed(LATE, {"late": 20, "sorry": "yes", "evidence": "photo"}, more=EXEMPT)
    assert (proven.standing, proven.amount, proven.late_penalty) == (Standing.EXEMPT, 0, 0)
    assert proven.exemption is not None
    assert proven.exemption.tell_customer == "Water stood in the street."


PAID = "payment: {within: {working_days: 10}, from: [ended_at], else: 40}"


def test_the_second_promise_is_data() -> None:
    found = owed(LATE, {"began_at": "2026-05-20T08:00", "ended_at": "2026-05-21T09:00"}, more=PAID)
    # Ten working days after Thursday 21 May, with the bank holiday on the 25th.
    assert found.pay_by == datetime(2026, 6, 5, 23, 0, tzinfo=UTC)
    assert found.late_penalty == 40
    assert due_at(found, found.pay_by) == 40
    assert due_at(found, found.pay_by + timedelta(seconds=1)) == 80
    assert "If it is not paid by then, £40 more is owed." in told(found)
    unknown = owed(LATE, {"late": 25}, more=PAID)
    assert unknown.pay_by is None
    assert "To be paid by a day that is not known yet: 10 working days from when it ended." in told(unknown)


def test_what_must_be_claimed() -> None:
    window = "claim: {within: {calendar_days: 28}, from: [ended_at]}"
    facts = {"began_at": "2026-05-01T08:00", "ended_at": "2026-05-04T09:00"}
    found = owed(LATE, facts, more=window)
    assert (found.automatic, found.claim_by) == (False, datetime(2026, 6, 1, 23, 0, tzinfo=UTC))
    late = owed(LATE, facts | {"claimed_at": "2026-06-02T00:01"}, more=window)
    assert (late.standing, late.amount) == (Standing.CLAIMED_TOO_LATE, 0)
    assert sum(step.adds for step in late.steps) == 0
    on_request = owed(LATE, facts, more="claim: on_request")
    assert (on_request.automatic, on_request.claim_by) == (False, None)
    assert owed(LATE, facts).automatic


def test_opting_out_and_how_it_is_paid() -> None:
    more = "opt_out: They chose a refund instead.\npaid_as: {means: account_credit, voucher: only_if_accepted}"
    assert owed(LATE, {"late": 20, "opted_out": True}, more=more).standing is Standing.OPTED_OUT
    found = owed(LATE, {"late": 20}, more=more)
    assert (found.means, found.voucher, found.payer, found.payee) == (
        "account_credit",
        "only_if_accepted",
        "shop",
        "customer",
    )
    assert "A voucher settles it only if the customer accepts it instead." in told(found)


def test_nobody_goes_below_what_is_owed() -> None:
    found = owed(LATE, {"late": 20, "already_paid": 15})
    assert (found.amount, found.to_pay) == (40, 25)
    assert at_least(found.to_pay, Decimal(0)) == at_least(found.to_pay, Decimal(25))
    parted = at_least(found.to_pay, Decimal(60))
    assert (parted.entitled, parted.goodwill, parted.total) == (25, 35, 60)


def test_a_rule_for_other_facts_does_not_cover() -> None:
    found = owed("when: {kind_of: special}\n" + LATE, {"late": 20})
    assert (found.standing, found.amount, found.rule) == (Standing.NOT_COVERED, 0, "")
