"""`makegood coach`: a linter for replies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from makegood.config.cli import makegood
from makegood.config.faults import Fault
from makegood.kernel.refusals import Refusal

POOR = "Dear Ben,\n\nsorry for any inconvenience.\n> You never rang me. There is nothing you could do, they said.\n"
GOOD = "You were sent the wrong colour. We got that wrong, and I am sorry. I will bring the blue one by 5 pm today.\n"


def run(*words: str, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(makegood, ["coach", *words], input=given)


@pytest.fixture
def poor(tmp_path: Path) -> Path:
    path = tmp_path / "poor.txt"
    path.write_text(POOR)
    return path


def test_faults_are_told_like_a_linter_does(poor: Path) -> None:
    done = run(str(poor))
    assert done.exit_code == 1
    first, _dead_end, second, *_rest = done.output.splitlines()
    assert first.startswith(f"{poor}:3:1 conditional-apology “sorry for any” — ")
    assert "(Lewicki, Polin & Lount 2016). Better: " in first
    assert second.startswith(f"{poor}:3:11 formula “any inconvenience” — ")
    assert f"{poor}: missing: own. " in done.output


def test_a_good_reply_from_standard_input_exits_with_nothing(poor: Path) -> None:
    done = run("-", given=GOOD)
    assert done.exit_code == 0, done.output
    assert "<stdin>: found: own, listen, apologise, repair, when." in done.output


def test_json_has_all_of_it(poor: Path) -> None:
    done = run(str(poor), "-", "--json", given=GOOD)
    assert done.exit_code == 1
    bad, good = json.loads(done.output)
    assert (bad["file"], bad["language"], bad["clean"], good["clean"]) == (str(poor), "en", False, True)
    one = bad["findings"][0]
    assert POOR[one["start"] : one["end"]] == one["words"]
    assert {"code", "kind", "line", "column", "rule", "why", "better"} <= set(one)
    assert "own" in [gap["code"] for gap in bad["missing"]]


def test_what_is_known_of_the_case_can_be_told(tmp_path: Path) -> None:
    assert run("-", given="I am sorry.").exit_code == 1
    assert "repeat-apology" in run("-", "--apologies", "1", given=GOOD).output
    assert "empty-promise" not in run("-", "--improved", given="We will do better.").output
    theirs = tmp_path / "theirs.txt"
    theirs.write_text("My parcel stood in the rain.")
    ours = "Your parcel stood out in the rain for a day, and nobody told you."
    assert "listen" in run("-", "--customer", str(theirs), given=ours).output.split("missing")[0]


def test_what_cannot_be_read_is_told_in_a_sentence(tmp_path: Path) -> None:
    unknown = run("-", "--language", "tlh", given="Qapla'")
    assert isinstance(unknown.exception, Refusal)
    assert "The coach has no rules for the language 'tlh'" in str(unknown.exception)
    picture = run("-", given=b"\x89PNG\xff")
    assert isinstance(picture.exception, Fault)
    assert "is not UTF-8 text" in str(picture.exception)
    long = run("-", given="a" * 200_001)
    assert isinstance(long.exception, Fault)
    assert "one message to a customer at a time" in str(long.exception)
