"""`makegood policy`: it teaches, it finds your own policies, and its exit code can be relied on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from makegood.config.cli import makegood
from makegood.config.faults import Fault
from makegood.kernel.refusals import Refusal
from tests.rules.entitling import text

RULE = "it:\n  owed_when: {late: {more_than: 2 h}}\n  owed: [{flat: 40}]"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAKEGOOD_HOME", str(tmp_path))
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(makegood, ["policy", *words])


def must(*words: str) -> str:
    done = run(*words)
    assert done.exit_code == 0, done.output
    return done.output


def test_it_needs_no_home_and_makes_none(home: Path) -> None:
    must("check")
    assert list(home.iterdir()) == []


def test_list_and_check_know_the_shipped_ones_and_ours(home: Path) -> None:
    (home / "policies").mkdir()
    (home / "policies" / "ours.yaml").write_text(text(RULE))
    rows = {row["name"]: row for row in json.loads(must("list", "--json"))}
    assert rows["ours"]["from"] == str(home / "policies" / "ours.yaml")
    assert (rows["eu-261"]["from"], rows["eu-261"]["versions"]) == ("shipped", ["2004", "2026-deal"])
    assert "gb-storm" in must("list")
    said = must("check")
    assert "ok    ours: 1 case\n" in said
    assert "All as they stand in the files" in said


def test_a_case_that_does_not_hold_fails_the_check(home: Path) -> None:
    wrong = home / "wrong.yaml"
    wrong.write_text(text(RULE).replace("late: 0", "late: 3"))
    done = run("check", str(wrong))
    assert isinstance(done.exception, Fault)
    assert done.exit_code == 1
    assert "owed: £0 was expected, £40 came out." in done.output
    assert "1. Version 1 of “Our policy” was in force" in done.output


def test_explain_prints_the_steps() -> None:
    said = must("explain", "gb-storm", "--fact", "weather=category_1", "--fact", "outage=50 h", "--on", "2026-01-10")
    assert "4 × £40 = £160" in said
    assert "Owed: £240, by the network operator to the customer." in said


def test_explain_in_json() -> None:
    told = must(
        "explain", "uk-delay-repay", "--fact", "ticket=single", "--fact", "fare=40", "--fact", "delay=35", "--json"
    )
    found = json.loads(told)
    assert (found["amount"], found["currency"], found["version"], found["standing"]) == ("20.00", "GBP", "2018", "owed")
    assert sum(float(step["adds"]) for step in found["steps"]) == 20


def test_without_a_day_it_happened_today_and_a_version_can_be_asked_for() -> None:
    facts = ["--fact", "event=delay", "--fact", "distance=4000", "--fact", "arrival_delay=5 h"]
    assert "Version 2004" in must("explain", "eu-261", *facts)
    assert "Version 2026-deal" in must("explain", "eu-261", *facts, "--version", "2026-deal")


def test_explain_one_of_our_own_by_its_path(home: Path) -> None:
    ours = home / "ours.yaml"
    ours.write_text(text(RULE))
    assert "Owed: £40" in must("explain", "--file", str(ours), "--fact", "late=3")
    assert "late: how late. Give a length of time" in must("explain", "--file", str(ours), "--facts")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["gb-strom"], "Did you mean gb-storm?"),
        (["gb-storm", "--fact", "outage=50 h"], "needs to know `weather` (how the storm was classed): category_1 or"),
        (["gb-storm", "--fact", "wether=category_1"], "Did you mean `weather`?"),
        (["gb-storm", "--fact", "weather=category_1", "--fact", "outage=long"], "or a number of hours"),
        (["gb-storm", "--version", "2024"], "Did you mean 2023?"),
        (["gb-storm", "--on", "2020-01-01", "--fact", "weather=category_1"], "no version on file for Wed 1 Jan 2020"),
    ],
)
def test_what_is_wrong_is_said(words: list[str], told: str) -> None:
    done = run("explain", *words)
    assert isinstance(done.exception, Refusal)
    assert told in done.exception.message


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["gb-storm", "--fact", "outage"],
        ["gb-storm", "--on", "soon"],
        ["gb-storm", "--fact", "a=1", "--fact", "a=2"],
    ],
)
def test_mistyped_words_are_told_apart(words: list[str]) -> None:
    assert run("explain", *words).exit_code == 2
