"""How long people stay: from a day on which all counted were still there, and with what changes on the way.

`time` is how long each was watched, `left` whether they left at its end (else nobody knows). Any unit of time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight, survdiff

from makegood.measurement.rules.clusters import summed
from makegood.measurement.rules.estimate import LEVEL, Estimate, Labels, Numbers, Yes, Z, normal


def staying(time: Numbers, left: Yes, *, at: float, landmark: float = 0.0) -> Estimate:
    """The share still there at `at`, of those still there at `landmark` (Kaplan and Meier 1958; Anderson et al. 1983).

    Who left before the landmark counts in no group: so nobody has to live through a recovery to be counted as
    recovered. The interval is that of log(−log S). Raises ValueError when nobody is left at the landmark.
    """
    counted = time > landmark
    if not counted.any():
        raise ValueError("Nobody was still there at the landmark.")
    curve = SurvfuncRight(time[counted], left[counted].astype(int))
    return _at(curve, at, int(counted.sum()))


def _at(curve: SurvfuncRight, at: float, n: int) -> Estimate:
    before = int(np.searchsorted(curve.surv_times, at, side="right"))
    if before == 0:
        return Estimate(1.0, 1.0, 1.0, n, 0.0)
    share, error = float(curve.surv_prob[before - 1]), float(curve.surv_prob_se[before - 1])
    if not 0 < share < 1:
        return Estimate(share, share, share, n, 0.0)
    return _log_log(share, error, n)


def _log_log(share: float, error: float, n: int) -> Estimate:
    """A share with the interval of log(−log), which stays between 0 and 1."""
    reach = Z * error / (share * abs(math.log(share)))
    return Estimate(share, share ** math.exp(reach), share ** math.exp(-reach), n, error)


def leaving(time: Numbers, left: Yes, lost: Yes, *, at: float) -> Estimate:
    """The share who left by `at`, where being `lost` to something else ends the chance to (Aalen and Johansen 1978).

    One minus Kaplan and Meier's share would be too much: it reckons with the lost as if they could still leave. The
    interval is that of log(−log I), with Dinse and Larson's error (1986). Once nobody is there any more there is no
    error, and the interval says nothing.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        curve = CumIncidenceRight(time, np.where(left, 1, np.where(lost, 2, 0)))
    before = int(np.searchsorted(curve.times, at, side="right"))
    if before == 0 or not left.any():
        return Estimate(0.0, 0.0, 0.0, len(time), 0.0)
    share, error = float(curve.cinc[0][before - 1]), float(curve.cinc_se[0][before - 1])
    if not 0 < share < 1:
        return Estimate(share, share, share, len(time), 0.0)
    if not math.isfinite(error):
        return Estimate(share, 0.0, 1.0, len(time), 1.0)
    return _log_log(share, error, len(time))


def half_gone(time: Numbers, left: Yes) -> Estimate:
    """When half have left, with the interval of log S (Brookmeyer and Crowley 1982); NaN while fewer than half have."""
    curve = SurvfuncRight(time, left.astype(int))
    low, high = curve.quantile_ci(0.5, alpha=1 - LEVEL, method="log")
    return Estimate(float(curve.quantile(0.5)), float(low), float(high), len(time))


@dataclass(frozen=True, slots=True)
class Apart:
    """Whether curves differ by more than chance."""

    chi_square: float
    p: float


def log_rank(time: Numbers, left: Yes, group: Labels) -> Apart:
    """Mantel's test (1966) that all groups stay alike."""
    statistic, p = survdiff(time, left.astype(int), group)
    return Apart(float(statistic), float(p))


@dataclass(frozen=True, slots=True)
class Stretches:
    """Stretches of time in which nothing changed: whose (the place of a row), and whether it was changed by then."""

    row: Labels
    start: Numbers
    stop: Numbers
    left: Yes
    changed: Yes


def stretches(stop: Numbers, left: Yes, since: Numbers) -> Stretches:
    """Each person's time, in two where something changed on the way: `since` when (NaN: never; up to 0: all along).

    Whoever leaves before their change was never changed. So nobody counts as changed for the time that they had to stay
    in order to be (immortal time; Suissa 2008).
    """
    halved = (since > 0) & (since < stop)
    return Stretches(
        row=np.concatenate([np.arange(len(stop)), np.flatnonzero(halved)]),
        start=np.concatenate([np.zeros(len(stop)), since[halved]]),
        stop=np.concatenate([np.where(halved, since, stop), stop[halved]]),
        left=np.concatenate([left & ~halved, left[halved]]),
        changed=np.concatenate([since <= 0, np.ones(int(halved.sum()), dtype=bool)]),
    )


def hazards(
    stop: Numbers, left: Yes, covariates: Numbers, *, start: Numbers | None = None, cluster: Labels | None = None
) -> tuple[Estimate, ...]:
    """The log of how much faster people leave for one more of each covariate (Cox 1972; ties by Efron 1977).

    With `start`, a row is a stretch of somebody's time in which nothing changed (Andersen and Gill 1982): so being
    recovered counts only from the day on which it was so. With `cluster`, errors are those of Lin and Wei (1989).
    """
    # PHReg takes whoever begins at the instant of a leaving as at risk in it, and so counts them twice where a stretch
    # of theirs ends there: a stretch begins just after its start.
    entry = None if start is None else np.nextafter(start, np.inf)
    fit = PHReg(stop, covariates, status=left.astype(int), entry=entry, ties="efron").fit()
    errors = fit.bse
    if cluster is not None:
        since = np.zeros(len(stop)) if start is None else start
        scores = _scores(stop, left, covariates, since, np.asarray(fit.params))
        bread = np.asarray(fit.cov_params())
        errors = np.sqrt(np.diag(bread @ summed(scores, cluster) @ bread))
    return tuple(normal(float(b), float(e), len(stop)) for b, e in zip(fit.params, errors, strict=True))


def _scores(stop: Numbers, left: Yes, x: Numbers, start: Numbers, slopes: Numbers) -> Numbers:
    """How much each row pulls at each slope (Lin and Wei 1989), by sums over who is at risk: start < time ≤ stop."""
    risk = np.exp(x @ slopes - np.max(x @ slopes))[:, None]
    times, events = np.unique(stop[left], return_counts=True)
    both = np.hstack([risk, risk * x])
    at_risk = _from(stop, both, times) - _from(start, both, times)
    middle = at_risk[:, 1:] / at_risk[:, :1]
    jumps = events[:, None] / at_risk[:, :1]
    grown = np.vstack([np.zeros((1, 1 + x.shape[1])), np.cumsum(np.hstack([jumps, jumps * middle]), axis=0)])
    over = grown[np.searchsorted(times, stop, side="right")] - grown[np.searchsorted(times, start, side="right")]
    pull = -risk * (x * over[:, :1] - over[:, 1:])
    pull[left] += x[left] - middle[np.searchsorted(times, stop[left])]
    return np.asarray(pull)


def _from(instants: Numbers, values: Numbers, times: Numbers) -> Numbers:
    """For each time, the sum of the values of those whose instant is not before it."""
    order = np.argsort(instants, kind="stable")
    total = np.vstack([np.cumsum(values[order][::-1], axis=0)[::-1], np.zeros((1, values.shape[1]))])
    return np.asarray(total[np.searchsorted(instants[order], times, side="left")])
