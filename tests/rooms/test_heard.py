"""What other systems tell of customers: answers on a scale and what they did, by file and in sets."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from makegood.customers.actions import merge
from makegood.customers.models import Customer
from makegood.customers.rules import CustomerFact
from makegood.intake.actions import import_file
from makegood.intake.models import Batch
from makegood.intake.rules.feedfile import feed_from
from makegood.journal.actors import SYSTEM
from makegood.measurement.actions import take_behaviour, take_scores
from makegood.measurement.models import Behaviour, Score
from makegood.measurement.told import DeedTold, ScoreTold
from tests.factories import actor, make_cast

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 2, 9, 0, tzinfo=UTC)
FEED = """
name: answers
about: scores
time_zone: UTC
fields:
  reference: id
  customer: {key: who}
  scale: what
  value: score
  answered_at: at
"""


def score(reference: str, value: str, *, key: str = "C1", scale: str = "csat", **more: str) -> ScoreTold:
    return ScoreTold(
        source="survey", reference=reference, customer=CustomerFact(key=key), scale=scale, value=Decimal(value),
        answered_at=NOW - timedelta(days=1), **more,
    )  # fmt: skip


def deed(reference: str, what: str, amount: str | None = None, currency: str = "") -> DeedTold:
    return DeedTold(
        source="shop", reference=reference, customer=CustomerFact(key="C1"), deed=what, at=NOW - timedelta(days=1),
        amount=None if amount is None else Decimal(amount), currency=currency,
    )  # fmt: skip


def test_the_same_twice_is_once_and_otherwise_corrects() -> None:
    first = take_scores([score("1", "4"), score("2", "9", scale="nps")], by=SYSTEM, now=NOW)
    assert (first.accepted, first.unchanged, first.rejected) == (2, 0, ())
    again = take_scores([score("1", "4"), score("2", "10", scale="nps")], by=SYSTEM, now=NOW)
    assert (again.accepted, again.unchanged) == (1, 1)
    told = Score.objects.order_by("reference").values_list("reference", "value", "occasion", "customer__key")
    assert list(told) == [("1", Decimal(4), "imported", "C1"), ("2", Decimal(10), "imported", "C1")]


def test_what_cannot_be_true_is_rejected_with_its_place_and_the_others_go_in() -> None:
    heard = take_scores(
        [
            score("1", "6"), score("2", "3"), score("3", "3", scale="smiles"), score("4", "3", key="\x00"),
            score("5", "3", case="SR-99999"), score("", "3"),
        ],
        by=SYSTEM, now=NOW,
    )  # fmt: skip
    assert [(one.index, one.code) for one in heard.rejected] == [
        (0, "score.bad_value"), (2, "score.bad_scale"), (3, "customer.bad_key"), (4, "score.unknown_case"),
        (5, "score.bad_reference"),
    ]  # fmt: skip
    assert (heard.accepted, Score.objects.count()) == (1, 1)


def test_nobody_else_speaks_in_our_name_and_nothing_lies_ahead() -> None:
    ours = ScoreTold(
        source="makegood", reference="1", customer=CustomerFact(key="C1"), scale="csat", value=Decimal(3),
        answered_at=NOW,
    )  # fmt: skip
    ahead = score("2", "3")
    heard = take_scores([ours, ahead], by=SYSTEM, now=NOW - timedelta(days=2))
    assert [one.code for one in heard.rejected] == ["score.bad_source", "score.bad_instant"]


def test_what_customers_did_is_kept_with_its_worth() -> None:
    heard = take_behaviour(
        [deed("1", "order", "12.50", "EUR"), deed("2", "left"), deed("3", "order", "5"), deed("4", "danced")],
        by=SYSTEM, now=NOW,
    )  # fmt: skip
    assert [one.code for one in heard.rejected] == ["behaviour.bad_currency", "behaviour.bad_deed"]
    told = Behaviour.objects.order_by("reference").values_list("deed", "amount", "currency")
    assert list(told) == [("order", Decimal("12.50"), "EUR"), ("left", None, "")]
    assert take_behaviour([deed("1", "order", "12.50", "EUR")], by=SYSTEM, now=NOW).unchanged == 1


def test_a_customer_who_was_merged_is_still_the_one_who_answered() -> None:
    by = actor(make_cast().mara)
    take_scores([score("1", "4"), score("2", "4", key="C2")], by=SYSTEM, now=NOW)
    keep, gone = (Customer.objects.get(key=key).pk for key in ("C1", "C2"))
    merge(keep, gone, by=by, now=NOW)
    again = take_scores([score("1", "4"), score("2", "4", key="C2")], by=SYSTEM, now=NOW)
    assert (again.accepted, again.unchanged) == (0, 2)


def written(folder: Path, rows: str) -> Path:
    path = folder / "answers.csv"
    path.write_text("id,who,what,score,at\n" + rows)
    return path


def test_a_file_goes_in_with_its_bad_rows_told_and_twice_changes_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, "1,C1,csat,4,2026-05-01\n2,C2,csat,11,2026-05-01\n3,C3,nps,,2026-05-01\n4,C4,NPS,7,bad\n")
    first = import_file(path, feed_from(FEED), by=SYSTEM, now=NOW)
    assert (first.rows, first.promises, first.accepted, first.rejected) == (4, 1, 1, 3)
    assert sorted((one.line, one.code) for one in first.told) == [
        (3, "score.bad_value"), (4, "row.empty"), (5, "row.date"),
    ]  # fmt: skip
    again = import_file(path, feed_from(FEED), by=SYSTEM, now=NOW)
    assert (again.accepted, again.unchanged, Score.objects.count()) == (0, 1, 1)
    assert list(Batch.objects.values_list("about", flat=True)) == ["scores", "scores"]


def test_a_trial_writes_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, "1,C1,csat,4,2026-05-01\n")
    tried = import_file(path, feed_from(FEED), by=SYSTEM, now=NOW, dry_run=True)
    assert (tried.accepted, Score.objects.count(), Customer.objects.count()) == (1, 0, 0)
    assert [one.reference for one in tried.first] == ["1"]


@pytest.mark.slow
def test_a_hundred_thousand_rows_take_seconds(tmp_path: Path) -> None:
    path = written(tmp_path, "".join(f"{n},C{n % 20_000},csat,{n % 5 + 1},2026-05-01\n" for n in range(100_000)))
    began = time.perf_counter()
    summary = import_file(path, feed_from(FEED), by=SYSTEM, now=NOW)
    took = time.perf_counter() - began
    print(f"100,000 rows in {took:.1f} s")  # noqa: T201
    assert (summary.accepted, summary.rejected) == (100_000, 0)
    assert took < 60
