"""In which language an arm speaks: the customer's where somebody wrote it, and never another by oversight."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from makegood.kernel.refusals import Refusal
from makegood.measurement.actions import experiments as actions
from makegood.measurement.actions.arms import heed
from makegood.measurement.queries.experiments import Proposal
from makegood.remedies import actions as remedies
from makegood.remedies.models import Grant, PlanLine
from makegood.remedies.rules.authority import Limit
from tests.doors.desk_client import AtDesk, text
from tests.factories import NOW, make_customer
from tests.rooms.casework import HOUR, Hand, cast, mara
from tests.rooms.trying import AS_USUAL, LETTER, VOUCHER, begun, design, failed, shown

pytestmark = pytest.mark.django_db
__all__ = ["cast", "mara"]
GERMAN = "Das ist unsere Sache, und ich bringe es in Ordnung."
TOLD = replace(LETTER, others={"de": GERMAN})


@pytest.fixture
def anil(cast) -> Hand:
    return Hand(cast.anil)


def of_a_speaker(hand: Hand, language: str) -> tuple[int, Proposal]:
    """A case in the arm that says something, of a customer who prefers that language."""
    while True:
        number = failed(hand, make_customer("Dana Okafor", language=language))
        (one,) = shown(hand, number)
        if one.arm.position == 1:
            return number, one


@pytest.mark.parametrize(
    ("language", "said"), [("de-AT", GERMAN), ("en", LETTER.words), ("", LETTER.words), ("fr", LETTER.words)]
)
def test_it_is_said_in_the_language_of_the_customer(mara, anil, language, said) -> None:
    """Who reads one in which we do not speak at all is written to in English, as ever."""
    begun(anil, design(TOLD, varies="words"))
    number, one = of_a_speaker(mara, language)
    assert (one.said, one.language) == (said, one.theirs)
    heed(number, one.experiment, done=True, **mara.at(NOW + HOUR))
    assert PlanLine.objects.get(case_id=number).words == said


def test_what_nobody_wrote_in_their_language_goes_out_only_where_somebody_says_so(mara, anil) -> None:
    begun(anil, design(TOLD, varies="words"))
    number, one = of_a_speaker(mara, "es")
    assert (one.said, one.language, one.theirs) == (LETTER.words, "en", "es")
    for language in ("", "de", "es"):
        with pytest.raises(Refusal) as no:
            heed(number, one.experiment, done=True, language=language, **mara.at(NOW + HOUR))
        assert no.value.code == "experiment.language"
    assert not PlanLine.objects.exists()
    heed(number, one.experiment, done=True, language="en", **mara.at(NOW + HOUR))
    assert PlanLine.objects.get(case_id=number).words == LETTER.words


def test_what_a_gift_is_called_too_and_otherwise_needs_no_language(cast, mara, anil) -> None:
    remedies.set_limit(Limit(grade=1, currency="GBP", case=Decimal(50)), by=Hand(cast.greta).by, now=NOW)
    begun(anil, design(replace(VOUCHER, others={"de": "Ein Gutschein über 20 £"}), varies="goodwill"))
    number, one = of_a_speaker(mara, "de")
    heed(number, one.experiment, done=True, **mara.at(NOW + HOUR))
    assert Grant.objects.filter(case_id=number, title="Ein Gutschein über 20 £").exists()
    other, foreign = of_a_speaker(mara, "pt")
    heed(other, foreign.experiment, done=False, reason="They read Portuguese.", **mara.at(NOW + HOUR))
    assert not Grant.objects.filter(case_id=other).exists()


def test_a_house_may_write_in_a_language_of_its_own(mara, anil) -> None:
    begun(anil, design(replace(LETTER, words=GERMAN, others={"en": LETTER.words}), varies="words", language="de"))
    assert of_a_speaker(mara, "de")[1].said == GERMAN
    assert of_a_speaker(mara, "en")[1].said == LETTER.words


@pytest.mark.parametrize(
    ("others", "language", "code"),
    [
        ({"fr": "Oui"}, "en", "experiment.bad_arm"), ({"en": "Twice"}, "en", "experiment.bad_arm"),
        ({"de": "x" * 301}, "en", "experiment.bad_arm"), ({}, "fr", "experiment.bad_value"),
    ],
)  # fmt: skip
def test_languages_that_cannot_be_are_refused(anil, others, language, code) -> None:
    wrong = design(AS_USUAL, varies="words", language=language)
    with pytest.raises(Refusal) as no:
        actions.register(replace(wrong, arms=(AS_USUAL, replace(LETTER, others=others))), by=anil.by, now=NOW)
    assert no.value.code == code


def test_the_page_says_so_before_anybody_presses(cast, mara, anil) -> None:
    begun(anil, design(TOLD, varies="words"))
    number, _one = of_a_speaker(mara, "es")
    page = text(AtDesk(cast.mara).get(f"/cases/SR-{number}/plan/"))
    assert "Nobody wrote this in Español, which the customer reads: it is in English." in page
    assert "Do as proposed, in that language" in page
    fine, _two = of_a_speaker(mara, "de")
    page = text(AtDesk(cast.mara).get(f"/cases/SR-{fine}/plan/"))
    assert GERMAN in page
    assert "in that language" not in page
