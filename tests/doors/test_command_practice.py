"""`makegood practice`: a scene in the terminal, without an installation and with one."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from makegood.config import acting, own_scenes
from makegood.config.cli import makegood
from makegood.journal.actors import Actor
from makegood.platform.installation import organisation
from makegood.practice.actions import publish_scene, save_scene, withdraw_scene
from makegood.practice.rules.scene_file import shipped, shipped_text
from makegood.practice.rules.scene_form import renamed
from tests.factories import NOW, Cast, actor, make_cast

GOOD = """\
I am sorry, Dana. We failed you. I will see this through myself. What do you need it for today?
/look yard
/give larger I understand how annoying it is. I will load it by 10:30. Is that right, or is there something more?
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No installation, unless a test has one."""
    monkeypatch.setenv("MAKEGOOD_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path / "home"


def run(*words: str, given: str | None = None) -> Result:
    return CliRunner().invoke(makegood, ["practice", *words], input=given)


def test_the_scenes_are_listed() -> None:
    listed = run()
    assert listed.exit_code == 0
    assert all(one.id in listed.output and one.name in listed.output for one in shipped().values())


def test_a_scene_is_played_from_a_pipe_and_looked_back_at(tmp_path: Path) -> None:
    kept = tmp_path / "try.json"
    played = run("late-unit", "--save", str(kept), given=GOOD)
    assert played.exit_code == 0, played.output
    assert "A compactor one size larger stands washed and fuelled." in played.output
    assert "It ended: content." in played.output
    assert "The same scene without a system ended lost" in played.output
    assert run("late-unit", given=GOOD).output == played.output
    again = run("review", str(kept))
    assert again.output.strip() in played.output


def test_faults_are_told_with_better_words() -> None:
    played = run("late-unit", given="Could you check back in an hour?\n/bye\n")
    assert "hands-back “Could you check”. Better: " in played.output
    assert "You could have said: I am sorry, Dana." in played.output
    assert "It ended: lost." in played.output


def test_a_deed_that_is_only_said_is_told_at_once() -> None:
    said = "The technician on call comes to you by 18:00.\n/give technician He is on his way.\n/quit\n"
    played = run("silent-alarm", given=said)
    assert played.output.count("nothing is under way for it yet") == 1


def test_what_is_mistyped_is_told_and_the_scene_goes_on() -> None:
    played = run("late-unit", given="/look nothing\n/give castle Hello.\n/dance\n/wait never\n\n/quit\n")
    assert played.exit_code == 0
    for told in ("Look up one of: tracking", "no option 'castle'", "Type what you say.", "Wait so many minutes"):
        assert told in played.output
    assert "It ended: not yet." in played.output


def test_it_needs_no_home_and_makes_none(home: Path) -> None:
    assert run().exit_code == run("parcel", given="/quit\n").exit_code == 0
    assert not home.exists()


def test_an_unknown_scene_is_refused_with_those_that_there_are() -> None:
    assert "There is no scene 'lateunit'." in str(run("lateunit").exception)
    assert "There is no file" in str(run("nowhere.yaml").exception)


def test_a_file_of_ones_own_is_checked_and_played(tmp_path: Path) -> None:
    ours = tmp_path / "ours.yaml"
    ours.write_text(shipped_text("parcel"))
    assert "every mood and every end can be reached" in run("check", str(ours)).output
    assert run("check").exit_code == 0
    assert "Delivered, but not here" in run(str(ours), given="/quit\n").output
    ours.write_text(shipped_text("parcel").replace("patience: 20 minutes", "patience: 1 minutes"))
    assert run("check", str(ours)).exit_code == 1


def test_a_file_that_is_no_play_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text("[]")
    assert "was not written by" in str(run("review", str(other)).exception)


class TestOwnScenes:
    @pytest.fixture(autouse=True)
    def by(self, db: None, monkeypatch: pytest.MonkeyPatch) -> Actor:
        """An installation with one scene of its own that is published, and one that is a draft."""
        monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1/tested")
        monkeypatch.setattr(own_scenes, "installation", nullcontext)
        by = actor(make_cast().greta)
        for name in ("late-taxi", "lost-cat"):
            text = renamed(shipped_text("parcel"), name).replace("patience: 20 minutes", "patience: 25 minutes")
            save_scene(name, text, by=by, now=NOW)
        publish_scene("late-taxi", by=by, now=NOW)
        return by

    def test_they_are_listed_checked_and_played(self, tmp_path: Path) -> None:
        assert "late-taxi" in run().output
        assert "our own" in run("list").output
        assert "lost-cat" not in run("list").output
        assert "late-taxi: every mood" in run("check").output
        kept = tmp_path / "try.json"
        played = run("late-taxi", "--save", str(kept), given="I am sorry, this is on us.\n/quit\n")
        assert played.exit_code == 0
        assert "Delivered, but not here" in played.output
        assert "patience: 25 minutes" in kept.read_text()

    def test_a_draft_and_one_that_was_withdrawn_are_not_played(self, by: Actor) -> None:
        withdraw_scene("late-taxi", by=by, now=NOW)
        for name in ("lost-cat", "late-taxi"):
            assert "There is no scene" in str(run(name).exception)

    def test_beside_an_installation_that_cannot_be_asked_those_that_ship_are_played(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:  # fmt: skip
        monkeypatch.setenv("MAKEGOOD_URL", "nonsense")
        listed = run()
        assert listed.exit_code == 0
        assert "late-unit" in listed.output
        assert "MAKEGOOD_URL" in listed.stderr
        assert run("late-unit", given="/quit\n").exit_code == 0
        assert "MAKEGOOD_URL" in str(run("late-taxi").exception)


class TestAssigned:
    @pytest.fixture(autouse=True)
    def cast(self, db: None, monkeypatch: pytest.MonkeyPatch) -> Cast:
        """An installation with people in it."""
        monkeypatch.setattr(acting, "installation", nullcontext)
        return make_cast()

    def test_a_lead_assigns_a_scene_lists_it_and_takes_it_back(self, cast: Cast) -> None:
        by, mara = ("--by", cast.lena.email), cast.mara.email
        made = run("assign", "late-unit", mara, *by, "--until", "2999-01-01", "--why", "Your first week")
        assert "by 2999-01-01. They are told." in made.output, made.exception
        again = run("assign", "late-unit", mara, *by, "--until", "2999-02-02", "--why", "Your first week")
        assert "keeps what they have" in again.output
        listed = run("assignments", *by).output
        assert (cast.mara.name in listed, "not begun" in listed, "2999-01-01" in listed) == (True, True, True)
        [one] = json.loads(run("assignments", "--by", mara, "--own", "--json").output)
        assert (one["scene"], one["by"], one["why"]) == ("late-unit", cast.lena.name, "Your first week")
        number = str(one["id"])
        assert "They are told why" in run("take-back", number, *by, "--reason", "Done with a customer").output
        assert "Nothing is assigned." in run("assignments", *by).stderr

    def test_it_is_due_in_a_week_unless_said(self, cast: Cast) -> None:
        before = datetime.now(organisation().zone).date()
        run("assign", "parcel", cast.mara.email, "--by", cast.greta.email, "--why", "Parcels are late")
        [one] = json.loads(run("assignments", "--by", cast.greta.email, "--json").output)
        after = datetime.now(organisation().zone).date()
        assert one["due_on"] in {(day + timedelta(days=7)).isoformat() for day in (before, after)}

    def test_whoever_may_not_is_refused(self, cast: Cast) -> None:
        words = ("--why", "Why not")
        nobody = run("assign", "late-unit", "nobody@example.com", "--by", cast.lena.email, *words)
        assert "Nobody at work here has the e-mail address nobody@example.com." in str(nobody.exception)
        assert "leads and managers" in str(run("assign", "late-unit", cast.mara.email, "--by", cast.mara.email, *words)
                                           .exception)  # fmt: skip
        assert "leads and managers" in str(run("assignments", "--by", cast.mara.email).exception)
        assert "no scene" in str(run("assign", "nothing", cast.mara.email, "--by", cast.lena.email, *words).exception)
