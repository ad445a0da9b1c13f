"""What the commands for mailboxes, lines and webhooks share: which one is meant, who acts, and how a test is told."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Protocol, TypedDict, TypeVar

import click

from makegood.config.faults import Fault
from makegood.config.installed import installation

if TYPE_CHECKING:
    from makegood.conversation.actions import Tried
    from makegood.journal.actors import Actor

SECRET = click.Path(exists=True, dir_okay=False, path_type=Path)
"""An option that names a file with a secret: on the command line others could read it."""


class Named(Protocol):
    """Whatever has a number, and a name that people gave it."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def name(self) -> str:
        """What they call it."""


class How(TypedDict):
    """By whom, and when."""

    by: Actor
    now: datetime


Facts = TypeVar("Facts", bound=Named)


@dataclass(frozen=True, slots=True)
class Connections(Generic[Facts]):
    """All of one sort: what the sort is called, and what reads them once the installation is open."""

    word: str
    every: Callable[[], Sequence[Facts]]

    def find(self, name_or_number: str) -> Facts:
        """The one that is called so, by its name, its address or its number. Raises Fault."""
        for row in self.every():
            if name_or_number in {row.name, getattr(row, "address", row.name), str(row.id)}:
                return row
        raise Fault(f"No {self.word} is called {name_or_number!r}. See: makegood {self.word} list")

    @contextmanager
    def chosen(self, name_or_number: str) -> Iterator[tuple[Facts, How]]:
        """The one that is meant, and by whom and when it is acted upon. Raises Fault."""
        with installation():
            from makegood.journal.actors import SYSTEM

            yield self.find(name_or_number), {"by": SYSTEM, "now": datetime.now(UTC)}


def secret_of(file: Path | None, variable: str) -> str:
    """A secret from a file, else from the environment."""
    return file.read_text().strip("\r\n") if file is not None else os.environ.get(variable, "")


def tell_tried(tried: Tried) -> None:
    """Say step by step what works and what does not."""
    for step in (*tried.reading, *tried.sending):
        click.echo(f"{_HOW[step.ok]:<6} {step.tried}: {step.words}")


_HOW = {True: "works", False: "wrong", None: "-"}
