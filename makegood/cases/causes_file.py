"""The tree of causes as YAML, read and written. Every mistake is a sentence with its line. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence

from makegood.cases.causes import CauseSaid, Controllability, Stability
from makegood.kernel.nodes import Part, parse, required

_KEYS = ("cause", "name", "controllability", "stability", "function")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_SLUG = 60

Said = tuple[str, CauseSaid]


def causes_from(text: str, file: str = "causes.yaml") -> list[Said]:
    """The causes of a file by their slugs, each before those below it. Raises Refusal "cause.invalid"."""
    root = parse(text, file, "cause")
    given = root.entries(("causes",))
    found = [one for top in required(root, given, "causes", "a list of causes").items() for one in _read(top)]
    seen: set[str] = set()
    for slug, _said in found:
        if slug in seen:
            raise root.wrong(f"the cause `{slug}` is there twice.")
        seen.add(slug)
    return found


def _read(part: Part, parent: str = "") -> Iterator[Said]:
    given = part.entries(_KEYS if parent else (*_KEYS, "below"))
    slug = required(part, given, "cause", "its short name, such as `told-wrong`").text()
    if not _SLUG.fullmatch(slug) or len(slug) > _LONGEST_SLUG:
        raise given["cause"].wrong("a short name is small letters, figures and hyphens, such as `told-wrong`.")
    yield slug, CauseSaid(
        name=required(part, given, "name", "how people read it").text(), parent=parent,
        controllability=given["controllability"].word(Controllability) if "controllability" in given else "",
        stability=given["stability"].word(Stability) if "stability" in given else "",
        function=given["function"].text() if "function" in given else "",
    )  # fmt: skip
    for child in given["below"].items() if "below" in given else ():
        yield from _read(child, slug)


def text_of(causes: Sequence[Said]) -> str:
    """The same as YAML, which `causes_from` reads."""
    lines = ["causes:"]
    for slug, said in causes:
        if said.parent:
            continue
        lines += _lines(slug, said, "  ")
        below = [one for one in causes if one[1].parent == slug]
        lines += ["    below:"] if below else []
        lines += [line for one in below for line in _lines(*one, "      ")]
    return "\n".join(lines) + "\n"


def _lines(slug: str, said: CauseSaid, indent: str) -> Iterable[str]:
    yield f"{indent}- cause: {slug}"
    for key in _KEYS[1:]:
        if value := getattr(said, key):
            # Every JSON text is a YAML scalar, whatever signs are in it.
            yield f"{indent}  {key}: {json.dumps(value, ensure_ascii=False) if key in ('name', 'function') else value}"
