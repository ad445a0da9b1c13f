"""A scene as a form: every value of its YAML under a path such as `options.2.label`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import yaml

from makegood.kernel.nodes import Misread
from makegood.kernel.refusals import Refusal
from makegood.practice.rules.checking import Wrong, check
from makegood.practice.rules.scene_file import KEYS, scene_of
from makegood.practice.rules.values import GRADES, End, Mood

MOST_LETTERS = 60_000
TOO_LONG = f"A scene has at most {MOST_LETTERS} letters."
EACH_ROLE = tuple(role.value for role in GRADES)
WORDS = (
    "name", "trade", "customer.name", "customer.who", "promise", "happened", "means", "remarkable",
    *(f"briefs.{role}" for role in EACH_ROLE), *(f"openings.{role}" for role in EACH_ROLE),
    "tells", "accepts", "declines", "waits", *(f"ends.{end.value}" for end in End),
)  # fmt: skip
"""Paths of single words or sentences that every scene must have."""
NUMBERS = ("feels.trust", "feels.anger", "feels.effort", "answer_within", "patience")
LINES = tuple(f"says.{mood.value}" for mood in Mood)
"""Paths of several sentences, a line each."""
ROWS: Mapping[str, tuple[str, ...]] = {
    "facts": ("fact", "label", "tells", "takes"),
    "options": ("option", "label", "who", "fits", "within", "remarkable"),
    "with": ("say", "give", "look", "wait", "leave"),
    "without": ("say", "give", "look", "wait", "leave"),
}
"""Lists of blocks, and what each block has."""
_ROW = re.compile(rf"({'|'.join(ROWS)})\.(\d{{1,2}})\.([a-z]+)")
_PLACE = re.compile(r"\[(\d+)\]")
_SINGLE = frozenset((*WORDS, *NUMBERS, "level"))


def tree_of(text: str) -> dict[str, Any] | None:
    """A scene's YAML as plain values, all of them text; None when it is no YAML or no block."""
    try:
        found = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - builds nothing but text, lists and blocks
    except (yaml.YAMLError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def value(tree: Mapping[str, Any], path: str) -> str:
    """What stands at a path; "" where nothing does."""
    found: Any = tree
    for key in path.split("."):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


def lines(tree: Mapping[str, Any], path: str) -> str:
    """The sentences at a path, a line each."""
    above, key = path.split(".")
    block = tree.get(above)
    found = block.get(key) if isinstance(block, dict) else None
    return "\n".join(one for one in found if isinstance(one, str)) if isinstance(found, list) else found or ""


def rows(tree: Mapping[str, Any], key: str) -> list[dict[str, str]]:
    """The blocks of a list, each with all its keys."""
    found = tree.get(key)
    return [_row(one, ROWS[key]) for one in found] if isinstance(found, list) else []


def _row(one: Any, keys: Sequence[str]) -> dict[str, str]:
    if one == "leave":
        return dict.fromkeys(keys, "") | {"leave": "true"}
    block = one if isinstance(one, dict) else {}
    return {key: value(block, key) for key in keys}


def filled(text: str, typed: Mapping[str, str]) -> str:
    """The scene's text with what was typed at its paths; whatever the form does not show stays.

    `about` is the kinds of promise, a word each. A row of which nothing is left is taken out.
    """
    tree = tree_of(text) or {}
    for path, words in typed.items():
        if path in _SINGLE:
            _put(tree, path, " ".join(words.split()))
        elif path in LINES:
            _put(tree, path, [" ".join(one.split()) for one in words.splitlines() if one.strip()])
    if "about" in typed:
        tree["about"] = typed["about"].split()
    for key in ROWS:
        if any(path.startswith(f"{key}.") for path in typed):
            tree[key] = list(_typed_rows(key, typed))
    return dumped(tree)


def kinds(tree: Mapping[str, Any]) -> tuple[str, ...]:
    """The kinds of promise that a scene says it is about."""
    found = tree.get("about", [])
    return tuple(one for one in ([found] if isinstance(found, str) else found) if isinstance(one, str) and one)


def _put(tree: dict[str, Any], path: str, words: Any) -> None:
    *above, last = path.split(".")
    for key in above:
        if not isinstance(tree.get(key), dict):
            tree[key] = {}
        tree = tree[key]
    tree[last] = words


def _typed_rows(key: str, typed: Mapping[str, str]) -> Iterator[Any]:
    found: dict[int, dict[str, str]] = {}
    for path, words in typed.items():
        place = _ROW.fullmatch(path)
        if place and place[1] == key and place[3] in ROWS[key] and words.strip():
            found.setdefault(int(place[2]), {})[place[3]] = " ".join(words.split())
    for _place, one in sorted(found.items()):
        if one.pop("leave", ""):
            yield "leave"
        elif key not in ("facts", "options") or one.get("label"):
            yield one | ({key.removesuffix("s"): _short(one)} if key in ("facts", "options") else {})


def _short(one: Mapping[str, str]) -> str:
    """A short name: the one it has, else the first words of its label."""
    known = one.get("fact") or one.get("option")
    return known or short_name(one["label"])


def short_name(words: str) -> str:
    """A short name made of words: small letters, digits and hyphens; "" when there are no letters to make it of."""
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-0123456789")[:40].rstrip("-")


def dumped(tree: Mapping[str, Any]) -> str:
    """The tree as YAML, its keys in the usual order."""
    known = [key for key in KEYS if key in tree] + [key for key in tree if key not in KEYS]
    return yaml.safe_dump({key: tree[key] for key in known}, sort_keys=False, allow_unicode=True, width=110)


def renamed(text: str, name: str) -> str:
    """The text under another short name, and of no founding article."""
    tree = tree_of(text) or {}
    return dumped({key: one for key, one in tree.items() if key != "story"} | {"scene": name})


class Fault(NamedTuple):
    """What stands between a text and a scene that can be played, as a `sentence` and taken apart.

    `path` is the field of the form, "" for the whole. Either words are `missing` there; or `why` tells a mistake on a
    `line`; or the scene can be read, and `wrong` says what cannot be reached.
    """

    sentence: str
    path: str = ""
    missing: bool = False
    line: int = 0
    why: str = ""
    wrong: Wrong | None = None


def faults(text: str) -> tuple[Fault, ...]:
    """First all that is missing; then the first mistake with its line; then what cannot be reached."""
    if len(text) > MOST_LETTERS:
        return (Fault(TOO_LONG, why=TOO_LONG),)
    tree = tree_of(text)
    if tree is not None and (empty := [path for path in (*WORDS, *NUMBERS) if not value(tree, path)]):
        return tuple(Fault(f"`{path}` is missing.", path, missing=True) for path in empty)
    try:
        scene = scene_of(text, "The scene")
    except Misread as no:
        return (Fault(no.message, _field_of(no), line=no.line, why=no.why),)
    except Refusal as no:
        return (Fault(no.message, why=no.message),)
    return tuple(Fault(one.sentence, wrong=one) for one in check(scene).wrong)


def _field_of(no: Misread) -> str:
    """The path of the form at which something was misread: `options[2].who` is its `options.1.who`."""
    return _PLACE.sub(lambda at: f".{int(at[1]) - 1}", no.field or "")


BLANK = dumped(
    {
        "scene": "", "name": "", "trade": "", "level": "further", "customer": {"name": "", "who": ""},
        "promise": "", "happened": "", "means": "", "feels": {"trust": "40", "anger": "55", "effort": "30"},
        "answer_within": "30 minutes", "patience": "20 minutes",
        "briefs": dict.fromkeys(EACH_ROLE, ""), "openings": dict.fromkeys(EACH_ROLE, ""), "facts": [], "options": [],
        "remarkable": "", "tells": "", "accepts": "", "declines": "", "waits": "",
        "says": {mood.value: [] for mood in Mood}, "ends": {end.value: "" for end in reversed(End)},
        "with": [], "without": [],
    }
)  # fmt: skip
"""What a scene begins with that is written from nothing."""
