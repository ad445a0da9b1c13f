"""Covariates bent as far as their number allows, and fits of a million rows that take a second.

What fails customers seldom rises in a straight line with how much they use. A straight line would leave the bend to be
mistaken for an effect.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from makegood.measurement.rules.estimate import Numbers, Yes, smaller_side

# One knot for each so many people of the smaller group, at most so many knots; products of pairs from so many on.
PER_KNOT, MOST_KNOTS, PAIRS_FROM = 60, 8, 600
# Beyond these shares of a covariate's values a line has nothing to hold on to: it counts as if it lay there.
ENDS = (0.005, 0.995)
STEPS, HALVINGS = 60, 30
PENALTY = 1e-7
# A step is looked for at so many quantiles, so many times over; the best of 200 by chance lies below this (chi-square).
PLACES, ROUNDS, BEYOND_CHANCE, JUMPS_FROM = 200, 4, 15.0, 300


def bent(covariates: Numbers, smaller: int) -> Numbers:
    """Columns for a fit: each covariate standardised, hinges at its quantiles (linear splines), products of pairs.

    What is unknown (NaN) is set to the middle, with a column that says so, and where it is unknown the others have
    slopes of their own: they stand in for it. The outermost half per cent count as if they lay at its edge, so that no
    slope runs on to who buys a hundred times as much. The knots grow with `smaller`, the size of the smaller group (a
    sieve; Hirano, Imbens and Ridder 2003). Columns that say nothing new are left out.
    """
    knots = int(np.clip(smaller // PER_KNOT, 0, MOST_KNOTS))
    lines, columns, gaps = [], [], []
    for at, values in enumerate(covariates.T):
        unknown = np.isnan(values)
        middle = float(np.median(values[~unknown])) if not unknown.all() else 0.0
        filled = np.where(unknown, middle, _within(values, ~unknown))
        spread = float(filled.std())
        if unknown.any() and not unknown.all():
            gaps.append((at, unknown.astype(float)))
        if spread > 0:
            line = (filled - filled.mean()) / spread
            lines.append((at, line))
            columns += [line, *_hinges(line, knots)]
    columns += [gap for _at, gap in gaps]
    if smaller >= PAIRS_FROM:
        columns += [_capped(a) * _capped(b) for (_one, a), (_other, b) in combinations(lines, 2)]
        columns += [gap * _capped(line) for one, gap in gaps for other, line in lines if one != other]
    return _told_apart(np.column_stack(columns)) if columns else np.empty((len(covariates), 0))


def _within(values: Numbers, known: Yes) -> Numbers:
    """No further than the outermost half per cent of what is known; what would be all alike then stays as it is."""
    if not known.any():
        return values
    low, high = np.quantile(values[known], ENDS)
    return np.clip(values, low, high) if low < high else values


def _capped(line: Numbers) -> Numbers:
    """No further than three standard deviations, so that a product of two is nobody's lever."""
    return np.clip(line, -3.0, 3.0)


def _hinges(line: Numbers, knots: int) -> list[Numbers]:
    if not knots:
        return []
    places = np.unique(np.quantile(line, np.linspace(0, 1, knots + 2)[1:-1]))
    return [np.maximum(0.0, line - place) for place in places if line.min() < place < line.max()]


def _told_apart(columns: Numbers) -> Numbers:
    """Without columns that the ones before them already tell."""
    scale = columns.std(axis=0)
    kept = columns[:, scale > 0] / scale[scale > 0]
    middle = kept - kept.mean(axis=0)
    across = np.linalg.cholesky(middle.T @ middle / len(middle) + 1e-12 * np.eye(middle.shape[1]))
    return np.asarray(kept[:, np.diag(across) > 1e-4])


