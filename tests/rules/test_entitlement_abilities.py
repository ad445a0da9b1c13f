"""Each of the nine abilities that the evidence asks of the engine is shown by a worked case that stands in a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from makegood.remedies.rules.entitlements import Entitlement, Policy, Standing, check, load, policy_from
from makegood.remedies.rules.entitlements.spec import Vector
from tests.rules.entitling import told

DOCS = (Path(__file__).parents[2] / "docs" / "policies.md").read_text(encoding="utf-8")
(PARCELS,) = re.findall(r"^```yaml parcels.yaml\n(.*?)^```$", DOCS, re.MULTILINE | re.DOTALL)


class Worked(NamedTuple):
    """A case in a file, and what comes out."""

    policy: Policy
    vector: Vector
    found: Entitlement


POLICIES = [*(kept.policy for kept in load().values()), policy_from(PARCELS)]
WORKED = [
    Worked(policy, one.vector, one.found) for policy in POLICIES for one in check(policy) if one.found is not None
]  # fmt: skip


def says(pattern: str) -> Callable[[Worked], bool]:
    return lambda one: re.search(pattern, told(one.found)) is not None


def boundary(one: Worked) -> bool:
    return one.vector.says.lower().startswith(("exactly", "a minute less", "a second more", "a second less"))


ABILITIES: dict[str, Callable[[Worked], bool]] = {
    "1 promised against actual": says(r"From .+ to .+ is "),
    "1 no notice given": says(r"no notice is known"),
    "2 hours": says(r"more than 24 h"),
    "2 calendar days": says(r"calendar days? from"),
    "2 working days with holidays": says(r"working days? from .+ not counted"),
    "2 a cut-off": says(r"17:00|cut-off"),
    "2 a minimum duration and a repetition": says(r"of 1 h or more within 28 days"),
    "3 flat": says(r"[Aa] fixed amount"),
    "3 per period": says(r"makes \d+ periods?"),
    "3 a bracket on two inputs": lambda one: (
        one.policy.name == "eu-261" and {"distance", "arrival_delay"} <= one.found.facts.keys()
    ),
    "3 a share of the price with a cap": says(r"% of .+\n?.*[Aa]t most \$2,150"),
    "3 halved when made smaller": says(r"Halved, as"),
    "3 by kind of customer": lambda one: one.found.facts.get("customer") == "business",
    "3 a maximum in a year": says(r"a year, and"),
    "3 a total cap": says(r"At most £2,000"),
    "4 a boundary": boundary,
    "5 the version of the day": lambda one: one.vector.used is not None,
    "5 an index": lambda one: one.policy.name.startswith("ofcom") and one.found.version == "2026",
    "5 a future version": lambda one: one.found.version == "2026-deal",
    "6 exempt with evidence, and told why": lambda one: (
        one.found.exemption is not None and one.found.exemption.evidence != () and one.found.amount == 0
    ),
    "6 an exemption without it": lambda one: "does not count until" in "".join(one.found.cautions),
    "7 a further amount when paid late": lambda one: one.found.late_penalty > 0 and one.found.pay_by is not None,
    "8 without being asked": lambda one: one.found.automatic,
    "8 claimed within a window": lambda one: one.found.claim_by is not None,
    "8 claimed too late": lambda one: one.found.standing is Standing.CLAIMED_TOO_LATE,
    "8 opted out": lambda one: one.found.standing is Standing.OPTED_OUT,
    "8 no voucher unless accepted": says(r"only if the customer accepts it"),
    "8 who pays whom": says(r"by the \S+.* to the "),
    "8 paid once": lambda one: one.found.already_paid > 0 and one.found.to_pay < one.found.amount,
    "9 the floor": lambda one: one.found.to_pay > 0,
}


@pytest.mark.parametrize("ability", ABILITIES)
def test_an_ability_has_a_worked_case(ability: str) -> None:
    assert any(map(ABILITIES[ability], WORKED))


def test_the_tables_that_the_issue_lists_are_there() -> None:
    versions = {policy.name: [one.id for one in policy.versions] for policy in POLICIES}
    assert versions["ofcom-automatic-compensation"] == ["2019", "2023", "2024", "2025", "2026"]
    assert versions["ofgem-supplier-standards"] == ["2015", "2025"]
    assert set(versions["eu-261"]) == {"2004", "2026-deal"}
    assert {"gb-power-cut", "gb-storm", "england-water-gss", "uk-delay-repay"} <= versions.keys()
    assert {"us-dot-denied-boarding", "us-dot-refunds", "us-dot-bag-liability"} <= versions.keys()
    assert len(versions["england-water-gss"]) == 2
