"""Handing the customer the link to their page: ready words, their mail and text program, a mark for their camera."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import qrcode
from django.utils.translation import gettext as _

from makegood.cases.queries import CaseFacts
from makegood.customers.queries import CustomerFacts
from makegood.links.rules import Way
from makegood.portal.handing import Ready, ready_words
from makegood.portal.languages import LANGUAGES
from makegood.remedies.queries import offers_of
from makegood.web.desk import Desk
from makegood.web.tables import Choice

_MARGIN = 4


@dataclass(frozen=True, slots=True)
class Handing:
    """A link just made: its message, in which language that is, and the mark as a path of `side` squares."""

    address: str
    ready: Ready
    language: str
    side: int
    squares: str


def handing_of(case: CaseFacts, customer: CustomerFacts, address: str, desk: Desk) -> Handing:
    """All that helps to hand a link over. It is shown once, like the address itself."""
    may_choose = any(one.may_choose(desk.now) for one in offers_of(case.number))
    ready = ready_words(
        customer, address, owner=case.owner_name, house=desk.organisation.name, may_choose=may_choose
    )  # fmt: skip
    side, squares = _mark(address)
    return Handing(address, ready, LANGUAGES[ready.language], side, squares)


def ways() -> list[Choice]:
    """How a link can be given, in words."""
    names = {
        Way.EMAIL: _("By e-mail"), Way.SMS: _("By text message"), Way.PHONE: _("Told on the phone"),
        Way.PERSON: _("Shown in person"), Way.POST: _("By post"),
    }  # fmt: skip
    return [Choice(way.value, name) for way, name in names.items()]


def _mark(text: str) -> tuple[int, str]:
    """A QR code: how many squares it is wide, and the dark ones as one path."""
    code = qrcode.QRCode(border=_MARGIN)
    code.add_data(text)
    rows = code.get_matrix()
    runs = (
        f"M{start} {y}h{length}v1h-{length}z"
        for y, row in enumerate(rows)
        for start, length, is_dark in _runs(row)
        if is_dark
    )
    return len(rows), "".join(runs)


def _runs(row: list[bool]) -> list[tuple[int, int, bool]]:
    """A row of squares as lengths of one shade: where each begins, how long it is, whether it is dark."""
    found, at = [], 0
    for is_dark, squares in groupby(row):
        length = len(list(squares))
        found.append((at, length, bool(is_dark)))
        at += length
    return found
