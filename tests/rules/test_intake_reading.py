"""Files in every dialect and state in which strangers send them."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import zipfile
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from makegood.intake.rules.opening import LIMIT
from makegood.intake.rules.rows import Record, RejectedRow
from makegood.intake.rules.spec import FileShape
from makegood.intake.rules.tables import open_table, survey
from makegood.kernel.refusals import Refusal


def write(folder: Path, content: bytes | str, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path: Path, shape: FileShape | None = None, wanted: tuple[str, ...] = ()) -> list[Record | RejectedRow]:
    with open_table(path, shape or FileShape(), wanted) as table:
        return list(table.rows)


def cells(path: Path, shape: FileShape | None = None, wanted: tuple[str, ...] = ()) -> list[object]:
    return [row.cells if isinstance(row, Record) else row.code for row in read(path, shape, wanted)]


def refusal(path: Path, shape: FileShape | None = None, wanted: tuple[str, ...] = ()) -> Refusal:
    with pytest.raises(Refusal) as caught:
        survey(path, shape or FileShape(), wanted)
    assert caught.value.message.endswith((".", "?")), caught.value.message
    return caught.value


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found_whatever_the_name_says(tmp_path: Path, delimiter: str) -> None:
    path = write(tmp_path, f"id{delimiter}due\n1{delimiter}2024-01-01\n")
    assert cells(path) == [["1", "2024-01-01"]]


def test_wanted_columns_decide_between_delimiters(tmp_path: Path) -> None:
    path = write(tmp_path, "a,b,c,d;due\n1,2,3,4;5\n")
    assert cells(path, wanted=("due",)) == [["1,2,3,4", "5"]]


def test_a_spreadsheets_separator_line_is_obeyed(tmp_path: Path) -> None:
    assert cells(write(tmp_path, "sep=;\r\nid;due\r\n1,5;2\r\n")) == [["1,5", "2"]]


def test_line_ends_may_be_mixed_and_are_counted_as_they_are(tmp_path: Path) -> None:
    rows = read(write(tmp_path, b"id,due\r1,a\r2,b\n3,c\r\n4,d"))
    assert [(row.line, row.cells) for row in rows if isinstance(row, Record)] == [
        (2, ["1", "a"]),
        (3, ["2", "b"]),
        (4, ["3", "c"]),
        (5, ["4", "d"]),
    ]


def test_a_quoted_line_break_does_not_shift_the_line_numbers(tmp_path: Path) -> None:
    rows = read(write(tmp_path, 'id,note\n1,"two\r\nlines"\n\n2,"say ""hi"""\n'))
    assert [(row.line, row.cells) for row in rows if isinstance(row, Record)] == [
        (2, ["1", "two\r\nlines"]),
        (5, ["2", 'say "hi"']),
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings_show_themselves(tmp_path: Path, encoding: str) -> None:
    rows = "".join(f"{number};Zürich – café\n" for number in range(40))
    path = write(tmp_path, ("id;naïve\n" + rows).encode(encoding))
    with open_table(path, FileShape(), ("id", "naïve")) as table:
        assert table.columns == ("id", "naïve")
        assert next(table.rows) == Record(2, ["0", "Zürich – café"], "0;Zürich – café\n")


def test_a_wrong_encoding_is_told_by_line_and_byte(tmp_path: Path) -> None:
    good = "".join(f"{number},Zürich\n" for number in range(20_000)).encode()
    path = write(tmp_path, b"id,city\n" + good + b"x,Z\xfcrich\n")
    refused = refusal(path)
    assert refused.code == "file.encoding"
    assert "line 20,002 " in refused.message
    assert f"byte {len(b'id,city') + 1 + len(good) + 3:,} " in refused.message
    assert "0xfc" in refused.message
    assert "encoding: cp1252" in refused.message
    assert cells(path, FileShape(encoding="cp1252"))[-1] == ["x", "Zürich"]


def test_a_declared_encoding_that_the_file_lacks_is_refused(tmp_path: Path) -> None:
    assert refusal(write(tmp_path, b"a,b\n1,2\n"), FileShape(encoding="utf-16")).code == "file.encoding"
    assert "utf-16-le" in refusal(write(tmp_path, b"abc"), FileShape(encoding="utf-16-le")).message


def test_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path / "pipe").code == "file.not_found"


