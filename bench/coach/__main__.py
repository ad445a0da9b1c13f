"""`python -m bench.coach`: how well the coach reads real replies, by the labels in bench/coach/labels.tsv.

Prints, for each code, how many replies have it, precision, recall and F1; then the macro F1 of elements and of faults
over the codes with at least ten; then how far two people agree who labelled the same replies. Replies of the test set
are read by the coach as it is. So are those of the training set with --train-set, which flatters: --cross-validate
learns the weights anew without each reply's company (the rules were written with these replies at hand).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path

from bench.coach.labels import HERE, REPLIES, Example, by_sentence, examples, written
from makegood.conversation.coach import ELEMENTS, FAULTS, Context, read

ENOUGH = 10
Pairs = Sequence[tuple[frozenset[str], frozenset[str]]]
"""For each reply the codes it has, and those that were found."""


def main() -> None:
    """Read the labelled replies and print how well it went."""
    asked = _arguments()
    known = examples(asked.labels, asked.replies)
    if asked.train or asked.cross_validate:
        _learn(by_sentence(_one_each(one for one in known if one.part == "train")), keep=asked.train)
        return
    part = "train" if asked.train_set or not any(one.part == "test" for one in known) else "test"
    mine = [one for one in known if one.part == part]
    chosen = _one_each(mine)
    print(f"{len(chosen)} replies of {len({one.company for one in chosen})} companies, {part} set, the coach as it is")
    _tell([(one.codes, _found(one, with_customer=not asked.alone)) for one in chosen])
    _tell_agreement(mine)


def _found(one: Example, *, with_customer: bool) -> frozenset[str]:
    return read(one.reply, context=Context(customer_words=one.customer if with_customer else "")).codes


def _one_each(known: Iterable[Example]) -> list[Example]:
    """One label for each reply: what was settled (labeller `gold`) before what a single person said."""
    best: dict[str, Example] = {}
    for one in known:
        if one.id not in best or one.labeller == "gold":
            best[one.id] = one
    return list(best.values())


def _learn(known: Sequence[Example], *, keep: bool) -> None:
    """Learn the weights and print what cross-validation by company says of them."""
    from bench.coach import train

    more = written()
    rules = [codes for _sight, codes in train.views(known, with_customer=True)]
    print(f"{len(known)} replies of {len({one.company for one in known})} companies, the rules alone")
    _tell([(one.codes, found) for one, found in zip(known, rules, strict=True)])
    print(f"\nwith weights that never saw the company (cross-validated), and {len(more)} replies of our own")
    _tell([(one.codes, codes) for one, codes in zip(known, train.cross_validated(known, more), strict=True)])
    if keep:
        path = train.train(known, more)
        print(f"\nwritten: {path}, {path.stat().st_size // 1000} kB")


def _tell(pairs: Pairs) -> None:
    print(f"{'code':24}{'replies':>8}{'precision':>11}{'recall':>8}{'F1':>6}")
    for family, codes in (("elements", ELEMENTS), ("faults", FAULTS)):
        counted = {code: _counts(pairs, code) for code in codes}
        for code, (right, found, there) in counted.items():
            if there or found:
                figures = (right / found if found else 0.0, right / there if there else 0.0, _f1(right, found, there))
                print(f"{code:24}{there:8}{figures[0]:11.2f}{figures[1]:8.2f}{figures[2]:6.2f}")
        print(f"{'macro F1 of ' + family:24}{_macro(counted):33.3f}")


def _tell_agreement(known: Sequence[Example]) -> None:
    """F1 of one person against another where both labelled the same replies."""
    by_person: dict[str, dict[str, frozenset[str]]] = {}
    for one in known:
        by_person.setdefault(one.labeller, {})[one.id] = one.codes
    for first, second in combinations(sorted(set(by_person) - {"gold"}), 2):
        both = sorted(by_person[first].keys() & by_person[second].keys())
        if len(both) >= ENOUGH:
            pairs = [(by_person[first][one], by_person[second][one]) for one in both]
            print(f"\n{first} and {second} labelled the same {len(both)}; one against the other")
            _tell(pairs)


def _counts(pairs: Pairs, code: str) -> tuple[int, int, int]:
    """How often it was found rightly, found, and there."""
    return (
        sum(code in there and code in found for there, found in pairs),
        sum(code in found for _there, found in pairs),
        sum(code in there for there, _found in pairs),
    )


def _f1(right: int, found: int, there: int) -> float:
    return 2 * right / max(1, found + there)


def _macro(counted: Mapping[str, tuple[int, int, int]]) -> float:
    enough = [_f1(*counts) for counts in counted.values() if counts[2] >= ENOUGH]
    return sum(enough) / max(1, len(enough))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.coach", description=__doc__.partition("\n")[0])
    parser.add_argument("--labels", type=Path, default=HERE / "labels.tsv", help="ids and labels, tab separated")
    parser.add_argument("--replies", type=Path, default=REPLIES, help="the replies themselves, JSON lines, gzipped")
    parser.add_argument("--train-set", action="store_true", help="read the training set instead of the test set")
    parser.add_argument("--alone", action="store_true", help="without the customers' own words")
    parser.add_argument("--cross-validate", action="store_true", help="learn anew without each reply's company")
    parser.add_argument("--train", action="store_true", help="cross-validate, then write the weights from all of it")
    return parser.parse_args()


if __name__ == "__main__":
    main()
