"""What somebody new says in a role play, in a sentence: what a fair reader hears in it, and what they do not."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from makegood.conversation.coach import ELEMENTS, FAULTS, read

LINES = Path(__file__).with_name("coach_role_play.tsv").read_text(encoding="utf-8").splitlines()
ROWS = list(csv.DictReader(LINES, delimiter="\t"))


def codes(cell: str) -> set[str]:
    return set(filter(None, cell.split(",")))


@pytest.mark.parametrize("row", ROWS, ids=[row["sentence"] for row in ROWS])
def test_a_learner_is_read_as_a_fair_reader_would(row: dict[str, str]) -> None:
    found = read(row["sentence"], language=row["language"]).codes
    assert codes(row["has"]) | codes(row["has not"]) <= {*ELEMENTS, *FAULTS}
    assert codes(row["has"]) - found == set()
    assert codes(row["has not"]) & found == set()


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "Please calm down."), ("de", "Beruhigen Sie sich bitte."), ("es", "Cálmese, por favor.")],
)
def test_telling_somebody_to_calm_down_is_told_as_such(language: str, sentence: str) -> None:
    one = next(one for one in read(sentence, language=language).faults if one.code == "blames-customer")
    # Not the usual advice for blame: what to say to the feeling.
    usual = {"en": "You entered the wrong number.", "de": "Das ist Ihr Fehler.", "es": "El error es suyo."}[language]
    other = next(one for one in read(usual, language=language).faults if one.code == "blames-customer")
    assert "Gelbrich" in one.why
    assert one.better != other.better
    assert "empathise" in read(one.better, language=language).codes
