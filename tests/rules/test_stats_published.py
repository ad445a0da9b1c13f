"""Every published number, from the published data, to the digits in which it was printed."""

from __future__ import annotations

import numpy as np
import pytest

from makegood.measurement.rules.estimate import Estimate
from makegood.measurement.rules.pooling import Pooled, dersimonian_laird, fixed, restricted_likelihood
from makegood.measurement.rules.proportions import odds_across, share, share_difference
from makegood.measurement.rules.survival import half_gone, hazards, leaving, log_rank, staying
from tests.rules.measuring import as_printed, column, published, with_published, words

pytestmark = with_published


def test_wilson() -> None:
    for case in published("wilson")["cases"]:
        found = share(case["x"], case["n"])
        assert (found.low, found.high) == (as_printed(case["lo"]), as_printed(case["hi"]))


def test_newcombe() -> None:
    for case in published("newcombe_difference")["cases"]:
        found = share_difference(tuple(case["a"]), tuple(case["b"]))
        assert (found.low, found.high) == (as_printed(case["lo"]), as_printed(case["hi"]))


def log_risk_ratios() -> tuple[np.ndarray, np.ndarray]:
    a, b, c, d = (column("bcg.csv", name) for name in ("tpos", "tneg", "cpos", "cneg"))
    return np.log(a / (a + b) / (c / (c + d))), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)


@pytest.mark.parametrize(
    ("name", "method"), [("REML", restricted_likelihood), ("DL", dersimonian_laird), ("FE", fixed)]
)
def test_pooling(name: str, method: object) -> None:
    said, found = published("meta_bcg")[name], method(*log_risk_ratios())
    assert isinstance(found, Pooled)
    effect = found.effect
    told = {
        "est": effect.value, "se": effect.error, "lo": effect.low, "hi": effect.high, "z": effect.value / effect.error,
        "tau2": found.tau2, "I2": found.i2, "Q": found.q,
    }  # fmt: skip
    digits = {"I2": 2, "Q": 3}
    assert {key: told[key] for key in said} == {key: as_printed(said[key], digits.get(key, 4)) for key in said}


def lung() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return column("lung.csv", "time"), column("lung.csv", "status") == 2, column("lung.csv", "sex").astype(int)


def median(found: Estimate) -> tuple[float, list[float]]:
    return found.value, [found.low, found.high]


def test_survival() -> None:
    said, (time, left, sex) = published("km_lung"), lung()
    assert median(half_gone(time, left)) == (said["median"], said["ci"])
    for key, of in said["by_sex"].items():
        one = sex == int(key)
        assert (int(one.sum()), int(left[one].sum())) == (of["n"], of["events"])
        assert median(half_gone(time[one], left[one])) == (of["median"], of["ci"])


def test_log_rank() -> None:
    said = published("km_lung")["logrank"]
    found = log_rank(*lung())
    assert (found.chi_square, found.p) == (as_printed(said["chisq"]), as_printed(said["p"], 7))


def test_cox() -> None:
    said, (time, left, sex) = published("km_lung")["cox"], lung()
    of_sex, of_age = hazards(time, left, np.column_stack([sex.astype(float), column("lung.csv", "age")]))
    found = {"sex": of_sex.value, "se_sex": of_sex.error, "age": of_age.value, "se_age": of_age.error}
    assert found == {key: as_printed(value, 6) for key, value in said.items()}


def test_leaving_beside_being_lost() -> None:
    """The worked example of Satagopan et al. 2004 (British Journal of Cancer 91, 1229-1235, table 2).

    Months and ends of the first nine of 305 patients are printed there; the other 296 were followed for longer.
    """
    time = np.array([7, 10, 14, 16, 18, 23, 24, 26, 27, *[28] * 296], dtype=float)
    of_cancer, otherwise = np.isin(time, (10, 16, 23, 27)), np.isin(time, (18, 26))
    printed = {10: (99.7, 0.3), 16: (99.3, 0.6), 18: (99.0, 0.6), 23: (98.7, 0.9), 26: (98.3, 0.9), 27: (98.0, 1.2)}
    for month, (there, left) in printed.items():
        found = leaving(time, of_cancer, otherwise, at=month)
        # They add up shares that were rounded: 0.3 + 0.3 + 0.3 + 0.3, where it is 1.32.
        assert 100 * found.value == pytest.approx(left, abs=0.05 * left / 0.3)
        assert 100 * staying(time, of_cancer | otherwise, at=month).value == as_printed(there, 1)


def test_odds_across_departments() -> None:
    said, freq = published("simpson_ucb")["mantel_haenszel"], column("ucb.csv", "Freq")
    admit, gender, dept = (words("ucb.csv", name) for name in ("Admit", "Gender", "Dept"))
    tables = np.array(
        [
            [[freq[(admit == a) & (gender == g) & (dept == d)].sum() for d in "ABCDEF"] for g in ("Male", "Female")]
            for a in ("Admitted", "Rejected")
        ]
    )
    found = odds_across(tables)
    ratio = found.odds_ratio
    assert (ratio.value, ratio.low, ratio.high) == tuple(as_printed(said[key], 6) for key in ("or_", "lo", "hi"))
    assert (ratio.p, found.chi_square_corrected) == (as_printed(said["p"]), as_printed(said["chisq_corrected"]))
    assert found.chi_square == as_printed(said["chisq_uncorrected"], 5)
