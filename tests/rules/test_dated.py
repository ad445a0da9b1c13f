"""Dated words: what we say we will do by when, and what a customer says they were promised.

The moment is Friday 20 November 2026, 14:18, in London.
"""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makegood.conversation.dated import Confidence, Dated, promised
from makegood.conversation.dated.clauses import ours
from makegood.conversation.dated.finding import times
from makegood.conversation.dated.language import LANGUAGES, language_of
from makegood.conversation.dated.values import SaidBy
from makegood.kernel.when import spoken_when
from makegood.kernel.worktime import WorkCalendar

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 20, 14, 18, tzinfo=UTC)
DESK = WorkCalendar.from_json(
    {
        "name": "Desk",
        "time_zone": "Europe/London",
        "week": {day: ["09:00-17:30"] for day in ("mon", "tue", "wed", "thu", "fri")},
        "holidays": {"2026-11-23": "A day off"},
    }
)
AGREED = Path(__file__).parents[3] / "shared" / "data" / "text_sgd_appointments" / "sgd_services_train.jsonl.gz"


def said(text: str, by: SaidBy = "us", language: str = "en", zone: ZoneInfo = LONDON) -> tuple[Dated, ...]:
    return promised(text, now=NOW, zone=zone, calendar=None, language=language, said_by=by)


def shown(found: tuple[Dated, ...]) -> list[tuple[str, str, str]]:
    return [(one.words, one.what, one.when.words if one.when else "") for one in found]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_rule_finds_and_leaves_alone_the_lines_of_its_file(language: str) -> None:
    words = language_of(language)
    for rule in words.promises:
        assert len(rule.yes) > 0, rule.name
        assert {line: [one.rule for one in said(line, language=language)] for line in rule.yes} == {
            line: [rule.name] for line in rule.yes
        }
    for rule in words.never:
        assert len(rule.no) > 0, rule.name
        assert [line for line in rule.no if said(line, language=language)] == []
        assert [line for line in rule.yes if not said(line, language=language)] == []
    for rule in words.told:
        assert {line: [one.rule for one in said(line, "them", language)] for line in rule.yes} == {
            line: [rule.name] for line in rule.yes
        }


@pytest.mark.parametrize(
    ("text", "words", "what", "when"),
    [
        ("I'll ring you by five.", "by five", "Ring you", "today 17:00"),
        (
            "I will arrange it by Friday 27 November, 15:56: a van.",
            "by Friday 27 November, 15:56",
            "Arrange it",
            "Fri 27 Nov 15:56",
        ),
        ("I’ll ring you by 5 p.m. today, Dana.", "by 5 p.m. today", "Ring you, Dana", "today 17:00"),
        ("We will call you back within 30 minutes.", "within 30 minutes", "Call you back", "in 30 min"),
        ("We'll bring it tomorrow morning.", "tomorrow morning", "Bring it", "tomorrow 12:00"),
        ("You will have it by the end of next week.", "by the end of next week", "You will have it", "Fri 27 Nov"),
        ("I'll write before noon on Monday.", "before noon on Monday", "Write", "Mon 23 Nov 12:00"),
        ("We'll come on Friday between 9 and 11.", "on Friday between 9 and 11", "Come", "Fri 27 Nov 11:00"),
        ("On Friday we'll send someone between 9 and 11.", "between 9 and 11", "Send someone", "Fri 27 Nov 11:00"),
        ("I'll know more in the next two hours.", "in the next two hours", "Know more", "in 2 h"),
        ("We'll finish it a week from today.", "a week from today", "Finish it", "Fri 27 Nov"),
        ("I'll ring you by half past nine tonight.", "by half past nine tonight", "Ring you", "today 21:30"),
        ("It comes tomorrow, Saturday.", "Saturday", "It comes", "tomorrow"),
        ("By five, I'll have an answer for you.", "By five", "Have an answer for you", "today 17:00"),
        ("I'll do so personally at 9 tomorrow morning.", "at 9 tomorrow morning", "Do so", "tomorrow 09:00"),
        ("We'll refund the £12.50 in 2-3 working days.", "in 2-3 working days", "Refund the £12.50", "Wed 25 Nov"),
        ("Your new one ships on the 30th.", "on the 30th", "Your new one ships", "Mon 30 Nov"),
        ("It will go out on the next working day.", "on the next working day", "It will go out", "Mon 23 Nov"),
        ("The parts arrive in December.", "in December", "The parts arrive", "Thu 31 Dec"),
        ("I'll ring at five, is that all right?", "at five", "Ring", "today 17:00"),
        ("Told him the courier comes tomorrow 8-12.", "tomorrow 8-12", "The courier comes", "tomorrow 12:00"),
        ("Customer rang at 9:15. Will call back by 3.", "by 3", "Will call back", "today 15:00"),
        ("Order 55512 of 3 May will be sent today.", "today", "Order 55512 of 3 May will be sent", "today"),
        ("I will ring you on 020 7946 0958 by 5.", "by 5", "Ring you on 020 7946 0958", "today 17:00"),
        ("We closed at five yesterday, but I'll ring you by 5.", "by 5", "Ring you", "today 17:00"),
        ("I'm sorry nobody rang you by five. We'll ring at 6.", "at 6", "Ring", "today 18:00"),
    ],
)
def test_words_of_ours_become_a_promise(text: str, words: str, what: str, when: str) -> None:
    assert shown(said(text)) == [(words, what, when)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "We have been here since Monday.",
        "Your order of 3 May was delivered on 5 May.",
        "We closed at five yesterday.",
        "We are open 9 to 5.",
        "Our shop is open Monday to Friday, 9 to 5.",
        "It will cost £5 or 10% by card.",
        "Ring 0800 123 4567.",
        "Your case number is 2026-11-24-5.",
        "If you send it by Friday, we'll refund you within 3 days.",
        "We'll refund you within 3 days once we have received it.",
        "Please send it back by Friday.",
        "You have until Friday to reply.",
        "Shall I ring you at five?",
        "Would Friday between 9 and 11 suit you?",
        "I won't be able to ring you by five.",
        "We will give you two weeks of free service.",
        "We will keep your table for 15 minutes.",
        "I'll update you every day.",
        "We spoke on Monday at 10.",
        "You will be charged on 3 December.",
        "I'll be with you by 5 people.",
        "It arrived 3 days ago, and 2 hours late.",
        "See you on Friday! Have a nice day tomorrow.",
        "> I'll ring you by five.",
        "Someone will be in touch shortly.",
        "I'll ring you today at 10:00.",
        "We'll send it by 3/4.",
        "I'll ring you at 5pm PST.",
        "I'll ring you at 9, at half past six.",
    ],
)
def test_other_words_of_ours_are_left_alone(text: str) -> None:
    assert said(text) == ()


