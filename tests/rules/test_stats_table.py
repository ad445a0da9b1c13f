"""A table of one's own: what a dashboard shows and what may be said, and what is wrong with it told by its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from makegood.config.cli import makegood

ASKED = ["report", "compare", "-", "--outcome", "score", "--known", "usage,baseline", "--margin", "0.1"]


def simulated(*more: str) -> str:
    return CliRunner().invoke(makegood, ["simulate", "--size", "30000", "--seed", "5", *more]).output


def compared(table: str, *more: str) -> Result:
    return CliRunner().invoke(makegood, [*ASKED, *more], input=table)


def test_the_simulated_paradox_shows_as_it_is_and_is_not_claimed() -> None:
    told = compared(simulated(), "--json")
    assert told.exit_code == 0, told.output
    right, wrong = json.loads(told.stdout)
    assert right["group"] == "put_right"
    assert right["as_they_are"]["low"] > 0.2, "they look better than the never failed"
    assert right["sentence"] == "Equivalent within ±0.1."
    assert {one["name"] for one in right["compared"]["held"]} == {"usage", "baseline"}
    assert wrong["group"] == "not_put_right"
    assert wrong["sentence"].startswith("Below never-failed by 0.")


def test_what_is_there_is_said() -> None:
    told = compared(simulated("--effect", "0.4"))
    assert "may be said  Above by 0." in told.stdout


def test_those_who_did_not_answer_are_unknown_and_said() -> None:
    told = compared(simulated(), "--answered", "answered")
    assert "who answered, of" in told.stdout
    assert "Above" not in told.stdout


def test_a_column_with_gaps_is_told_and_what_to_do_where_they_are_too_many() -> None:
    head, *rows = simulated().splitlines()
    at = [head.split(",").index(name) for name in ("usage", "baseline")]

    def known_of_every(nth: int) -> str:
        cells = [row.split(",") for row in rows]
        gaps = (["" if place in at and number % nth else cell for place, cell in enumerate(row)]
                for number, row in enumerate(cells))  # fmt: skip
        return "\n".join([head, *(",".join(row) for row in gaps)])

    some = compared(known_of_every(2)).stdout
    assert "known of 50%" in some
    assert "Above" not in some
    few = compared(known_of_every(100)).stdout
    assert "Cannot tell: groups not comparable. (unknown)" in few
    assert "fill the gaps, or leave the column out of --known" in few


@pytest.mark.parametrize(
    ("table", "more", "words"),
    [
        ("", [], "The file is empty"),
        (
            "group,score,usage\nnever_failed,1,2\n",
            [],
            "There is no column 'baseline'. The file has: group, score, usage",
        ),
        ("group,score,usage,baseline\nnever_failed,much,2,3\n", [], "Line 2, column score: 'much' is no number"),
        ("group,score,usage,baseline\nnever_failed,nan,2,3\n", [], "Line 2, column score: 'nan' is no number"),
        ("group,score,usage,baseline\nlost,1,2,3\n", [], "Line 2, column group: 'lost' is no group"),
        ("group,score,usage,baseline\nnever_failed,1,2,3\n", [], "names nobody who was failed"),
        ("group,score,usage,baseline\nput_right,1,2,3\n", [], "names nobody who was never_failed"),
        ("group,score,usage,baseline\nput_right,1,2\n", [], "Line 2 has 3 cells, the first line has 4"),
        ("group,score,score,baseline\n", [], "Two columns have the same name"),
        ("", ["--margin", "0"], "--margin is above zero"),
        ("", ["--known", " , "], "--known names at least one column"),
    ],
)
def test_what_is_wrong_is_told_where_it_is(table: str, more: list[str], words: str) -> None:
    told = compared(table, *more)
    assert told.exit_code in (1, 2)
    assert words in " ".join(told.output.replace("│", " ").split())


def test_a_handful_is_not_enough() -> None:
    rows = "".join(f"{group},{at % 2},{at},{at}\n" for at in range(30) for group in ("never_failed", "put_right"))
    told = compared(f"group,score,usage,baseline\n{rows}")
    assert "Not enough data: about " in told.stdout


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    file = tmp_path / "ours.csv"
    file.write_bytes("group,score,usage,baseline\nnever_failed,1,2,Müller\n".encode("latin-1"))
    told = CliRunner().invoke(makegood, ["report", "compare", str(file), *ASKED[3:]])
    assert "is not UTF-8" in told.output


@pytest.mark.parametrize("world", ["yes_no", "incidents", "bent_use", "steps", "heavy_tails", "silence", "few_leave"])
def test_every_world_can_be_compared_and_nothing_is_claimed_of_it(world: str) -> None:
    help_ = CliRunner().invoke(makegood, ["simulate", "--help"], terminal_width=2000, max_content_width=2000).output
    (line,) = (one for one in help_.splitlines() if one.strip().startswith(f"{world} "))
    known, margin = line.partition("known ")[2].partition(", incident")[0], line.rstrip(".").rpartition(" ")[2]
    asked = ["--outcome", "outcome", "--known", known, "--incident", "incident", "--margin", margin]
    told = CliRunner().invoke(
        makegood, ["report", "compare", "-", *asked, "--json"], input=simulated("--world", world)
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    (right,) = json.loads(told.stdout)
    assert "Above" not in right["sentence"]


def test_a_world_that_is_not_there_names_those_that_are() -> None:
    told = CliRunner().invoke(makegood, ["simulate", "--world", "incident"])
    assert told.exit_code == 2
    assert "Did you mean 'incidents'? There are false_paradox, yes_no" in told.stderr
    assert "--effect is a number" in CliRunner().invoke(makegood, ["simulate", "--effect", "nan"]).stderr
