"""Saved views at the desk: named, counted for whoever looks, renamed and taken away by whoever made them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.platform import patience
from makegood.promises.models import Kind, Promise
from makegood.web.views import counting
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, make_cast, make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def mara(cast: Cast) -> AtDesk:
    return AtDesk(cast.mara)


def promised(cast: Cast, many: int, *, owner_id: int | None = None, kind: str = "callback") -> None:
    from_now = datetime.now(UTC) + timedelta(hours=3)
    customer, kind_id = make_customer(), Kind.objects.get(slug=kind).pk
    Promise.objects.bulk_create(
        Promise(
            customer=customer, kind_id=kind_id, title=f"Ring back {number}", made_at=from_now, due_at=from_now,
            owner_id=owner_id or cast.mara.pk, warn_at=from_now, breaks_at=from_now, next_check_at=from_now,
        ) for number in range(many)
    )  # fmt: skip


def save(who: AtDesk, name: str, address: str) -> None:
    path = address.partition("?")[0]
    assert who.post(f"/views/?path={path}", came_from=address, name=name).status_code == 303


def counts(who: AtDesk) -> dict[str, str]:
    return dict(json.loads(who.get("/live/views/").content)["counts"])


def test_each_view_is_counted_for_the_one_who_looks(cast: Cast, mara: AtDesk) -> None:
    Kind.objects.filter(slug="callback").update(team=cast.care)
    promised(cast, 3)
    promised(cast, 2, owner_id=cast.tomas.pk)
    save(mara, "Mine", "/promises/?owner=me&due=any")
    save(mara, "Calls", "/promises/?kind=callback&due=any")
    save(mara, "Open", "/cases/?state=open")
    save(mara, "Named so", "/customers/?q=nobody")
    assert counts(mara) == {"view:mine": "3", "view:calls": "5", "view:open": "0", "view:named-so": "0"}
    assert counts(AtDesk(cast.tomas))["view:mine"] == "2"
    assert counts(AtDesk(cast.stranger)) == dict.fromkeys(
        ("view:mine", "view:calls", "view:open", "view:named-so"), "0"
    )


def test_a_hundred_is_many(cast: Cast, mara: AtDesk) -> None:
    save(mara, "All", "/promises/?due=any")
    promised(cast, 99)
    assert counts(mara) == {"view:all": "99"}
    promised(cast, 1)
    assert counts(mara) == {"view:all": "99+"}


def test_the_page_itself_counts_nothing_and_has_a_place_for_each(cast: Cast, mara: AtDesk, monkeypatch: Any) -> None:
    save(mara, "All", "/promises/?due=any")
    monkeypatch.setattr(counting, "_COUNTS", {})
    assert 'data-count="view:all"></span>' in mara.get("/today/").content.decode()


def test_counting_asks_once_for_each_view_and_stops_at_a_hundred(cast: Cast, mara: AtDesk) -> None:
    for number in range(5):
        save(mara, f"View {number}", f"/promises/?due=any&kind=kind-{number}")
    with CaptureQueriesContext(connection) as asked:
        counts(mara)
    ours = [query["sql"] for query in asked if "promises_promise" in query["sql"]]
    assert len(ours) == 5
    assert all("LIMIT 100" in sql for sql in ours)
    assert len(asked) < 5 + 20, "the rest is who asks, and one transaction for all"


def test_what_takes_too_long_goes_without_a_figure(cast: Cast, mara: AtDesk, monkeypatch: Any) -> None:
    def slow(asked: Any, desk: Any) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(10)")
        return 1

    promised(cast, 1)
    save(mara, "All", "/promises/?due=any")
    save(mara, "Slow", "/cases/?state=all")
    save(mara, "Who", "/customers/?q=priya")
    monkeypatch.setitem(counting._COUNTS, "/cases/", slow)
    assert counts(mara) == {"view:all": "1", "view:slow": "", "view:who": "0"}
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",), "the limit holds for the counting only"


def test_all_views_together_take_their_time_and_no_more(cast: Cast, mara: AtDesk, monkeypatch: Any) -> None:
    save(mara, "All", "/promises/?due=any")
    monkeypatch.setattr(counting, "ALL_SECONDS", 0)
    assert counts(mara) == {}


def test_a_fault_is_not_taken_for_slowness() -> None:
    with pytest.raises(ZeroDivisionError), patience.impatient(1000):
        raise ZeroDivisionError


def test_a_view_of_somebody_gone_has_no_figure(cast: Cast, mara: AtDesk) -> None:
    save(mara, "Theirs", "/promises/?customer=999999")
    assert counts(mara) == {"view:theirs": ""}


def test_a_view_begins_at_the_beginning_wherever_it_was_saved(cast: Cast, mara: AtDesk) -> None:
    promised(cast, 60)
    first = mara.get("/promises/", due="any").content.decode()
    after = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    save(mara, "All", after)
    assert mara.get("/views/all/")["Location"] == "/promises/?due=any"
    assert "This view" in text(mara.get(after)), "further pages belong to the view too"


def test_a_view_is_renamed_by_its_maker(cast: Cast, mara: AtDesk) -> None:
    save(mara, "All", "/promises/?due=any")
    save(mara, "Calls", "/promises/?kind=callback&due=any")
    here = "/promises/?due=any"
    assert mara.post("/views/all/rename/", name="Everything").status_code == 303
    assert "Everything" in text(mara.get(here))
    assert mara.get("/views/all/")["Location"] == here, "its address is passed on, so it stays"
    mara.post("/views/all/rename/", name="Calls", came_from=here)
    assert "There is a view of that name already" in text(mara.get(here))
    tomas = AtDesk(cast.tomas)
    assert "This view" not in text(tomas.get(here))
    tomas.post("/views/all/rename/", name="His")
    assert "Everything" in text(mara.get(here))
    AtDesk(cast.ada).post("/views/all/rename/", name="Everybody’s")
    assert "Everybody’s" in text(mara.get(here))


def test_ones_own_views_come_first(cast: Cast, mara: AtDesk) -> None:
    save(AtDesk(cast.tomas), "A list", "/promises/?due=any")
    save(mara, "My list", "/promises/?due=past")
    assert list(counts(mara)) == ["view:my-list", "view:a-list"]
    assert list(counts(AtDesk(cast.tomas))) == ["view:a-list", "view:my-list"]
