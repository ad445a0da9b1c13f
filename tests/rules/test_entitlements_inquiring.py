"""What is worked out once for many comes out as it does for each alone."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from makegood.remedies.rules.entitlements import load
from makegood.remedies.rules.inquiring import Inquiries
from makegood.remedies.rules.owing import inquire

POLICY = load()["eu-261"].policy
DUE = datetime(2026, 11, 20, 12, tzinfo=UTC)
flown = st.fixed_dictionaries({
    "event": st.sampled_from(["delay", "cancellation"]), "distance": st.sampled_from([Decimal(900), Decimal(5800)]),
    "intra_eu": st.sampled_from(["yes", "no"]), "scheduled_arrival": st.just(DUE),
    "arrived_at": st.sampled_from([DUE.replace(hour=13), DUE.replace(hour=18)]),
    "passenger": st.sampled_from(["Ada", "Bo"]), "flight": st.sampled_from(["EV 1", "EV 2"]),
})  # fmt: skip


@given(st.lists(flown, max_size=6))
def test_for_many_as_for_each(facts: list[dict[str, object]]) -> None:
    together = Inquiries()
    for one in facts:
        alone = inquire(POLICY, one, asked=(), on=DUE.date())
        assert together.inquire(POLICY, one, asked=(), on=DUE.date()) == alone