def test_an_encoding_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    assert refusal(write(tmp_path, "a,b\n"), FileShape(encoding="rot13")).code == "feed.encoding"


def test_gzip_is_known_by_its_content(tmp_path: Path) -> None:
    assert cells(write(tmp_path, gzip.compress(b"id,due\n1,2\n"), "plain.csv")) == [["1", "2"]]
    assert cells(write(tmp_path, b"id,due\n1,2\n", "named.csv.gz")) == [["1", "2"]]


def test_half_a_gzip_says_where_it_ends(tmp_path: Path) -> None:
    whole = gzip.compress("".join(f"{n},{n * 7919 % 10007}\n" for n in range(50_000)).encode())
    path = write(tmp_path, whole[: len(whole) // 2], "half.csv.gz")
    refused = refusal(path)
    assert refused.code == "file.cut_off"
    lines = int(refused.message.split("after line ")[1].split(":")[0].replace(",", ""))
    assert 20_000 < lines < 30_000


def test_a_gzip_cut_in_its_header_is_refused(tmp_path: Path) -> None:
    assert refusal(write(tmp_path, gzip.compress(b"id,due\n")[:6], "x.gz")).code == "file.cut_off"


def test_a_damaged_gzip_is_refused(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress("".join(f"{n},{n * 7919 % 10007}\n" for n in range(50_000)).encode()))
    packed[len(packed) // 2] ^= 0xFF
    assert refusal(write(tmp_path, bytes(packed))).code in {"file.damaged", "file.cut_off", "file.encoding"}


def test_two_gigabytes_of_one_line_are_refused_after_one_megabyte(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as stream:
        stream.write(b"id,due\n" + b"x" * 70_000)
        stream.seek(2 * 1024**3)
        stream.write(b"\n")
    refused = refusal(path)
    assert refused.code == "file.line_too_long"
    assert "Line 2 " in refused.message


def test_a_huge_line_without_a_header_is_refused_too(tmp_path: Path) -> None:
    path = write(tmp_path, b"x" * (LIMIT + 10))
    assert refusal(path).code == "file.line_too_long"


def test_a_file_of_zeros_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "zeros.csv"
    with path.open("wb") as stream:
        stream.truncate(2 * 1024**3)
    assert refusal(path).code == "file.binary"


def test_a_row_with_a_nul_byte_is_rejected_and_can_be_stored(tmp_path: Path) -> None:
    rows = read(write(tmp_path, "id,due\n" + "1,2\n" * 50 + "a,\0\n3,4\n"))
    assert [row.line for row in rows if isinstance(row, RejectedRow)] == [52]
    assert all("\0" not in row.raw for row in rows)
    assert len(rows) == 52


def test_a_stray_quote_does_not_swallow_the_rows_after_it(tmp_path: Path) -> None:
    body = "".join(f"{n},x,y\n" for n in range(100_000))
    path = write(tmp_path, f'id,size,note\n1,5" pipe,ok\n2,"5 pipe,bad\n{body}')
    rows = read(path)
    assert [row.line for row in rows if isinstance(row, RejectedRow)] == [3]
    assert len(rows) == 100_002


def test_a_stray_quote_in_the_last_column_is_seen_through(tmp_path: Path) -> None:
    path = write(tmp_path, 'id,note\n1,"open\n2,b\n3,"c"\n4,d\n')
    assert cells(path) == ["row.quote", ["2", "b"], ["3", "c"], ["4", "d"]]
    path = write(tmp_path, 'id,note\n1,"open\n2,b\n3,c\n')
    assert cells(path) == ["row.quote", ["2", "b"], ["3", "c"]]


def test_a_quote_in_the_header_that_never_closes_is_refused(tmp_path: Path) -> None:
    assert refusal(write(tmp_path, '"id,due\n' + "1,2\n" * 400_000)).code == "file.no_header"


def test_a_cell_of_200_kilobytes_is_a_reject(tmp_path: Path) -> None:
    assert cells(write(tmp_path, f"id,due\n1,{'x' * 200_000}\n2,b\n")) == ["row.quote", ["2", "b"]]


def test_rows_with_other_numbers_of_cells_are_rejected(tmp_path: Path) -> None:
    path = write(tmp_path, "id,due\n1\n1,2,3\n1,2,\n\n ,\n4,5\n")
    assert cells(path) == ["row.too_few_cells", "row.too_many_cells", ["1", "2"], [" ", ""], ["4", "5"]]


def test_header_further_down_footer_and_comments(tmp_path: Path) -> None:
    path = write(tmp_path, "Report of today\n\nid,due\n# note, with a comma\n1,2\nTotal,1\n")
    assert cells(path, FileShape(header_line=3, comment="#", footer_lines=1)) == [["1", "2"]]
    assert refusal(path, FileShape(header_line=30)).code == "file.no_header"


def test_a_file_without_a_header_takes_its_columns_from_the_feed(tmp_path: Path) -> None:
    path = write(tmp_path, "1|a;b\n2|c\n")
    with open_table(path, FileShape(columns=("id", "due")), ("due",)) as table:
        assert [row.cells for row in table.rows if isinstance(row, Record)] == [["1", "a;b"], ["2", "c"]]


def test_a_missing_column_is_named_with_its_nearest(tmp_path: Path) -> None:
    refused = refusal(write(tmp_path, "OrderID,Due Date,Name\n"), wanted=("OrderID", "DueDate"))
    assert refused.code == "file.column_missing"
    assert refused.message == "file.csv has no column DueDate. It has: OrderID, Due Date, Name. Did you mean Due Date?"


def test_column_names_forgive_case_and_spaces(tmp_path: Path) -> None:
    path = write(tmp_path, "Order  ID , due\n1,2\n")
    with open_table(path, FileShape(), ("order id", "Due")) as table:
        assert (table.place("order id"), table.place("Due")) == (0, 1)


def test_a_column_title_that_comes_twice_must_be_numbered(tmp_path: Path) -> None:
    path = write(tmp_path, "Date,Name,Date\n1,2,3\n")
    assert refusal(path, wanted=("Date",)).code == "file.column_twice"
    with open_table(path, FileShape(), ("Date#2",)) as table:
        assert table.place("Date#2") == 2


def test_an_optional_column_may_be_absent(tmp_path: Path) -> None:
    path = write(tmp_path, "id\n1\n")
    with open_table(path, FileShape(optional_columns=("Phone",)), ("id", "Phone")) as table:
        assert table.place("Phone") is None


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "file.unknown_format"),
        (b"BZh91AY", "file.unknown_format"),
        (b"%PDF-1.7", "file.unknown_format"),
        (b"PK\x03\x04 but not a zip", "file.damaged"),
    ],
)
def test_what_is_no_table_is_named(tmp_path: Path, content: bytes, code: str) -> None:
    assert refusal(write(tmp_path, content)).code == code


def test_a_path_that_is_no_file_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "absent.csv").code == "file.not_found"
    assert refusal(tmp_path).code == "file.not_found"


