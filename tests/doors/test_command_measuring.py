"""The commands of measuring, each in a process of its own, on an installation that nobody else touches."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.installations import Installation, an_installation

EMAIL = "ann@hill.example"
TODAY = datetime.now(UTC).date()
SINCE, BEFORE = TODAY - timedelta(days=400), TODAY + timedelta(days=200)
# In time within 30 days, watched for 90, and one for late news.
OPENS = f"{BEFORE + timedelta(days=121):%Y-%m-%d}"
REGISTER = ("report", "paradox", "--register", "stayed", "--since", str(SINCE), "--before", str(BEFORE),
            "--margin", "0.02")  # fmt: skip
EXPERIMENT = """
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from makegood.config.installed import installation
with installation():
    from makegood.journal.actors import Actor, ActorKind
    from makegood.measurement.actions import experiments
    from makegood.people.queries import staff_by_email
    now = datetime.now(UTC)
    ann = staff_by_email("ann@hill.example", now)
    arms = [experiments.NewArm(name="As usual"), experiments.NewArm(
        name="A voucher", words="A voucher of 20, on us", goodwill=Decimal(20))]
    design = experiments.Design(
        name="More of it", why="It may keep more.", varies="goodwill", arms=arms, measured="stayed", horizon_days=30,
        expected=80, effect=10, until=now + timedelta(days=200))
    by = Actor(ActorKind.STAFF, ann.id, ann.name)
    experiments.start(experiments.register(design, by=by, now=now), by=by, now=now)
"""


@pytest.fixture(scope="module")
def hills() -> Iterator[Installation]:
    with an_installation() as ours:
        ours.must("init", "--name", "Hill & Sons", "--email", EMAIL, "--password", "correct horse battery")
        yield ours


def test_experiments_are_listed_and_shown(hills: Installation) -> None:
    none = hills.run("experiment", "list")
    assert none.returncode == 0
    assert none.stdout == ""
    assert "Nothing is tried out" in none.stderr
    assert json.loads(hills.must("experiment", "list", "--json")) == []
    subprocess.run([sys.executable, "-c", EXPERIMENT], env=hills.environment, check=True, timeout=120)
    listed = hills.must("experiment", "list")
    assert "running" in listed
    assert "More of it" in listed
    (one,) = json.loads(hills.must("experiment", "list", "--json"))
    assert (one["state"], one["varies"]) == ("running", "goodwill")
    shown = hills.must("experiment", "show", str(one["number"]))
    assert "A voucher" in shown
    assert "sealed" in shown, "nobody reads it before its end"
    told = json.loads(hills.must("experiment", "show", str(one["number"]), "--json"))
    assert [arm["share"] for arm in told["arms"]] == [None, None]
    unknown = hills.run("experiment", "show", "999")
    assert unknown.returncode == 1
    assert "There is no such experiment" in unknown.stderr
    assert hills.run("experiment", "show", "0").returncode == 2


def test_what_failing_costs_is_told(hills: Installation) -> None:
    assert "0 minutes, cost not entered" in hills.must("report", "cost")
    told = json.loads(hills.must("report", "cost", "--by", "kind", "--days", "30", "--json"))
    assert told["given"] == []
    wrong = hills.run("report", "cost", "--by", "moon")
    assert wrong.returncode == 2
    assert "kind" in wrong.stderr


def test_a_report_is_registered_counted_and_locked(hills: Installation, tmp_path: Path) -> None:
    unasked = hills.run("report", "paradox")
    assert (unasked.returncode, "No report is registered" in unasked.stderr) == (1, True)
    assert hills.run(*REGISTER).returncode == 2, "nobody says who registers it"
    assert hills.run(*REGISTER, "--as", "nobody@hill.example").returncode == 2
    assert f"It opens on {OPENS}" in hills.must(*REGISTER, "--as", EMAIL)
    counted = hills.must("report", "paradox", "--compute", "1")
    assert f"Report 1: stayed, {SINCE} to {BEFORE}, opens on {OPENS}" in counted
    assert "put_right" in counted
    told = json.loads(hills.must("report", "paradox", "--json"))
    assert (told["report"], told["found"]["asked"], told["looks"]) == (1, [], [])
    locked = hills.run("report", "paradox", "--compute", "1", "--download", str(tmp_path / "out"))
    assert (locked.returncode, "until then it is locked" in locked.stderr) == (1, True)
    assert "report.json" not in {one.name for one in tmp_path.rglob("*")}
    nobody = hills.run("report", "paradox", "--look", "1", "--as", EMAIL)
    assert (nobody.returncode, "registered to be read once" in nobody.stderr) == (1, True)


def test_one_that_may_be_read_at_any_time_keeps_its_looks_and_gives_them_again(
    hills: Installation, tmp_path: Path
) -> None:
    words = (*REGISTER, "--planned", "4000", "--as", EMAIL)
    said = hills.must(*words)
    assert f"It may be read at any time until {OPENS}" in said
    number = said.split()[1]
    assert hills.run("report", "paradox", "--look", number).returncode == 2, "a look has a name"
    looked = hills.must("report", "paradox", "--look", number, "--as", EMAIL)
    assert "look 1" in looked
    told = json.loads(hills.must("report", "paradox", "--json", "--compute", number))
    assert [one["number"] for one in told["looks"]] == [1]
    again = hills.run("report", "paradox", "--look", number, "--as", EMAIL)
    assert (again.returncode, "Somebody looked today already" in again.stderr) == (1, True)
    folder = tmp_path / "looks"
    hills.must("report", "paradox", "--compute", number, "--download", str(folder))
    assert (folder / "look-1" / "report.json").exists()
    assert "the same figures" in hills.must("report", "paradox", "--rerun", str(folder))
    assert hills.run("report", "paradox", "--rerun", str(tmp_path)).returncode == 0