def with_jumps(outcome: Numbers, group: Yes, covariates: Numbers) -> Numbers:
    """`bent` columns, and a step wherever the group or the outcome leaves a straight line by more than chance.

    What jumps for either is held equal for both (double selection: Belloni, Chernozhukov and Hansen 2014).
    """
    smaller = smaller_side(group)
    plain, everybody = bent(covariates, 0), np.ones(len(group), dtype=bool)
    steps: dict[tuple[int, float], Numbers] = {}
    for _round in range(ROUNDS if smaller >= JUMPS_FROM else 0):
        columns = np.column_stack([plain, *steps.values()])
        lefts = (
            (group - fitted(group.astype(float), columns, everybody), everybody),
            (outcome - fitted(outcome, columns, ~group), ~group),
        )
        found = {
            (at, cut) for left, of in lefts for at in range(covariates.shape[1])
            for cut in _jump(left[of], covariates[of, at])
        } - steps.keys()  # fmt: skip
        if not found:
            break
        steps |= {(at, cut): (covariates[:, at] > cut).astype(float) for at, cut in sorted(found)}
    return _told_apart(np.column_stack([bent(covariates, smaller), *steps.values()]))


def _jump(left: Numbers, values: Numbers) -> tuple[float, ...]:
    """Where what is left unexplained differs most between those below and those above, if beyond chance."""
    seen = ~np.isnan(values)
    left, values = left[seen], values[seen]
    cuts = np.unique(np.quantile(values, np.linspace(0, 1, PLACES + 1)[1:-1])) if len(values) else values
    if len(cuts) < 2 or not left.std() > 0:
        return ()
    bins = np.searchsorted(cuts, values, side="left")
    many = np.cumsum(np.bincount(bins, minlength=len(cuts) + 1))[:-1]
    sums = np.cumsum(np.bincount(bins, weights=left - left.mean(), minlength=len(cuts) + 1))[:-1]
    apart = sums**2 / (left.var() * np.maximum(many * (len(left) - many) / len(left), 1.0))
    best = int(np.argmax(apart))
    return (float(cuts[best]),) if apart[best] > BEYOND_CHANCE else ()


def fitted(outcome: Numbers, columns: Numbers, of: Yes) -> Numbers:
    """What `columns` (without one of ones) let one expect of everybody, by the people `of` whom the model is made.

    Least squares; of yes and no the share by logistic regression (Newton's way). Where columns tell yes from no without
    fail the slopes have no end: a penalty far below one person keeps them in reach, and the shares are right.
    """
    design = np.column_stack([np.ones(len(columns)), columns])
    seen, told = design[of], outcome[of]
    if not bool(np.all((told == 0) | (told == 1))):
        return np.asarray(design @ _solved(seen.T @ seen, seen.T @ told))
    return share_of(design @ _logistic(seen, told))


def share_of(log_odds: Numbers) -> Numbers:
    """The share that goes with log odds."""
    return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -35.0, 35.0))))


def _logistic(design: Numbers, yes: Numbers) -> Numbers:
    """The slopes, by Newton's way; a step that makes the model worse is halved until it does not.

    To cut each slope's step by itself turned it out of its way where columns nearly repeat each other, and never ended.
    """
    penalty = np.full(design.shape[1], PENALTY)
    penalty[0] = 0.0
    slopes, share = np.zeros(design.shape[1]), float(np.clip(yes.mean(), 1e-6, 1 - 1e-6))
    slopes[0] = np.log(share / (1 - share))
    fit = _fit(design @ slopes, yes, penalty, slopes)
    for _step in range(STEPS):
        expected = share_of(design @ slopes)
        weight = np.maximum(expected * (1 - expected), 1e-10)
        pull = design.T @ (yes - expected) - penalty * slopes
        step = _solved((design * weight[:, None]).T @ design + np.diag(penalty), pull)
        for _half in range(HALVINGS):
            better = _fit(design @ (slopes + step), yes, penalty, slopes + step)
            if better >= fit:
                break
            step = step / 2
        else:
            break
        slopes, gained, fit = slopes + step, better - fit, better
        if gained < 1e-10 * len(yes):
            break
    return slopes


def _fit(log_odds: Numbers, yes: Numbers, penalty: Numbers, slopes: Numbers) -> float:
    """The logarithm of how likely the model makes what was seen, less the penalty."""
    return float(np.sum(yes * log_odds - np.logaddexp(0.0, log_odds)) - 0.5 * np.sum(penalty * slopes**2))


def _solved(left: Numbers, right: Numbers) -> Numbers:
    ridge = 1e-10 * float(np.trace(left)) / len(left)
    return np.asarray(np.linalg.solve(left + ridge * np.eye(len(left)), right))
