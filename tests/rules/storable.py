"""A message read with the check that all its text can be stored and nothing of it is hidden."""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Iterator

from makegood.adapters.mail.charsets import is_shown
from makegood.adapters.mail.letter import Letter
from makegood.adapters.mail.reading import read_mail

UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
SECONDS = 5.0


def strings(value: object) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from strings(one)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from strings(getattr(value, field.name))


def check(raw: bytes) -> Letter:
    """The letter, after it was checked."""
    began = time.monotonic()
    letter = read_mail(raw)
    assert time.monotonic() - began < SECONDS
    for text in strings(letter):
        assert not UNSTORABLE.search(text)
        text.encode("utf-8")
    assert is_shown(letter.words.fresh) or not is_shown(letter.words.text)
    assert "\n" not in letter.envelope.subject
    assert all(one.name and "/" not in one.name and not one.name.startswith(".") for one in letter.attachments)
    return letter
