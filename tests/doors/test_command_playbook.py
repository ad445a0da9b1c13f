"""`makegood playbook`: files in, files out, and what is said of a mistake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from makegood.remedies.rules.playbooks_file import SHIPPED
from tests.installations import Installation, an_installation
from tests.rules.test_playbook_abcd import GUIDELINES, with_guidelines

OURS = SHIPPED / "making-good.yaml"


@pytest.fixture(scope="module")
def hills() -> Iterator[Installation]:
    with an_installation() as ours:
        ours.must("init", "--name", "Hill & Sons", "--email", "ann@hill.example", "--password", "correct horse battery")
        yield ours


def test_what_ships_is_there_and_comes_out_as_it_was_written(hills: Installation) -> None:
    assert "making-good" in hills.must("playbook", "list")
    assert hills.must("playbook", "export", "making-good") == OURS.read_text()
    assert "in force" not in hills.must("init"), "a second time changes nothing"


def test_a_file_is_checked_without_an_installation(tmp_path: Path) -> None:
    nowhere = Installation(tmp_path / "nowhere", 1)
    assert "is a playbook: Making good, 11 rules." in nowhere.must("playbook", "check", str(OURS))
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(OURS.read_text().replace("remedy: refund", "remedy: refnd", 1))
    refused = nowhere.run("playbook", "check", str(wrong))
    assert refused.returncode == 1
    assert refused.stderr.startswith("makegood: wrong.yaml, line 114: `rules[1]")
    assert "Did you mean `refund`?" in refused.stderr
    assert not (tmp_path / "nowhere").exists()


def test_ones_own_comes_in_and_is_kept_with_its_comments(hills: Installation, tmp_path: Path) -> None:
    text = "# ours\nplaybook: ours\nname: Ours\nrules:\n  - {rule: any, name: Any}\n"
    file = tmp_path / "ours.yaml"
    file.write_text(text)
    assert "Would bring in 1 playbook" in hills.must("playbook", "import", "yaml", str(file), "--dry-run")
    assert "ours" not in hills.must("playbook", "list")
    assert hills.must("playbook", "import", "yaml", str(file)) == "New: ours\n"
    assert hills.must("playbook", "import", "yaml", str(file)) == "The same as before: ours\n"
    file.write_text(text.replace("Ours", "Ours too"))
    assert hills.must("playbook", "import", "yaml", str(file)) == "Changed: ours\n"
    assert hills.must("playbook", "export", "ours") == text.replace("Ours", "Ours too")
    assert "Did you mean ours?" in hills.run("playbook", "export", "our").stderr


@with_guidelines
def test_a_retailers_guidelines_come_in_with_one_command(hills: Installation) -> None:
    told = hills.must("playbook", "import", "abcd", str(GUIDELINES))
    assert "55 subflows, 255 actions, 916 lines, all kept; 35 give a remedy." in told
    assert "New: abcd-product-defect, abcd-order-issue" in told
    assert "abcd-shipping-issue" in hills.must("playbook", "list")
