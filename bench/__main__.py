"""`python -m bench [names…]`: measure this machine, against its own floor."""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime
from importlib import import_module

from bench.ground import ground
from bench.table import Row, aligned, machine, markdown, write

# In this order: what needs an empty ledger comes before what fills it.
NAMES = (
    "intake",
    "single",
    "watch",
    "incident",
    "idle",
    "pages",
    "practice",
    "insights",
    "memory",
    "startup",
    "coach",
    "composer",
    "mail",
    "paradox",
)


def main() -> None:
    """Run benchmarks, print their table, and with --write put it into docs/performance.md."""
    asked = _arguments()
    rows: list[Row] = []
    with ground() as place:
        database = str(place.sql("SHOW server_version")[0][0])
        for name in asked.names or NAMES:
            started = time.perf_counter()
            for row in import_module(f"bench.{name}").run(place, full=asked.full):
                rows.append(row)
                print("  ".join(cell for cell in row.cells if cell), flush=True)
            print(f"  ({name}: {time.perf_counter() - started:.0f} s)", flush=True)
    print(f"\n{aligned(rows)}")
    if asked.write:
        write(markdown(rows, machine(asked.date, database)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], help="which benchmarks; all of them unless named")
    parser.add_argument("--full", action="store_true", help="with 10 million open promises; takes long")
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    parser.add_argument("--date", default=f"{datetime.now(UTC):%Y-%m-%d}", help="the date to write; today unless given")
    return parser.parse_args()


if __name__ == "__main__":
    main()
