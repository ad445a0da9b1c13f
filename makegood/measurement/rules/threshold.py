"""What a compensation does, where a rule gives it from a threshold on: those just below against those just above."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm
from scipy.stats import binomtest

from makegood.measurement.rules.estimate import Estimate, Numbers, normal

# Fewer than these on either side say nothing about a line.
FEWEST = 20


@dataclass(frozen=True, slots=True)
class Jump:
    """The step at the threshold, and how many stand below and above it, near enough to be used."""

    effect: Estimate
    below: int
    above: int


def jump(running: Numbers, outcome: Numbers, *, threshold: float, reach: float) -> Jump:
    """How much the outcome rises at the threshold: a line on each side, nearer people weighing more (sharp design).

    Hahn, Todd and van der Klaauw 2001; triangular kernel over ±`reach`, in the unit of `running`; errors by White
    (HC1). Raises ValueError with fewer than 20 people on a side.
    """
    away = running - threshold
    near = np.abs(away) < reach
    away, seen = away[near], outcome[near]
    over = away >= 0
    above, below = int(over.sum()), int((~over).sum())
    if min(above, below) < FEWEST:
        raise ValueError(f"Within {reach:g} of the threshold are {below} and {above} people: too few for a line.")
    columns = np.column_stack([over, np.ones(len(away)), away, away * over]).astype(float)
    fit = sm.WLS(seen, columns, weights=1 - np.abs(away) / reach).fit(cov_type="HC1")
    return Jump(normal(float(fit.params[0]), float(fit.bse[0]), len(away)), below, above)


def bandwidth(running: Numbers, outcome: Numbers, *, threshold: float) -> float:
    """How far from the threshold people are looked at, so that the step is told with the least mean squared error.

    Imbens and Kalyanaraman (2012), section 4.2: density and spread at the threshold by a pilot bandwidth, the bend of
    both sides by local squares, kept from exploding by a penalty. Triangular kernel. In the unit of `running`.
    """
    away = running - threshold
    below, above = away < 0, away >= 0
    n, spread = len(away), float(np.std(away, ddof=1))
    pilot = 1.84 * spread * n**-0.2
    near = (away[below & (away >= -pilot)], away[above & (away <= pilot)])
    density = (len(near[0]) + len(near[1])) / (2 * n * pilot)
    noise = [float(np.var(outcome[side], ddof=1)) for side in (below & (away >= -pilot), above & (away <= pilot))]
    # The third derivative, by a cubic with a step; then the second by squares within what that says is near.
    columns = np.column_stack([np.ones(n), above, away, away**2, away**3]).astype(float)
    third = 6 * float(np.linalg.lstsq(columns, outcome, rcond=None)[0][4])
    bends, penalties = [], []
    for side, variance in ((below, noise[0]), (above, noise[1])):
        many = int(side.sum())
        wide = 3.56 * (variance / (density * max(third**2, 0.01))) ** (1 / 7) * many ** (-1 / 7)
        within = side & (np.abs(away) <= wide)
        squares = np.column_stack([np.ones(int(within.sum())), away[within], away[within] ** 2])
        bends.append(2 * float(np.linalg.lstsq(squares, outcome[within], rcond=None)[0][2]))
        penalties.append(2160 * variance / (int(within.sum()) * wide**4))
    bias = (bends[1] - bends[0]) ** 2 + sum(penalties)
    return float(3.4375 * (sum(noise) / (density * bias)) ** 0.2 * n**-0.2)


@dataclass(frozen=True, slots=True)
class Heaping:
    """How many lie just below and just above; `p` that so unequal numbers are chance."""

    below: int
    above: int
    p: float

    @property
    def heaped(self) -> bool:
        return self.p < 0.05


def heaping(running: Numbers, *, threshold: float, width: float) -> Heaping:
    """Whether people were moved over the threshold: as many must lie within `width` below as above it.

    A binomial test (Cattaneo, Titiunik and Vazquez-Bare 2017). Take a width that holds whole steps of how the delay is
    recorded: 5 minutes where it is rounded to 5.
    """
    below = int(np.sum((running >= threshold - width) & (running < threshold)))
    above = int(np.sum((running >= threshold) & (running < threshold + width)))
    return Heaping(below, above, float(binomtest(above, below + above).pvalue) if below + above else 1.0)