def test_two_promises_of_one_sentence_each_have_their_own_words() -> None:
    text = "I'll ring you by five and send the plan by Monday."
    assert shown(said(text)) == [("by five", "Ring you", "today 17:00"), ("by Monday", "Send the plan", "Mon 23 Nov")]


def test_a_whole_letter_is_read_in_its_order_without_what_it_quotes() -> None:
    text = (
        "Hi Dana,\n\nI'm so sorry about Tuesday. I have booked the van for Monday between 9\nand 11. I'll ring you by "
        "five to confirm it.\n\nIf you need anything before noon tomorrow, reply to this mail.\n\n> I'll be in by six\n"
        "> and you said Tuesday\n\nPriya\n"
    )
    assert shown(said(text)) == [
        ("for Monday between 9\nand 11", "I have booked the van", "Mon 23 Nov 11:00"),
        ("by five", "Ring you to confirm it", "today 17:00"),
    ]


def test_the_time_is_the_customers_own_and_working_time_the_calendars() -> None:
    (found,) = said("I'll ring you by five.", zone=ZoneInfo("America/New_York"))
    assert found.when is not None
    assert found.when.due_at == datetime(2026, 11, 20, 22, tzinfo=UTC)
    (found,) = promised(
        "We'll answer within one working day.", now=NOW, zone=LONDON, calendar=DESK, language="en", said_by="us"
    )
    assert found.when is not None
    assert found.when.words == "Tue 24 Nov"


def test_a_customer_may_recall_more_than_one_promise() -> None:
    text = "Your colleague promised me a call within the hour, and you said Tuesday!"
    assert [(one.words, one.what) for one in said(text, "them")] == [("within the hour", "A call"), ("Tuesday", "")]


def test_a_hedge_is_told_from_a_plain_promise() -> None:
    assert [one.confidence for one in said("I'll ring you by five. It should be there by Monday.")] == [
        Confidence.CLEAR,
        Confidence.HEDGED,
    ]


@pytest.mark.parametrize(
    ("text", "words", "what", "when"),
    [
        ("You said Tuesday and it's Friday now.", "Tuesday", "", "Tue 17 Nov"),
        ("I was told it would be here by 3.", "by 3", "It would be here", "today 15:00"),
        ("I was told a callback by noon. Nobody rang.", "by noon", "A callback", "today 12:00"),
        ("Your colleague promised a call back within an hour.", "within an hour", "A call back", ""),
        ("They said someone will call me tomorrow.", "tomorrow", "Someone will call me", "tomorrow"),
        ("I ordered on 3 November and you promised it by the 10th!", "by the 10th", "It", "Tue 10 Nov"),
        ("You were meant to ring yesterday at 5.", "yesterday at 5", "You were meant to ring", "yesterday 17:00"),
        ("It should have arrived last Thursday.", "last Thursday", "It should have arrived", "yesterday"),
        ("You told me yesterday that you'd ring by noon.", "by noon", "You'd ring", "today 12:00"),
        ("You said 19 November, what now?", "19 November", "", "yesterday"),
    ],
)  # fmt: skip
def test_what_customers_were_promised_is_found_and_may_have_passed(text: str, words: str, what: str, when: str) -> None:
    assert shown(said(text, "them")) == [(words, what, when)]


