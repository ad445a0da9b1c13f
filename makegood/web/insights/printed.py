"""The report of a month as PDF, with its font inside. Loaded with the first: it takes 40 MiB."""

from __future__ import annotations

import html
from datetime import date, datetime, timedelta
from pathlib import Path

from babel.dates import format_date
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.fonts import FontFace

from makegood.measurement.queries.insights import Period
from makegood.people.rules import READS_ALL
from makegood.platform.installation import organisation
from makegood.web.insights.board import board_for
from makegood.web.insights.cards import Card
from makegood.web.insights.charts import CARDS
from makegood.web.insights.headlines import headlines
from makegood.web.insights.overview import shown

_FONT = Path(__file__).parents[1] / "fonts" / "DejaVuSerif-latin-greek-cyrillic.ttf"
_SIDE, _WIDTH, _MOST_ROWS = 20, 170, 12


def month_printed(month: date, *, now: datetime) -> bytes:
    """The figures and findings of the month that begins on `month`, of every team, beside as many days before it."""
    house = organisation()
    after = (month + timedelta(days=32)).replace(day=1)
    board = board_for(Period("month", month, after, 1), scope=READS_ALL, now=now, zone=house.zone)
    page = FPDF(format="A4")
    page.set_margins(_SIDE, _SIDE, _SIDE)
    page.set_auto_page_break(True, margin=18)
    page.add_font("report", fname=str(_FONT))
    title = _("How well we put things right: {}").format(format_date(month, "MMMM yyyy", locale="en_GB"))
    page.set_title(title)
    page.set_lang("en")
    page.set_creation_date(now)
    page.add_page()
    _say(page, house.name, 10)
    _say(page, title, 17)
    page.ln(3)
    for one in headlines(board):
        note = html.unescape(strip_tags(str(one.note)))
        _pair(page, one.label, f"{one.shown} {one.unit}".strip(), note)
    for key in CARDS:
        _finding(page, CARDS[key](board))
    page.ln(4)
    _say(page, _("A change is told only beyond chance; of fewer than ten nothing is said. Method: {}").format(
        "/insights/method/"), 8)  # fmt: skip
    return bytes(page.output())


def _finding(page: FPDF, card: Card) -> None:
    page.ln(5)
    if page.get_y() > 230:
        page.add_page()
    _say(page, card.title, 13)
    _say(page, card.sub, 9)
    page.ln(1)
    rows = [[shown(value) for value in cells] for cells, _url in card.rows]
    rows = rows[-_MOST_ROWS:] if card.key == "promises" else rows[:_MOST_ROWS]
    if not rows:
        return
    page.set_font("report", size=7.5)
    plain = FontFace(emphasis="")
    with page.table(width=_WIDTH, line_height=4.6, text_align="LEFT", headings_style=plain) as table:
        for cells in ([str(heading) for heading in card.headings], *rows):
            line = table.row()
            for cell in cells:
                line.cell(cell)


def _pair(page: FPDF, label: str, figure: str, note: str) -> None:
    page.set_font("report", size=10)
    page.cell(62, 6.5, label)
    page.set_font("report", size=12)
    page.cell(28, 6.5, figure)
    page.set_font("report", size=8.5)
    page.multi_cell(_WIDTH - 90, 6.5, note, new_x="LMARGIN", new_y="NEXT")


def _say(page: FPDF, words: str, size: float) -> None:
    page.set_font("report", size=size)
    page.multi_cell(_WIDTH, size * 0.48, words, new_x="LMARGIN", new_y="NEXT")
