"""A report's figures as one table, and what its columns mean. Light: the desk's download is made of it."""

from __future__ import annotations

import csv
import io
from typing import Any

from makegood.measurement.findings import Compared, Figure, Found, Month, Refused, Rung

_COLUMNS = (
    "kind", "outcome", "group", "method", "value", "low", "high", "n", "people", "replied", "least", "most", "weighted",
    "said", "why", "missing", "p", "overlap", "effective", "clusters", "unseen", "note",
    "experiment", "arm", "month", "apart",
)  # fmt: skip

DICTIONARY = (
    ("kind", "group: a group's own figure; compared: the group minus people like them who were never failed; method:"
     " another method's answer to the same; month: that answer in one month; refused: a method that cannot answer,"
     " and why; size: people before the report opened"),
    ("outcome", "stayed, bought: share of customers; spend: sum in the house's currency; nps: points; csat, recovery:"
     " steps"),
    ("group", "never_failed, put_right, not_put_right, silent, twice: by what we did until the landmark"),
    ("method", "raw, brunner_munzel, ancova, logistic, ordered_logit (log odds of a higher step), matching, shift"
     " (after minus before, of the same people), went_up (share of those who moved), mcnemar (share after minus"
     " before), event_study (mean of the months after, against the last month before and people like them of the same"
     " month of failure), bg_nbd (purchases in the horizon beyond what how they bought before led to expect, put right"
     " minus never failed), kaplan_meier, aalen_johansen (share who left,"
     " beside those lost otherwise), cox (log of the hazard, put right from its day on), threshold,"
     " goodwill_by_lot (arm minus as usual, by intention to treat)"),
    ("value, low, high", "the figure and the ends of its 95 % interval"),
    ("n", "people counted"),
    ("people", "people of the group; of an answer those who were asked"),
    ("replied", "share of those asked who answered"),
    ("least, most", "where the figure would lie if those who kept silent differed from those who answered"),
    ("weighted", "the figure with answers weighing as many people as they stand for"),
    ("said, why", "the verdict, and what stood in its way"),
    ("missing", "about how many more people the smaller group needs"),
    ("p", "chance of such a difference where there is none"),
    ("overlap", "share of the group with people like them among the never failed"),
    ("effective", "how many of the never failed the weights leave in effect"),
    ("clusters", "how many incidents of one size the group is worth"),
    ("unseen", "E-value: how strong something unseen must be, tied to both sides, to explain the figure away"),
    ("month", "which month after the landmark, of 30 days; negative: before the index date. Intervals of all months"
     " hold at once"),
    ("apart", "chance that the months before differ so much where the two went alike"),
    ("experiment, arm", "where chance decided who was given more than is owed: the number of the experiment and the"
     " arm"),
    ("rows.npz: given.*", "a row for each customer in an ended experiment with goodwill: experiment; arm (0 as usual);"
     " unit: a number of no meaning for each lot that was drawn, a customer or an incident; stayed, bought, spend: from"
     " that instant on, NaN unknown"),
    ("rows.npz, rows.csv", "a row for each customer: customer and cluster are numbers of no meaning; group as above;"
     " index: days since 1970; covariates.*: known before the index date; outcomes.*: after the landmark, NaN unknown;"
     " before.*: the same of as many days before the index date, of answers the last one at least a week before;"
     " asked.*: whether they were asked; stayed_days: from the landmark, at whose end they left, or were lost"
     " otherwise; righted_days: from the index date;"
     " hours_late: how late the failed promise was kept"),
    ("rows.npz: months.*", "what was done in each of six months before the index date and then of the horizon, NaN"
     " unknown"),
    ("rows.npz: buying.bought", "of whoever bought in the year before the index date: how often after the first time,"
     " how many days after it for the last time, days since, and how often in the horizon; NaN unknown"),
)  # fmt: skip


def dictionary_csv() -> str:
    """What each column means, as CSV."""
    told = io.StringIO()
    csv.writer(told).writerows([("column", "meaning"), *DICTIONARY])
    return told.getvalue()


def figures_csv(found: Found) -> str:
    """Every figure as a row of CSV."""
    told = io.StringIO()
    out = csv.DictWriter(told, _COLUMNS, restval="")
    out.writeheader()
    for size in found.sizes:
        out.writerow({"kind": "size", "group": size.group, "people": size.people, "n": size.counted})
    for asked in found.asked:
        every: tuple[Figure | Compared | Rung | Refused, ...] = (
            *asked.figures, *asked.compared, *asked.ladder, *asked.refused,
        )  # fmt: skip
        for one in every:
            out.writerow({"outcome": asked.outcome} | _row(one))
        for rung in asked.ladder:
            for month in rung.months:
                out.writerow({"outcome": asked.outcome, "method": rung.method, "group": rung.group} | _month(month))
    return told.getvalue()


def _month(one: Month) -> dict[str, Any]:
    return {"kind": "month", "month": one.at, "value": one.value, "low": one.low, "high": one.high}


def _row(one: Figure | Compared | Rung | Refused) -> dict[str, Any]:
    kind = {Figure: "group", Compared: "compared", Rung: "method", Refused: "refused"}[type(one)]
    told = {name: getattr(one, name) for name in _COLUMNS if hasattr(one, name)}
    if isinstance(one, Figure):
        told["n"] = one.counted
    return {"kind": kind} | {name: value for name, value in told.items() if value is not None}
