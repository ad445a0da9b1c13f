"""Small policies for tests: a file is put together from the parts that a test is about."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent, indent

from makegood.remedies.rules.entitlements import Entitlement, Policy, policy_from, work_out

HEAD = """
name: ours
title: Our policy
currency: GBP
payer: shop
payee: customer
sources: [our own]
checked_on: 2026-11-22
calendar: {time_zone: Europe/London, holidays_of: GB-ENG}
"""
FACTS = """
facts:
  kind_of: {kind: choice, of: [plain, special], default: plain, says: what kind it is}
  began_at: {kind: instant, says: when it began}
  ended_at: {kind: instant, says: when it ended}
  late: {kind: duration, unit: hours, says: how late, between: [began_at, ended_at]}
  price: {kind: money, says: what it cost}
  pieces: {kind: number, unit: pieces, says: how many were missing}
  sorry: {kind: yes_no, default: "no", says: whether it was made smaller}
  paid_this_year: {kind: money, default: "0", says: what was paid this year}
  paid_times: {kind: number, default: "0", says: how often it was paid this year}
"""
VERSIONS = """
versions:
  "1": {from: 2020-01-01}
"""
VECTORS = """
vectors:
  - {facts: {late: 0, pieces: 0, price: 0}, on: 2026-01-01, owed: 0}
"""


def policy(
    rules: str, *, more: str = "", facts: str = FACTS, versions: str = VERSIONS, vectors: str = VECTORS
) -> Policy:
    """A policy with one set of rules, and whatever else a test puts in."""
    return policy_from(text(rules, more=more, facts=facts, versions=versions, vectors=vectors))


def text(rules: str, *, more: str = "", facts: str = FACTS, versions: str = VERSIONS, vectors: str = VECTORS) -> str:
    """The same as text."""
    parts = (HEAD, facts, dedent(more), f"rules:\n{indent(dedent(rules).strip(), '  ')}\n", versions, vectors)
    return "\n".join(dedent(part) for part in parts)


def owed(rule: str, facts: Mapping[str, object], *, more: str = "") -> Entitlement:
    """What one rule owes on a day in 2026."""
    body = indent(dedent(rule).strip(), "  ")
    return work_out(policy(f"it:\n{body}", more=more), facts, version="1")


def told(entitlement: Entitlement) -> str:
    """The whole explanation."""
    return "\n".join(step.says for step in entitlement.steps)
