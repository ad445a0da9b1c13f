"""Whether customers who were put right are as well off as those never failed: the finding, its figures, registering."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRefresh

from makegood.measurement.findings import (
    ARCHIVE,
    ASKED,
    ROWS,
    SHARES,
    Compared,
    Figure,
    Group,
    Known,
    Outcome,
    Said,
    Size,
    Why,
)
from makegood.measurement.queries import ReportFacts, ReportState, file_of, latest_paradox, report_for, reports
from makegood.measurement.tables import dictionary_csv, figures_csv
from makegood.people.queries import require_scope
from makegood.people.rules import Ability
from makegood.web.desk import DeskRequest, at_desk
from makegood.web.insights import looks, months, other_methods
from makegood.web.insights.cards import Card, Value
from makegood.web.insights.intervals import Gathered, Interval, ends, gathered, intervals
from makegood.web.insights.tabs import tabs
from makegood.web.tables import Column, Row

HOME = "/insights/paradox/"


@at_desk("GET")
def latest(request: DeskRequest) -> HttpResponse:
    """The report that opened last, else the one registered last, else how to begin."""
    scope = request.desk.scope
    every = reports(scope)
    return _shown(request, latest_paradox(scope), every)


@at_desk("GET")
def one(request: DeskRequest, number: int) -> HttpResponse:
    """One report."""
    scope = request.desk.scope
    return _shown(request, report_for(scope, number), reports(scope))


@at_desk("GET")
def numbers(request: DeskRequest, number: int) -> HttpResponse:
    """Every figure of a report as a file. It names no customer."""
    found = report_for(request.desk.scope, number).found
    response = HttpResponse(figures_csv(found) if found else "", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="paradox-{number}.csv"'
    return response


@at_desk("GET")
def rows(request: DeskRequest, number: int) -> HttpResponse:
    """The rows behind a report: a customer each, who is a number of no meaning."""
    name = f'attachment; filename="paradox-{number}-rows.csv"'
    kept = file_of(request.desk.scope, number, ROWS)
    headers = {"Content-Encoding": "gzip", "Content-Disposition": name}
    return HttpResponse(kept, content_type="text/csv; charset=utf-8", headers=headers)


@at_desk("GET")
def archive(request: DeskRequest, number: int) -> HttpResponse:
    """Everything that gives the same figures again: figures, data dictionary, rows."""
    name = f'attachment; filename="paradox-{number}.zip"'
    kept = file_of(request.desk.scope, number, ARCHIVE)
    return HttpResponse(kept, content_type="application/zip", headers={"Content-Disposition": name})


@at_desk("GET")
def dictionary(request: DeskRequest) -> HttpResponse:
    """What each column of the files means."""
    require_scope(request.desk.scope, Ability.SEE_ALL)
    headers = {"Content-Disposition": 'attachment; filename="paradox-dictionary.csv"'}
    return HttpResponse(dictionary_csv(), content_type="text/csv; charset=utf-8", headers=headers)


def _shown(request: DeskRequest, facts: ReportFacts | None, every: tuple[ReportFacts, ...]) -> HttpResponse:
    desk = request.desk
    cards = [told(card_of(facts, outcome), facts) for outcome in _of(facts)] if facts else []
    state = facts.state(desk.now) if facts else None
    context: dict[str, Any] = {
        "state": state.value if state else "", "computing": state is ReportState.COMPUTING,
        "percent": round(100 * facts.share) if facts else 0,
        "doing": _doing(facts.doing) if facts else "",
        "facts": facts, "cards": cards, "tabs": tabs(HOME, desk, ""), "may": desk.scope.may(Ability.MEASURE),
        "sizes": [_size_row(one) for one in (facts.found.sizes if facts and facts.found else ())],
        "size_columns": [Column(name, n=place > 0) for place, name in enumerate(size_headings())],
        "methods": other_methods.rows(facts), "method_columns": other_methods.columns(),
        "by_lot": other_methods.by_lot(facts), "refused": other_methods.refused(facts), "by_month": months.of(facts),
        "behind": _behind(facts), "others": [one for one in every if facts is None or one.number != facts.number],
        "opens": date_format(facts.opens_at.astimezone(desk.zone), "j F Y") if facts else "",
        "asked": _question(facts) if facts else "", "names": outcome_names(), "any_time": looks.of(facts, desk),
    }  # fmt: skip
    if request.htmx and request.htmx.target == "progress":
        ended = not context["computing"]
        return HttpResponseClientRefresh() if ended else render(request, "web/insights/paradox.html#progress", context)
    return render(request, "web/insights/paradox.html", context)


def told(card: Card, facts: ReportFacts) -> dict[str, object]:
    """A card as the template takes it."""
    return {
        "key": card.key, "title": card.title, "sub": card.sub, "drawn": card.drawn, "foot": card.foot, "strips": (),
        "open_url": card.open_url, "open_word": card.open_word,
        "columns": [Column(card.headings[0]), *(Column(name, n=True) for name in card.headings[1:])],
        "rows": [Row(["–" if value is None else str(value) for value in cells], url) for cells, url in card.rows],
        "csv": f"{HOME}{facts.number}.csv", "method": "/insights/method/#paradox",
    }  # fmt: skip


def card_of(facts: ReportFacts, outcome: Outcome | None = None) -> Card:
    """The finding of a report as a card; of its own outcome unless another is named."""
    which = outcome or facts.plan.outcome
    if facts.shown is None:
        return _gathering(facts)
    asked = facts.shown.of(which)
    figures = asked.figures if asked else ()
    by_group = {one.group: one for one in asked.compared} if asked else {}
    return Card(
        key=f"paradox-{which}", title=title(facts, which, by_group.get(Group.PUT_RIGHT)),
        sub=_("{what}, with its 95% interval. Failures of {days}.").format(what=units()[which], days=_days(facts)),
        drawn=intervals([_interval(one, which) for one in figures], name=_words(figures, which))
        if figures else SafeString(""),
        headings=(_("Group"), _("Figure"), *ends(), _("Counted"), _("People"), _("Replied"),
                  _("Against people like them")),
        rows=[(_cells(one, which, by_group.get(one.group)), "") for one in figures],
        foot=_foot(facts, by_group.get(Group.PUT_RIGHT)), open_url=f"{HOME}{facts.number}/", open_word=_("Open it"),
    )  # fmt: skip


def _gathering(facts: ReportFacts) -> Card:
    """A report that may not be read yet: how many people it has of those it takes."""
    sizes = facts.found.sizes if facts.found else ()
    rows = [_size_row(one) for one in sizes]
    filled = [
        Gathered(name=group_names()[one.group], many=one.people, needed=one.needed, tone=_tone(one.group))
        for one in sizes
    ]  # fmt: skip
    name = "; ".join(f"{one.name}: {one.of}" for one in filled)
    return Card(
        key=f"paradox-{facts.plan.outcome}", title=title(facts, facts.plan.outcome, None),
        sub=_("People so far, of as many as a verdict takes. {what}; failures of {days}.").format(
            what=units()[facts.plan.outcome], days=_days(facts)
        ),
        drawn=gathered(filled, name=name) if filled else SafeString(""), headings=size_headings(),
        rows=[(row.cells, "") for row in rows], foot=_foot(facts, None), open_url=f"{HOME}{facts.number}/",
        open_word=_("Open it"),
    )  # fmt: skip


def size_headings() -> tuple[str, ...]:
    """Of how many people there are, and how many it takes."""
    return _("Group"), _("People"), _("Outcome known"), _("Needed for a verdict"), _("Still missing")


def _days(facts: ReportFacts) -> str:
    return f"{date_format(facts.plan.since, 'j M Y')} – {date_format(facts.plan.before, 'j M Y')}"


def title(facts: ReportFacts, which: Outcome, one: Compared | None) -> str:
    """The finding, computed: one of five, and before it opens that it is locked."""
    if facts.shown is None and facts.plan.planned is not None:
        return _("Does putting it right keep customers? Nobody has looked yet")
    if facts.shown is None:
        return _("Does putting it right keep customers? Locked until {day}").format(
            day=date_format(facts.opens_at, "j M Y")
        )
    if which is Outcome.RECOVERY:
        return _recovery(facts)
    if one is None or one.said is Said.TOO_FEW:
        missing = one.missing if one else _missing(facts)
        return _("Not enough data: about {} more customers needed").format(f"{missing:,}")
    if one.value is None or one.said is Said.CANNOT_TELL:
        return _("Cannot tell: the groups are not comparable")
    by = shown(abs(one.value), which)
    words = {
        Said.ABOVE: _("Customers put right: {what} {by} above those never failed"),
        Said.BELOW: _("Customers put right: {what} {by} below those never failed"),
        Said.EQUIVALENT: _("Customers put right: {what} no clear difference from those never failed"),
    }
    return words[one.said].format(what=outcome_names()[which].lower(), by=by)


def _recovery(facts: ReportFacts) -> str:
    """What those put right say of it. Nobody who was never failed is asked: it is compared with nothing."""
    asked = facts.found.of(Outcome.RECOVERY) if facts.found else None
    figures = asked.figures if asked else ()
    value = next((one.value for one in figures if one.group is Group.PUT_RIGHT), None)
    if value is None:
        return _("Of those put right, too few answered the recovery survey to say")
    return _("Those put right give their recovery {} of 5").format(shown(value, Outcome.RECOVERY))


def _missing(facts: ReportFacts) -> int:
    """How many more of the smaller group it takes before its outcome can be compared at all."""
    sizes = facts.found.sizes if facts.found else ()
    return max((one.needed - one.counted for one in sizes if one.group in (Group.NEVER, Group.PUT_RIGHT)), default=0)


def shown(value: float, which: Outcome) -> str:
    """A figure in its own unit."""
    if which in SHARES:
        return f"{value:.1%}"
    return f"{value:,.0f}" if which is Outcome.NPS else f"{value:,.2f}"


def group_names() -> dict[Group, str]:
    """What each group is called."""
    return {
        Group.NEVER: _("Nothing went wrong"), Group.PUT_RIGHT: _("Failed, then put right"),
        Group.NOT_PUT_RIGHT: _("Failed, not put right"), Group.SILENT: _("Failed, nobody spoke"),
        Group.TWICE: _("Failed twice"),
    }  # fmt: skip


def outcome_names() -> dict[Outcome, str]:
    """What each outcome is called."""
    return {
        Outcome.STAYED: _("Still a customer"), Outcome.BOUGHT: _("Bought again"), Outcome.SPEND: _("Spend"),
        Outcome.NPS: _("Would recommend"), Outcome.CSAT: _("Satisfaction"), Outcome.RECOVERY: _("Recovery survey"),
    }  # fmt: skip


def known_names() -> dict[Known, str]:
    """What may be held equal, all of it known before anything failed."""
    return {
        Known.EXPOSURE: _("How much they were promised (always)"), Known.TENURE: _("How long they are customers"),
        Known.ORDERS: _("How often they bought in the year before"),
        Known.SPEND: _("What they spent in the year before"),
        Known.BASELINE: _("What they answered before"),
    }  # fmt: skip


def units() -> dict[Outcome, str]:
    """What the figure of each outcome is."""
    return {
        Outcome.STAYED: _("Share still customers"), Outcome.BOUGHT: _("Share who bought again"),
        Outcome.SPEND: _("Mean spend"), Outcome.NPS: _("Net promoters, points"),
        Outcome.CSAT: _("Satisfaction, 1 to 5"), Outcome.RECOVERY: _("Recovery survey, 1 to 5"),
    }  # fmt: skip


def _of(facts: ReportFacts) -> list[Outcome]:
    """The registered outcome first, then the others that were found."""
    found = facts.shown.asked if facts.shown else ()
    return [facts.plan.outcome, *(one.outcome for one in found if one.outcome is not facts.plan.outcome)]


def _tone(group: Group) -> str:
    return {Group.NEVER: "ink", Group.PUT_RIGHT: "mended"}.get(group, "broken")


def _interval(one: Figure, which: Outcome) -> Interval:
    note = _("{} replied").format(f"{one.replied:.0%}") if which in ASKED and one.replied is not None else ""
    return Interval(
        name=group_names()[one.group], note=note, n=one.counted, value=one.value, low=one.low, high=one.high,
        tone=_tone(one.group),
        shown=_("too few to say") if one.value is None else shown(one.value, which),
        share=which in SHARES,
    )  # fmt: skip


def _words(figures: tuple[Figure, ...], which: Outcome) -> str:
    return "; ".join(
        f"{group_names()[one.group]}: {_('too few to say') if one.value is None else shown(one.value, which)}"
        for one in figures
    )


def _cells(one: Figure, which: Outcome, compared: Compared | None) -> list[Value]:
    ends = [None if end is None else shown(end, which) for end in (one.value, one.low, one.high)]
    replied = f"{one.replied:.0%}" if which in ASKED and one.replied is not None else None
    return [group_names()[one.group], *(ends if one.value is not None else (_("too few to say"), None, None)),
            f"{one.counted:,}", f"{one.people:,}", replied, verdict(compared, which) if compared else None]  # fmt: skip


def verdict(one: Compared, which: Outcome) -> str:
    """What may be said of a group, in one of five ways."""
    if one.said is Said.TOO_FEW:
        return _("not enough data: about {} more").format(f"{one.missing:,}")
    if one.value is None or one.low is None or one.high is None:
        return {
            Why.SILENCE: _("cannot tell: those who kept silent could turn it round"),
            Why.UNASKED: _("cannot tell: nobody to compare with"),
            Why.UNKNOWN: _("cannot tell: too little is known of them from before"),
        }.get(one.why or Why.UNBALANCED, _("cannot tell: not comparable"))
    figure = f"{shown(one.value, which)} ({shown(one.low, which)} – {shown(one.high, which)})"
    names = {Said.ABOVE: _("above: {}"), Said.BELOW: _("below: {}"), Said.EQUIVALENT: _("equivalent: {}")}
    return names[one.said].format(figure)


def _foot(facts: ReportFacts, one: Compared | None) -> str:
    if facts.shown is None:
        return _("Registered by {who}. Until it opens only people are counted.").format(who=facts.registered_by)
    if one is None:
        return _(
            "Nobody told us of it yet, or of too few: bring in orders, renewals, who left and scores by file or API."
        )
    if one.why is Why.UNKNOWN:
        return _unknown(one)
    if one.value is None or one.low is None or one.high is None:
        return _("Compared with people like them whom nothing had failed.")
    which = facts.plan.outcome
    words = _("The difference lies between {low} and {high}, at equal exposure, tenure and custom.")
    return words.format(low=shown(one.low, which), high=shown(one.high, which))


def _unknown(one: Compared) -> str:
    """What is known of too few of them, and what to do about it."""
    names = {known.value: name for known, name in known_names().items()}
    parts = ", ".join(f"{names.get(held.name, held.name)}: {held.known:.0%}" for held in one.held if held.known < 1)
    return _(
        "Known of them from before — {parts}. It is known of too few to hold it equal. Bring in what you have of it by"
        " file or API, or ask everybody now and then; a report registered without it does not hold it equal at all."
    ).format(parts=parts)


def _size_row(one: Size) -> Row:
    missing = max(0, one.needed - one.people)
    return Row([group_names()[one.group], f"{one.people:,}", f"{one.counted:,}", f"{one.needed:,}",
                f"{missing:,}" if missing else _("enough")])  # fmt: skip


def _behind(facts: ReportFacts | None) -> list[dict[str, Any]]:
    found = facts.found.behind if facts and facts.found else {}
    return [
        {"name": group_names()[group], "cases": [f"SR-{case}" for case in cases]}
        for group, cases in found.items()
        if cases
    ]


def _doing(name: str) -> str:
    """What is under way, in words."""
    return outcome_names()[Outcome(name)] if name in set(Outcome) else _("Reading what happened")


def _question(facts: ReportFacts) -> str:
    plan = facts.plan
    return _(
        "{what}, {horizon} days on; put right within {landmark} days; a difference within ±{margin} would not matter."
    ).format(
        what=outcome_names()[plan.outcome], horizon=plan.horizon_days, landmark=plan.landmark_days,
        margin=shown(plan.margin, plan.outcome),
    )  # fmt: skip