def test_a_zip_archive_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("orders.csv", "id,due\n")
    assert refusal(path).code == "file.archive"


def test_json_lines_keep_numbers_as_written_and_walk_into_objects(tmp_path: Path) -> None:
    lines = ['{"id": 10.10, "who": {"mail": "a@b.c"}, "items": [{"t": "x"}], "ok": true}', "not json", "[1]", "", "{}"]
    path = write(tmp_path, "\r\n".join(lines))
    rows = read(path, wanted=("id", "who.mail", "items.0.t", "ok"))
    assert [row.cells if isinstance(row, Record) else (row.line, row.code) for row in rows] == [
        [Decimal("10.10"), "a@b.c", "x", True],
        (2, "row.json"),
        (3, "row.json"),
        [None, None, None, None],
    ]


def test_json_with_half_a_character_is_a_reject(tmp_path: Path) -> None:
    path = write(tmp_path, '{"id": "\\ud800"}\n{"id": "\\u0000"}\n{"id": "\\ud83d\\ude00"}\n')
    assert cells(path, wanted=("id",)) == ["row.nul", "row.nul", ["😀"]]


def test_a_json_list_is_read_piece_by_piece(tmp_path: Path) -> None:
    orders = [{"id": n, "note": "x" * 500} for n in range(1000)]
    plain = write(tmp_path, json.dumps(orders, indent=1), "list.json")
    nested = write(tmp_path, json.dumps({"meta": {"n": [1, {}]}, "data": {"orders": orders}, "z": 1}), "nested.json")
    assert cells(plain, wanted=("id",)) == [[n] for n in range(1000)]
    assert cells(nested, FileShape(records="data.orders"), ("id",)) == [[n] for n in range(1000)]
    assert read(plain, wanted=("id",))[2].line == 10


