"""A report that may be read at any time: every look with its interval, as a picture that narrows and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from makegood.measurement.findings import CROWD, SHARES, Compared, Look, Outcome, Said, Why
from makegood.measurement.queries import ReportFacts
from makegood.measurement.rules.power import times_at_any_time
from makegood.people.rules import Ability
from makegood.web.desk import Desk
from makegood.web.insights.pictures import drawing, joined, path, words
from makegood.web.tables import Choice, Column, Row

WIDTH, LEFT, RIGHT, TOP, BASE = 460.0, 52.0, 452.0, 16.0, 176.0
TONES = {Said.ABOVE: "mended", Said.BELOW: "broken", Said.EQUIVALENT: "mended"}


def readings() -> list[Choice]:
    """When a report may be read: chosen when it is registered."""
    return [Choice("at_end", _("Once, on its day")), Choice("any_time", _("At any time, by wider intervals"))]


def wider() -> str:
    """What reading at any time costs, reckoned."""
    return _("At any time takes about {times} times as many people, and no look before {crowd} in each group").format(
        times=f"{times_at_any_time():.1f}", crowd=CROWD
    )


def of(facts: ReportFacts | None, desk: Desk) -> dict[str, Any] | None:
    """What the page tells of the looks; None of a report that is read once."""
    if facts is None or facts.plan.planned is None:
        return None
    seen = [one for one in facts.looks if one.seen is not None]
    return {
        "drawn": narrowing(seen, facts), "columns": _columns(), "rows": [_row(one, facts) for one in reversed(seen)],
        "may_look": facts.found_at is None and not facts.asked_look and desk.scope.may(Ability.MEASURE),
        "waits": facts.asked_look is not None, "planned": f"{facts.plan.planned:,}",
        "times": f"{times_at_any_time(alpha=0.05 / facts.plan.looks):.1f}", "crowd": CROWD,
        "last": date_format(facts.opens_at.astimezone(desk.zone), "j F Y"),
    }  # fmt: skip


def narrowing(looks: Sequence[Look], facts: ReportFacts) -> SafeString:
    """The interval of each look, by how many were counted, around no difference and the margin."""
    which, margin = facts.plan.outcome, facts.plan.margin
    told = [(one, one.seen.compared) for one in looks if one.seen and one.seen.compared]
    known = [end for _one, each in told for end in (each.low, each.high) if end is not None]
    if not known:
        return SafeString("")
    reach = 1.08 * max(margin, -min(known), max(known))

    def y(value: float) -> float:
        return TOP + (reach - value) / (2 * reach) * (BASE - TOP)

    step = (RIGHT - LEFT) / len(told)
    grid = [
        part for at in (reach / 1.08, 0.0, -reach / 1.08)
        for part in (path("grid-l", f"M{LEFT} {y(at):.1f}H{RIGHT}"),
                     words(LEFT - 6, y(at) + 3.5, shown(at, which), anchor="end"))
    ]  # fmt: skip
    bounds = path("tgt", f"M{LEFT} {y(margin):.1f}H{RIGHT}M{LEFT} {y(-margin):.1f}H{RIGHT}")
    marks = [_mark(one, each, LEFT + (place + 0.5) * step, y) for place, (one, each) in enumerate(told)]
    # So many labels fit side by side.
    some = max(1, -(-len(told) // 8))
    labels = [
        words(LEFT + (place + 0.5) * step, BASE + 16, f"{one.seen.people:,}" if one.seen else "", anchor="middle")
        for place, (one, _each) in enumerate(told) if place % some == 0 or place == len(told) - 1
    ]  # fmt: skip
    name = _(
        "The interval at each look, by how many put right were counted: it narrows as people come. Dashed: ±{margin}"
    )
    labels.append(words(LEFT - 6, BASE + 16, _("put right"), anchor="end"))
    body = joined([*grid, bounds, *marks, *labels])
    return drawing(WIDTH, BASE + 22, body, name.format(margin=shown(margin, which).lstrip("+")), "chart wide dots")


def _mark(look: Look, one: Compared, x: float, y: Any) -> SafeString:
    if one.value is None or one.low is None or one.high is None:
        return words(x, y(0) - 4, "?", anchor="middle")
    tone, high, low = TONES.get(one.said, "ink"), y(one.high), y(one.low)
    line = path(f"range r-{tone}", f"M{x:.1f} {high:.1f}V{low:.1f}M{x - 5:.1f} {high:.1f}h10M{x - 5:.1f} {low:.1f}h10")
    dot = format_html('<circle class="dot r-{}" cx="{}" cy="{}" r="4"/>', tone, f"{x:.1f}", f"{y(one.value):.1f}")
    return joined([line, dot])


def shown(value: float, which: Outcome) -> str:
    """A difference in its own unit, with its sign."""
    if which in SHARES:
        return f"{100 * value:+.1f}" if value else "0"
    return (f"{value:+,.0f}" if which is Outcome.NPS else f"{value:+,.2f}") if value else "0"


def _columns() -> list[Column]:
    numbers = (_("Put right"), _("Never failed"), _("Difference"), _("At least, 95% sure at every look"),
               _("At most, 95% sure at every look"))  # fmt: skip
    return [Column(_("Look")), Column(_("Asked by")), *(Column(name, n=True) for name in numbers), Column(_("Verdict"))]


def _row(look: Look, facts: ReportFacts) -> Row:
    seen = look.seen
    one, which = seen.compared if seen else None, facts.plan.outcome
    ends = ["–" if one is None or end is None else shown(end, which)
            for end in ((one.value, one.low, one.high) if one else (None, None, None))]  # fmt: skip
    return Row([
        date_format(look.asked_at, "j M Y"), look.asked_by or _("by itself, on its day"),
        f"{seen.people:,}" if seen else "–", f"{seen.others:,}" if seen else "–", *ends, _verdict(one, facts),
    ])  # fmt: skip


def _verdict(one: Compared | None, facts: ReportFacts) -> str:
    if one is None:
        return _("nobody told us of it yet")
    if one.said is Said.CANNOT_TELL:
        return {
            Why.SILENCE: _("cannot tell: those who kept silent could turn it round"),
            Why.UNKNOWN: _("cannot tell: too little is known of them from before"),
        }.get(one.why or Why.UNBALANCED, _("cannot tell: not comparable"))
    return {
        Said.TOO_FEW: _("not enough data: about {} more").format(f"{one.missing:,}"),
        Said.ABOVE: _("above"), Said.BELOW: _("below"), Said.EQUIVALENT: _("equivalent"),
    }[one.said]  # fmt: skip
