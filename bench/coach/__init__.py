"""How long the coach takes for a message, and what its rules cost. How well it reads: bench/coach/__main__.py."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

from bench.ground import Ground
from bench.table import Row, below
from makegood.conversation.coach import Context, read, rulebook

CHARACTERS, TEXTS = 2_000, 300
# Measured in a process of its own, so that nothing is loaded yet.
_FIRST = """
import time
from pathlib import Path
from makegood.conversation.coach import read
def resident():
    return next(int(line.split()[1]) for line in Path("/proc/self/status").open() if line.startswith("VmRSS"))
before = resident()
started = time.process_time()
read("We are sorry.")
print((time.process_time() - started) * 1000, (resident() - before) / 1024)
"""


def run(_place: Ground, *, full: bool) -> Iterator[Row]:
    """Milliseconds of the processor for a message; `full` changes nothing here."""
    spent = sorted(_milliseconds(text) for text in _texts())
    yield Row(what="the coach, a message of 2,000 characters, median", ours=f"{spent[len(spent) // 2]:.1f} ms")
    yield below("the coach, a message of 2,000 characters, p95", spent[len(spent) * 95 // 100], "ms", 20)
    asked = [sys.executable, "-c", _FIRST]
    first, grown = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()
    yield Row(what="the coach, its first message, with its rules and weights to load", ours=f"{float(first):.0f} ms")
    yield Row(what="the coach, memory that rules and weights take", ours=f"{float(grown):.0f} MiB")


def _milliseconds(text: str) -> float:
    started = time.process_time()
    read(text, context=Context(customer_words=text[-400:]))
    return (time.process_time() - started) * 1000


def _texts() -> Iterator[str]:
    """Messages made of the lines that stand with the rules, so that every rule has something to do."""
    lines: Sequence[str] = [line for rule in rulebook("en").rules for line in (*rule.yes, *rule.no)]
    chance = random.Random(20_19)
    for _number in range(TEXTS):
        text = ""
        while len(text) < CHARACTERS:
            text += chance.choice(lines) + chance.choice((" ", " ", "\n\n"))
        yield text[:CHARACTERS]
