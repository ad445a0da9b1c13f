"""What other methods find of the same question: beside the verdict of a report, in plain words, and never it."""

from __future__ import annotations

import math

from django.utils.translation import gettext as _

from makegood.measurement.findings import SHARES, Group, Refused, Rung, Step, Why
from makegood.measurement.queries import ReportFacts
from makegood.web.insights.intervals import ends
from makegood.web.tables import Column, Row

# The figures of these are shares whatever is asked; of these logarithms of a ratio, which is told.
_SHARES = {"kaplan_meier", "aalen_johansen", "brunner_munzel", "went_up"}
_LOGS = {"cox", "ordered_logit"}
# These are counted, whatever is asked.
_COUNTED = {"bg_nbd"}
BY_LOT = "goodwill_by_lot"


def columns() -> list[Column]:
    """The columns of the table."""
    return [
        Column(_("Method")),
        *(Column(name, n=True) for name in (_("Figure"), *ends(), _("People"))),
    ]


def rows(facts: ReportFacts | None) -> list[Row]:
    """A line for each method that the rows of the registered outcome let us use, once the report is open."""
    asked = facts.shown.of(facts.plan.outcome) if facts and facts.shown else None
    if facts is None or asked is None:
        return []
    is_share = facts.plan.outcome in SHARES
    return [
        Row([_named(one), *(_shown(one, end, is_share) for end in (one.value, one.low, one.high)), f"{one.n:,}"])
        for one in asked.ladder
    ]  # fmt: skip


def refused(facts: ReportFacts | None) -> list[str]:
    """Which methods cannot answer here, each with what stands in its way."""
    asked = facts.shown.of(facts.plan.outcome) if facts and facts.shown else None
    return [f"{_named(one)}: {_why(one)}" for one in asked.refused] if asked else []


def by_lot(facts: ReportFacts | None) -> bool:
    """Whether chance decided anything that is told here."""
    asked = facts.shown.of(facts.plan.outcome) if facts and facts.shown else None
    return any(one.method == BY_LOT for one in asked.ladder) if asked else False


def _why(one: Refused) -> str:
    return {
        Why.FEW: _("of fewer than 20 on one side it is known."),
        Why.FEW_LEFT: _("fewer than 20 left in these days."),
        Why.FEW_ALIKE: _("fewer than 10 of those put right have somebody near enough to them."),
        Why.FEW_STEPS: _("fewer than three different answers were given."),
        Why.FEW_MOVED: _("fewer than 20 are otherwise than they were before."),
        Why.FEW_BEFORE: _("of fewer than 20 of them it is known what was before."),
        Why.FEW_MONTHS: _(
            "of fewer than 20 on one side the three months before are known, in months in which both are found."
            " Bring in older orders, or wait until customers are with you for three months."
        ),
        Why.FEW_BUYERS: _("of fewer than 100 on one side it is known how they bought in the year before."),
        Why.FEW_DRAWN: _("chance decided for fewer than 20 in one of the arms."),
        Why.FEW_NEAR: _("too few delays lie on one side of it, or near enough to it."),
    }.get(one.why, _("its figures fix no interval."))


def _named(one: Step) -> str:
    whose = {Group.NEVER: _("nothing went wrong"), Group.PUT_RIGHT: _("failed, then put right")}.get(one.group, "")
    names = {
        "raw": _("As they are, with nothing held equal"),
        "brunner_munzel": _("Chance that one of those put right has more (Brunner–Munzel; 50% is no difference)"),
        "ancova": _("Regression on what was known before"),
        "logistic": _("Logistic regression on what was known before"),
        "ordered_logit": _("Odds of a higher answer, at what was known before (1 is no difference)"),
        "shift": _("The same people after against before, {}").format(whose),
        "went_up": _("Of the same people who moved, went up (50% is no difference), {}").format(whose),
        "mcnemar": _("The same people after against before (McNemar), {}").format(whose),
        "event_study": _("Month by month against before, in a month (Callaway and Sant’Anna)"),
        "bg_nbd": _("Purchases beyond what how they bought before led to expect (BG/NBD)"),
        "matching": _("Pairs of people alike"),
        "kaplan_meier": _("Still there at the end (Kaplan–Meier), {}").format(whose),
        "aalen_johansen": _("Left of their own choice (Aalen–Johansen), {}").format(whose),
        "cox": _("How many times as fast they leave, from the day it was put right (Cox; 1 is no difference)"),
        "threshold": _("Just above against just below where a rule pays"),
    }
    if one.method == BY_LOT:
        return _("What giving more changed, by lot: “{arm}” against as usual (experiment {number})").format(
            arm=one.arm, number=one.experiment
        )
    return names.get(one.method, one.method)


def _shown(one: Rung, value: float, is_share: bool) -> str:
    if one.method in _LOGS:
        return f"{math.exp(value):.2f}"
    if one.method in _COUNTED:
        return f"{value:,.2f}"
    return f"{value:.1%}" if is_share or one.method in _SHARES else f"{value:,.2f}"
