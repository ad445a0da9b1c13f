"""The shipped policies: every case in them holds, and those of the evidence come out as they stand there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from makegood.kernel.refusals import Refusal
from makegood.remedies.rules.entitlements import Checked, Entitlement, Standing, check, find, load, work_out
from makegood.remedies.rules.entitlements.shelf import SHIPPED, files
from tests.rules.entitling import told

SHELF = load()
CASES = [(name, checked) for name, kept in SHELF.items() for checked in check(kept.policy)]
IN_2026 = date(2026, 5, 4)


def owed(name: str, on: date | None = IN_2026, version: str | None = None, **facts: object) -> Decimal:
    return work_out(find(SHELF, name), facts, on=on, version=version).amount


@pytest.mark.parametrize(("name", "checked"), CASES, ids=[f"{name}:{one.vector.line}" for name, one in CASES])
def test_a_case_of_a_shipped_policy_holds(name: str, checked: Checked) -> None:
    assert checked.wrong == ()
    assert checked.found is not None
    assert sum(step.adds for step in checked.found.steps) == checked.found.amount


def test_every_file_is_a_policy_under_its_own_name() -> None:
    assert {path.stem for path in files(SHIPPED)} == SHELF.keys()
    assert all(kept.policy.sources and kept.policy.notes for kept in SHELF.values())


@pytest.mark.parametrize(
    ("name", "facts", "amount"),
    [
        ("us-dot-denied-boarding", {"fare": 300, "arrival_delay": "90 min"}, 600),
        ("us-dot-denied-boarding", {"fare": 300, "arrival_delay": "3 h"}, 1200),
        ("us-dot-denied-boarding", {"fare": 700, "arrival_delay": "3 h"}, 2150),
        ("gb-storm", {"weather": "category_1", "outage": "50 h"}, 240),
        ("gb-storm", {"weather": "category_2", "outage": "50 h"}, 80),
        ("gb-storm", {"weather": "category_1", "outage": "400 h"}, 2000),
        ("gb-power-cut", {"customer": "domestic", "outage": "13 h"}, 95),
        ("gb-power-cut", {"customer": "domestic", "outage": "36.5"}, 185),
        ("gb-power-cut", {"customer": "domestic", "outage": "24 h"}, 140),
        ("eu-261", {"event": "delay", "distance": 4000, "arrival_delay": "3 h 30 min"}, 300),
    ],
)
def test_the_evidence(name: str, facts: dict[str, object], amount: int) -> None:
    assert owed(name, **facts) == amount
    written = [one.vector.facts for policy, one in CASES if policy == name]
    wanted = work_out(find(SHELF, name), facts, on=IN_2026).facts
    assert any(work_out(find(SHELF, name), known, on=IN_2026).facts == wanted for known in written)


@pytest.mark.parametrize(
    ("on", "loss", "appointment", "late_start"),
    [
        (date(2019, 4, 1), "8", "25", "5"),
        (date(2024, 4, 1), "9.76", "30.49", "6.10"),
        (date(2025, 4, 1), "9.98", "31.19", "6.24"),
        (date(2026, 4, 1), "10.34", "32.31", "6.46"),
    ],
)
def test_each_table_of_ofcom(on: date, loss: str, appointment: str, late_start: str) -> None:
    ofcom = "ofcom-automatic-compensation"
    assert owed(ofcom, on, event="loss_of_service", days_without_service=1) == Decimal(loss)
    assert owed(ofcom, on, event="missed_appointment") == Decimal(appointment)
    assert owed(ofcom, on, event="late_start", days_late=1) == Decimal(late_start)


def test_a_table_that_nobody_has_is_not_guessed() -> None:
    with pytest.raises(Refusal, match="no version on file for Wed 1 Jun 2022") as refused:
        owed("ofcom-automatic-compensation", date(2022, 6, 1), event="missed_appointment")
    assert refused.value.code == "policy.no_version"


def test_a_figure_that_a_version_does_not_have_is_not_guessed() -> None:
    with pytest.raises(Refusal, match="has no figure `low_pressure_ongoing`") as refused:
        owed("england-water-gss", date(2025, 1, 1), event="low_pressure", pressure_ongoing=True)
    assert refused.value.code == "policy.no_figure"


def test_the_deal_of_2026_is_used_only_when_asked_for() -> None:
    far = {"event": "delay", "distance": 4000, "arrival_delay": "3 h 30 min"}
    for on in (date(2026, 6, 16), date(2099, 1, 1)):
        assert work_out(find(SHELF, "eu-261"), far, on=on).version == "2004"
    asked = work_out(find(SHELF, "eu-261"), far, version="2026-deal")
    assert (asked.version, asked.amount) == ("2026-deal", 300)
    assert "no date of application known" in asked.steps[0].says


def test_an_exemption_under_the_deal_is_told_within_48_hours() -> None:
    facts = {
        "event": "delay",
        "distance": 900,
        "scheduled_arrival": "2026-05-04T10:00+02:00",
        "arrived_at": "2026-05-04T15:00+02:00",
        "extraordinary": True,
        "evidence": ["circumstance", "measures"],
    }
    found = work_out(find(SHELF, "eu-261"), facts, version="2026-deal")
    assert found.standing is Standing.EXEMPT
    assert found.exemption is not None
    assert found.exemption.tell_by is not None
    assert found.exemption.tell_by.isoformat() == "2026-05-06T08:00:00+00:00"
    assert "outside the airline's control" in found.exemption.tell_customer
    assert found.exemption.tell_customer in told(found)


def test_a_table_past_its_review_is_used_with_a_caution() -> None:
    found = work_out(find(SHELF, "us-dot-denied-boarding"), {"fare": 300, "arrival_delay": 3}, on=date(2027, 1, 22))
    assert found.amount == 1200
    assert "looked at again" in found.cautions[0]


def test_what_comes_out_can_be_stored_and_read_again() -> None:
    found = work_out(find(SHELF, "uk-delay-repay"), {"ticket": "single", "fare": "40", "delay": 35}, on=IN_2026)
    stored = msgspec.json.encode(found)
    assert msgspec.convert(msgspec.json.decode(stored), Entitlement) == found
    assert found.facts == {"already_paid": "£0", "delay": "35 m", "fare": "£40", "ticket": "single"}


def test_the_year_that_a_storm_came_is_told_apart_by_its_key() -> None:
    facts: dict[str, object] = {"weather": "category_1", "outage": 50, "premises": "1200", "storm": "Arwen"}
    storm = find(SHELF, "gb-storm")
    assert work_out(storm, facts, on=IN_2026).once_key == "gb-storm:1200:Arwen"
    assert work_out(storm, facts | {"storm": "Eunice"}, on=IN_2026).once_key == "gb-storm:1200:Eunice"
    assert work_out(storm, facts | {"storm": None}, on=IN_2026).once_key == ""
