"""Files brought to the desk: tried, confirmed, imported; by whom, within which limits, and what stops them."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from makegood.cases.models import Case
from makegood.intake import actions, queries
from makegood.intake.actions import Brought, CasesFor, importing, uploading
from makegood.intake.models import Batch, Upload, UploadedFile
from makegood.intake.rules.stages import Stage
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.people.models import Staff
from makegood.people.rules import Role, Scope
from makegood.promises.models import Kind, Promise
from tests.factories import NOW, Cast, actor, make_cast

pytestmark = pytest.mark.django_db
FEED = """
name: our-shop
time_zone: UTC
fields:
  reference: No
  kind: {const: parcel}
  title: {template: "Order {No}"}
  customer: {key: Customer, name: Name}
  due_at: Due
  kept_at: Came
"""
ROWS = """No,Customer,Name,Due,Came
1,A,Ana Abel,2026-11-20 10:00,2026-11-20 09:00
2,B,Ben Bohm,2026-11-20 10:00,
3,C,Cleo Cox,soonish,
4,D,Dag Dahl,2026-12-20 10:00,
"""


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def bring(who: Staff, *files: Brought, feed: str = "", text: str = FEED, cases: CasesFor = CasesFor.UNKEPT) -> int:
    given = files or (Brought("orders.csv", ROWS.encode()),)
    return actions.upload(given, feed=feed, feed_text=text, cases=cases, by=actor(who), now=NOW)


def work(**how: Any) -> bool:
    return actions.take_up(clock=lambda: NOW, **how)


def shown(upload_id: int) -> queries.UploadFacts:
    return queries.upload_for(Scope(Role.MANAGER, 0, None), upload_id)


def refusal_of(do: Callable[..., Any], *args: Any, **named: Any) -> Refusal:
    with pytest.raises(Refusal) as refused:
        do(*args, **named)
    return refused.value


def test_a_file_is_tried_and_nothing_is_written(cast: Cast) -> None:
    number = bring(cast.greta)
    assert shown(number).stage == Stage.NEW
    assert work()
    found = shown(number)
    assert found.stage == Stage.TRIED
    told = {name: found.trial[name] for name in ("rows", "promises", "accepted", "rejected", "cases")}
    assert told == {"rows": 4, "promises": 3, "accepted": 3, "rejected": 1, "cases": 1}
    assert [(one.line, one.column, one.value) for one in found.rejects] == [(4, "Due", "soonish")]
    assert [one["customer"] for one in found.trial["first"]] == ["Ana Abel", "Ben Bohm", "Dag Dahl"]
    assert not Promise.objects.exists()
    assert not Batch.objects.exists()
    assert not Case.objects.exists()
    assert not Kind.objects.filter(slug="parcel").exists()
    assert not work(), "it waits for somebody's word"


def test_it_is_imported_once_somebody_says_so(cast: Cast) -> None:
    number = bring(cast.greta)
    work()
    actions.confirm(number, by=actor(cast.ada), now=NOW)
    assert work()
    found = shown(number)
    assert found.stage == Stage.DONE
    batch = queries.batch_for(Scope(Role.MANAGER, 0, None), found.batch_id or 0)
    assert (batch.promises, batch.rejected, batch.cases, batch.by) == (3, 1, 1, "Greta Moreau")
    assert Promise.objects.filter(source="our-shop").count() == 3
    assert not UploadedFile.objects.exists(), "what it held is in the ledger now"
    verbs = Entry.objects.filter(verb__startswith="import.").order_by("id").values_list("verb", "actor_name")
    assert list(verbs) == [("import.confirmed", "Ada Osei"), ("import.finished", "Greta Moreau")]
    assert refusal_of(actions.confirm, number, by=actor(cast.greta), now=NOW).code == "import.not_tried"
    assert refusal_of(actions.discard, number, by=actor(cast.greta)).code == "import.under_way"


def test_long_files_are_tried_chunk_by_chunk(cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr(importing, "CHUNK", 2)
    lines = "".join(f"{number},A,Ana,2026-11-2{number},\n" for number in range(1, 8))
    number = bring(cast.greta, Brought("orders.csv", f"No,Customer,Name,Due,Came\n{lines}".encode()))
    work()
    assert shown(number).trial["promises"] == 7
    assert (shown(number).rows_done, shown(number).rows_all) == (7, 8)
    assert not Promise.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("orders.csv", ROWS.replace("Due", "When").encode(), "Due"),
        ("orders.csv", ROWS.replace("Abel", "Äbel").encode("latin-1"), "not UTF-8 text at line 2"),
        ("orders.csv.gz", gzip.compress(ROWS.encode())[:-20], "breaks off"),
        ("orders.csv", b"", "is empty"),
        ("orders.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "an old Excel file"),
    ],
)  # fmt: skip
def test_a_bad_file_is_told_and_forgotten(cast: Cast, name: str, content: bytes, words: str) -> None:
    number = bring(cast.greta, Brought(name, content))
    assert work()
    found = shown(number)
    assert found.stage == Stage.REFUSED
    assert words in found.refusal
    assert "makegood-import-" not in found.refusal, "no path of this machine"
    assert not UploadedFile.objects.exists()
    assert not work()


def test_feeds_look_things_up_in_the_files_beside(cast: Cast) -> None:
    feed = FEED.replace("  customer: {key: Customer, name: Name}", "  customer: {key: Customer, name: people.Full}")
    feed = feed.replace("fields:", "lookups:\n  people: {file: people.csv, key: Code, match: Customer}\nfields:")
    number = bring(
        cast.greta, Brought("orders.csv", ROWS.encode()), Brought("people.csv", b"Code,Full\nA,Ana Maria Abel\n"),
        text=feed,
    )  # fmt: skip
    work()
    assert shown(number).refusal == ""
    assert shown(number).trial["first"][0]["customer"] == "Ana Maria Abel"


def test_who_may(cast: Cast) -> None:
    for person in (cast.mara, cast.lena, cast.anil):
        assert refusal_of(bring, person).code == "people.not_allowed"
        scope = Scope(Role(person.role), person.pk, person.team_id)
        assert refusal_of(queries.batches, scope).code == "import.not_allowed"
        assert refusal_of(queries.uploads, scope).code == "import.not_allowed"
    number = bring(cast.greta)
    assert refusal_of(actions.confirm, number, by=actor(cast.mara), now=NOW).code == "people.not_allowed"
    assert refusal_of(actions.discard, number, by=actor(cast.lena)).code == "people.not_allowed"
    cast.greta.is_active = False
    cast.greta.save()
    work()
    assert "managers and administrators" in shown(number).refusal


@pytest.mark.parametrize(
    ("files", "how", "code"),
    [
        ((), {}, "import.no_file"),
        ((Brought("../orders.csv", b"x"),), {}, "import.bad_name"),
        ((Brought("a\x00.csv", b"x"),), {}, "import.bad_name"),
        ((Brought("a.csv", b"x" * (20 * 2**20 + 1)),), {}, "import.too_large"),
        ((Brought("a.csv", b"x"), Brought("a.csv", b"y")), {}, "import.same_name"),
        ((Brought("a.csv", b"x"),), {"feed_text": "", "feed": "/etc/passwd"}, "import.no_feed"),
        ((Brought("a.csv", b"x"),), {"feed_text": "name: ["}, "feed.invalid"),
        ((Brought("a.csv", b"x"),), {"feed_text": "x" * 70_000}, "import.long_feed"),
    ],
)
def test_what_cannot_be_tried_is_told_at_once(cast: Cast, files: Any, how: Any, code: str) -> None:
    given = {"feed": "", "feed_text": FEED, "cases": CasesFor.UNKEPT, "by": actor(cast.greta), "now": NOW, **how}
    assert refusal_of(actions.upload, files, **given).code == code
    assert not Upload.objects.exists()


def test_no_more_wait_than_anybody_can_look_at(cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr(uploading, "MOST_UPLOADS", 2)
    bring(cast.greta)
    first = bring(cast.greta)
    assert refusal_of(bring, cast.greta).code == "import.too_many"
    actions.discard(first, by=actor(cast.greta))
    bring(cast.greta)


def test_a_stopped_worker_leaves_it_to_the_next(cast: Cast, monkeypatch: Any) -> None:
    number = bring(cast.greta)
    assert work(go_on=lambda: False)
    assert (shown(number).stage, shown(number).begun) == (Stage.NEW, False)
    Upload.objects.update(held_until=NOW + timedelta(minutes=1))
    assert not work(), "another is at it"
    Upload.objects.update(held_until=NOW - timedelta(minutes=1))
    assert work(), "that one was killed"
    assert shown(number).stage == Stage.TRIED


def test_a_file_that_kills_the_worker_is_given_up(cast: Cast) -> None:
    number = bring(cast.greta)
    Upload.objects.update(attempts=3)
    work()
    assert "more than once" in shown(number).refusal


def test_a_fault_of_ours_is_told_and_does_not_come_back(cast: Cast, monkeypatch: Any) -> None:
    number = bring(cast.greta)
    monkeypatch.setattr(uploading, "import_file", lambda *args, **named: 1 / 0)
    work()
    assert "Something broke" in shown(number).refusal
    assert not work()


def test_a_file_discarded_while_it_is_read_is_gone(cast: Cast) -> None:
    number = bring(cast.greta)

    def discard() -> bool:
        actions.discard(number, by=actor(cast.greta))
        return True

    assert work(go_on=discard)
    assert refusal_of(shown, number).code == "import.unknown"


def test_undecided_files_are_kept_for_a_day(cast: Cast) -> None:
    bring(cast.greta)
    done = bring(cast.greta)
    Upload.objects.filter(pk=done).update(state=Stage.DONE)
    actions.clear_uploads(now=NOW + timedelta(hours=23))
    assert Upload.objects.count() == 2
    actions.clear_uploads(now=NOW + timedelta(hours=25))
    assert [row.pk for row in Upload.objects.all()] == [done]
    actions.clear_uploads(now=NOW + timedelta(days=31))
    assert not Upload.objects.exists()


def test_batches_page_by_key() -> None:
    for _ in range(5):
        Batch.objects.create(feed="f", name="n", started_at=NOW, by="x")
    scope = Scope(Role.MANAGER, 0, None)
    first = queries.batches(scope, limit=2)
    second = queries.batches(scope, after=first.next, limit=2)
    assert queries.batches(scope, before=second.previous, limit=2).rows == first.rows
    assert refusal_of(queries.batches, scope, after="x").code == "page.bad_cursor"
