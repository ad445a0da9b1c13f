"""What became of broken promises, as flows from the first word to the customer's own; and as bars for a phone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from makegood.measurement.marks import HOW, SAID, WHO
from makegood.measurement.rules.shares import ENOUGH
from makegood.web.insights.pictures import box, drawing, joined, link, path, words

_HEIGHT, _NODE, _GAP, _TOP, _PAD = 262.0, 9.0, 13.0, 22.0, 146.0
BESIDE, ALONE = 642.0, 1100.0
"""How wide it is drawn: beside another card, or across the page."""
LOOKS = {"right": "mended", "more": "risk", "silent": "soft", "left": "broken", "open": "waits"}
Cell = tuple[str, str, str]
"""Who spoke first, how it was put right, what the customer said."""


def names() -> dict[str, str]:
    """Every node in the reader's language."""
    return {
        "all": _("Broken"), "us": _("We told them first"), "them": _("They told us"), "nobody": _("Nobody yet"),
        "spot": _("On the spot"), "approval": _("With approval"), "apology": _("Apology only"),
        "nothing": _("Nothing yet"), "right": _("It is right"), "more": _("Wanted more"), "silent": _("No reply"),
        "left": _("Left us"), "open": _("Not asked yet"),
    }  # fmt: skip


@dataclass(slots=True)
class _Node:
    key: str
    many: int
    x: float
    y: float = 0.0
    high: float = 0.0
    out: float = field(default=0.0)
    into: float = field(default=0.0)

    def stand(self, y: float, high: float) -> None:
        self.y = self.out = self.into = y
        self.high = high


def flow_drawn(cells: Mapping[Cell, int], behind: Callable[[Cell], str], name: str, width: float) -> SafeString:
    """Four columns with bands as wide as the cases in them; every node and band opens its cases."""
    said, total = names(), sum(cells.values())
    step = (width - _PAD - _NODE) / 3
    columns = _stood(cells, total, step)
    unit = _unit(columns, total)
    by_key = {node.key: node for column in columns for node in column}
    bands = []
    for first, second, many in _links(cells):
        a, b = by_key[first[0]], by_key[second[0]]
        shape = _band(a, b, many * unit)
        cell = _cell(first[1], second[1])
        told = _("{a} to {b}: {many}").format(a=said[a.key], b=said[b.key], many=f"{many:,}")
        bands.append(link(behind(cell), told, path(f"flow f-{_look(first[1], second[1])}", shape)))
    nodes = [_drawn(node, said[node.key], total, behind) for column in columns for node in column]
    heads = (_("Broken promises"), _("Who spoke first"), _("How it was put right"), _("What the customer said"))
    headings = [words(place * step, 9, head) for place, head in enumerate(heads)]
    return drawing(width, _HEIGHT + 8, joined([*headings, *bands, *nodes]), name, "chart wide")


def _stood(cells: Mapping[Cell, int], total: int, step: float) -> list[list[_Node]]:
    columns = [[_Node("all", total, 0.0)]]
    for place, keys in enumerate((WHO, HOW, SAID)):
        sums = {key: sum(many for cell, many in cells.items() if cell[place] == key) for key in keys}
        columns.append([_Node(key, many, (place + 1) * step) for key, many in sums.items() if many])
    unit = _unit(columns, total)
    for column in columns:
        used = sum(node.many * unit for node in column) + _GAP * (len(column) - 1)
        y = _TOP + ((_HEIGHT - 26 - used) / 2 if len(column) == 1 else 0)
        for node in column:
            node.stand(y, node.many * unit)
            y += node.high + _GAP
    return columns


def _unit(columns: Sequence[Sequence[_Node]], total: int) -> float:
    return (_HEIGHT - 26 - _GAP * (max(map(len, columns)) - 1)) / max(total, 1)


Side = tuple[str, Cell]


def _links(cells: Mapping[Cell, int]) -> list[tuple[Side, Side, int]]:
    """The bands in the order in which they leave their nodes: each side names its node and the cell it stands for."""
    found: list[tuple[Side, Side, int]] = []
    for who in WHO:
        found.append((("all", ("", "", "")), (who, (who, "", "")), _sum(cells, (who, "", ""))))
    found += [
        ((who, (who, "", "")), (how, ("", how, "")), _sum(cells, (who, how, ""))) for who in WHO for how in HOW
    ]  # fmt: skip
    found += [
        ((how, ("", how, "")), (said, ("", "", said)), _sum(cells, ("", how, said))) for how in HOW for said in SAID
    ]  # fmt: skip
    return [one for one in found if one[2]]


