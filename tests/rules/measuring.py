"""What the tests of statistics share: the published numbers beside the repository, and how near is equal."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "stats_published"
MISSING = f"The published statistics are not here ({PUBLISHED.name} of the shared data): reproducing them is SKIPPED."
with_published = pytest.mark.skipif(not PUBLISHED.is_dir(), reason=MISSING)


def published(name: str) -> dict[str, Any]:
    entries = json.loads((PUBLISHED / "published.json").read_text())
    return next(entry for entry in entries if entry["id"] == name)


def column(file: str, name: str) -> np.ndarray:
    """A column of numbers."""
    with (PUBLISHED / file).open() as rows:
        return np.array([float(row[name]) for row in csv.DictReader(rows)])


def words(file: str, name: str) -> np.ndarray:
    with (PUBLISHED / file).open() as rows:
        return np.array([row[name] for row in csv.DictReader(rows)])


def as_printed(value: float, digits: int = 4) -> Any:
    """Equal to a figure that was rounded to so many digits."""
    return pytest.approx(value, abs=0.500001 * 10**-digits)
