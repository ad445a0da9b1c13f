"""What a plan says: short, filled, in four languages, and never what harms."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makegood.cases.rules import CONVERSATION, Step
from makegood.remedies.rules import plan
from makegood.remedies.rules.plan import APOLOGY_WINDOW, LONGEST_LINE, Known, apology_caution, improvement_caution
from makegood.remedies.rules.plan_words import WORDINGS
from tests.factories import NOW

LANGUAGES = sorted(WORDINGS)
DAY = timedelta(days=1)
texts = st.text(max_size=200)
knowns = st.builds(
    Known, owner=texts, harm=texts, due=texts, offer=texts, by=texts, foretold=st.booleans(), promised=st.booleans(),
    again=st.booleans(), said_already=st.booleans(),
)  # fmt: skip
HARMFUL = re.compile(
    r"forgive|forgiving|what would you like|what can (?:i|we) do for you|supplier|carrier|colleague|warehouse"
    r"|verzeih|entschuldigen sie|was sollen wir|was können wir für sie|lieferant|kolleg"
    r"|perd[oó]n|disc[uú]lpe|qu[eé] quiere que|proveedor|compañero"
    r"|perdoe|desculpe|o que quer que|fornecedor|colega|\bif\b|\bfalls\b"
)


def parts(language: str) -> dict[str, tuple[str, ...]]:
    """The wordings of a language, by what they are for."""
    return {name: part for name, part in WORDINGS[language]._asdict().items() if isinstance(part, tuple)}


def every_wording() -> list[str]:
    return [text for language in WORDINGS for part in parts(language).values() for text in part]


@given(st.sampled_from([*LANGUAGES, "fr", "", "de-AT"]), knowns)
def test_there_is_a_short_line_for_each_step_whatever_is_known(language: str, known: Known) -> None:
    said = plan.lines(language, known)

    assert list(said) == list(CONVERSATION)
    assert all(0 < len(line) <= LONGEST_LINE for line in said.values())
    if not any("{" in text for text in (known.owner, known.harm, known.due, known.offer, known.by)):
        assert not any("{" in line for line in said.values())


def test_no_wording_promises_improvement_blames_or_asks_to_be_forgiven() -> None:
    for wording in every_wording():
        assert improvement_caution(wording) is None, wording
        assert not HARMFUL.search(wording.casefold()), wording


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_last_wording_of_each_line_needs_nothing_to_be_known(language: str) -> None:
    found = parts(language)
    found["refocus"] += found["planning"]
    assert all("{" not in part[-1] and len(part[-1]) <= LONGEST_LINE for part in found.values())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("colleague", [False, True])
def test_without_a_time_nothing_is_promised_and_a_gap_is_left(language: str, colleague: bool) -> None:
    open_, dated = (plan.lines(language, Known(by=by, colleague=colleague)) for by in ("", "Fri 17:00"))
    gap = WORDINGS[language].gap

    assert plan.gap_in(open_[Step.REFOCUS]) == gap
    assert [plan.gap_in(line) for line in dated.values()] == [""] * len(dated)
    assert "Fri 17:00" in dated[Step.REFOCUS]


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_does_not_own_the_case_does_not_speak_as_its_owner(language: str) -> None:
    own = plan.lines(language, Known(owner="Mara Silva", colleague=True))[Step.OWN]

    assert "Mara Silva" in own
    assert own not in plan.lines(language, Known(owner="Mara Silva"))[Step.OWN]
    assert not re.search(r"\b(?:I am|Ich bin|Soy|Meu nome)\b", own)


def test_nobody_who_told_us_hears_of_a_promise_that_was_not_broken() -> None:
    said = plan.lines("en", Known(due="Friday", promised=False, told=True))

    assert "Friday" not in " ".join(said.values())
    assert "come to us with this" in said[Step.APOLOGISE]
    assert said[Step.LISTEN].startswith("Thank you for telling us.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_known_is_said(language: str) -> None:
    known = Known(owner="Mara Silva", harm="No bed", due="20.11.", offer="Two pieces tonight", by="20:00")

    said = plan.lines(language, known)

    assert "Mara Silva" in said[Step.OWN]
    assert "No bed" in said[Step.LISTEN]
    assert "20.11." in said[Step.APOLOGISE]
    assert "Two pieces tonight" in said[Step.REFOCUS]
    assert "20:00" in said[Step.REFOCUS]


LONGEST_DAY = {
    "en": "Wednesday 23 September", "de": "Donnerstag, 24. September", "es": "miércoles 23 de septiembre",
    "pt": "23 de fevereiro",
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_day_of_the_year_fits(language: str) -> None:
    day = LONGEST_DAY[language]
    late, foretold = (plan.lines(language, Known(due=day, foretold=before)) for before in (False, True))
    assert day in late[Step.EMPATHISE]
    assert day in late[Step.APOLOGISE]
    assert day in foretold[Step.APOLOGISE]


def test_what_is_too_long_is_left_out() -> None:
    said = plan.lines("en", Known(harm="so " * 60, offer="thing " * 40, by="Fri 17:00"))

    assert said[Step.LISTEN] == WORDINGS["en"].listen[-1]
    assert said[Step.REFOCUS] == "I am working out a plan for you. I will be in touch by Fri 17:00."


def test_the_apology_fits_what_happened() -> None:
    def apology(**known: bool) -> str:
        return plan.lines("en", Known(due="Friday", **known))[Step.APOLOGISE]

    assert "did not keep it" in apology()
    assert "it will be later" in apology(foretold=True)
    assert "once more" in apology(again=True)
    assert "treated you better" in apology(promised=False)
    assert "sorry" not in apology(again=True, said_already=True)


@pytest.mark.parametrize(
    ("tag", "language"), [("de-AT", "de"), ("pt_BR", "pt"), ("EN", "en"), ("fr", "en"), ("", "en")]
)
def test_the_language_is_theirs_if_we_speak_it(tag: str, language: str) -> None:
    assert plan.language_of(tag) == language


def test_a_second_apology_within_thirty_days_is_cautioned() -> None:
    assert apology_caution([], NOW) is None
    assert apology_caution([NOW - APOLOGY_WINDOW], NOW) is None
    assert apology_caution([NOW + DAY], NOW) is None
    found = apology_caution([NOW - APOLOGY_WINDOW + timedelta(seconds=1), NOW - 3 * DAY], NOW)
    assert found is not None
    assert "2 times" in found.sentence
    assert "last 3 days ago" in found.sentence


@given(st.lists(st.timedeltas(min_value=timedelta(0), max_value=90 * DAY)))
def test_it_is_cautioned_exactly_when_one_lies_in_the_window(ago: list[timedelta]) -> None:
    assert (apology_caution([NOW - one for one in ago], NOW) is not None) == any(one < APOLOGY_WINDOW for one in ago)


def test_a_promise_of_improvement_that_was_said_is_told() -> None:
    """What counts as one: test_better."""
    found = improvement_caution("It won’t happen again")
    assert found is not None
    assert found.code == "plan.promises_improvement"
    assert improvement_caution("I ring you back by five.") is None


def test_the_customers_own_words_are_never_cautioned() -> None:
    wish = "Tell me that it will not happen again"
    assert plan.cautions(Step.LISTEN, wish, apologies=[NOW], now=NOW) == ()
    assert [one.code for one in plan.cautions(Step.APOLOGISE, wish, apologies=[NOW], now=NOW)] == [
        "plan.apologised_already", "plan.promises_improvement",
    ]  # fmt: skip


def test_saying_nothing_is_no_word_to_the_customer() -> None:
    assert not plan.speaks("own", " ", "")
    assert not plan.speaks("agree", "Tonight", "phone")
    assert all(plan.speaks(step, "", "phone") for step in CONVERSATION)
    assert plan.speaks("apologise", "", "")
