"""Rows into promises: which are none, which belong together, what a second file and the kinds add."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from makegood.intake.rules.feedfile import feed_from
from makegood.intake.rules.rows import MappedRow, RejectedRow, SkippedRow
from makegood.kernel.refusals import Refusal
from tests.rules.feeding import add_promise, fact_of, reject_of, rows_of, utc


def test_rows_are_skipped_with_a_reason_and_counted(tmp_path: Path) -> None:
    feed = """
        rows:
          skip_when:
            - {column: type, is: [info, Note], reason: not a request}
            - {column: id, starts_with: TEST}
          keep_when: {column: open, is_empty: false, reason: never opened}
        fields: {reference: id, due_at: due}
        """
    rows = rows_of(
        tmp_path,
        feed,
        "id,type,open,due\n1,INFO,y,2024-03-01\ntest-1,x,y,2024-03-01\n2,x,,2024-03-01\n3,x,y,\n,,,\n4,x,y,2024-03-01\n",
    )
    assert [row.reason for row in rows if isinstance(row, SkippedRow)] == [
        "not a request",
        "id is as the feed leaves out",
        "never opened",
        "no promised date",
        "empty row",
    ]
    assert isinstance(rows[-1], MappedRow)
    assert rows[-1].line == 7


@pytest.mark.parametrize(("choice", "kind"), [("skip", SkippedRow), ("keep", MappedRow), ("reject", RejectedRow)])
def test_a_row_without_a_due_date_is_as_the_feed_says(tmp_path: Path, choice: str, kind: type) -> None:
    feed = f"{{rows: {{without_due: {choice}}}, fields: {{reference: id, due_at: due}}}}"
    (row,) = rows_of(tmp_path, feed, "id,due\n1,\n")
    assert isinstance(row, kind)


def test_a_feed_without_a_due_date_tells_of_promises_made_elsewhere(tmp_path: Path) -> None:
    fact = fact_of(tmp_path, "fields: {reference: id, forecast_at: eta}", "id,eta\n1,2024-03-01 10:00\n")
    assert (fact.due_at, fact.forecast_at) == (None, utc(2024, 3, 1, 10))


SHIPMENT = """
    time_zone: UTC
    rows: {group_by: [carrier, no]}
    fields:
      reference: {template: "{carrier}-{no}"}
      made_at: made
      due_at: due
      kept_at: sent
      amount: {column: price, take: sum}
      attributes: {lines: {take: count}, last: {column: part, take: last}, most: {column: price, as: number, take: max}}
    """
HEAD = "carrier,no,made,due,sent,price,part\n"


def test_several_rows_are_one_promise(tmp_path: Path) -> None:
    rows = rows_of(
        tmp_path,
        SHIPMENT,
        HEAD
        + "A,1,2024-01-02,2024-03-01,2024-03-01,10.10,x\n"
        + "B,1,2024-01-01,2024-03-01,,1,y\n"
        + "A,1,2024-01-01,2024-03-01,2024-03-02,5,z\n",
    )
    first, second = [row for row in rows if isinstance(row, MappedRow)]
    assert (first.line, first.rows, second.line, second.rows) == (2, 2, 3, 1)
    fact = first.facts[0]
    assert (fact.made_at, fact.kept_at, fact.amount) == (utc(2024, 1, 1), utc(2024, 3, 2), Decimal("15.10"))
    assert fact.attributes == {"lines": 2, "last": "z", "most": 10.1}


def test_a_promise_is_kept_only_when_all_of_it_is(tmp_path: Path) -> None:
    body = "A,1,2024-01-02,2024-03-01,2024-03-01,1,x\nA,1,2024-01-02,2024-03-01,,1,y\n"
    tail = "A,1,2024-01-02,2024-03-01,2024-03-03,1,y\n"
    for content in (body, body + tail):
        (row,) = rows_of(tmp_path, SHIPMENT, HEAD + content)
        assert isinstance(row, MappedRow)
        assert row.facts[0].kept_at is None


def test_a_promise_with_an_unreadable_row_is_left_out_whole(tmp_path: Path) -> None:
    rows = rows_of(
        tmp_path,
        SHIPMENT,
        HEAD + "A,1,2024-01-02,2024-03-01,2024-03-01,1,x\nA,1,2024-01-02,2024-03-01,soon,1,y\nA,,,,,,\n",
    )
    assert [(row.line, row.code, row.rows) for row in rows if isinstance(row, RejectedRow)] == [
        (3, "row.date", 1),
        (4, "row.group_key", 1),
        (2, "row.group", 1),
    ]


def test_a_second_file_adds_columns(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_bytes("Nr;Name\nC1;Zoë\n".encode("cp1252"))
    feed = """
        lookups:
          people: {file: people.csv, key: nr, match: who, read: {encoding: cp1252}}
        fields:
          reference: id
          due_at: due
          customer: {key: who, name: {first_of: [people.Name, {const: unknown}]}}
        """
    rows = rows_of(tmp_path, feed, "id,due,who\n1,2024-03-01,C1\n2,2024-03-01,C2\n")
    facts = [row.facts[0] for row in rows if isinstance(row, MappedRow)]
    assert [fact.customer.name for fact in facts if fact.customer] == ["Zoë", "unknown"]
    (tmp_path / "people.csv").unlink()
    with pytest.raises(Refusal) as caught:
        rows_of(tmp_path, feed, "id,due,who\n1,2024-03-01,C1\n")
    assert caught.value.code == "file.lookup_missing"


def test_a_second_file_without_the_column_is_refused(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("Nr,Name\n")
    feed = "{lookups: {p: {file: people.csv, key: nr}}, fields: {reference: id, title: p.Nmae, due_at: due}}"
    with pytest.raises(Refusal) as caught:
        rows_of(tmp_path, feed, "id,due,nr\n1,2024-03-01,C1\n")
    assert caught.value.message == "people.csv has no column Nmae. It has: Nr, Name. Did you mean Name?"


def test_a_row_without_a_reference_is_a_reject(tmp_path: Path) -> None:
    feed = "fields: {reference: id, due_at: due}"
    assert reject_of(tmp_path, feed, "id,due\n,2024-03-01\n").code == "row.no_reference"
    assert reject_of(tmp_path, feed, f"id,due\n{'x' * 201},2024-03-01\n").code == "row.reference_too_long"


def test_json_orders_with_customers_inside(tmp_path: Path) -> None:
    feed = """
        file: {records: orders}
        fields:
          reference: name
          due_at: promise.by
          amount: total
          customer: {key: customer.id, email: customer.email}
        """
    content = """{"orders": [{"name": "#1", "promise": {"by": "2024-03-01T10:00:00-05:00"}, "total": 10.10,
        "customer": {"id": 7, "email": "a@b.c"}}]}"""
    (row,) = rows_of(tmp_path, feed, content, "orders.json")
    assert isinstance(row, MappedRow)
    fact = row.facts[0]
    assert (fact.reference, fact.due_at, fact.amount) == ("#1", utc(2024, 3, 1, 15), Decimal("10.10"))
    assert fact.customer is not None
    assert (fact.customer.key, fact.customer.email) == ("7", "a@b.c")


def test_kinds_get_a_short_form_and_keep_their_name(tmp_path: Path) -> None:
    feed = 'fields: {reference: id, due_at: due, kind: type}\nkinds: {"*": {grace_minutes: 5}, repair: {name: Repairs}}'
    content = "id,due,type\n1,2024-03-01,Street Lights\n2,2024-03-01,Repair\n3,2024-03-01,доставка\n"
    rows = [row for row in rows_of(tmp_path, feed, content) if isinstance(row, MappedRow)]
    described = feed_from("name: x\ntime_zone: UTC\n" + add_promise(feed))
    assert [(row.facts[0].kind, row.kind_name) for row in rows[:2]] == [
        ("street-lights", "Street Lights"),
        ("repair", "Repair"),
    ]
    assert re.fullmatch(r"kind-[0-9a-f]{8}", rows[2].facts[0].kind)
    lights, repair, russian = [described.policy(row.facts[0].kind, row.kind_name) for row in rows]
    assert lights is not None
    assert (lights.key, lights.name, lights.grace_minutes) == ("street-lights", "Street Lights", 5)
    assert repair is not None
    assert (repair.name, repair.grace_minutes) == ("Repairs", None)
    assert russian is not None
    assert russian.name == "доставка"


def test_kinds_that_a_feed_names_need_not_be_described(tmp_path: Path) -> None:
    feed = feed_from(
        "{name: x, time_zone: UTC, fields: {reference: id, due_at: due, customer: {key: c}, "
        "kind: {column: k, map: {D: delivery, C: Call back}, default: other}}}"
    )
    assert [(kind.key, kind.name) for kind in feed.kinds] == [
        ("other", "other"),
        ("delivery", "delivery"),
        ("call-back", "Call back"),
    ]
    assert feed.policy("gift") is None


def test_a_promise_to_nobody_is_a_reject(tmp_path: Path) -> None:
    feed = "fields: {reference: id, due_at: due, customer: {key: who}}"
    reject = reject_of(tmp_path, feed, "id,due,who\n1,2024-03-01,\n")
    assert (reject.column, reject.code) == ("who", "row.no_customer")
