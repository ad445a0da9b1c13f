"""What was measured, as one table on the terminal and in docs/performance.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
START, END = "<!-- bench: start -->", "<!-- bench: end -->"
HEAD = ("what", "ours", "floor", "ratio", "budget", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measurement. `met` is None when there is no budget for it."""

    what: str
    ours: str
    floor: str = ""
    ratio: float | None = None
    budget: str = ""
    met: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        verdict = {True: "met", False: "MISSED", None: ""}[self.met]
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        return (self.what, self.ours, self.floor, ratio, self.budget, verdict)


def against_floor(what: str, ours: float, floor: float, unit: str, *, at_least: float | None = None) -> Row:
    """A rate beside the rate of its floor, both in `unit`; the ratio must be `at_least` so much."""
    ratio = ours / floor
    return Row(
        what=what,
        ours=f"{ours:,.0f} {unit}",
        floor=f"{floor:,.0f} {unit}",
        ratio=ratio,
        budget="" if at_least is None else f"≥ {at_least:.2f}",
        met=None if at_least is None else ratio >= at_least,
    )


def below(what: str, value: float, unit: str, limit: float, *, digits: int = 1) -> Row:
    """A value that must stay below a limit."""
    return Row(what=what, ours=f"{value:,.{digits}f} {unit}", budget=f"< {limit:g} {unit}", met=value < limit)


def aligned(rows: Sequence[Row]) -> str:
    """The table for a terminal."""
    cells = [HEAD, *(row.cells for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEAD))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in cells)


def markdown(rows: Iterable[Row], facts: str) -> str:
    """The table for the docs, under the facts about the machine."""
    lines = [facts, "", _line(HEAD), _line(("---",) * len(HEAD)), *(_line(row.cells) for row in rows)]
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def machine(date: str, database: str) -> str:
    """What was measured on, and when."""
    kib = next(int(line.split()[1]) for line in Path("/proc/meminfo").read_text().splitlines() if "MemTotal" in line)
    return (
        f"Measured on {date}: {os.cpu_count()} cores, {kib / 2**20:.0f} GiB of memory, {platform.system()}"
        f" {platform.machine()}, Python {platform.python_version()}, PostgreSQL {database}; server, database and"
        " the clients that load it share the machine."
    )


def write(text: str) -> None:
    """Put the table between the markers of the page."""
    page = PAGE.read_text()
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{START}\n{text}\n{END}{after}")
