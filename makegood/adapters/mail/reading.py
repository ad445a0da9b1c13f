"""The bytes of a message become a letter. Raises nothing, whatever the bytes."""

from __future__ import annotations

import html
import re
from email.message import Message

from makegood.adapters.mail.bodies import Sorted, Unloading, is_html, sort_parts, text_in, unload
from makegood.adapters.mail.charsets import decoded, is_shown
from makegood.adapters.mail.folding import fold
from makegood.adapters.mail.headers import envelope_of
from makegood.adapters.mail.html import cleaned, text_of
from makegood.adapters.mail.kinds import kind_of
from makegood.adapters.mail.letter import TEXT_LIMIT, Letter, Problem, Words
from makegood.adapters.mail.structure import Parsed, take_apart

_EMPTY_LINE = re.compile(rb"\r?\n\r?\n")


def read_mail(raw: bytes) -> Letter:
    """What a message says. What could not be read or kept is told as problems; the raw bytes hold it still."""
    parsed = take_apart(raw)
    envelope = envelope_of(parsed.tree)
    parts = sort_parts(parsed.tree)
    problems = list(parsed.problems)
    if parts.is_cut:
        problems.append(Problem("mail.too-deep", "This message has too many parts in each other: not all were read."))
    unloading = Unloading(parsed)
    unload(parts.rest, unloading)
    words, cut = _words(parts, unloading)
    if not words.text and not unloading.found and not any(map(is_html, parts.html)):
        words = _as_it_came(raw)
        if words.text:
            problems.append(Problem("mail.broken", "This message is put together wrongly: it is shown as it came."))
    kind, report = kind_of(parsed, envelope, words.text)
    return Letter(
        envelope=envelope,
        words=words,
        kind=kind,
        report=report,
        attachments=tuple(unloading.found),
        problems=(*problems, *cut, *unloading.problems),
    )


def _as_it_came(raw: bytes) -> Words:
    """All below the headers, where no part could be found in it."""
    body = _EMPTY_LINE.split(raw[: TEXT_LIMIT * 2], 1)[1:]
    text = decoded(body[0])[:TEXT_LIMIT].strip("\n") if body else ""
    return Words(text, *fold(text), "", 0) if is_shown(text) else Words("", "", "", "", "", 0)


def _words(parts: Sorted, unloading: Unloading) -> tuple[Words, list[Problem]]:
    parsed = unloading.parsed
    shown = _Shown(parsed)
    text = "\n\n".join(filter(is_shown, (shown.text(part) for part in parts.text)))
    if not is_shown(text):
        text = "\n\n".join(filter(is_shown, (shown.text(part) for part in parts.html))) or unloading.spare_text
    has_html = any(is_html(part) for part in parts.html)
    markup = "\n".join(shown.html(part) for part in parts.html) if has_html else ""
    problems = []
    if len(text) > TEXT_LIMIT:
        text = text[:TEXT_LIMIT]
        problems.append(Problem("text.too-long", f"Only the first {TEXT_LIMIT} characters of the text were kept."))
    text = text.strip("\n")
    return Words(text, *fold(text), markup, shown.pictures_left_out), problems


class _Shown:
    """Leaves as text and as HTML, each cleaned once."""

    def __init__(self, parsed: Parsed) -> None:
        self._parsed = parsed
        self._clean: dict[int, tuple[str, str | None]] = {}
        self.pictures_left_out = 0

    def text(self, part: Message) -> str:
        if not is_html(part):
            return text_in(part, self._parsed)
        source, safe = self._cleaned(part)
        return text_of(source, safe)

    def html(self, part: Message) -> str:
        if is_html(part):
            return self._cleaned(part)[1] or ""
        return f"<pre>{html.escape(text_in(part, self._parsed))}</pre>"

    def _cleaned(self, part: Message) -> tuple[str, str | None]:
        if id(part) not in self._clean:
            source = text_in(part, self._parsed)
            clean = cleaned(source)
            self.pictures_left_out += clean.pictures_left_out
            self._clean[id(part)] = (source, clean.html)
        return self._clean[id(part)]
