"""The headline figures in words: what they are, how they moved, and what is aimed at."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from makegood.kernel.money import format_money
from makegood.measurement.queries.headlines import Headline, headline_figures
from makegood.web.insights.board import Board
from makegood.web.insights.pictures import spark

FIRST = 5
_NOT_GOOD = ("second",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A figure as it is shown."""

    key: str
    label: str
    shown: str
    unit: str
    note: SafeString | str
    url: str = ""
    spark: SafeString | str = ""


def headlines(board: Board) -> list[Said]:
    """All of them; the first five stand first."""
    return [_said(one, board) for one in headline_figures(board.figures, board.aims)]


def _said(one: Headline, board: Board) -> Said:
    label, note = _label(one.key), SafeString("")
    if one.value is None:
        told = ngettext("of {} so far", "of {} so far", one.n).format(f"{one.n:,}")
        return Said(key=one.key, label=label, shown="–", unit="", note=_("too few to say, {}").format(told))
    if one.unit == "share":
        shown, unit, note = f"{one.value * 100:.{1 if one.n >= 200 else 0}f}", "%", _share_note(one)
    elif one.unit == "minutes":
        shown, unit = minutes(one.value)
        note = _time_note(one)
    else:
        shown, unit = format_money(Decimal(str(one.value)), one.unit), ""
        note = format_html(ngettext("{} remedy given", "{} remedies given", one.n), f"{one.n:,}")
    return Said(
        key=one.key, label=label, shown=shown, unit=unit, note=note, url=_url(one.key, board),
        spark=spark(one.steps, one.aim),
    )  # fmt: skip


def _label(key: str) -> str:
    return {
        "kept": _("Promises kept"), "contact": _("Time to acknowledge"), "told_first": _("Told before they asked"),
        "right": _("Customer says it is right"), "second": _("Second failures"), "own": _("Time to own"),
        "time_right": _("Time to put right"), "vows": _("Recovery promises kept"), "cost": _("Given to customers"),
    }[key]  # fmt: skip


def _url(key: str, board: Board) -> str:
    marks = {
        "kept": ("p:broken", "p:kept_late"), "told_first": ("f:them:*",), "right": ("f:_:_:more", "f:_:_:left"),
        "second": ("second",), "vows": ("v:broken", "v:kept_late"),
    }.get(key)  # fmt: skip
    return board.behind(*marks) if marks else f"/insights/acknowledgement/?{board.query()}" if key == "contact" else ""


def _share_note(one: Headline) -> SafeString:
    moves: SafeString | str = _("within chance")
    if one.change is not None:
        good = one.change > 0 if one.key not in _NOT_GOOD else one.change < 0
        points = _("{} pts").format(f"{one.change * 100:+.1f}")
        moves = format_html('<b class="{}">{}</b>', "c-mended" if good else "c-broken", points)
    if one.answered is not None:
        rest = _("{}% answered").format(f"{100 * one.answered:.0f}")
    elif one.key == "second":
        rest = ngettext("{} customer", "{} customers", one.part).format(f"{one.part:,}")
    else:
        rest = _("target {}%").format(f"{one.aim * 100:g}") if one.aim is not None else ""
    sure = _("95%: {low}\u00a0to\u00a0{high}").format(
        low=f"{(one.low or 0) * 100:.0f}", high=f"{(one.high or 0) * 100:.0f}"
    )
    return format_html(" · ".join(["{}"] * (3 if rest else 2)), *filter(None, (moves, rest, sure)))


def _time_note(one: Headline) -> SafeString:
    over = _("1 in 10 over {}").format(" ".join(minutes(one.late or 0)))
    if one.change is not None:
        moves = _("faster than before") if one.change < 0 else _("slower than before")
        return format_html('<b class="{}">{}</b> · {}', "c-mended" if one.change < 0 else "c-broken", moves, over)
    css = "c-risk" if one.aim is not None and (one.late or 0) > one.aim else ""
    return format_html('{} · <b class="{}">{}</b>', _("median"), css, over)


def minutes(length: float) -> tuple[str, str]:
    """A length of time in minutes as a number and its unit."""
    if length < 90:
        return f"{length:.0f}", _("min")
    if length < 2880:
        return f"{length / 60:.0f}" if length >= 600 else f"{length / 60:.1f}", _("h")
    return f"{length / 1440:.0f}" if length >= 14_400 else f"{length / 1440:.1f}", _("days")
