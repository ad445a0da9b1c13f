"""What promises that things will be better is heard in four languages; what only tells how things stand is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makegood.kernel.better import better_in, check_not_better
from makegood.kernel.refusals import Refusal

PROMISES = [
    "I promise: this will not happen again.", "It won’t happen again", "We will do better next time.", "We'll improve",
    "We'll make sure it never comes to this", "It will never ever happen", "This will not happen.",
    "I am sorry, that won't happen to you again.", "It can not be repeated in future", "Never again!",
    "We are taking steps to prevent this from happening again.", "We won't let it happen to you again.",
    "We will make sure that this doesn't happen again", "I have spoken to the team so that it never happens again.",
    "There will be no repeat.", "Things will get better.", "I will personally do much better",
    "We are going to improve our service", "That shall not recur.",
    "We ensure that such errors are never repeated.", "We must do better.", "We'll strive to do better for you!",
    "IT WILL NOT\nHAPPEN AGAIN",
    "Das wird nicht wieder vorkommen.", "Das passiert uns nie wieder!", "Das kommt bestimmt nicht noch einmal vor",
    "Beim nächsten Mal machen wir es besser.", "Wir werden uns verbessern", "Nie wieder!",
    "Ich sorge dafür, dass es nicht mehr vorkommt.", "Das wird sich nicht wiederholen.",
    "Wir versprechen, es künftig besser zu machen.", "Damit so etwas nicht noch einmal passiert, ändern wir alles.",
    "No volverá a pasar.", "Esto no se repetirá", "Vamos a mejorar", "La próxima vez lo haremos mejor",
    "No va a ocurrir de nuevo", "Eso no pasará.", "Nunca más.",
    "Isso não vai se repetir.", "Não voltará a acontecer", "Nunca mais", "Da próxima vez faremos melhor",
    "Isso não vai acontecer outra vez",
]  # fmt: skip
NEWS = [
    "I ring you back by five.", "It happened again, and that is on us.",
    "You should feel better with both pieces here.", "The delivery will not happen today.",
    "The van will not be there by five, so I ring you at four.", "It will be better to ring the shop first.",
    "We will improve our offer to £40.", "We can do better than that: the full price back.",
    "Does it happen again when you restart it?", "Should it happen again, ring me.",
    "You said “never again”, and I understand.", "You wrote never again. I understand.",
    "I will make sure it does not leave without the cable.", "The charge was made again by mistake.",
    "What would have been better for you?", "I will get you a better seat.", "We will be better able to say by noon.",
    "> It will not happen again\nYou wrote this to us, and it did.",
    "Das hätte nicht passieren dürfen.", "Ich bringe es heute besser verpackt vorbei.",
    "Der Wagen kommt heute nicht mehr.", "Sie müssen kein zweites Mal anrufen.", "Was können wir besser machen?",
    "Heute wird das nicht mehr fertig.", "Wir kommen noch einmal vorbei.",
    "Le llamo a las cinco.", "Esto no debió pasar.", "El técnico no pasará hoy.", "Haremos lo mejor posible.",
    "Mejoraremos nuestra oferta.",
    "Ligo às cinco.", "Isto não devia ter acontecido.", "A entrega não vai acontecer hoje.", "Faremos o nosso melhor.",
    "",
]  # fmt: skip


@pytest.mark.parametrize("said", PROMISES)
def test_a_promise_that_things_will_be_better_is_heard(said: str) -> None:
    assert better_in([said])


@pytest.mark.parametrize("said", NEWS)
def test_what_only_tells_how_things_stand_passes(said: str) -> None:
    assert better_in([said]) == ""


@given(st.sampled_from(PROMISES), st.lists(st.sampled_from(NEWS), max_size=4), st.integers(0, 4))
def test_it_is_heard_among_other_sentences(said: str, news: list[str], place: int) -> None:
    among = [*news[:place], said, *news[place:]]
    assert better_in(among)
    assert better_in(["\n".join(among)])


@given(st.text())
def test_what_is_heard_stands_in_the_text(text: str) -> None:
    assert better_in([text]) in " ".join(text.casefold().replace("’", "'").split())


def test_the_refusal_says_what_where_and_what_to_do() -> None:
    with pytest.raises(Refusal, match="“will not happen again” promises that things will be better") as no:
        check_not_better(["Sorry.", "It will not happen again."], field="words")
    assert (no.value.code, no.value.field, no.value.status) == ("promise.no_improvement", "words", 422)
    assert "Leave it out and say what you are doing now" in no.value.message
    assert "record under Improvements" in no.value.message
    check_not_better(NEWS, field="words")
