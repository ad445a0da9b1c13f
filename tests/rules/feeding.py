"""Files and feeds as small texts, read as an import would read them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

from makegood.intake.rules.feedfile import feed_from
from makegood.intake.rules.mapping import map_file, survey
from makegood.intake.rules.rows import MappedRow, RejectedRow, Row
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
