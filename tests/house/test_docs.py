"""Every command, option, setting and endpoint is in the docs, and every link in them leads somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

from makegood.api.urls import api
from makegood.config.cli import COMMANDS, MODULES, makegood

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
READ_BY_CODE = re.compile(r'"(MAKEGOOD_[A-Z_]+|DATABASE_URL)"')
# Set by one of our processes for another, never by a person.
INTERNAL = {"MAKEGOOD_PARENT"}


@cache
def doc(name: str) -> str:
    return (DOCS / name).read_text()


def commands(command: click.Command, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield words, command
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from commands(inner, (*words, name))


def all_commands() -> list[tuple[str, click.Command]]:
    context = click.Context(makegood)
    return [
        (" ".join(words), command)
        for name in COMMANDS
        for words, command in commands(makegood.get_command(context, name), (name,))
    ]


def test_every_command_has_its_module() -> None:
    folder = ROOT / "makegood" / "config" / "commands"
    written = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert {MODULES.get(name, name) for name in COMMANDS} == written


def test_every_command_and_option_is_told() -> None:
    text = doc("commands.md")
    for words, command in all_commands():
        assert all(word in text for word in words.split()), words
        shown = [option for option in command.params if isinstance(option, click.Option) and not option.hidden]
        for option in shown:
            assert f"`{option.opts[0]}`" in text, f"{words} {option.opts[0]}"


def test_every_setting_is_told() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "makegood").rglob("*.py"))
    settings = set(READ_BY_CODE.findall(sources)) - INTERNAL
    assert {"MAKEGOOD_HOME", "DATABASE_URL"} <= settings
    assert [name for name in sorted(settings) if f"`{name}`" not in doc("settings.md")] == []


def test_every_setting_that_is_told_exists() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "makegood").rglob("*.py"))
    told = set(re.findall(r"`(MAKEGOOD_[A-Z_]+)`", doc("settings.md")))
    assert [name for name in sorted(told) if f'"{name}"' not in sources] == []


def endpoints() -> set[tuple[str, str]]:
    paths = api.get_openapi_schema()["paths"]
    return {(method.upper(), path.removeprefix("/api/v1")) for path, methods in paths.items() for method in methods}


def test_every_endpoint_is_told() -> None:
    text = re.sub(r"\{\w+\}", "{}", doc("api.md"))
    told = [(method, re.sub(r"\{\w+\}", "{}", path)) for method, path in sorted(endpoints())]
    assert [f"{method} {path}" for method, path in told if f"{path}`" not in text and f"{path} " not in text] == []


def pages() -> list[Path]:
    return sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", page.read_text())
    inside = [target for target in targets if "://" not in target and not target.startswith("mailto:")]
    assert [target for target in inside if not (page.parent / target).exists()] == []
