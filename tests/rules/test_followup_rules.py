"""What ends a case beside what the case itself asks for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from makegood.cases.rules import Step
from makegood.followups.rules import MONEY, TREATMENT, money_alone
from makegood.remedies.rules.fit import RemedyKind


@given(st.frozensets(st.sampled_from(RemedyKind)), st.frozensets(st.sampled_from(Step)))
def test_money_and_nothing_else_never_ends_a_case(given: frozenset[RemedyKind], spoken: frozenset[Step]) -> None:
    only_money = bool(given) and given <= MONEY
    assert (money_alone(given, spoken) is not None) == (only_money and not spoken & set(TREATMENT))
