"""HTML from outside made safe to show, and made readable as plain text."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

import nh3

from makegood.adapters.mail.charsets import storable
from makegood.adapters.mail.letter import HTML_LIMIT

_TAGS = (nh3.ALLOWED_TAGS | {"font", "tfoot", "address"}) - {"map", "area"}
_NO_CONTENT = {
    "script", "style", "title", "noscript", "template", "iframe", "object", "svg", "math", "select", "textarea",
}  # fmt: skip
_ATTRIBUTES = {tag: names - {"cite", "summary"} for tag, names in nh3.ALLOWED_ATTRIBUTES.items()} | {
    "a": {"href"}, "img": {"src", "alt", "width", "height"}, "*": {"dir", "lang"},
}  # fmt: skip
_SCHEMES = {"http", "https", "mailto", "tel", "cid"}
# A link without a scheme would lead into our own pages.
_POINTS_WITH = {"src": ("cid:",), "href": ("http:", "https:", "mailto:", "tel:")}
_MARK = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_NEVER_NESTED = frozenset(
    {"br", "img", "hr", "input", "meta", "link", "col", "wbr", "area", "base", "p", "li", "dd", "dt", "option"}
    | {"tr", "td", "th", "tbody", "thead", "tfoot", "colgroup", "html", "head", "body"}
)
_STYLED = frozenset({"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"})
# The cleaner takes time with the square of the depth, and repeats an unclosed <font> in every later paragraph; no mail
# that a person wrote comes near these.
_DEEPEST = 500
_REPEATED = 1_000_000
_NO_SOURCE = re.compile(r'<img(?![^<>]* src=")[^<>]*>')
_PLACED = re.compile(r'(<img\b[^<>]*? src=")cid:([^"]+)"')
_TAG = re.compile(r"<(?:script|style|title)\b[^<>]*>[^<]*|<[^<>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """HTML that is safe to show (None when it could not be made safe), and how many pictures were left out of it."""

    html: str | None
    pictures_left_out: int = 0


def cleaned(source: str) -> Cleaned:
    """The HTML without scripts, styles, forms and pictures from elsewhere; `cid:` pictures stay as references.

    What is nested too deeply comes back with no HTML at all: its text is still read.
    """
    source = source[:HTML_LIMIT]
    if _is_deep(source):
        return Cleaned(None)
    left_out = 0

    def filtered(tag: str, name: str, value: str) -> str | None:
        nonlocal left_out
        if name not in _POINTS_WITH:
            return value
        is_kept = value.strip().lower().startswith(_POINTS_WITH[name])
        left_out += name == "src" and not is_kept
        return value if is_kept else None

    safe = nh3.clean(
        source, tags=_TAGS, clean_content_tags=_NO_CONTENT, attributes=_ATTRIBUTES, url_schemes=_SCHEMES,
        attribute_filter=filtered, link_rel="noopener noreferrer nofollow", strip_comments=True,
    )  # fmt: skip
    return Cleaned(storable(_NO_SOURCE.sub("", safe)).strip(), left_out)


def place_pictures(safe: str, addresses: Mapping[str, str]) -> str:
    """Cleaned HTML with its `cid:` pictures fetched from `addresses`, by content id; those without one are dropped."""

    def placed(found: re.Match[str]) -> str:
        address = addresses.get(html.unescape(found[2]))
        return f'{found[1]}{html.escape(address)}"' if address else "<img"

    return _NO_SOURCE.sub("", _PLACED.sub(placed, safe))


def text_of(source: str, safe: str | None) -> str:
    """HTML as plain text: `safe` is it cleaned, None when it could not be. Quotations get ">" as in plain mail."""
    if safe is None:
        return html.unescape(_TAG.sub(" ", source[:HTML_LIMIT]))
    reader = _Reader()
    reader.feed(safe)
    reader.close()
    return reader.text()


def _is_deep(source: str) -> bool:
    """Whether the marks are so deep in each other, or so many open ones are repeated, that cleaning would take long."""
    open_marks: dict[str, int] = {}
    marks = depth = styled = most_styled = 0
    for found in _MARK.finditer(source):
        marks += 1
        name = found[2].lower()
        if name in _NEVER_NESTED or (found[1] and not open_marks.get(name)):
            continue
        step = -1 if found[1] else 1
        open_marks[name] = open_marks.get(name, 0) + step
        depth += step
        styled += step if name in _STYLED else 0
        most_styled = max(most_styled, styled)
        if depth > _DEEPEST:
            return True
    return marks * most_styled > _REPEATED


_BLOCKS = frozenset(
    [
        "p",
        "div",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "table",
        "tr",
        "blockquote",
        "pre",
        "section",
        "article",
        "header",
        "footer",
        "center",
        "hr",
        "address",
        "figure",
        "figcaption",
        "aside",
        "nav",
        "details",
        "summary",
        "caption",
        "li",
    ]
)
_SPACED = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre"])
_CELLS = frozenset({"td", "th"})


@dataclass
class _Lines:
    """Text being put together line by line; `quoted` is how deep in quotations the next line is."""

    done: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    quoted: int = 0
    was_quoted: int = 0
    owed: int = 0

    def add(self, text: str) -> None:
        if self.owed and self.done:
            self.done += [_mark(min(self.quoted, self.was_quoted)).rstrip()] * (self.owed - 1)
        self.owed = 0
        self.line.append(text)

    def end(self, gap: int = 1) -> None:
        """Let a new line begin; `gap` of 2 leaves an empty one."""
        if self.line:
            self.done.append(_mark(self.quoted) + "".join(self.line).rstrip())
            self.was_quoted = self.quoted
            self.line = []
        self.owed = max(self.owed, gap)


def _mark(depth: int) -> str:
    return "> " * min(depth, 20)


class _Reader(HTMLParser):
    """Cleaned HTML as lines of text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines = _Lines()
        self._link = ""
        self._pre = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._lines.end(1 if self._lines.line else self._lines.owed + 1)
        elif tag in _BLOCKS:
            self._lines.end(2 if tag in _SPACED else 1)
            self._lines.quoted += tag == "blockquote"
            self._pre += tag == "pre"
            if tag == "li":
                self._lines.add("- ")
        elif tag in _CELLS and self._lines.line:
            self._lines.line.append("  ")
        elif tag == "a":
            self._link = dict(attrs).get("href") or ""
            self._from = len(self._lines.line)

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._lines.end(2 if tag in _SPACED else 1)
            self._lines.quoted -= tag == "blockquote"
            self._pre -= tag == "pre"
        elif tag == "a" and self._link:
            self._end_link()

    def _end_link(self) -> None:
        shown = "".join(self._lines.line[self._from :]).strip()
        link = self._link.removeprefix("mailto:").removeprefix("tel:")
        if self._link.startswith("http") and shown and shown.rstrip("/") not in link:
            self._lines.line.append(f" <{link}>")
        self._link = ""

    def handle_data(self, data: str) -> None:
        if self._pre > 0:
            for number, line in enumerate(data.split("\n")):
                if number:
                    self._lines.end(1)
                if line:
                    self._lines.add(line)
            return
        text = " ".join(data.replace("\xa0", " ").replace("\u200b", "").split())
        if not text:
            if data and self._lines.line and not self._lines.line[-1].endswith(" "):
                self._lines.line.append(" ")
            return
        before = " " if data[0].isspace() and self._lines.line and not self._lines.line[-1].endswith(" ") else ""
        self._lines.add(before + text + (" " if data[-1].isspace() else ""))

    def text(self) -> str:
        """All of it."""
        self._lines.end(1)
        return "\n".join(self._lines.done).strip("\n")
