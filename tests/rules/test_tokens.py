"""The contrast of every pair of colours the desk puts together, in both themes (WCAG 2.2: 1.4.3, 1.4.11)."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "makegood" / "web" / "static" / "web" / "tokens.css"
PAIR = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")

SURFACES = ("canvas", "surface", "raised", "sunken", "aside", "hover", "picked")
STATES = ("broken", "risk", "mended", "waits")

TEXT = [
    *product(("ink", "ink-2", "ink-3"), SURFACES),
    *product(STATES, ("canvas", "surface", "raised", "hover", "picked", "aside")),
    *((state, f"{state}-wash") for state in STATES),
    *product(("ink", "ink-2"), ("broken-wash", "risk-wash")),
    ("on-ink", "ink"),
    ("on-ink", "ink-hover"),
    ("ink-2", "staff"),
    ("ink-2", "trough"),
    ("ink", "raft"),
]
MARKS = [
    *product((*(f"{state}-fill" for state in STATES), "control", "focus"), ("canvas", "surface", "raised")),
    *product(("control", "focus"), ("aside", "picked")),
]


def read_tokens() -> dict[str, tuple[str, str]]:
    """Every colour of the token file: its name, its light and its dark value."""
    return {name: (light, dark) for name, light, dark in PAIR.findall(TOKENS.read_text())}


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, 0 to 1."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "ground"), TEXT)
def test_text_can_be_read(front: str, ground: str, theme: int) -> None:
    tokens = read_tokens()
    assert contrast(tokens[front][theme], tokens[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "ground"), MARKS)
def test_marks_and_edges_can_be_seen(front: str, ground: str, theme: int) -> None:
    tokens = read_tokens()
    assert contrast(tokens[front][theme], tokens[ground][theme]) >= 3
