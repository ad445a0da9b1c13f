"""The shape of the code: small files, small functions, nothing unfinished, nothing of one machine."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_FILE = 400
LONGEST_TEST_FILE = 450
LONGEST_FUNCTION = 60
MEDIAN_FUNCTION = 8
NINETIETH_FUNCTION = 25
# Written so that this file does not find itself.
UNFINISHED = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "raise Not" + "ImplementedError")))
MACHINE = re.compile("|".join(("/wo" + "rk/", "/ro" + "ot/", "/home/" + "[a-z]", "/tmp/" + "lab", "py" + r"pi\.org")))
MACHINE_FREE = {".py", ".md", ".toml", ".in", ".lock", ".yaml", ".html", ".js", ".css", ""}


@cache
def committed() -> tuple[Path, ...]:
    """Files that are, or are about to be, in the repository."""
    listing = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return tuple(path for name in listing.stdout.splitlines() if (path := ROOT / name).is_file())


def python_files() -> list[Path]:
    return [path for path in committed() if path.suffix == ".py" and "migrations" not in path.parts]


def product_files() -> list[Path]:
    return [path for path in python_files() if path.is_relative_to(ROOT / "makegood")]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def texts(suffixes: set[str]) -> Iterator[tuple[str, str]]:
    for path in committed():
        if path.suffix in suffixes and "vendor" not in path.parts and path.name != "LICENSE":
            yield str(path.relative_to(ROOT)), path.read_text(errors="ignore")


def test_no_file_is_too_long() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in python_files()}
    limits = {name: LONGEST_TEST_FILE if name.startswith("tests/") else LONGEST_FILE for name in lengths}
    assert {name: lines for name, lines in lengths.items() if lines > limits[name]} == {}


def test_no_function_is_too_long() -> None:
    found = [function for path in python_files() for function in functions(path)]
    assert [name for name, lines in found if lines > LONGEST_FUNCTION] == []


def test_most_functions_are_short() -> None:
    lengths = [lines for path in product_files() for _name, lines in functions(path)]
    assert statistics.median(lengths) <= MEDIAN_FUNCTION
    assert statistics.quantiles(lengths, n=10)[-1] <= NINETIETH_FUNCTION


@pytest.mark.parametrize(
    ("what", "pattern", "suffixes"),
    [
        ("unfinished work", UNFINISHED, {".py", ".html", ".js", ".css"}),
        ("a path or registry of one machine", MACHINE, MACHINE_FREE),
    ],
)
def test_nothing_says(what: str, pattern: re.Pattern[str], suffixes: set[str]) -> None:
    assert [name for name, text in texts(suffixes) if pattern.search(text)] == [], what


def test_locks_hold_no_address() -> None:
    for lock in (ROOT / "requirements").glob("*.lock"):
        assert not re.search(r"https?://|file:|--index|--find-links", lock.read_text()), lock.name


def test_every_locked_package_has_a_hash() -> None:
    for lock in (ROOT / "requirements").glob("*.lock"):
        pinned = re.findall(r"^[a-z0-9].*==.*$", lock.read_text(), flags=re.MULTILINE)
        assert all(line.endswith("\\") for line in pinned), lock.name
