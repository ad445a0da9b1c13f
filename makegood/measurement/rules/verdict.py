"""The only five things that may be said about customers who were put right and those who were never failed."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace

from makegood.measurement.findings import CROWD, Compared, Group, Held, Said, Why
from makegood.measurement.rules.adjusted import independent
from makegood.measurement.rules.capping import capped
from makegood.measurement.rules.clusters import effective
from makegood.measurement.rules.estimate import Estimate, Labels, Numbers, Yes, alike
from makegood.measurement.rules.flexible import with_jumps
from makegood.measurement.rules.power import for_all_alike, for_equivalence, for_equivalence_at_any_time
from makegood.measurement.rules.sequential import alike_at_any_time, at_any_time, counted_for
from makegood.measurement.rules.silence import shift
from makegood.measurement.rules.unknown import set_right
from makegood.measurement.rules.weighting import (
    Balance,
    Difference,
    Overlap,
    balance,
    difference,
    e_value,
    overlap,
    score_of,
    weights,
)

# Less of the group than this has people like it among the others: then nobody can be compared.
SHARED = 0.95
# The others who look like the group must be worth so many, in effect.
LIKE_THEM = 30
# A group that is worth fewer incidents than these is a story, not a sample.
INCIDENTS = 10
# With this share of the people that equality wants the tests may speak. The number rests on a spread that a sample
# tells within some per cent: a gate at the whole of it stayed shut on half of those who had just what was asked for.
NEARLY = 0.8
# Where nearly all say the same, so many of the others must be expected in the smaller group.
RARE = 5


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be said. `found` is None where no figure may be shown; the smaller group needs `missing` more.

    `least` and `most` are where the figure lies if those who did not answer differ from those who did.
    """

    said: Said
    found: Estimate | None = None
    missing: int = 0
    why: Why | None = None
    held: tuple[Balance, ...] = ()
    shared: Overlap | None = None
    clusters: float = math.nan
    least: float | None = None
    most: float | None = None
    spread: float = 0.0
    known: tuple[float, ...] = ()
    """Of what share each of `held` is known."""

    def of(self, group: Group) -> Compared:
        """The same as a plain value, of a group."""
        found, shared = self.found, self.shared
        plain = Compared(
            group=group, said=self.said, why=self.why, missing=self.missing, least=self.least, most=self.most,
            clusters=None if math.isnan(self.clusters) else self.clusters,
            held=tuple(
                Held(name=one.name, before=one.before, after=one.after, known=share)
                for one, share in zip(self.held, self.known, strict=True)
            ),
        )  # fmt: skip
        if shared:
            plain = replace(plain, overlap=shared.share, effective=shared.effective)
        if found:
            unseen = e_value(math.exp(0.91 * abs(found.value) / self.spread)) if self.spread > 0 else None
            p = None if math.isnan(found.p) else found.p
            plain = replace(plain, value=found.value, low=found.low, high=found.high, p=p, unseen=unseen)
        return plain


def compare(
    outcome: Numbers,
    group: Yes,
    covariates: Numbers,
    cluster: Labels,
    *,
    margin: float,
    comparisons: float = 1,
    names: Sequence[str] = (),
    planned: int | None = None,
) -> Verdict:
    """The group against the others, at equal covariates known before; within ±`margin` counts as equivalent.

    In this order: are there enough, are they comparable, is it beyond chance, and could those who kept silent (an
    outcome of NaN) turn it round. Where a covariate is unknown of some (NaN), what that misleads by is taken off; where
    it is known of too few for that, nothing is said. `comparisons` is how many outcomes or strata are asked about at
    once: each then has to be that much surer (Bonferroni). An estimate that is neither beyond chance nor surely within
    the margin is not enough data. With `planned` it may be looked at again and again: the interval holds at all looks,
    and is told also where it says nothing yet.
    """
    told = ~np.isnan(outcome)
    inside, outside = group & told, ~group & told
    if not inside.any() or not outside.any():
        return Verdict(Said.CANNOT_TELL, why=Why.UNASKED)
    silent = (1 - float(told[group].mean()), 1 - float(told[~group].mean()))
    among, known, alike_ones = group[told], covariates[told], cluster[told]
    seen = capped(outcome[told], among)
    smaller = int(min(inside.sum(), outside.sum()))
    missing = lacking(seen, among, alike_ones, margin, planned=planned)
    if missing > 0:
        return Verdict(Said.TOO_FEW, missing=missing)
    columns = with_jumps(seen, among, known)
    score = score_of(among, columns)
    weight = weights(among, score)
    shared = overlap(among, score, weight)
    held = balance(names or [str(at) for at in range(known.shape[1])], among, _filled(known), weight)
    clusters = effective(np.ones(int(inside.sum())), alike_ones[among])
    shares = tuple(1 - float(share) for share in np.isnan(known).mean(axis=0))
    facts = {"held": held, "shared": shared, "clusters": clusters, "known": shares}
    if shared.share < SHARED or shared.effective < LIKE_THEM:
        return Verdict(Said.CANNOT_TELL, why=Why.NO_OVERLAP, **facts)  # type: ignore[arg-type]
    if not all(one.balanced for one in held):
        return Verdict(Said.CANNOT_TELL, why=Why.UNBALANCED, **facts)  # type: ignore[arg-type]
    plain = difference(seen, among, columns, score, alike_ones)
    found = set_right(plain, seen, among, known, alike_ones)

    def judged(one: Difference, ends: tuple[float | None, float | None]) -> Verdict:
        sure = _once(one.found, margin) if planned is None else _often(one.found, margin, seen, among, planned)
        return _judge(sure, margin, 0.05 / comparisons, smaller, ends)

    least, most = _ends(found, among, silent)
    facts |= {"least": least, "most": most, "spread": float(seen.std())}
    verdict = judged(found, (least, most))
    # Where something could be said only if nothing misled that is unknown, that is what is missing.
    if verdict.said is Said.TOO_FEW and judged(plain, _ends(plain, among, silent)).said is not Said.TOO_FEW:
        facts |= {"said": Said.CANNOT_TELL, "why": Why.UNKNOWN, "missing": 0}
    return dataclasses.replace(verdict, **facts)  # type: ignore[arg-type]


