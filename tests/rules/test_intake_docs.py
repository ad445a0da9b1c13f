"""docs/feeds.md: its examples run as they stand, and it leaves out no key, no preset and no code."""

from __future__ import annotations

import re
from datetime import date
from itertools import chain
from pathlib import Path
from textwrap import indent

import pytest

from makegood.intake.rules import dates, feedfile, specparts
from makegood.intake.rules.feedfile import feed_from, load_feed
from makegood.intake.rules.mapping import map_file, survey
from makegood.intake.rules.rows import MappedRow, RejectedRow, Row, SkippedRow
from makegood.intake.rules.spec import About
from makegood.measurement.told import DeedTold, ScoreTold

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "feeds.md").read_text(encoding="utf-8")
FENCES = re.findall(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def run(folder: Path, feed: str, file: str) -> list[Row]:
    """Import a file of the page by a feed of the page, as a reader would who copied both."""
    named = {name: text for _, name, text in FENCES if name}
    (folder / feed).write_text(named[feed], encoding="utf-8")
    (folder / file).write_text(named[file], encoding="utf-8")
    described = load_feed(folder / feed)
    survey(folder / file, described)
    return list(map_file(folder / file, described))


def test_the_shop(tmp_path: Path) -> None:
    kept, withdrawn, late, skipped, rejected = run(tmp_path, "shop.yaml", "orders.csv")
    assert "\t" in (tmp_path / "orders.csv").read_text()
    assert isinstance(kept, MappedRow)
    fact = kept.facts[0]
    assert fact.due_at is not None
    assert fact.kept_at is not None
    assert fact.kept_at <= fact.due_at
    assert (fact.due_on, str(fact.amount)) == (date(2024, 3, 5), "1249.90")
    assert isinstance(withdrawn, MappedRow)
    assert withdrawn.facts[0].withdrawn_at is not None
    assert isinstance(late, MappedRow)
    guest = late.facts[0]
    assert guest.customer is not None
    assert (guest.customer.key, guest.customer.email) == ("guest-A-1003", "")
    assert guest.kept_at is not None
    assert guest.due_at is not None
    assert guest.kept_at > guest.due_at
    assert isinstance(skipped, SkippedRow)
    assert skipped.reason == "no promised date"
    assert isinstance(rejected, RejectedRow)
    assert (rejected.line, rejected.column, rejected.value) == (6, "Promised", "30.02.2024")
    assert rejected.reason.startswith("There is no day 30 in month 2 of 2024.")


def test_the_carrier(tmp_path: Path) -> None:
    rows = run(tmp_path, "carrier.yaml", "shipments.txt")
    facts = [row.facts[0] for row in rows if isinstance(row, MappedRow)]
    assert [fact.reference for fact in facts] == ["S-1", "S-2", "S-3"]
    verdicts = [
        None if fact.kept_at is None else fact.due_at is not None and fact.kept_at <= fact.due_at for fact in facts
    ]
    assert verdicts == [False, True, None]
    assert [fact.attributes for fact in facts] == [
        {"lines": 2, "pieces": 3},
        {"lines": 1, "pieces": 1},
        {"lines": 2, "pieces": 5},
    ]


def test_the_city(tmp_path: Path) -> None:
    rows = run(tmp_path, "city.yaml", "requests.csv")
    assert [row.reason for row in rows if isinstance(row, SkippedRow)] == ["no work was promised"]
    pothole, graffiti = (row for row in rows if isinstance(row, MappedRow))
    fact = pothole.facts[0]
    assert fact.made_at is not None
    assert fact.due_at is not None
    assert (fact.due_at - fact.made_at).total_seconds() == 47 * 3600
    feed = load_feed(tmp_path / "city.yaml")
    policy = feed.policy(graffiti.facts[0].kind, graffiti.kind_name)
    assert policy is not None
    assert (policy.name, policy.warning_minutes) == ("Graffiti", 1440)


def test_the_answers(tmp_path: Path) -> None:
    rows = run(tmp_path, "answers.yaml", "answers.csv")
    heard = [row.heard for row in rows if isinstance(row, MappedRow)]
    told = [(one.reference, one.scale, str(one.value)) for one in heard if isinstance(one, ScoreTold)]
    assert told == [("1", "csat", "4"), ("2", "csat", "9"), ("3", "nps", "9")]


def test_the_deeds(tmp_path: Path) -> None:
    rows = run(tmp_path, "shop-deeds.yaml", "shop-deeds.csv")
    heard = [row.heard for row in rows if isinstance(row, MappedRow)]
    told = [(one.deed, one.amount and str(one.amount), one.currency) for one in heard if isinstance(one, DeedTold)]
    assert told == [("order", "129.90", "EUR"), ("order", "35.00", "EUR"), ("left", None, "")]


def test_the_first_feed_and_every_fragment_load() -> None:
    plain = [text for kind, name, text in FENCES if kind == "yaml" and name == ""]
    assert [feed_from(text).name for text in plain] == ["our-shop"]
    fragments = [text for kind, name, text in FENCES if kind == "yaml" and name == "fragment"]
    assert len(fragments) == 4
    for text in fragments:
        in_fields = text.startswith("kept_at")
        base = "name: x\ntime_zone: UTC\n" + ("" if in_fields else text)
        feed_from(base + "fields:\n  reference: id\n" + (indent(text, "  ") if in_fields else ""))


KEYS = {
    *feedfile._TOP, *feedfile._FILE, *feedfile.CUSTOMER, *chain(*feedfile.INSTANTS.values()),
    *chain(*feedfile.TEXTS.values()),
    *About, *feedfile._FORMATS,
    *feedfile._DELIMITERS, *specparts._WHEN, *specparts._CONDITION, *specparts.TAKES, *specparts.UNITS,
    *dates.PRESETS, *dates.NUMBERED, "keep_when", "skip_when", "group_by", "without_due", "match", "optional", "read",
    "grace_minutes", "warning_minutes", "let", "as",
} - {"auto", "\\t"}  # fmt: skip


@pytest.mark.parametrize("key", sorted(KEYS))
def test_every_key_is_explained(key: str) -> None:
    assert re.search(rf"`[^`\n]*\b{re.escape(key)}\b[^`\n]*`", PAGE), key


def test_every_code_is_explained() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "makegood" / "intake" / "rules").glob("*.py"))
    codes = set(re.findall(r'"((?:row|file|feed)\.[a-z_]+)"', sources)) - {"feed.yaml"}
    assert len(codes) > 35
    assert {code for code in codes if f"`{code}`" not in PAGE} == set()
    listed = set(re.findall(r"`((?:row|file|feed)\.[a-z_]+)`", PAGE))
    assert listed == codes
