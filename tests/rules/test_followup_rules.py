"""What ends a case beside what the case itself asks for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from makegood.cases.rules import Step
from makegood.followups.rules import MONEY, TREATMENT, money_alone, openings
from makegood.remedies.rules.fit import RemedyKind


@given(st.frozensets(st.sampled_from(RemedyKind)), st.frozensets(st.sampled_from(Step)))
def test_money_and_nothing_else_never_ends_a_case(given: frozenset[RemedyKind], spoken: frozenset[Step]) -> None:
    only_money = bool(given) and given <= MONEY
    assert (money_alone(given, spoken) is not None) == (only_money and not spoken & set(TREATMENT))


@given(st.lists(st.integers(1, 60_000), unique=True, max_size=5), st.booleans())
def test_an_answer_counts_for_the_question_it_is_nearest_to(minutes: list[int], at_once: bool) -> None:
    begins = datetime(2026, 11, 22, 9, tzinfo=UTC)
    dues = [begins + timedelta(minutes=one) for one in sorted(minutes)]
    opens = openings(begins, dues, at_once=at_once)
    assert len(opens) == len(dues)
    assert opens == sorted(opens)
    assert all(begins <= opened <= due for opened, due in zip(opens, dues, strict=True))
    assert not at_once or opens[:1] == [begins][: len(dues)]
    assert all(before < opened for before, opened in zip(dues, opens[1:], strict=False))
    # What is said right at the beginning is no answer to a question of later.
    assert at_once or begins not in opens
