"""What a strict content security policy and a cacheable sprite ask of templates and assets."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "makegood" / "web"
STATIC = WEB / "static"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
COMPONENTS = sorted((WEB / "templates" / "web" / "components").glob("*.html"))
OURS = sorted((STATIC / "web").glob("*"))

FORBIDDEN = {
    "an inline style": re.compile(r"\sstyle\s*=|<style"),
    "an inline handler": re.compile(r"\son[a-z]+\s*=|hx-on"),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)"),
    "evaluated htmx": re.compile(r"""["']js:|hx-trigger="[^"]*\["""),
    "another origin": re.compile(r"""(?:src|href|action|url)\s*[=(]\s*["']?(?:https?:)?//"""),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(WEB / "templates").as_posix())
def test_template_holds_under_the_policy(path: Path) -> None:
    text = path.read_text()
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == []


@pytest.mark.parametrize("path", [path for path in OURS if path.suffix in {".css", ".js"}], ids=lambda path: path.name)
def test_asset_asks_no_other_origin(path: Path) -> None:
    text = path.read_text()
    assert not FORBIDDEN["another origin"].search(text)
    assert "eval(" not in text


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_component_says_what_it_takes(path: Path) -> None:
    assert "{% comment %}" in path.read_text()[:200]


def test_every_icon_that_is_used_is_drawn() -> None:
    drawn = set(re.findall(r'id="i-([\w-]+)"', (STATIC / "web" / "icons.svg").read_text()))
    pattern = re.compile(r'{% icon "([\w-]+)"|image="([\w-]+)"')
    used = {name for path in TEMPLATES for pair in pattern.findall(path.read_text()) for name in pair if name}
    assert used <= drawn


def test_vendored_files_are_what_they_were() -> None:
    entries = json.loads((STATIC / "vendor" / "vendor.json").read_text())
    sums = {name: digest for entry in entries for name, digest in entry["sha256"].items()}
    found = {path.name: path for path in (STATIC / "vendor").iterdir() if path.name != "vendor.json"}
    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in found.items()} == sums
