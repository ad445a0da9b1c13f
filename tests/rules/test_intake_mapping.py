"""Cells into the fields of a fact: texts, numbers, instants, durations, zones."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from makegood.intake.rules.feedfile import feed_from
from makegood.intake.rules.mapping import map_file
from makegood.intake.rules.rows import MappedRow, RejectedRow
from tests.rules.feeding import add_promise, fact_of, reject_of, rows_of, utc


def test_a_whole_fact(tmp_path: Path) -> None:
    fact = fact_of(
        tmp_path,
        """
        source: shop-eu
        time_zone: Europe/Paris
        decimal: comma
        fields:
          reference: no
          kind: {const: delivery}
          title: {template: "Order {no} to {city}"}
          made_at: ordered
          due_at: due
          forecast_at: eta
          kept_at: delivered
          observed_at: seen
          amount: total
          currency: cur
          customer: {key: cust, name: who, email: mail, value: worth}
          attributes: {city: city, lines: {column: lines, as: number}, seen: {column: seen, as: instant}, none: gap}
        """,
        "no;city;ordered;due;eta;delivered;seen;total;cur;cust;who;mail;worth;lines;gap\n"
        "7;Lyon;2024-03-01;2024-03-05;2024-03-04;2024-03-04 18:00;2024-03-04T20:00+00:00;"
        "1.234,50 €;eur;C7;Ana;a@b.fr;10 000;3;\n",
    )
    assert (fact.source, fact.reference, fact.kind, fact.title) == ("shop-eu", "7", "delivery", "Order 7 to Lyon")
    assert (fact.made_at, fact.kept_at) == (utc(2024, 2, 29, 23), utc(2024, 3, 4, 17))
    assert (fact.due_on, fact.due_at) == (date(2024, 3, 5), utc(2024, 3, 5, 22, 59, 59, 999_999))
    assert fact.forecast_at == utc(2024, 3, 4, 22, 59, 59, 999_999)
    assert fact.observed_at == utc(2024, 3, 4, 20)
    assert (fact.amount, fact.currency) == (Decimal("1234.50"), "EUR")
    assert fact.customer is not None
    assert (fact.customer.key, fact.customer.name, fact.customer.value) == ("C7", "Ana", Decimal(10_000))
    assert fact.attributes == {"city": "Lyon", "lines": 3, "seen": "2024-03-04T20:00:00+00:00"}


def test_an_offset_in_the_value_wins_over_the_zone(tmp_path: Path) -> None:
    rows = rows_of(
        tmp_path,
        "{time_zone: America/New_York, fields: {reference: id, due_at: due}}",
        "id,due\n1,2024-03-01 10:00\n2,2024-03-01T10:00Z\n3,2024-03-01 10:00:00+02:00\n4,2024-03-01 10:00 PST\n",
    )
    assert [row.facts[0].due_at for row in rows if isinstance(row, MappedRow)] == [
        utc(2024, 3, 1, 15),
        utc(2024, 3, 1, 10),
        utc(2024, 3, 1, 8),
        utc(2024, 3, 1, 18),
    ]


def test_the_zone_may_stand_in_the_row(tmp_path: Path) -> None:
    feed = """
        time_zone: {column: depot, map: {LON: Europe/London, PAR: Europe/Paris}}
        fields: {reference: id, due_at: due}
        """
    rows = rows_of(tmp_path, feed, "id,depot,due\n1,lon,2024-03-01 10:00\n2,PAR,2024-03-01 10:00\n3,ROM,2024-03-01\n")
    assert [row.facts[0].due_at for row in rows if isinstance(row, MappedRow)] == [
        utc(2024, 3, 1, 10),
        utc(2024, 3, 1, 9),
    ]
    assert isinstance(rows[2], RejectedRow)
    assert (rows[2].line, rows[2].column, rows[2].value, rows[2].code) == (4, "depot", "ROM", "row.unmapped")


def test_a_zone_in_a_column_that_is_none_is_a_reject(tmp_path: Path) -> None:
    feed = "{time_zone: {column: zone}, fields: {reference: id, due_at: due}}"
    assert reject_of(tmp_path, feed, "id,zone,due\n1,Mars/Base,2024-03-01\n").code == "row.time_zone"


@pytest.mark.parametrize(
    ("due", "code", "advice"),
    [
        ("13/31/2024", "row.date", "`dates:`"),
        ("31/12/2024", "row.date", "`dates: eu`"),
        ("12/31/2024", "row.date", "`dates: us`"),
        ("9999-12-31", "row.date", "`empty`"),
    ],
)
def test_a_bad_date_names_line_column_value_and_remedy(tmp_path: Path, due: str, code: str, advice: str) -> None:
    reject = reject_of(tmp_path, "fields: {reference: id, due_at: due}", f"id,due\n1,{due}\n")
    assert (reject.line, reject.column, reject.value, reject.code) == (2, "due", due, code)
    assert advice in reject.reason
    assert reject.raw == f"1,{due}\n"


def test_midnight_may_mean_the_day(tmp_path: Path) -> None:
    feed = "{time_zone: Europe/Paris, midnight_is_date: true, fields: {reference: id, due_at: due}}"
    assert fact_of(tmp_path, feed, "id,due\n1,2024-03-01 00:00:00.000\n").due_on == date(2024, 3, 1)
    assert fact_of(tmp_path, feed, "id,due\n1,2024-03-01 00:00:01\n").due_on is None


def test_due_may_be_a_duration_from_a_column_or_a_map(tmp_path: Path) -> None:
    feed = """
        fields:
          reference: id
          made_at: made
          due_at: {from: made_at, plus: {days: days}}
          forecast_at: {from: made_at, plus: {hours: {column: prio, map: {high: 4, low: 72}}}}
          withdrawn_at: {from: due_at, minus: {weekdays: 2}, only_when: {column: prio, is: HIGH}}
        """
    fact = fact_of(tmp_path, feed, "id,made,days,prio\n1,2024-03-01 10:00,3,high\n")
    assert (fact.due_at, fact.forecast_at) == (utc(2024, 3, 4, 10), utc(2024, 3, 1, 14))
    assert fact.withdrawn_at == utc(2024, 2, 29, 10)
    assert fact_of(tmp_path, feed, "id,made,days,prio\n1,2024-03-01 10:00,3,low\n").withdrawn_at is None


def test_date_and_time_in_two_columns(tmp_path: Path) -> None:
    feed = """
        time_zone: Europe/Paris
        dates: eu
        fields:
          reference: id
          due_at: {date: day, clock: time}
          kept_at: {template: "{kept} {at}"}
        """
    fact = fact_of(tmp_path, feed, "id,day,time,kept,at\n1,1.3.2024,930,02.03.2024,10:15\n")
    assert (fact.due_at, fact.kept_at) == (utc(2024, 3, 1, 8, 30), utc(2024, 3, 2, 9, 15))
    assert fact_of(tmp_path, feed, "id,day,time,kept,at\n1,1.3.2024,,,\n").due_on == date(2024, 3, 1)


def test_a_status_may_decide_what_a_date_means(tmp_path: Path) -> None:
    feed = """
        fields:
          reference: id
          due_at: due
          kept_at:
            first_of:
              - delivered
              - {column: updated, only_when: {column: status, is: [Delivered, Completed]}}
          withdrawn_at: {column: updated, only_when: {column: status, is: cancelled}}
        """
    head = "id,due,delivered,updated,status\n"
    assert fact_of(tmp_path, feed, head + "1,2024-03-01,,2024-03-02,COMPLETED\n").kept_at == utc(2024, 3, 2)
    cancelled = fact_of(tmp_path, feed, head + "1,2024-03-01,,2024-03-02,Cancelled\n")
    assert (cancelled.kept_at, cancelled.withdrawn_at) == (None, utc(2024, 3, 2))
    assert fact_of(tmp_path, feed, head + "1,2024-03-01,2024-03-03,2024-03-02,Delivered\n").kept_at == utc(2024, 3, 3)


def test_what_a_file_writes_for_nothing_is_nothing(tmp_path: Path) -> None:
    feed = """
        empty: [NA, "?", "NULL"]
        fields:
          reference: id
          due_at: due
          kept_at: {column: kept, empty: ["0000-00-00"]}
          title: {column: name, default: no name}
        """
    fact = fact_of(tmp_path, feed, "id,due,kept,name\n1,2024-03-01,0000-00-00,?\n")
    assert (fact.kept_at, fact.title) == (None, "no name")


@pytest.mark.parametrize(
    ("decimal", "text", "amount"),
    [
        ("point", "1,234.50", "1234.50"), ("point", "$1,234", "1234"), ("point", "(12.50)", "-12.50"),
        ("point", "USD 12", "12"), ("point", "1 234.5", "1234.5"), ("point", "-3", "-3"), ("point", ".5", "0.5"),
        ("comma", "1.234,50 €", "1234.50"), ("comma", "1’234,50", "1234.50"), ("comma", "12", "12"),
        ("point", "1.234,50", None), ("comma", "1,234.50", None), ("point", "abc", None), ("point", "1,23", None),
        ("point", "NaN", None), ("point", "$", None),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(tmp_path: Path, decimal: str, text: str, amount: str | None) -> None:
    feed = f"{{decimal: {decimal}, fields: {{reference: id, due_at: due, amount: sum}}}}"
    (row,) = rows_of(tmp_path, feed, f"id\tdue\tsum\n1\t2024-03-01\t{text}\n")
    if amount is None:
        assert isinstance(row, RejectedRow)
        assert (row.column, row.value, row.code) == ("sum", text, "row.number")
    else:
        assert isinstance(row, MappedRow)
        assert row.facts[0].amount == Decimal(amount)


def test_a_currency_must_be_a_code(tmp_path: Path) -> None:
    feed = "fields: {reference: id, due_at: due, amount: a, currency: c}"
    assert reject_of(tmp_path, feed, "id,due,a,c\n1,2024-03-01,1,€\n").code == "row.currency"


def test_a_long_title_is_shortened(tmp_path: Path) -> None:
    feed = "fields: {reference: id, due_at: due, title: t}"
    title = fact_of(tmp_path, feed, f"id,due,t\n1,2024-03-01,{'x' * 400}\n").title
    assert (len(title), title[-1]) == (300, "…")


def test_excel_dates_and_broken_formulas(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["id", "due", "kept"], [1, date(2024, 3, 1), "=B2+1"], [2, date(2024, 3, 1), None], [3, 45352.5, None]):
        sheet.append(row)
    sheet["B4"].number_format = "General"
    path = tmp_path / "orders.xlsx"
    book.save(path)
    feed = feed_from(
        add_promise(
            "{name: x, time_zone: Europe/Paris, dates: [iso, excel], "
            "fields: {reference: id, due_at: due, kept_at: kept}}"
        )
    )
    broken, plain, serial = map_file(path, feed)
    assert isinstance(broken, RejectedRow)
    assert (broken.line, broken.column, broken.value, broken.code) == (2, "kept", "=B2+1", "row.formula")
    assert isinstance(plain, MappedRow)
    assert (plain.facts[0].reference, plain.facts[0].due_on) == ("2", date(2024, 3, 1))
    assert isinstance(serial, MappedRow)
    assert serial.facts[0].due_at == utc(2024, 3, 1, 11)


def test_instants_may_be_reckoned_from_each_other_in_any_order(tmp_path: Path) -> None:
    feed = """
        let: {shipped: {from: due_at, minus: {days: 1}}}
        fields: {reference: id, made_at: {from: shipped, minus: {days: 2}}, due_at: due}
        """
    fact = fact_of(tmp_path, feed, "id,due\n1,2024-03-10\n")
    assert fact.made_at == utc(2024, 3, 7)
