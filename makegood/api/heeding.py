"""What there is to heed about words to a customer. It stops nothing."""

from __future__ import annotations

from collections.abc import Iterable

from ninja import Schema

from makegood.remedies.rules.plan import Caution


class WarningOut(Schema):
    """Something to heed: a stable code, and a sentence that says what to do."""

    code: str
    sentence: str


def warnings_of(heeded: Iterable[Caution]) -> list[dict[str, str]]:
    """What there is to heed, as callers get it."""
    return [{"code": one.code, "sentence": one.sentence} for one in heeded]
