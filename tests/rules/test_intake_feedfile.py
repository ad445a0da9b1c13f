"""Feed files: every mistake is a sentence with file, line, key and what was probably meant."""

# ruff: noqa: E501 - a mistake and its sentence stand on one line

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makegood.intake.rules.feedfile import feed_from, load_feed
from makegood.intake.rules.spec import FileShape
from makegood.kernel.refusals import Refusal

GOOD = """\
name: shop
time_zone: Europe/Paris
fields:
  reference: id
  kind: {const: order}
  customer: {key: who}
  due_at: due
"""


def message(text: str) -> str:
    with pytest.raises(Refusal) as caught:
        feed_from(dedent(text), "shop.yaml")
    assert caught.value.code == "feed.invalid"
    return caught.value.message


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (changed("time_zone", "timezone"), "shop.yaml, line 2: `timezone`: there is no such key. Did you mean `time_zone`?"),
        (changed("reference", "refrence"), "shop.yaml, line 4: `fields.refrence`: there is no such key. Did you mean `reference`?"),
        (changed("due_at: due", "due_at: {colum: due}"), "line 7: `fields.due_at.colum`: there is no such key. Did you mean `column`?"),
        (changed("time_zone: Europe/Paris\n", ""), "the key `time_zone` is missing: by whose clock"),
        (changed("Europe/Paris", "Europe/Pari"), "line 2: `time_zone`: There is no time zone 'Europe/Pari'."),
        (changed("  reference: id\n", ""), "the field `reference` is missing"),
        (changed("  kind: {const: order}\n", ""), "a promise with a `due_at` also needs a `kind`"),
        (changed("  customer: {key: who}\n", ""), "a promise with a `due_at` also needs a `customer`"),
        (changed("{key: who}", "{name: who}"), "`key` is missing"),
        (changed("due_at: due", "due_at: {column: due, dates: uk}"), "'uk' is not one of iso, us, eu"),
        (changed("due_at: due", 'due_at: {column: due, dates: "%d.%Q"}'), "%Q is not known here"),
        (changed("due_at: due", "due_at: {from: made}"), "'made' is not one of due_at"),
        (changed("due_at: due", "due_at: {from: due_at}"), "in a circle: due_at"),
        (changed("due_at: due", "due_at: {clock: time}"), "a clock needs either `date`"),
        (changed("due_at: due", "due_at: {column: due, plus: {day: 3}}"), "Did you mean `days`?"),
        (changed("due_at: due", "due_at: {column: due, const: x}"), "say exactly one of column, const, template, first_of"),
        (changed("due_at: due", "due_at: [due]"), "a block of `key: value` lines was expected here"),
        (changed("due_at: due", "due_at:"), "name a column"),
        (changed("due_at: due", "due_at: due\n  due_at: due"), "line 8: `fields.due_at`: the key is given twice"),
        (changed("due_at: due", "due_at: {column: due, only_when: {column: x}}"), "a condition names a `column` and one of"),
        (changed("due_at: due", "due_at: due\n  title: {column: t, map: nosuch}"), "'nosuch' is not one of"),
        (changed("due_at: due", "due_at: due\nkinds: {Big Order: {}}"), "Write `big-order`"),
        (changed("due_at: due", "due_at: due\nfile: {delimiter: tabs}"), "one character was expected, found 'tabs'"),
        (changed("due_at: due", "due_at: due\nfile: {header_line: 0}"), "a whole number from 1 was expected, found '0'"),
        (changed("due_at: due", "due_at: due\nfile: {encoding: utf-9}"), "There is no encoding called utf-9"),
        (changed("due_at: due", "due_at: due\nfile: {format: exel}"), "Did you mean `excel`?"),
        (changed("due_at: due", "due_at: due\nmidnight_is_date: maybe"), "`true` or `false` was expected"),
        (changed("due_at: due", "due_at: due\nlookups: {a: {file: ../x.csv, key: b}}"), "without a folder"),
        (changed("due_at: due", "due_at: due\nlet: {made_at: due}"), "this is the name of a field"),
        ("name: [", "this is not YAML"),
        ("", "is empty"),
        ("just words", "a block of `key: value` lines was expected here"),
        ("name: a\n\tb: c", "line 2: this is not YAML"),
        (changed("due_at: due", "due_at: due\n  title: &t {first_of: [*t]}"), "nested too deeply, or refers to itself"),
    ],
)  # fmt: skip
def test_a_mistake_is_a_sentence(text: str, expected: str) -> None:
    assert expected in message(text)


@given(st.text(st.sampled_from("ab:&*{}[]-,'\"\n #!|>%"), max_size=40))
def test_no_text_ends_in_anything_but_a_feed_or_a_refusal(text: str) -> None:
    with pytest.raises(Refusal):
        feed_from(text)


def test_words_of_yaml_mean_what_they_say() -> None:
    feed = feed_from(
        GOOD.replace("due_at: due", "due_at: due\n  title: {column: t, map: {NO: Norway, on: 007, 1: 2024-01-01}}")
    )
    assert feed.texts["title"].map == {"NO": "Norway", "on": "007", "1": "2024-01-01"}


def test_the_parts_of_a_file_are_read() -> None:
    feed = feed_from(
        GOOD
        + dedent(
            """
            file:
              format: csv
              delimiter: tab
              encoding: cp1252
              quote: none
              escape: "\\\\"
              header_line: 3
              optional_columns: [a, b]
              footer_lines: 2
              comment: "#"
            """
        )
    )
    assert feed.shape == FileShape(
        format="delimited", delimiter="\t", encoding="cp1252", quote="", escape="\\", header_line=3,
        optional_columns=("a", "b"), footer_lines=2, comment="#",
    )  # fmt: skip
    assert (feed.source, feed.time_zone) == ("shop", "Europe/Paris")


def test_a_feed_is_found_by_name_or_path(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(GOOD, encoding="utf-8-sig")
    assert load_feed(path).name == "shop"
    assert load_feed(str(path)).name == "shop"
    for name, expected in [
        ("boston", "Did you mean boston311?"),
        ("zzz", "Shipped: boston311, delivdf, northwind, nycflights13."),
        (str(tmp_path / "absent.yaml"), "There is no feed file"),
        (str(tmp_path), "There is no feed file"),
    ]:
        with pytest.raises(Refusal) as caught:
            load_feed(name)
        assert caught.value.code == "feed.not_found"
        assert expected in caught.value.message


def test_a_feed_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_bytes(b"name: \xff\xfe")
    with pytest.raises(Refusal) as caught:
        load_feed(path)
    assert "Save it as UTF-8" in caught.value.message
