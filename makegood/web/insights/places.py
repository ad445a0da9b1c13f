"""Where promises are kept and where not: each place beside all the others."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from makegood.measurement.queries.insights import DUE_MARKS
from makegood.measurement.queries.places import PlaceFigures
from makegood.measurement.rules.headlines import Share, apart
from makegood.web.fractions import begins, number_word
from makegood.web.insights.board import Board, place_named
from makegood.web.insights.cards import Card, Value
from makegood.web.insights.intervals import Interval, ends, intervals

_DRAWN = 12


def places_card(board: Board) -> Card:
    """The places, those where most is broken first; each against the other places of the same sort."""
    found = sorted(board.places, key=lambda one: (one.kept / one.due, -one.due, one.key))
    lower, higher = _standing_out(found)
    rows: list[tuple[Sequence[Value], str]] = []
    for one in found:
        share, said = (
            Share(one.kept, one.due),
            _("below") if one.key in lower else _("above") if one.key in higher else "",
        )
        cells = (place_named(one.key), one.due, one.kept, share.value, share.low, share.high, said)
        rows.append((cells, f"/insights/?{board.query(place=one.key)}"))
    return Card(
        key="places", title=_title(found, lower),
        sub=ngettext("{} place with ten promises due or more.", "{} places with ten promises due or more.",
                     len(found)).format(f"{len(found):,}") if found else _("No promise names a place."),
        drawn=_drawn(board, found, lower, higher),
        headings=(_("Place"), _("Due"), _("Kept"), _("Share"), *ends(), _("Beyond chance")),
        rows=rows,
        foot=_("Against the other places of the same sort, whatever was promised there; like with like stands under"
               " Signals.") if found else "",
        open_url="/signals/" if found else "", open_word=_("Signals"),
    )  # fmt: skip


def _standing_out(found: Sequence[PlaceFigures]) -> tuple[set[str], set[str]]:
    """Those clearly below, and those clearly above, all the others that the same attribute names."""
    lower, higher = set[str](), set[str]()
    for what in {one.what for one in found}:
        shares = {one.key: Share(one.kept, one.due) for one in found if one.what == what}
        for key, far in apart(shares).items():
            (lower if far < 0 else higher).add(key)
    return lower, higher


def _title(found: Sequence[PlaceFigures], lower: set[str]) -> str:
    if not found:
        return _("Too few promises name a place to say")
    worst = [one for one in found if one.key in lower]
    if not worst:
        return _("No place stands out")
    if len(worst) == 1:
        return _("{} keeps fewer promises than other places").format(worst[0].name)
    words = ngettext("{many} place keeps fewer promises than others, {worst} the fewest",
                     "{many} places keep fewer promises than others, {worst} the fewest", len(worst))  # fmt: skip
    return begins(words.format(many=number_word(len(worst)), worst=worst[0].name))


def _drawn(board: Board, found: Sequence[PlaceFigures], lower: set[str], higher: set[str]) -> SafeString:
    """What is kept of all that the figures are of, and the dozen places that keep fewest below it."""
    if not found:
        return SafeString("")
    shown = found[:_DRAWN]
    every = Share(board.figures.now("p:kept"), board.figures.now(*DUE_MARKS))
    named = place_named(board.narrow.place) if board.narrow.place else _("Everywhere")
    rows = [_interval(named, "", every, "ink")]
    for one in shown:
        tone = "broken" if one.key in lower else "mended" if one.key in higher else "ink"
        what = place_named(one.key).partition(":")[0]
        rows.append(_interval(one.name, what, Share(one.kept, one.due), tone))
    name = _("Promises kept by place: {}").format("; ".join(f"{one.name} {one.kept / one.due:.0%}" for one in shown))
    return intervals(rows, name=name)


def _interval(name: str, note: str, share: Share, tone: str) -> Interval:
    return Interval(
        name=name, note=note, n=share.whole, value=share.value, low=share.low, high=share.high, tone=tone,
        shown=f"{share.value:.1%}", share=True,
    )  # fmt: skip
