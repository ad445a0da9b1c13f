"""The pages of a letter as PDF, with its font inside. Loaded with the first letter: it takes 40 MiB."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date
from fpdf import FPDF

from makegood.conversation.queries import MessageFacts
from makegood.portal.languages import Language

_FONT = Path(__file__).parents[1] / "fonts" / "DejaVuSerif-latin-greek-cyrillic.ttf"
_SIDE, _TOP, _WIDTH = 25, 20, 160
"""Millimetres from the edges of A4, and of a line."""
_WINDOW = 50
"""Where the address stands, for an envelope with a window (DIN 5008, form B)."""


def printed(message: MessageFacts, *, house: str, language: Language, zone: ZoneInfo) -> bytes:
    """The pages of a letter: who sends it, the address, the day as its reader writes it, the words, and who wrote."""
    page = FPDF(format="A4")
    page.set_margins(_SIDE, _TOP, _SIDE)
    page.set_auto_page_break(True, margin=25)
    page.add_font("letter", fname=str(_FONT))
    page.set_title(message.subject or house)
    page.set_lang(language.code)
    page.set_creation_date(message.at)
    page.add_page()
    _say(page, house, size=13, height=7)
    page.set_y(_WINDOW)
    _say(page, _lines(message), size=11, height=5.5)
    page.set_y(max(page.get_y() + 12, 95))
    _say(page, _day(message.at, language, zone), size=11, height=5.5, align="R")
    page.ln(8)
    _say(page, message.text, size=11, height=5.8)
    if message.by_name and message.by_name not in message.text[-200:]:
        page.ln(12)
        _say(page, message.by_name, size=11, height=5.8)
    return bytes(page.output())


def _say(page: FPDF, words: str, *, size: float, height: float, align: str = "L") -> None:
    page.set_font("letter", size=size)
    page.multi_cell(_WIDTH, height, words, align=align, new_x="LMARGIN", new_y="NEXT")


def _lines(message: MessageFacts) -> str:
    """The name, and the address as one line for each of its parts."""
    parts = [part.strip() for part in message.address.replace("\n", ",").split(",")]
    return "\n".join([message.name, *(part for part in parts if part and part != message.name)])


def _day(at: datetime, language: Language, zone: ZoneInfo) -> str:
    return format_date(at.astimezone(zone), format="long", locale=language.locale)
