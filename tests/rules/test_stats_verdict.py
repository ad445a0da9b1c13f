"""What may be said of a comparison: five sentences, and above only when it is so."""

from __future__ import annotations

import numpy as np
import pytest

from makegood.measurement.findings import Group, Said, sentence
from makegood.measurement.rules.verdict import Verdict, compare
from makegood.measurement.rules.worlds import false_paradox

MARGIN = 0.1


def verdict(size: int, seed: int, effect: float = 0.0, margin: float = MARGIN) -> Verdict:
    world = false_paradox(size, seed=seed, effect=effect)
    counted = world.recovered | ~world.failed
    known = np.column_stack([world.usage, world.baseline])[counted]
    return compare(world.score[counted], world.recovered[counted], known, np.arange(int(counted.sum())), margin=margin)


def told(found: Verdict) -> str:
    return sentence(found.of(Group.PUT_RIGHT), margin=MARGIN)


def test_no_paradox_is_claimed_where_there_is_none() -> None:
    said = [verdict(24_000, seed).said for seed in range(60)]
    # 2.5 % of 60 are 1.5; more than 6 would be chance once in a thousand.
    assert said.count(Said.ABOVE) <= 6
    assert said.count(Said.EQUIVALENT) >= 50
    assert said.count(Said.CANNOT_TELL) == 0


def test_a_true_effect_is_found() -> None:
    assert [verdict(24_000, seed, effect=0.15).said for seed in range(20)].count(Said.ABOVE) >= 18
    assert [verdict(24_000, seed, effect=-0.15).said for seed in range(20)].count(Said.BELOW) >= 18


def test_few_customers_are_told_how_many_more() -> None:
    few, fewer = verdict(5_000, 1), verdict(2_000, 1)
    assert few.said is fewer.said is Said.TOO_FEW
    assert 0 < few.missing < fewer.missing
    assert told(few) == f"Not enough data: about {few.missing:,} more needed."


def test_groups_with_nothing_in_common_are_not_compared() -> None:
    chance = np.random.default_rng(3)
    use = chance.normal(size=8000)
    found = compare(chance.normal(size=8000), use > 0, use[:, None], np.arange(8000), margin=0.2)
    assert found.said is Said.CANNOT_TELL
    assert told(found) == "Cannot tell: groups not comparable."


@pytest.mark.parametrize(("effect", "words"), [(0.3, "Above by 0."), (-0.3, "Below never-failed by 0."), (0.0, "±0.1")])
def test_the_sentence_has_its_figure(effect: float, words: str) -> None:
    assert words in told(verdict(24_000, 5, effect))


@pytest.mark.parametrize(("each", "said"), [(14, Said.TOO_FEW), (45, Said.TOO_FEW), (80, Said.EQUIVALENT)])
def test_where_all_stayed_it_takes_enough_to_have_seen_one_who_left(each: int, said: Said) -> None:
    group = np.arange(2 * each) % 2 == 0
    use = np.random.default_rng(1).normal(size=2 * each)
    found = compare(np.ones(2 * each), group, use[:, None], np.arange(2 * each), margin=0.05)
    assert (found.said, found.missing) == (said, 60 - each if said is Said.TOO_FEW else 0)


def test_where_hardly_anybody_buys_nobody_is_called_below() -> None:
    said = set()
    for seed in range(60):
        chance = np.random.default_rng(seed)
        group, bought = chance.random(8000) < 0.12, chance.random(8000) < 0.001
        spent = bought * chance.gamma(2, 20, 8000)
        said.add(compare(spent, group, chance.normal(size=(8000, 1)), np.arange(8000), margin=1.0).said)
    assert said == {Said.TOO_FEW}
