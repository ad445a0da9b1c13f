"""In which words we come back to a customer: whoever reads several of one case can tell them apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from makegood.kernel.phrases import Span
from makegood.remedies.rules.follow_up import UNLESS_TOLD, told_apart
from makegood.remedies.rules.playbooks import NOW, FollowUp, Words
from makegood.remedies.rules.playbooks_file import ASK_AGAIN

SPANS = st.one_of(
    st.just(NOW), st.builds(Span, st.just("days"), st.integers(1, 40)),
    st.builds(Span, st.sampled_from(["months", "workdays"]), st.integers(1, 12)),
    st.builds(Span, st.sampled_from(["time", "worktime"]), st.integers(1, 200).map(lambda minutes: minutes * 60)),
)  # fmt: skip


def test_the_standard_plan_says_when() -> None:
    assert [one.what.in_("en") for one in told_apart(UNLESS_TOLD)] == [
        "Ask whether it is right now, or whether there is something more.",
        "Ask a day later whether it is still right, or whether there is something more.",
        "Ask a month later whether it is still right, or whether there is something more.",
    ]
    assert told_apart(UNLESS_TOLD)[1].what.in_("de") == (
        "Fragen, ob es einen Tag später noch in Ordnung ist oder ob noch etwas fehlt."
    )
    assert told_apart([FollowUp(after=Span("days", 14), what=ASK_AGAIN)])[0].what.in_("pt").startswith(
        "Perguntar se 2 semanas depois"
    )  # fmt: skip


def test_ones_own_words_stay_unless_they_come_twice() -> None:
    ring = Words({"en": "Ring them.", "fr": "Appeler."})
    (alone,) = told_apart([FollowUp(after=NOW, what=ring)])
    assert alone.what == ring
    twice = told_apart([FollowUp(after=NOW, what=ring), FollowUp(after=Span("days", 7), what=ring)])
    assert [str(one.what) for one in twice] == ["At once: Ring them.", "A week later: Ring them."]
    assert twice[1].what.in_("fr") == "A week later: Appeler."


@given(st.lists(SPANS, min_size=1, max_size=6, unique_by=lambda span: (span.kind == "worktime", span)))
def test_no_two_of_a_plan_read_alike(spans: list[Span]) -> None:
    plan = told_apart([FollowUp(after=span, what=ASK_AGAIN) for span in spans if span.kind != "worktime"])
    for language in ASK_AGAIN.texts:
        said = [one.what.in_(language) for one in plan]
        assert len(set(said)) == len(said)
