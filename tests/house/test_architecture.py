"""The house: what may call what, and what import-linter cannot see."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Field, ForeignObject

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONTRACTS = {contract["id"]: contract for contract in PYPROJECT["tool"]["importlinter"]["contracts"]}
ROOMS = [layer for layer in CONTRACTS["layers"]["layers"] if "|" not in layer and layer != "config"]

# One violation of each contract, as a file below makegood/ and a line put at its end.
PLANTED = {
    "layers": ("people/rules.py", "from makegood.customers import queries as planted"),
    "inside": ("customers/models.py", "from makegood.customers import actions as planted"),
    "pure": ("kernel/money.py", "import django as planted"),
    "adapters": ("adapters/heartbeat.py", "from makegood.journal import actors as planted"),
    "doors": ("worker/watch.py", "from makegood.journal import models as planted"),
}


def cross_room_relations() -> Iterator[Field]:
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            if isinstance(field, ForeignObject) and field.related_model._meta.app_label != model._meta.app_label:
                yield field


def name_of(field: Field) -> str:
    return f"{field.model._meta.label}.{field.name}"


def ours() -> list[Field]:
    return sorted((field for field in cross_room_relations() if field.model._meta.app_label in ROOMS), key=name_of)


@pytest.mark.parametrize("field", ours(), ids=name_of)
def test_a_relation_to_another_room_points_upstream_and_leaves_no_way_back(field: Field) -> None:
    other = field.related_model._meta.app_label
    assert other in ROOMS
    assert ROOMS.index(other) > ROOMS.index(field.model._meta.app_label)
    assert field.remote_field.related_name.endswith("+")


def test_there_are_relations_to_look_at() -> None:
    assert {"cases.Case.owner", "promises.Promise.customer"} <= {name_of(field) for field in ours()}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"], cwd=folder, capture_output=True, text=True
    )


def test_the_contracts_hold() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout


def test_every_contract_breaks_on_a_planted_violation(tmp_path: Path) -> None:
    assert PLANTED.keys() == CONTRACTS.keys()
    shutil.copytree(ROOT / "makegood", tmp_path / "makegood", ignore=shutil.ignore_patterns("static", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path, line in PLANTED.values():
        with (tmp_path / "makegood" / path).open("a") as module:
            module.write(f"\n{line}\n")
    told = lint_imports(tmp_path).stdout
    kept = [contract["id"] for contract in CONTRACTS.values() if f"{contract['name']} BROKEN" not in told]
    assert kept == []


# Whatever goes to a customer is read by the coach and kept beside its plan on the way; a machine has words that were
# read before.
SENDERS = {
    "write_message": {"remedies/actions/writing.py"},
    "log_letter": {"remedies/actions/writing.py"},
    "write_many": {"incidents/actions/sending.py", "followups/actions/questions.py", "learning/actions/telling.py"},
    "write_apart": {"measurement/actions/asking.py"},
}


def senders(source: str) -> set[str]:
    """Which of the verbs that write to customers a module takes from the room of conversation."""
    tree, rooms, found = ast.parse(source), set[str](), set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("makegood.conversation"):
            rooms |= {name.asname or name.name for name in node.names}
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.Import):
            rooms |= {
                (name.asname or name.name).partition(".")[0] for name in node.names if "conversation" in name.name
            }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and set(ast.unparse(node.value).split(".")) & rooms:
            found.add(node.attr)
    return found & SENDERS.keys()


def test_nobody_writes_to_customers_past_the_room_that_reads_it_first() -> None:
    package = ROOT / "makegood"
    found: dict[str, set[str]] = {verb: set() for verb in SENDERS}
    for path in package.rglob("*.py"):
        name = path.relative_to(package).as_posix()
        for verb in senders(path.read_text()) if not name.startswith("conversation/") else ():
            found[verb].add(name)
    assert found == SENDERS


@pytest.mark.parametrize(
    "source",
    [
        "from makegood.conversation.actions import write_message",
        "from makegood.conversation import actions as said\nsaid.write_message(1)",
        "import makegood.conversation.actions\nmakegood.conversation.actions.write_message(1)",
    ],
)
def test_whoever_does_is_seen(source: str) -> None:
    assert senders(source) == {"write_message"}
