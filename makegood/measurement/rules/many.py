"""Many questions at once: p-values after asking all of them."""

from __future__ import annotations

import numpy as np
from statsmodels.stats.multitest import multipletests

from makegood.measurement.rules.estimate import Numbers


def holm(p: Numbers) -> Numbers:
    """p-values such that the chance of one false alarm among all stays at most 5 % (Holm 1979)."""
    return np.asarray(multipletests(p, method="holm")[1], dtype=float)
