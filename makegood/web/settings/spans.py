"""Lengths of time as a form writes them: "30 min", "2 h", "3 d"."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from makegood.kernel.phrases import read_span
from makegood.kernel.refusals import invalid
from makegood.kernel.tidying import tidy
from makegood.kernel.worktime import duration_words

_DAY = timedelta(days=1)


def write_length(span: timedelta) -> str:
    """A length of time as the forms read it: whole days as "3 d", the rest in hours and minutes."""
    return f"{span // _DAY} d" if span and not span % _DAY else duration_words(span)


def read_length(text: str, field: str, *, code: str) -> timedelta:
    """A length of time such as "30 min", "2 h" or "1 d"; a bare number is minutes. Refused with this `code`."""
    words = text.strip() or "0"
    span = read_span(tidy(f"{words} min" if words.isdecimal() else words)[0])
    if words in ("0", "0 m"):
        return timedelta(0)
    if span is None or span.kind not in ("time", "days"):
        raise invalid(code, _("Write a length of time such as “30 min”, “2 h” or “1 d”."), field=field)
    return span.number * (_DAY if span.kind == "days" else timedelta(seconds=1))
