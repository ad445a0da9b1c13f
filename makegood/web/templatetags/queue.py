"""A row of the queue as one template tag: Today draws dozens of them, each with a clock, pips and marks."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from makegood.web.marking import safely
from makegood.web.templatetags.desk import clock, glyph, icon, person, pips, since
from makegood.web.today.rows import QueueRow

register = template.Library()


@register.simple_tag
def row_clock(row: QueueRow, now: datetime) -> SafeString:
    """The clock of a row, or how long it has waited."""
    if row.since:
        return SafeString(f'<span class="clock soft">{safely(since(row.since, now))}</span>')
    return clock(
        row.due_at, now, state=row.clock_state or row.state, on=row.due_on, breaks=row.breaks_at, warn=row.warn_at,
        ended=row.ended_at,
    )  # fmt: skip


@register.simple_tag
def queue_row(row: QueueRow, now: datetime, me: str, may_work: bool) -> SafeString:
    """State, customer, what is wrong, the promise in its words, clock, pips, owner. Nothing else.

    Clock and owner are links of their own beside the row's: they change it in place, for whoever `may_work`. `me` is
    the reader's name.
    """
    panel = f' data-panel="{safely(row.panel)}"' if row.panel else ""
    current = ' aria-current="true"' if row.current else ""
    when = _at_hand(row_clock(row, now), row.when_url, _("change the time"), row, may_work)
    owner = _at_hand(_owner(row, me), row.owner_url, _("change the owner"), row, may_work)
    return SafeString(
        f'<li class="in-queue">'
        f'<a class="case-row" id="row-{safely(row.id)}" href="{safely(row.url)}"{panel}{current}>{glyph(row.state)}'
        f' <span class="t">{safely(row.name)} <span>{safely(row.what)}</span></span>'
        f' <span class="s">{safely(row.words)}</span></a>'
        f' <span class="w">{when}</span> <span class="m">{_marks(row)}{pips(row.pips)}{owner}</span></li>'
    )


def _marks(row: QueueRow) -> str:
    astray = icon("warn", _("A message did not reach them")) if row.awry else ""
    return astray + (icon("repeat", _("Second failure")) if row.repeat else "")


def _owner(row: QueueRow, me: str) -> str:
    if row.owner and row.owner == me:
        return person(row.owner, label=_("You"))
    return person(row.owner) if row.owner or row.unowned else ""


def _at_hand(shown: str, url: str, does: str, row: QueueRow, may_work: bool) -> str:
    """What is shown, as a link that changes it for whoever may."""
    if not (url and may_work):
        return shown
    said = f'<span class="sr">: {safely(does)}, {safely(row.name)}</span>'
    return f'<a class="at-hand" href="{safely(url)}" data-pop>{shown}{said}</a>'
