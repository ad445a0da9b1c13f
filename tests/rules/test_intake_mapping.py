"""Rows into facts: what each key of a feed does."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from textwrap import dedent

import openpyxl
import pytest

from makegood.intake.rules.feedfile import feed_from
from makegood.intake.rules.mapping import map_file, survey
from makegood.intake.rules.rows import MappedRow, RejectedRow, Row, SkippedRow
from makegood.kernel.refusals import Refusal
from makegood.promises.facts import Fact


def rows_of(folder: Path, feed: str, content: str, name: str = "orders.csv") -> list[Row]:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    text = add_promise(dedent(feed) if "time_zone:" in feed else add_zone(dedent(feed)))
    described = feed_from("{name: shop, " + text[1:] if text.startswith("{") else "name: shop\n" + text)
    survey(path, described)
    return list(map_file(path, described))


def add_zone(feed: str) -> str:
    return "{time_zone: UTC, " + feed[1:] if feed.startswith("{") else "time_zone: UTC\n" + feed


PROMISE = {"kind:": "kind: {const: order}", "customer:": "customer: {key: {const: me}}"}


def add_promise(feed: str) -> str:
    """The kind and the customer that every promise needs, where a test is about something else."""
    lines = [text for key, text in PROMISE.items() if "due_at" in feed and key not in feed]
    feed = re.sub(r"fields: ?{", "".join(["fields: {", *(f"{line}, " for line in lines)]), feed)
    return re.sub(r"fields:\n( +)", lambda found: found[0] + "".join(f"{line}\n{found[1]}" for line in lines), feed)


def fact_of(folder: Path, feed: str, content: str) -> Fact:
    (row,) = rows_of(folder, feed, content)
    assert isinstance(row, MappedRow), row
    return row.facts[0]


def reject_of(folder: Path, feed: str, content: str) -> RejectedRow:
    (row,) = rows_of(folder, feed, content)
    assert isinstance(row, RejectedRow), row
    return row


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


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


def test_a_row_without_a_reference_is_a_reject(tmp_path: Path) -> None:
    feed = "fields: {reference: id, due_at: due}"
    assert reject_of(tmp_path, feed, "id,due\n,2024-03-01\n").code == "row.no_reference"
    assert reject_of(tmp_path, feed, f"id,due\n{'x' * 201},2024-03-01\n").code == "row.reference_too_long"


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


def test_instants_may_be_reckoned_from_each_other_in_any_order(tmp_path: Path) -> None:
    feed = """
        let: {shipped: {from: due_at, minus: {days: 1}}}
        fields: {reference: id, made_at: {from: shipped, minus: {days: 2}}, due_at: due}
        """
    fact = fact_of(tmp_path, feed, "id,due\n1,2024-03-10\n")
    assert fact.made_at == utc(2024, 3, 7)
