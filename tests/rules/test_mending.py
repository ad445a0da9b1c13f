"""What is proposed in the place of a fault, and to begin what is missing with."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makegood.cases.rules import Step
from makegood.conversation.coach import FAULTS, Context, languages, read
from makegood.remedies.rules.mending import Heard, hear
from makegood.remedies.rules.plan import Known, lines

KNOWN = Known(owner="Mara Lind", harm="", due="Sat 21 Nov, 14:00", by="Mon 23 Nov, 10:00")
LINES = lines("en", KNOWN)


def heard(text: str, **context: object) -> Heard:
    found = hear(text, language="en", context=Context(**context), lines=LINES)  # type: ignore[arg-type]
    assert found is not None
    return found


def mended(text: str) -> str:
    """The text with the first proposal taken."""
    one = next(one for one in heard(text).mends if one.words is not None)
    return text[: one.start] + (one.words or "") + text[one.end :]


def test_a_formula_gives_way_to_words_of_the_case_and_its_sentence_goes_whole() -> None:
    text = "We broke our word. We apologise for any inconvenience caused. I will ring you at 10:00."
    after = mended(text)
    assert after.startswith("We broke our word. We said Sat 21 Nov, 14:00 and did not keep it.")
    assert after.endswith(" I will ring you at 10:00.")
    assert not {"formula", "conditional-apology"} & read(after).codes


def test_what_is_better_not_said_is_left_out() -> None:
    (one,) = [one for one in heard("This will never happen again.").mends if one.finding.code == "empty-promise"]
    assert one.words == ""


def test_what_only_people_know_is_not_made_up() -> None:
    found = heard("Your refund has been sent.", done=frozenset())
    assert [(one.finding.code, one.words) for one in found.mends] == [("unkept-fact", None)]


def test_what_is_missing_first_is_begun_with_a_line_of_the_plan() -> None:
    found = heard("Hello Dana,\n\nWhat did you need it for today?")
    assert found.open is not None
    assert (found.open.code, found.open.words) == ("own", LINES[Step.OWN])
    assert Step.LISTEN in found.steps


def test_a_repair_without_a_time_is_half_of_one() -> None:
    found = heard("I am sending a new one.")
    assert "repair" not in found.parts


def test_nobody_is_asked_to_apologise_once_more() -> None:
    found = heard("I am seeing this through myself.", apologies=1)
    assert "apologise" in found.parts


def test_a_greeting_alone_is_nothing_to_judge() -> None:
    assert hear("Hello Dana,\n", language="en", context=Context(), lines=LINES) is None


SAID = {
    "en": (
        "We apologise for any inconvenience.",
        "If you were upset, we are sorry.",
        "The warehouse made a mistake.",
        "Please call again tomorrow.",
        "There is nothing I can do.",
        "We will get back to you as soon as possible.",
        "Mistakes were made.",
        "What would you like me to do?",
        "You should have read the terms.",
    ),
    "de": (
        "Wir bitten um Entschuldigung für etwaige Unannehmlichkeiten.",
        "Falls Sie verärgert waren, tut es uns leid.",
        "Das Lager hat einen Fehler gemacht.",
        "Bitte rufen Sie morgen noch einmal an.",
        "Da kann ich leider nichts machen.",
        "Wir melden uns so bald wie möglich bei Ihnen.",
        "Es wurden Fehler gemacht.",
        "Sie hätten die Bedingungen lesen müssen.",
    ),
    "es": (
        "Lamentamos cualquier inconveniente.",
        "Si se ha sentido molesto, lo sentimos.",
        "El almacén cometió un error.",
        "Por favor, vuelva a llamar mañana.",
        "No puedo hacer nada.",
        "Nos pondremos en contacto con usted lo antes posible.",
        "Se cometieron errores.",
        "Usted debería haber leído las condiciones.",
    ),
}


@pytest.mark.parametrize("language", languages())
@given(by=st.booleans(), due=st.booleans(), apologies=st.integers(0, 1), chance=st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_no_proposal_has_a_fault(language: str, by: bool, due: bool, apologies: int, chance: Random) -> None:
    said = chance.sample(SAID[language], chance.randint(1, 4))
    known = Known(owner="Mara", by=KNOWN.by if by else "", due=KNOWN.due if due else "", said_already=apologies > 0)
    context = Context(apologies=apologies)
    found = hear(" ".join(said), language=language, context=context, lines=lines(language, known))
    assert found is not None
    assert found.mends
    for one in found.mends:
        assert one.finding.code in FAULTS
        assert not one.words or read(one.words, language=language, context=context).codes & set(FAULTS) <= {"dead-end"}
