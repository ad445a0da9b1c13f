"""The charts of the insights: each with its finding, its drawing, and the same numbers as a table and a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from makegood.measurement.aims import Aim
from makegood.measurement.marks import HOW, SAID, WHO, above, flow, spans_between
from makegood.measurement.queries.insights import CASES, DUE_MARKS, causes_named, flows, happened
from makegood.measurement.rules.headlines import Share, clearly, moved, series, slowest, stands_out, vital
from makegood.measurement.rules.shares import ENOUGH
from makegood.web.days import starts
from makegood.web.fractions import ALL, begins, few_make, in_words
from makegood.web.insights.board import Board, day_short
from makegood.web.insights.flow import ALONE, Cell, Strip, flow_drawn, names, strips
from makegood.web.insights.intervals import ends
from makegood.web.insights.pictures import Bar, Point, columns, pareto, shares_line

Value = str | int | float | date | None
"""A cell: a name, a count, a share of one, a day, or nothing to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A finding. `rows` are cells with the address of what they count; `broad` is drawn across a page of its own."""

    key: str
    title: str
    sub: str
    drawn: SafeString
    headings: Sequence[str]
    rows: Sequence[tuple[Sequence[Value], str]]
    foot: str = ""
    open_url: str = ""
    open_word: str = ""
    strips: Sequence[Strip] = field(default=())
    broad: SafeString = field(default=SafeString(""))


def sure(share: Share) -> str:
    """A share with its interval in words."""
    return _("{share}, between {low} and {high}, 95% sure").format(
        share=f"{share.value:.1%}", low=f"{share.low:.1%}", high=f"{share.high:.1%}"
    )


def promises_card(board: Board) -> Card:
    """Promises kept step by step, with what chance explains; a change is claimed only beyond it."""
    kept, due = board.figures.steps_of("p:kept"), board.figures.steps_of(*DUE_MARKS)
    half, change = len(due) // 2, moved(kept, due)
    whole = Share(sum(kept[half:]), sum(due[half:]))
    every = _("Each day, per cent.") if board.period.step == 1 else _("Each week, per cent.")
    points, rows = _kept_points(board, kept, due)
    sub = every + (" " + _("Shaded: what chance explains.") if any(one.low is not None for one in points) else "")
    name = _("Promises kept, step by step: {}").format("; ".join(f"{one.label} {one.value:.0%}" for one in points))
    aim = board.aims[Aim.KEPT] / 100
    return Card(
        key="promises", title=_kept_title(whole, change),
        sub=f"{sub} {_counted(whole, _('{} promises due'))}",
        drawn=shares_line(points, target=aim, name=name) if points else SafeString(""),
        broad=shares_line(points, target=aim, name=name, width=ALONE) if points else SafeString(""),
        headings=(_("Day") if board.period.step == 1 else _("Week from"), _("Due"), _("Kept"), _("Share"), *ends(),
                  _("Least by chance"), _("Most by chance"), _("Beyond chance"), _("What happened")), rows=rows,
        foot=_("{late} kept late, {broken} broken").format(
            late=f"{board.figures.now('p:kept_late'):,}", broken=f"{board.figures.now('p:broken'):,}"
        ),
        open_url=f"/insights/promises/?{board.query()}", open_word=_("Break down"),
    )  # fmt: skip


def _kept_title(whole: Share, change: float | None) -> str:
    if not whole.enough:
        return _("Too few promises to say")
    if change is None:
        return _("Promises kept has not really moved")
    points = f"{abs(change) * 100:.1f}"
    if change > 0:
        return _("Promises kept rose by {} points").format(points)
    return _("Promises kept fell by {} points").format(points)


def _counted(share: Share, words: str) -> str:
    told = words.format(f"{share.whole:,}")
    return f"{told}: {sure(share)}." if share.enough else f"{told}."


def _kept_points(
    board: Board, kept: Sequence[int], due: Sequence[int]
) -> tuple[list[Point], list[tuple[Sequence[Value], str]]]:
    """The steps of the period in which anything was due; limits are those of this period and the one before."""
    there, chart = series(kept, due)
    half, points = len(due) // 2, []
    rows: list[tuple[Sequence[Value], str]] = []
    named = causes_named() if chart and any(chart.beyond) else {}
    for place, step in enumerate(there):
        if step < half:
            continue
        since, before = board.period.span(step - half)
        share, url = Share(kept[step], due[step]), board.behind("p:*", since=since, before=before)
        low, high = (chart.low[place], chart.high[place]) if chart else (None, None)
        beyond = ""
        if chart and chart.beyond[place]:
            beyond = "low" if share.value < chart.middle else "high"
        why = _why(board, step, named) if beyond == "low" else ""
        said = _("{day}: {kept} of {due} kept").format(day=day_short(since), kept=share.part, due=share.whole)
        points.append(Point(day_short(since), share.value, low, high, beyond, said, url, why))
        sureness: Sequence[Value] = (share.value, share.low, share.high) if share.enough else (None, None, None)
        cells = (since, share.whole, share.part, *sureness, low, high, _beyond(beyond), why)
        rows.append((cells, url))
    return points, rows


def _beyond(side: str) -> str:
    return {"low": _("below"), "high": _("above")}.get(side, "")


def _why(board: Board, step: int, named: Mapping[int, str]) -> str:
    """What happened in a step that was worse than chance: an incident of then, else what most failures of then were
    put down to, if that is more than a third of them."""
    half = board.period.steps
    since, before = board.period.span(step - half)
    begun = happened(starts(since, board.zone), starts(before, board.zone)) if board.scope.sees_all else ()
    if begun:
        return begun[0][0]
    steps = {number: board.figures.steps_of(f"cause:{number}")[step] for number in named}
    most = max(steps, key=lambda number: steps[number], default=None)
    cases = board.figures.steps_of(*CASES)[step]
    return named[most] if most is not None and cases >= 3 and steps[most] * 3 > cases else ""


BANDS = ((0, 5), (5, 15), (15, 30), (30, 60), (60, 240), (240, None))


def acknowledgement_card(board: Board) -> Card:
    """How long until a person spoke to the customer, against what we promise."""
    spans, promise = board.figures.spans("contact"), round(board.aims[Aim.CONTACT])
    total, late = sum(spans.values()), above(spans, promise)
    waited = Share(late, total)
    if not waited.enough:
        title = _("Too few failures to say how long people wait")
    elif waited.value < 0.03:
        title = _("Hardly anybody waits longer than promised")
    else:
        title = begins(
            _("all wait longer than promised") if waited.value > ALL
            else _("{} waits longer than promised").format(in_words(waited.value))
        )  # fmt: skip
    bars, rows = [], []
    for start, end in BANDS:
        label, between = _span_label(start, end), spans_between(start, end)
        many = sum(spans.get(span, 0) for span in between)
        url = board.behind(*(f"contact:{span}" for span in between))
        css = "f-soft" if end is not None and end <= promise else "f-broken" if start >= 60 else "f-risk"
        bars.append(Bar(label, many, css, f"{label}: {many:,}", url))
        rows.append(((label, many, many / total if total else None), url))
    line_at = sum(1 for _start, end in BANDS if end is not None and end <= promise)
    drawn = columns(
        bars, line_at=line_at, line_says=_("our promise: {} min").format(promise),
        below=_("minutes from learning of the failure to a person answering"),
        name=_("Minutes to a person answering: {}").format("; ".join(f"{one.label} {one.many}" for one in bars)),
    ) if total else SafeString("")  # fmt: skip
    return Card(
        key="acknowledgement", title=title,
        sub=_counted_waiting(waited), drawn=drawn, headings=(_("Minutes"), _("Failures"), _("Share")), rows=rows,
        foot=_slow(board), open_url=f"/insights/acknowledgement/?{board.query()}", open_word=_("Break down"),
    )  # fmt: skip


def _counted_waiting(waited: Share) -> str:
    told = _("{} failures, by minutes to a person answering.").format(f"{waited.whole:,}")
    return f"{told} {_('Longer: {}.').format(sure(waited))}" if waited.enough else told


def _span_label(start: int, end: int | None) -> str:
    if end is None:
        return _("over {} h").format(start // 60)
    if start >= 60:
        return _("{start}–{end} h").format(start=start // 60, end=end // 60)
    return f"{start}–{end}"


def _slow(board: Board) -> str:
    """When people wait longest, if some four hours of the week clearly stand out."""
    groups = {}
    for days in ("weekday", "weekend"):
        for hour in range(0, 24, 4):
            late, soon = board.figures.now(f"when:{days}:{hour}:late"), board.figures.now(f"when:{days}:{hour}:soon")
            groups[f"{days}:{hour}"] = Share(late, late + soon)
    worst = slowest(groups)
    if worst is None:
        return _("No time of the week stands out")
    days, opens = worst.split(":")
    words = _("Slowest: weekends, {a}:00 to {b}:00") if days == "weekend" else _("Slowest: weekdays, {a}:00 to {b}:00")
    return words.format(a=opens.zfill(2), b=str(int(opens) + 4).zfill(2))


def recovery_card(board: Board, width: float = ALONE) -> Card:
    """From the first word to what the customer said, by what we did; drawn so wide."""
    cells: dict[Cell, int] = {
        (who, how, said): board.figures.now(flow(who, how, said)) for who in WHO for how in HOW for said in SAID
    }  # fmt: skip
    cells = {cell: many for cell, many in cells.items() if many}
    total, behind = sum(cells.values()), _behind_flow(board)
    asked = Share(board.figures.now(*flows(said="right"), *flows(said="more"), *flows(said="left")),
                  total - board.figures.now(*flows(said="open")))  # fmt: skip
    said_of = names()
    rows = [
        ((said_of[who], said_of[how], said_of[said], many), behind((who, how, said)))
        for (who, how, said), many in cells.items()
    ]  # fmt: skip
    sub = ngettext("{} failure, from first word to the customer’s own.", "{} failures, from first word to the"
                   " customer’s own.", total).format(f"{total:,}")  # fmt: skip
    answered = _("{share} of {many} asked have answered.").format(share=f"{asked.value:.0%}", many=f"{asked.whole:,}")
    left, apology_left = board.figures.now(*flows(said="left")), board.figures.now(*flows(how="apology", said="left"))
    foot = ngettext("{} customer left.", "{} customers left.", left).format(f"{left:,}")
    if left and apology_left:
        foot += " " + _("{} of them were offered only an apology.").format(f"{apology_left:,}")
    name = _("What became of {} failures").format(f"{total:,}")
    return Card(
        key="recovery", title=_kept_by(board), sub=f"{sub} {answered}" if asked.whole else sub,
        drawn=flow_drawn(cells, behind, name, width) if cells else SafeString(""),
        strips=strips(cells, behind) if cells else (),
        headings=(_("Who spoke first"), _("How it was put right"), _("What the customer said"), _("Failures")),
        rows=rows, foot=foot if left else "",
        open_url=board.behind(flow(how="apology")) if apology_left else f"/insights/recovery/?{board.query()}",
        open_word=_("See the cases") if apology_left else _("Break down"),
    )  # fmt: skip


def right_of(board: Board, how: str) -> Share:
    """How many customers say it is right, of those asked after it was put right so."""
    asked = board.figures.now(*flows(how=how)) - board.figures.now(*flows(how=how, said="open"))
    return Share(board.figures.now(*flows(how=how, said="right")), asked)


def _kept_by(board: Board) -> str:
    apology, spot = right_of(board, "apology"), right_of(board, "spot")
    if not (apology.enough and spot.enough):
        return _("Too few to say what puts it right")
    if (clearly(spot, apology) or 0.0) > 0:
        return _("An apology alone keeps {few}. A remedy on the spot keeps {many}").format(
            few=in_words(apology.value), many=in_words(spot.value)
        )
    if clearly(spot, apology) is not None:
        return _("An apology alone does more than a remedy on the spot")
    return _("No clear difference between an apology alone and a remedy on the spot")


def _behind_flow(board: Board) -> Callable[[Cell], str]:
    return lambda cell: board.behind(flow(*(part or "_" for part in cell)))


_MOST_CAUSES = 7


def causes_card(board: Board) -> Card:
    """What failures were put down to, the most frequent first."""
    counts = sorted(board.figures.of("cause").items(), key=lambda pair: -pair[1])
    named = causes_named() if counts else {}
    total = sum(many for _number, many in counts)
    few = vital([many for _number, many in counts]) if total else 0
    rows = [
        ((named.get(int(number), "–"), many, many / total, running / total), board.behind(f"cause:{number}"))
        for (number, many), running in zip(counts, accumulate(many for _number, many in counts), strict=True)
    ]  # fmt: skip
    shown = [
        Bar(str(cells[0]), int(cells[1] or 0), "f-ink" if place < few else "f-soft", f"{cells[0]}: {cells[1]:,}", url)
        for place, (cells, url) in enumerate(rows[:_MOST_CAUSES])
    ]  # fmt: skip
    rest = total - sum(one.many for one in shown)
    if rest:
        shown.append(Bar(_("Other"), rest, "f-soft", _("Other: {}").format(f"{rest:,}"), ""))
    name = _("Causes, most frequent first: {}").format("; ".join(f"{one.label} {one.many}" for one in shown))
    return Card(
        key="causes", title=_causes_title(counts, few, total),
        sub=ngettext("{} case with a cause agreed.", "{} cases with a cause agreed.", total).format(f"{total:,}"),
        drawn=pareto(shown, vital=few, name=name) if shown else SafeString(""),
        headings=(_("Cause"), _("Failures"), _("Share"), _("Running share")), rows=rows,
        foot=_("{} without a cause yet").format(f"{max(0, board.figures.now(*CASES) - total):,}"),
        open_url="/causes/", open_word=_("By cost and customers lost"),
    )  # fmt: skip


def _causes_title(counts: Sequence[tuple[str, int]], few: int, total: int) -> str:
    if total < ENOUGH:
        return _("Too few causes to say")
    share = sum(many for _number, many in counts[:few]) / total
    if not stands_out(few, len(counts)):
        return _("No few causes stand out")
    return few_make(few, in_words(share))
