"""Reading YAML so that every mistake is named with its line and the key that was probably meant. Pure.

Scalars stay text: `NO` is Norway, `007` keeps its zeros, `2024-01-01` is no date until a loader says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from makegood.kernel.refusals import Refusal, invalid
from makegood.kernel.texts import nearest

_LARGEST = 512 * 1024
_DEEPEST = 30
_YES = frozenset({"true", "yes", "on"})
_NO = frozenset({"false", "no", "off"})


class Misread(Refusal):
    """A refusal of what is written somewhere: on which `line` (from 1), and `why` without saying where."""

    def __init__(self, code: str, message: str, *, line: int, why: str, field: str | None = None) -> None:
        super().__init__(code, message, status=422, field=field)
        self.line = line
        self.why = why


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a YAML file: where it stands (`fields.due_at`) and what is written there.

    `what` is what the file describes, "feed" or "playbook"; its mistakes are refused as "feed.invalid".
    """

    what: str
    file: str
    path: str
    node: Node
    depth: int = 0

    @property
    def line(self) -> int:
        """The line on which it is written, from 1."""
        return self.node.start_mark.line + 1

    def wrong(self, why: str) -> Misread:
        """A refusal that names file, line and key."""
        where = f"`{self.path}`: " if self.path else ""
        said = f"{self.file}, line {self.line}: {where}{why}"
        return Misread(f"{self.what}.invalid", said, line=self.line, why=why, field=self.path or None)

    def entries(self, known: Iterable[str]) -> dict[str, Part]:
        """The entries of a mapping whose keys are fixed. A key that is not known is refused by its nearest."""
        entries, known = self.any_entries(), list(known)
        for key, part in entries.items():
            if key not in known:
                near = nearest(key, known)
                advice = f"Did you mean `{near}`?" if near else f"Known here: {', '.join(known)}."
                raise part.wrong(f"there is no such key. {advice}")
        return entries

    def any_entries(self) -> dict[str, Part]:
        """The entries of a mapping with free keys, in their order."""
        if not isinstance(self.node, MappingNode):
            raise self.wrong("a block of `key: value` lines was expected here.")
        entries: dict[str, Part] = {}
        for key_node, value in self.node.value:
            key = str(key_node.value) if isinstance(key_node, ScalarNode) else ""
            part = self._below(key, key_node, value)
            if key in entries:
                raise part.wrong("the key is given twice.")
            entries[key] = part
        return entries

    def _below(self, key: str, key_node: Node, value: Node) -> Part:
        if not isinstance(key_node, ScalarNode):
            raise self.wrong("a key must be a plain word.")
        if self.depth > _DEEPEST:
            raise self.wrong("this is nested too deeply, or refers to itself.")
        return Part(self.what, self.file, f"{self.path}.{key}" if self.path else key, value, self.depth + 1)

    def items(self) -> list[Part]:
        """The items of a list; a single thing counts as a list of one."""
        if not isinstance(self.node, SequenceNode):
            return [] if self.is_null() else [self]
        if self.depth > _DEEPEST:
            raise self.wrong("this is nested too deeply, or refers to itself.")
        return [
            Part(self.what, self.file, f"{self.path}[{index}]", node, self.depth + 1)
            for index, node in enumerate(self.node.value, 1)
        ]

    def is_text(self) -> bool:
        """Whether this is a single value and not a block or a list."""
        return isinstance(self.node, ScalarNode)

    def is_block(self) -> bool:
        """Whether this is a block of `key: value` lines."""
        return isinstance(self.node, MappingNode)

    def is_null(self) -> bool:
        """Whether nothing is written here."""
        return isinstance(self.node, ScalarNode) and not self.node.value and self.node.style is None

    def text(self) -> str:
        """A single value as it is written."""
        if not isinstance(self.node, ScalarNode):
            raise self.wrong("a single value was expected here, not a list or a block.")
        return str(self.node.value)

    def word(self, known: Iterable[str]) -> str:
        """One of a fixed set of words."""
        found, known = self.text(), list(known)
        if found not in known:
            near = nearest(found, known)
            advice = f"Did you mean `{near}`?" if near else ""
            raise self.wrong(f"{found!r} is not one of {', '.join(known)}. {advice}".rstrip())
        return found

    def integer(self, least: int = 0) -> int:
        """A whole number of at least `least`."""
        found = self.text()
        if not found.isdecimal() or len(found) > 9 or int(found) < least:
            raise self.wrong(f"a whole number from {least} was expected, found {found!r}.")
        return int(found)

    def yes(self) -> bool:
        """true or false."""
        found = self.text().lower()
        if found not in _YES | _NO:
            raise self.wrong(f"`true` or `false` was expected, found {found!r}.")
        return found in _YES


def required(part: Part, given: Mapping[str, Part], key: str, meaning: str) -> Part:
    """What is written under a key of `part` that must be there; `given` are its entries."""
    if key not in given:
        raise part.wrong(f"the key `{key}` is missing: {meaning}.")
    return given[key]


def parse(text: str, file: str, what: str) -> Part:
    """The root of a YAML document that describes a `what`, such as "feed".

    Raises Refusal("<what>.invalid") with the line where it stops being YAML.
    """
    code = f"{what}.invalid"
    if len(text) > _LARGEST:
        raise invalid(code, f"{file} is larger than {_LARGEST // 1024} KiB, too large for a {what}.")
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        why = f"this is not YAML: {error.problem}."
        raise Misread(code, f"{file}, line {line}: {why}", line=line, why=why) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise invalid(code, f"{file} is not YAML: {error}.") from None
    if node is None:
        raise invalid(code, f"{file} is empty.")
    return Part(what, file, "", node)


def read(path: Path, what: str) -> Part:
    """The root of a YAML file that describes a `what`. Raises Refusal("<what>.not_found", "<what>.invalid")."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise invalid(f"{what}.invalid", f"{path.name} is not UTF-8 text. Save it as UTF-8.") from None
    except OSError as error:
        raise invalid(f"{what}.not_found", f"The {what} {path} cannot be read: {error.strerror}.") from None
    return parse(text, path.name, what)