def _sum(cells: Mapping[Cell, int], wanted: Cell) -> int:
    return sum(many for cell, many in cells.items() if all(not w or w == c for w, c in zip(wanted, cell, strict=True)))


def _cell(a: Cell, b: Cell) -> Cell:
    return (a[0] or b[0], a[1] or b[1], a[2] or b[2])


def _look(a: Cell, b: Cell) -> str:
    """A band is coloured where it ends well or in the loss of a customer, and where an apology was all."""
    if b[2] in ("right", "left"):
        return LOOKS[b[2]]
    return "risk" if b[1] == "apology" and a[0] == "them" else "soft"


def _band(a: _Node, b: _Node, wide: float) -> str:
    left, right, out, into = a.x + _NODE, b.x, a.out, b.into
    middle = (left + right) / 2
    a.out += wide
    b.into += wide
    return (
        f"M{left:.1f} {out:.1f}C{middle:.1f} {out:.1f} {middle:.1f} {into:.1f} {right:.1f} {into:.1f}"
        f"V{into + wide:.1f}C{middle:.1f} {into + wide:.1f} {middle:.1f} {out + wide:.1f} {left:.1f} {out + wide:.1f}Z"
    )


def _drawn(node: _Node, name: str, total: int, behind: Callable[[Cell], str]) -> SafeString:
    look = {"all": "broken", "apology": "risk", **LOOKS}.get(node.key, "ink")
    x, y, tall = node.x + _NODE + 7, node.y + node.high / 2, node.high > 28
    told = f"{node.many:,} · {node.many / total:.0%}"
    text = (
        [words(x, y - 1, name, "lab", 12), words(x, y + 13, told, size=11)] if tall else [_line(x, y + 4, name, told)]
    )
    place = 0 if node.key in WHO else 1 if node.key in HOW else 2
    cell = ("", "", "") if node.key == "all" else tuple(node.key if at == place else "" for at in range(3))
    hit = format_html(
        '<rect class="hit" x="{}" y="{}" width="24" height="{}"/>', f"{node.x - 4:.1f}", f"{node.y:.1f}",
        f"{max(node.high, 12):.1f}",
    )  # fmt: skip
    bar = box(f"f-{look}", node.x, node.y, _NODE, max(node.high, 1.5), 1.5)
    return joined([link(behind(cell), f"{name}: {told}", hit + bar), *text])  # type: ignore[arg-type]


def _line(x: float, y: float, name: str, told: str) -> SafeString:
    """A name and its figures after it on one line, however wide the name is."""
    shape = (
        '<text x="{}" y="{}" font-size="12"><tspan class="lab">{}</tspan><tspan dx="7" font-size="11">{}</tspan></text>'
    )
    return format_html(shape, f"{x:.1f}", f"{y:.1f}", name, told)


@dataclass(frozen=True, slots=True)
class Strip:
    """One bar of a phone: how something was put right, and what these customers said."""

    name: str
    note: str
    drawn: SafeString


def strips(cells: Mapping[Cell, int], behind: Callable[[Cell], str]) -> list[Strip]:
    """One bar for each way of putting it right, divided by what the customers said."""
    said, found = names(), []
    for how in HOW:
        parts = [(key, _sum(cells, ("", how, key))) for key in SAID]
        total = sum(many for _, many in parts)
        if not total:
            continue
        x, drawn = 0.0, []
        for key, many in parts:
            wide = 342.0 * many / total
            if many:
                shape = box(f"f-{LOOKS[key]}", x, 0, max(wide - 1.5, 1), 16, 1.5)
                drawn.append(link(behind(("", how, key)), f"{said[how]}, {said[key]}: {many:,}", shape))
            x += wide
        asked = total - dict(parts)["open"]
        note = _("{share} right · n {many}").format(
            share=f"{dict(parts)['right'] / max(asked, 1):.0%}", many=f"{asked:,}"
        )
        if asked < ENOUGH:
            note = _("too few to say · n {}").format(f"{asked:,}")
        found.append(Strip(said[how], note, drawing(342, 16, joined(drawn), said[how], "strip")))
    return found