@pytest.mark.parametrize(
    "text",
    [
        "I need this by Friday.",
        "I said I was home on Tuesday.",
        "I have been waiting since 8 this morning.",
        "I was told to wait until Monday.",
        "I told you on Monday that it is broken.",
        "Nobody came on Tuesday.",
        "> You said Tuesday.",
    ],
)
def test_other_words_of_theirs_are_left_alone(text: str) -> None:
    assert said(text, "them") == ()


@pytest.mark.parametrize(
    ("language", "text", "words", "what", "when"),
    [
        ("de", "Ich rufe Sie heute bis 17 Uhr zurück.", "heute bis 17 Uhr", "Ich rufe Sie zurück", "today 17:00"),
        ("de", "Wir melden uns um halb fünf.", "um halb fünf", "Wir melden uns", "today 16:30"),
        ("de", "Sie bekommen es bis Ende nächster Woche.", "bis Ende nächster Woche", "Sie bekommen es", "Fri 27 Nov"),
        ("de-AT", "Am 24.12. liefern wir es.", "Am 24.12.", "Wir liefern es", "Thu 24 Dec"),
        ("es", "Le llamaré mañana a las cinco y media.", "mañana a las cinco y media", "Le llamaré", "tomorrow 17:30"),
        ("es", "Lo recibirá en las próximas dos horas.", "en las próximas dos horas", "Lo recibirá", "in 2 h"),
        ("es-MX", "Irá el lunes entre las 9 y las 11.", "el lunes entre las 9 y las 11", "Irá", "Mon 23 Nov 11:00"),
        ("pt", "I'll ring you by five.", "by five", "Ring you", "today 17:00"),
    ],
)  # fmt: skip
def test_other_languages_and_one_that_is_not_read(language: str, text: str, words: str, what: str, when: str) -> None:
    assert shown(said(text, language=language)) == [(words, what, when)]


# Properties

FILES = [language_of(code) for code in LANGUAGES]
RULES = [rule for words in FILES for rule in (*words.promises, *words.never, *words.told)]
LINES = [line for rule in RULES for line in rule.yes + rule.no]
PIECES = st.one_of(
    st.text(max_size=40), st.sampled_from(LINES), st.sampled_from([" by five", "5", "\n> ", "İ", ". ", "“", "'"])
)


@given(st.lists(PIECES, max_size=12).map("".join), st.sampled_from(LANGUAGES), st.sampled_from(["us", "them"]))
def test_any_text_is_read_and_what_is_found_stands_where_it_says(text: str, language: str, by: SaidBy) -> None:
    found = said(text, by, language)
    assert [one.words for one in found] == [text[one.start : one.end] for one in found]
    assert all(one.what == " ".join(one.what.split()) and len(one.what) <= 120 for one in found)
    if by == "us":
        assert all(one.when and one.when.due_at > NOW for one in found)


@given(st.sampled_from(LINES), st.sampled_from(LANGUAGES))
def test_reading_twice_gives_the_same(text: str, language: str) -> None:
    assert said(text, language=language) == said(text, language=language)


# Real conversations


@pytest.mark.skipif(not AGREED.exists(), reason=f"{AGREED.name} is not here: dates agreed in talk are SKIPPED.")
def test_the_dates_that_people_agreed_in_talk_are_found_and_read() -> None:
    now = datetime(2019, 3, 1, 8, tzinfo=UTC)
    read = partial(spoken_when, now=now, zone=ZoneInfo("UTC"), calendar=None)
    spoken = met = right = 0
    with gzip.open(AGREED, "rt", encoding="utf-8") as lines:
        turns = [turn for line in lines for turn in json.loads(line)["turns"]]
    for turn in turns:
        low = ours(turn["utterance"])
        found = list(times(low, 0, len(low), language_of("en"), read))
        for frame in turn["frames"]:
            meant = {
                (act["slot"], value): canonical
                for act in frame["actions"]
                for value, canonical in zip(act["values"], act["canonical_values"], strict=False)
            }
            for slot in frame["slots"]:
                if slot["slot"] not in {"appointment_date", "appointment_time"}:
                    continue
                spoken += 1
                value = meant.get((slot["slot"], turn["utterance"][slot["start"] : slot["exclusive_end"]]))
                near = [one.when for one in found if one.start < slot["exclusive_end"] and one.end > slot["start"]]
                met += bool(near)
                shape = "%Y-%m-%d" if slot["slot"] == "appointment_date" else "%H:%M"
                right += any(when and when.due_at.strftime(shape) == value for when in near)
    assert spoken > 1600
    assert met / spoken > 0.98
    assert right / spoken > 0.98


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("I ring you within two hours to tell you where it is.", "Ring you to tell you where it is"),
        ("We call you back by 18:00.", "Call you back"),
        ("I send it by Friday.", "Send it"),
        ("Ringing you at 4.", "Ringing you"),
    ],
)  # fmt: skip
def test_what_we_do_is_called_by_its_verb(text: str, what: str) -> None:
    assert [one.what for one in said(text)] == [what]
