"""docs/policies.md: its example and its fragments run, and it leaves out no key, no word and no code."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from textwrap import indent
from typing import get_args

import pytest

from makegood.remedies.rules.entitlements import (
    Standing,
    check,
    clauses,
    editions,
    find,
    load,
    policy_from,
    policyfile,
    terms,
    work_out,
)
from makegood.remedies.rules.entitlements.reading import UNITS
from makegood.remedies.rules.entitlements.spec import Counted, FactKind
from tests.rules.entitling import policy

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
FENCES = re.findall(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_worked_example_holds() -> None:
    (written,) = [text for _, name, text in FENCES if name == "parcels.yaml"]
    checked = check(policy_from(written))
    assert [one.wrong for one in checked] == [()] * 5


def test_the_explanation_is_what_is_printed() -> None:
    (shown,) = [text for _, name, text in FENCES if name == "explained"]
    facts = {"weather": "category_1", "outage": "50 h"}
    steps = work_out(find(load(), "gb-storm"), facts, on=date(2026, 1, 10)).steps
    assert shown == "".join(f"{number:>2}. {step.says}\n" for number, step in enumerate(steps, 1))


def test_fragments_load() -> None:
    fragments = [text for _, name, text in FENCES if name == "fragment"]
    assert fragments
    for fragment in fragments:
        policy(f"it:\n{indent(fragment, '  ')}\n  owed: [{{flat: 40}}]")


def test_every_shipped_policy_is_listed() -> None:
    assert set(re.findall(r"^\| `([a-z0-9-]+)` \|", PAGE, re.MULTILINE)) >= load().keys()


KEYS = {
    *policyfile.TOP, *policyfile.FACT, *policyfile.CALENDAR, *policyfile.PAID_AS, *policyfile.MEANS,
    *policyfile.VOUCHER, *policyfile.VECTOR, *Standing, *terms.RULE, *terms.REDUCTION, *terms.YEAR_CAP,
    *terms.EXEMPTION, *terms.PAYMENT, *terms.CLAIM, *editions.VERSION, *editions.INDEXED, *editions.ROUNDED,
    *clauses.TEST, *clauses.LINE, *clauses.LINE_ALWAYS, *clauses.ALLOWANCE_UNITS, *UNITS, *FactKind, *get_args(Counted),
    "already_paid", "evidence", "claimed_at", "opted_out",
}  # fmt: skip


@pytest.mark.parametrize("key", sorted(KEYS))
def test_every_key_is_explained(key: str) -> None:
    assert re.search(rf"`[^`\n]*\b{re.escape(key)}\b[^`\n]*`", PAGE), key


def test_every_code_is_explained() -> None:
    folder = ROOT / "makegood" / "remedies" / "rules" / "entitlements"
    sources = "".join(path.read_text() for path in folder.glob("*.py"))
    codes = set(re.findall(r'"((?:policy|entitlement)\.[a-z_]+)"', sources)) - {"policy.yaml"}
    codes |= {"policy.invalid", "policy.not_found"}
    assert codes == set(re.findall(r"`((?:policy|entitlement)\.[a-z_]+)`", PAGE))
