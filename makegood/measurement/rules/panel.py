"""Before and after, of those it happened to and of those it did not."""

from __future__ import annotations

import math

import numpy as np
import statsmodels.api as sm

from makegood.measurement.rules.estimate import Estimate, Labels, Numbers, Yes, normal


def difference_in_differences(outcome: Numbers, treated: Yes, unit: Labels, period: Labels) -> Estimate:
    """What came with the treatment, with an effect of its own for each unit and period; errors clustered by unit.

    For one common start only: with several starts it mixes early with late ones (Goodman-Bacon 2021), and ValueError
    is raised. The fixed effects lie within the clusters and are not counted as estimated (Wooldridge 2010, 10.5).
    """
    starts = {int(period[(unit == one) & treated].min()) for one in np.unique(unit[treated])}
    if len(starts) != 1:
        raise ValueError("Units that started at different times need another method.")
    columns = [treated.astype(float), *_dummies(period)[1:], *_dummies(unit)]
    fit = sm.OLS(outcome, np.column_stack(columns)).fit(cov_type="cluster", cov_kwds={"groups": unit})
    n, counted, nested = len(outcome), len(columns), len(columns) - len(np.unique(unit)) + 1
    error = float(fit.bse[0]) * math.sqrt((n - counted) / (n - nested))
    return normal(float(fit.params[0]), error, n)


def _dummies(labels: Labels) -> list[Numbers]:
    return [(labels == one).astype(float) for one in np.unique(labels)]
