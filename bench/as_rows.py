"""A world as the rows of a report, so that what is asked of it goes the whole way that a user's question goes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np

from makegood.measurement.findings import ASKED, Known, Outcome, Plan
from makegood.measurement.rules.estimate import Numbers
from makegood.measurement.rules.groups import NEVER, PUT_RIGHT, Rows, Span, rows
from makegood.measurement.rules.odd_worlds import KNOWN_DAYS, Trial, histories

# Two months of index dates, a landmark, and the days in which outcomes are counted.
DAYS, LANDMARK, HORIZON = 60, 30, 90
# A history has so many customers for each row that is wanted, about: one in five was promised something in these days.
CUSTOMERS = 5
HISTORY_MARGIN = 0.06

Asked = tuple[Rows, Plan]


def of_trial(make: Callable[..., Trial]) -> Callable[..., Asked]:
    """The rows and the plan of such worlds: yes and no are staying, answers that not all gave a score, others spend."""

    def made(size: int, *, seed: int, effect: float) -> Asked:
        return _asked(make(size, seed=seed, effect=effect), seed)

    return made


def _asked(trial: Trial, seed: int) -> Asked:
    """Index dates, days of leaving and of being put right fall by lot: they tell nothing."""
    chance, many = np.random.default_rng([seed, 1]), len(trial.group)
    outcome, left = _outcome(trial.outcome), np.zeros(many, dtype=bool)
    if outcome is Outcome.STAYED:
        left = trial.outcome == 0
    _names, cluster = np.unique(trial.cluster, return_inverse=True)
    known = dict(zip(Known, trial.covariates.T, strict=False))
    found = Rows(
        customer=np.arange(many), group=np.where(trial.group, PUT_RIGHT, NEVER), cluster=cluster.astype(np.int64),
        index=np.floor(DAYS * chance.random(many)), covariates=known, outcomes={outcome: trial.outcome},
        asked={outcome: np.ones(many, dtype=bool)} if outcome in ASKED else {},
        stayed_days=np.where(left, HORIZON * chance.random(many), HORIZON), left=left,
        lost=np.zeros(many, dtype=bool), righted_days=np.where(trial.group, LANDMARK * chance.random(many), np.nan),
        hours_late=np.full(many, np.nan), case=np.where(trial.group, np.arange(many), -1),
    )  # fmt: skip
    return found, _plan(outcome, tuple(known), trial.margin, seed)


def _outcome(values: Numbers) -> Outcome:
    if np.isnan(values).any():
        return Outcome.CSAT
    return Outcome.STAYED if bool(np.all((values == 0) | (values == 1))) else Outcome.SPEND


def of_history(size: int, *, seed: int, effect: float) -> Asked:
    """About `size` rows of a whole history, and whether its customers stayed."""
    span = Span(KNOWN_DAYS, KNOWN_DAYS + DAYS - 5, float(LANDMARK), float(HORIZON))
    found = rows(histories(CUSTOMERS * size, seed=seed, effect=effect), span, seed=seed)
    return found, _plan(Outcome.STAYED, tuple(Known), HISTORY_MARGIN, seed)


def _plan(outcome: Outcome, known: tuple[Known, ...], margin: float, seed: int) -> Plan:
    return Plan(
        outcome=outcome, since=date(1971, 1, 1), before=date(1971, 3, 2), landmark_days=LANDMARK,
        horizon_days=HORIZON, covariates=known, margin=margin, seed=seed,
    )  # fmt: skip