@pytest.mark.parametrize(
    "content", ['[{"id": 1}, {"id": 2]', '[{"id": 1}', '[{"id": 1} {"id": 2}]', "[1, ", "[" * 99_999]
)
def test_broken_json_is_refused_with_its_line(tmp_path: Path, content: str) -> None:
    assert refusal(write(tmp_path, content, "x.json"), wanted=("id",)).code == "file.json"


def test_a_json_column_that_no_object_has_is_missing(tmp_path: Path) -> None:
    path = write(tmp_path, '{"id": 1, "who": {"mail": null}}\n{"id": 2}\n')
    assert survey(path, FileShape(), ("id", "who.mail")).lines == 2
    refused = refusal(path, wanted=("id", "who.email"))
    assert refused.code == "file.column_missing"
    assert "who.mail" in refused.message


def test_missing_records_key_is_refused(tmp_path: Path) -> None:
    assert refusal(write(tmp_path, '{"a": []}'), FileShape(records="orders"), ("id",)).code == "file.json"


TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12), min_size=width, max_size=width
        ),
        max_size=8,
    ).map(lambda rows: (width, rows))
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much], deadline=None)
@given(
    table=TABLES,
    delimiter=st.sampled_from([",", "\t", ";", "|", "^", " "]),
    end=st.sampled_from(["\n", "\r", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    quote=st.sampled_from(['"', "'"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_csv_writes_is_read_back_with_its_lines(
    tmp_path: Path,
    table: tuple[int, list[list[str]]],
    delimiter: str,
    end: str,
    quoting: int,
    quote: str,
    encoding: str,
) -> None:
    width, rows = table
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    header = [f"column{index}" for index in range(width)]
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting, quotechar=quote)  # type: ignore[arg-type]
    starts = []
    for row in [header, *rows]:
        starts.append(physical_lines(text.getvalue()) + 1)
        writer.writerow(row)
    path = write(tmp_path, text.getvalue().encode(encoding))
    shape = FileShape(delimiter=delimiter, quote=quote, header_line=1)
    # csv.writer leaves a line break that is not its own unquoted, and then nobody can tell it from its own.
    breaks = set("\r\n") - set(end) if quoting == csv.QUOTE_MINIMAL else set()
    assume(not any(breaks & set(cell) for row in rows for cell in row))
    found = [(row.line, row.cells) for row in read(path, shape) if isinstance(row, Record)]
    assert found == list(zip(starts[1:], rows, strict=True))


def physical_lines(text: str) -> int:
    return text.replace("\r\n", "\n").replace("\r", "\n").count("\n")


HEADS = [b"", b"\x1f\x8b\x08", b"PK\x03\x04", b"\xff\xfe", b"\xef\xbb\xbf", b"[", b"{", b'id,due\n1,"']


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=500)
@given(
    head=st.sampled_from(HEADS),
    body=st.binary(max_size=200),
    encoding=st.sampled_from(["auto", "auto", "utf-16", "utf-16-be", "utf-32", "cp1252", "shift-jis", "utf-7", "idna"]),
    form=st.sampled_from(["auto", "auto", "delimited", "json", "ndjson", "excel"]),
)
def test_no_bytes_end_in_anything_but_rows_or_a_refusal(
    tmp_path: Path, head: bytes, body: bytes, encoding: str, form: str
) -> None:
    path = write(tmp_path, head + body)
    with suppress(Refusal):
        survey(path, FileShape(encoding=encoding, format=form), ())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(body=st.text(st.sampled_from('a1,"\n\r;\0 '), max_size=60))
def test_every_line_of_a_broken_file_is_accounted_for(tmp_path: Path, body: str) -> None:
    """Rows and rejects together hold every line that is not blank, once and in order."""
    path = write(tmp_path, "id,due\n" + body)
    rows = read(path, FileShape(delimiter=",", encoding="utf-8"))
    assert [row.line for row in rows] == sorted({row.line for row in rows})
    held = "".join(row.raw for row in rows).replace("␀", "\0")
    assert held.replace("\n", "").replace("\r", "") == body.replace("\n", "").replace("\r", "")
