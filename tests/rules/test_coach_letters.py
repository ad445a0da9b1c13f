"""Whole letters: those as they should be have no fault, and poor sentences are named for what they are."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bench.coach.labels import HEAD, SPANS, written
from bench.coach.labels import HERE as LABELS
from makegood.conversation.coach import ELEMENTS, FAULTS, Context, read
from makegood.conversation.coach.learned import FOLDER, weights

GOOD = {
    "furniture": (
        "Dear Ms Okafor,\n\nWe promised you all six pieces by noon today, and only four came. That was our mistake: two"
        " pieces were never put on the truck, and nobody told you. I am sorry.\n\nYou have a family dinner tonight and"
        " no table for it. I have hired a table; our driver Ben brings it at 4 pm today. Your own table arrives on"
        " Thursday between 9 and 11, and I will be there myself.\n\nDoes that work for you, or would you rather have it"
        " in the evening?\n\nKind regards\nMara Silva",
        {"own", "listen", "apologise", "explain", "repair", "when", "ask"},
    ),
    "keys": (
        "Hello Ben, we locked your keys in your car this morning. That is entirely our fault and I'm sorry. Breakfast"
        " is on us, and our driver takes you to all your meetings. A locksmith is working on the car now; it will be"
        " at the door by 8 am tomorrow. Is there anything else you need for today?",
        {"own", "listen", "apologise", "repair", "when", "ask"},
    ),
    "alarm": (
        "Hi Tom, your alarm has been silent for three weeks and we missed three calls that we promised you. I own this"
        " now. I am coming myself tomorrow at 10 with our senior technician, and we will replace the sensor. You were"
        " without protection all that time, and I understand how worrying that is. I have refunded the last month"
        " today.",
        {"own", "listen", "empathise", "repair", "when"},
    ),
    "trousers": (
        "I'm so sorry, Jane. The blue trousers you ordered came in green. I checked our stock this morning: the blue"
        " ones in size 12 are here, and I have sent them by express; you will have them by Wednesday noon. A courier"
        " collects the green ones when it suits you. Which time is best?",
        {"listen", "apologise", "repair", "when", "ask"},
    ),
    "twice": (
        "We charged you twice on 3 May because our card terminal sent the payment again after a power cut. I refunded"
        " the second charge of £84 this morning; it will be in your account by Friday. I'm sorry for the worry this"
        " caused you.",
        {"listen", "apologise", "explain", "repair", "when"},
    ),
    "bus": (
        "I read your letter twice. You waited for an hour in the rain with two children, and our driver drove past you."
        " We got this wrong, and I apologise. I spoke to the driver today. We have changed the stop list so that your"
        " stop is on it from Monday.",
        {"own", "listen", "apologise", "repair", "when"},
    ),
}
POOR = {
    "I'm afraid that's how the system works.": "dead-end",
    "There is nothing further we can offer you in this matter.": "dead-end",
    "You'll have to take that up with the airline.": "hands-back",
    "Ring us again tomorrow if it still hasn't arrived.": "hands-back",
    "Please fill in the attached claim form and send it back to us with your receipts.": "hands-back",
    "It was the driver who forgot your parcel.": "blames-colleague",
    "Our supplier let us down again this week.": "blames-colleague",
    "You must have misread the confirmation.": "blames-customer",
    "If you had called earlier, we could have helped.": "blames-customer",
    "We apologise if you were inconvenienced.": "conditional-apology",
    "I'm sorry you feel we let you down.": "conditional-apology",
    "We take all complaints very seriously.": "formula",
    "We pride ourselves on our customer service.": "formula",
    "Our terms and conditions clearly state that deposits are not returned.": "justifies",
    "No other customer has ever complained about this.": "justifies",
    "How would you like us to resolve this?": "asks-customer-to-solve",
    "What outcome are you looking for?": "asks-customer-to-solve",
    "Lessons will be learned.": "empty-promise",
    "We'll make sure this never happens again.": "empty-promise",
    "A manager will contact you in due course.": "undated-promise",
    "We are investigating and will update you when we know more.": "undated-promise",
    "There seems to have been some confusion.": "passive-evasion",
    "An error occurred during processing.": "passive-evasion",
}


@pytest.mark.parametrize("name", GOOD)
def test_a_letter_as_it_should_be_has_no_fault(name: str) -> None:
    text, elements = GOOD[name]
    reading = read(text)
    assert [(one.code, one.words) for one in reading.faults] == []
    assert reading.codes >= elements


@pytest.mark.parametrize(("text", "code"), POOR.items())
def test_a_poor_sentence_is_named_for_what_it_is(text: str, code: str) -> None:
    assert code in {one.code for one in read(text).faults}


def test_the_weights_are_small_and_hold_no_names() -> None:
    learned = weights("en")
    assert learned is not None
    assert (FOLDER / "en.json").stat().st_size < 400_000
    runs = [feature for feature in learned.sentence if ":" not in feature]
    assert max(len(run.split()) for run in runs) <= 2
    assert not any(char.isdigit() or char in "@/" for run in runs for char in run)


def test_what_only_the_weights_saw_points_at_words_too() -> None:
    for text, _elements in GOOD.values():
        for one in read(text, context=Context(customer_words="You never came.")).findings:
            assert text[one.start : one.end] == one.words
            assert any(letter.isalpha() for letter in one.words)
            assert one.rule


def test_labels_are_labels_and_no_texts() -> None:
    head, *rows = (Path(LABELS) / "labels.tsv").read_text().splitlines()
    assert tuple(head.split("\t")) == HEAD
    cells = [row.split("\t") for row in rows]
    assert {len(row) for row in cells} == {len(HEAD)}
    assert len({(one, labeller) for one, _part, labeller, *_rest in cells}) == len(cells)
    codes = {code for row in cells for cell in row[3:] for code in cell.split(",")} - {"-"}
    assert codes <= {*ELEMENTS, *FAULTS}
    assert {row[1] for row in cells} <= {"train", "test"}


def test_the_labels_of_sentences_are_places_and_codes_of_replies_to_learn_from() -> None:
    head, *rows = (Path(LABELS) / "spans.tsv").read_text().splitlines()
    assert tuple(head.split("\t")) == SPANS
    cells = [row.split("\t") for row in rows]
    assert all(re.fullmatch(r"-|(?:(?:\d+|\*):[a-z,-]+ ?)+", spans) for _one, _labeller, spans in cells)
    assert set(re.findall(r"[a-z][a-z-]+", " ".join(row[2] for row in cells))) <= {*ELEMENTS, *FAULTS}
    labels = [row.split("\t") for row in (Path(LABELS) / "labels.tsv").read_text().splitlines()[1:]]
    assert {row[0] for row in cells} == {row[0] for row in labels if row[1] == "train"}
    assert len({row[0] for row in cells}) == len(cells)


def test_replies_of_our_own_writing_have_known_codes_once_each() -> None:
    replies = written()
    assert len({one.id for one in replies}) == len({one.reply for one in replies}) == len(replies)
    assert {code for one in replies for code in one.codes} <= {*ELEMENTS, *FAULTS}


def test_weights_are_plain_json() -> None:
    found = json.loads((FOLDER / "en.json").read_text())
    assert set(found) == {"sentence", "bias", "add", "drop"}