def lacking(outcome: Numbers, group: Yes, cluster: Labels, margin: float, *, planned: int | None = None) -> int:
    """How many more people the smaller group wants before anything may be said; zero when something may.

    It wants most of those who show equality within the margin (`NEARLY`), times what people of one incident are alike
    (Kish's design effect); where nearly all say the same (no, or nothing bought) so many that five others are expected;
    and ten incidents among them.
    Where it may be read at any time the interval says when: it wants a crowd, and tells how many equality takes.
    """
    inside = int(group.sum())
    smaller = min(inside, len(group) - inside)
    spread = spread_of(outcome, outcome[group], outcome[~group])
    equal = _for_equality(spread, margin, planned)
    equal = math.ceil(equal * inside / independent(outcome[group], cluster[group]))
    few = smaller < NEARLY * equal if planned is None else smaller < CROWD
    least = [max(equal, CROWD if planned else 0) if few else 0]
    rarer = len(outcome) - int(np.unique(outcome, return_counts=True)[1].max())
    if rarer:
        least.append(math.ceil(RARE * len(outcome) / rarer))
    incidents = effective(np.ones(inside), cluster[group])
    if incidents < INCIDENTS:
        least.append(math.ceil(smaller * INCIDENTS / incidents))
    return max(0, max(least) - smaller)


def _for_equality(spread: float, margin: float, planned: int | None) -> int:
    if spread <= 0:
        return for_all_alike(margin)
    if planned is None:
        return for_equivalence(spread, margin)
    return for_equivalence_at_any_time(spread, margin, planned=planned)


def spread_of(everybody: Numbers, group: Numbers, others: Numbers) -> float:
    """The standard deviation by which two groups are counted: that of all, or the root of the mean of both variances
    where that is more, as each group counts alike however few it are. Of yes and no that of all: a group's own would
    tell how many of it said yes."""
    whole = float(everybody.std())
    if _is_share(everybody) or min(len(group), len(others)) < 2:
        return whole
    return max(whole, math.sqrt((float(group.var()) + float(others.var())) / 2))


def _is_share(outcome: Numbers) -> bool:
    return bool(np.all((outcome == 0) | (outcome == 1)))


def _filled(covariates: Numbers) -> Numbers:
    unknown = np.isnan(covariates)
    if not unknown.any():
        return covariates
    middles = [float(np.median(one[~np.isnan(one)])) if not np.isnan(one).all() else 0.0 for one in covariates.T]
    return np.where(unknown, np.array(middles), covariates)


def _ends(found: Difference, group: Yes, silent: tuple[float, float]) -> tuple[float | None, float | None]:
    if max(silent) <= 0:
        return None, None
    ours = shift(found.left[group], found.weight[group], silent[0])
    theirs = shift(found.left[~group], found.weight[~group], silent[1])
    return found.found.value + ours.down - theirs.up, found.found.value + ours.up - theirs.down


@dataclass(frozen=True, slots=True)
class _Sure:
    """An estimate, the p-value that it is within the margin, how many errors have to fit in that for as many people to
    show it, and whether it is told before it says something."""

    found: Estimate
    alike: float
    reach: float
    told: bool = False


def _once(found: Estimate, margin: float) -> _Sure:
    # The error shrinks with the root of how many there are; it has to be a third of the margin to show equality.
    return _Sure(found, alike(found, margin), 3.0)


def _often(found: Estimate, margin: float, outcome: Numbers, group: Yes, planned: int) -> _Sure:
    n = counted_for(found, outcome, group)
    equal = alike_at_any_time(found, margin, planned=planned, n=n)
    return _Sure(at_any_time(found, planned=planned, n=n), equal, 4.4, told=True)


def _judge(sure: _Sure, margin: float, alpha: float, smaller: int, ends: tuple[float | None, float | None]) -> Verdict:
    found = sure.found
    least, most = (found.value if end is None else end for end in ends)
    down, up, silence = least - found.value, most - found.value, ends[0] is not None
    if found.p < alpha:
        if silence and found.low + down <= 0 <= found.high + up:
            return Verdict(Said.CANNOT_TELL, why=Why.SILENCE)
        return Verdict(Said.ABOVE if found.value > 0 else Said.BELOW, found)
    if sure.alike < alpha:
        if silence and not -margin < found.low + down <= found.high + up < margin:
            return Verdict(Said.CANNOT_TELL, why=Why.SILENCE)
        return Verdict(Said.EQUIVALENT, found)
    factor = max(1.1, (sure.reach * found.error / margin) ** 2)
    return Verdict(Said.TOO_FEW, found if sure.told else None, missing=math.ceil(smaller * (factor - 1)))
