"""What a draft states must stand in the facts that it was made of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makegood.remedies.rules.backing import Grounds, unbacked
from makegood.remedies.rules.drafting import told, without_contacts
from makegood.remedies.rules.plan import Known, lines
from tests.factories import NOW

LANGUAGES = ("en", "de", "es")
ZONE = ZoneInfo("Europe/Berlin")
BY, DUE = datetime(2026, 11, 25, 16, tzinfo=UTC), datetime(2026, 11, 23, 11, tzinfo=UTC)
SAID_BY = {"en": "Wednesday 25 November, 17:00", "de": "25. November, 17:00 Uhr", "es": "25 de noviembre a las 17:00"}
SAID_DUE = {"en": "Mon 23 Nov, 12:00", "de": "Mo 23. Nov, 12:00", "es": "lunes 23 de noviembre, 12:00"}
OFFER = {"en": "Bring the unit ourselves", "de": "Das Gerät selbst bringen", "es": "Llevar el equipo nosotros"}
HARM = {"en": "The job site stands still", "de": "Die Baustelle steht still", "es": "La obra está parada"}


def grounds(language: str, **known: object) -> Grounds:
    facts = {"owner": "Mara Silva", "due": SAID_DUE[language], "by": SAID_BY[language], "offer": OFFER[language],
             "harm": HARM[language]} | known  # fmt: skip
    said = told({"Promised for": SAID_DUE[language]}, lines(language, Known(**facts)).values())  # type: ignore[arg-type]
    people = ["Mara Silva", "Lena Brandt", "Tomás Reyes"]
    return Grounds(text=said, instants=[BY, DUE], ahead=[BY], people=people)


def found(draft: str, language: str = "en", facts: Grounds | None = None) -> list[str]:
    return [
        one.words
        for one in unbacked(draft, facts or grounds(language), language=language, now=NOW, zone=ZONE)
    ]  # fmt: skip


@given(
    st.sampled_from(LANGUAGES), *[st.booleans()] * 8,
)  # fmt: skip
@settings(deadline=None, max_examples=150)
def test_the_plan_itself_is_always_backed(
    language: str, offer: bool, by: bool, due: bool, harm: bool, foretold: bool, said: bool, other: bool, told_us: bool
) -> None:
    known = Known(
        owner="Mara Silva", offer=OFFER[language] if offer else "", by=SAID_BY[language] if by else "",
        due=SAID_DUE[language] if due else "", harm=HARM[language] if harm else "", foretold=foretold, again=said,
        promised=due, said_already=said, colleague=other, told=told_us,
    )  # fmt: skip
    plan = lines(language, known)
    facts = Grounds(text=told({}, plan.values()), instants=[BY, DUE], ahead=[BY], people=["Mara Silva", "Lena Brandt"])
    assert found(" ".join(plan.values()), language, facts) == []


@pytest.mark.parametrize(
    ("language", "draft"),
    [
        (
            "en",
            "We let you down on Monday and your job site stands still. I bring the unit myself by Wednesday at 5 pm.",
        ),
        ("en", "The job site stands still because of us. You hear from me by [day and time]. I am sorry."),
        ("en", "We said Monday and did not keep it. You have it by 25 November at 17:00. Does that suit you?"),
        (
            "de",
            "Ihre Baustelle steht still, und das liegt an uns. Ich bringe das Gerät bis zum 25. November um 17 Uhr.",
        ),
        (
            "de",
            "Es tut mir leid. Sie haben unser Wort, und wir haben es nicht gehalten. Passt Ihnen Mittwoch um 17 Uhr?",
        ),
        ("es", "Siento que la obra esté parada. Llevo el equipo antes del miércoles 25 de noviembre a las 17:00."),
    ],
)
def test_the_same_facts_in_other_words_pass(language: str, draft: str) -> None:
    assert found(draft, language) == []


@pytest.mark.parametrize(
    ("language", "draft", "words"),
    [
        ("en", "You get £50 back.", "£50"),
        ("en", "You get 12 % off.", "12 %"),
        ("en", "It costs 17 euros.", "17 euros"),
        ("en", "I will ring you tomorrow at 9:00.", "tomorrow at 9:00"),
        ("en", "I will ring you within 30 minutes.", "within 30 minutes"),
        ("en", "I will bring it on Friday.", "on Friday"),
        ("en", "Your order 4711 is on its way.", "4711"),
        ("en", "I bring two units.", "two"),
        ("en", "Our driver Ben brings it.", "Ben"),
        ("en", "Lena is with you soon.", "Lena"),
        ("en", "Ben will bring it.", "Ben"),
        ("en", "We asked DHL where it is.", "DHL"),
        ("en", "I have already spoken to the depot.", "have already spoken"),
        ("en", "We refunded the amount.", "We refunded"),
        ("en", "You get a voucher from us.", "voucher"),
        ("en", "> I promise you everything.", "> I promise you everything."),
        ("de", "Herr Becker kommt vorbei.", "Becker"),
        ("de", "Sie bekommen 20 % Rabatt.", "20 %"),
        ("de", "Wir haben es bereits verschickt.", "verschickt"),
        ("de", "Ich rufe Sie morgen um 9 Uhr an.", "morgen um 9 Uhr"),
        ("de", "Zwei Geräte kommen.", "Zwei"),
        ("de", "Lena bringt es.", "Lena"),
        ("es", "Le damos un vale de 30 euros.", "30 euros"),
        ("es", "Ya le hemos enviado otro.", "hemos enviado"),
        ("es", "Nuestro conductor Pedro lo lleva.", "Pedro"),
        ("es", "Le llamaré mañana a las 9:00.", "mañana a las 9:00"),
    ],
)
def test_what_was_made_up_is_found(language: str, draft: str, words: str) -> None:
    assert any(words in one or one in words for one in found(draft, language)), found(draft, language)


@given(st.sampled_from(LANGUAGES), st.integers(100, 99_999), st.sampled_from(["{} €", "£{}", "{}", "{}%", "No. {}"]))
@settings(deadline=None, max_examples=100)
def test_no_number_gets_in(language: str, number: int, form: str) -> None:
    said = " ".join(lines(language, Known(owner="Mara Silva", by=SAID_BY[language])).values())
    assert any(str(number) in one for one in found(f"{said} {form.format(number)}.", language))


@given(st.integers(0, 23), st.integers(0, 59), st.integers(0, 20))
@settings(deadline=None, max_examples=100)
def test_no_promised_time_gets_in_that_is_not_the_one_on_record(hour: int, minute: int, days: int) -> None:
    when = (NOW + timedelta(days=days)).astimezone(ZONE).replace(hour=hour, minute=minute, second=0, microsecond=0)
    draft = f"I will ring you by {when:%-d} {when:%B} at {when:%H:%M}."
    same = abs(when - BY) < timedelta(minutes=1)
    clock = {"17:00", "12:00"}
    assert (found(draft) == []) == same or f"{when:%H:%M}" in clock


@given(st.text(max_size=400), st.sampled_from(LANGUAGES))
@settings(deadline=None, max_examples=200)
def test_any_text_is_read(draft: str, language: str) -> None:
    for one in unbacked(draft, grounds(language), language=language, now=NOW, zone=ZONE):
        assert 0 <= one.start < one.end <= len(draft)
        assert one.words == " ".join(draft[one.start : one.end].split())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Ring Dana Okafor on +44 20 7946 0118", "Ring … on …"),
        ("Write to dana.okafor@home.example, or see https://home.example/x", "Write to … or see …"),
        ("DANA's order 4711-882233 of 23.11.2026, 17:00", "…'s order … of 23.11.2026, 17:00"),
        ("Danae waits since 2026-11-23", "Danae waits since 2026-11-23"),
    ],
)
def test_contacts_and_the_name_are_struck_out(text: str, left: str) -> None:
    assert without_contacts(text, "Dana Okafor") == left


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        ("You get £50 back.", ["£50"]),
        ("You get 50 pounds back.", ["50 pounds"]),
        ("We give 15 % and £20.", ["15 %", "£20"]),
    ],
)
def test_an_amount_is_named_once_and_whole(draft: str, words: list[str]) -> None:
    assert found(draft) == words
