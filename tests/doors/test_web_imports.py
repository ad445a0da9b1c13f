"""Bringing a file at the desk, as a browser without script sends it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from makegood.intake.actions import take_up
from makegood.intake.models import Batch, Upload
from makegood.promises.models import Promise
from makegood.web.promises import importing
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, make_cast
from tests.rooms.test_imports import FEED, ROWS

pytestmark = pytest.mark.django_db
FORM = "/promises/import/"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def greta(cast: Cast) -> AtDesk:
    return AtDesk(cast.greta)


def send(who: AtDesk, content: str | bytes = ROWS, name: str = "orders.csv", **typed: Any) -> HttpResponse:
    body = content.encode() if isinstance(content, str) else content
    return who.post(FORM, **{"file": SimpleUploadedFile(name, body), "feed_text": FEED, **typed})


def work() -> None:
    take_up(clock=lambda: datetime.now(UTC))


def test_a_file_is_tried_confirmed_and_told(cast: Cast, greta: AtDesk) -> None:
    sent = send(greta)
    assert sent.status_code == 303
    page = sent["Location"]
    assert "Being tried. Nothing is written." in text(greta.get(page))
    assert "Look again" in text(greta.get(page))
    work()
    tried = text(greta.get(page))
    assert "Import it" in tried
    assert "4 Due soonish" in tried
    assert "Ana Abel" in tried
    foretold = greta.get(f"{page}rejects.csv").content.decode("utf-8-sig").splitlines()
    assert foretold[0] == "line,column,value,reason"
    assert foretold[1].startswith("4,Due,soonish,")
    assert not Promise.objects.exists()
    assert greta.post(f"{page}import/").status_code == 303
    assert "Being imported" in text(greta.get(page))
    work()
    batch = Batch.objects.get()
    assert greta.get(page)["Location"] == f"{FORM}{batch.pk}/"
    told = text(greta.get(f"{FORM}{batch.pk}/"))
    assert "imported by Greta Moreau" in told
    assert "soonish" in told
    assert "orders.csv our-shop 3 3 1 1 Greta Moreau" in text(greta.get(FORM))
    rejects = greta.get(f"{FORM}{batch.pk}/rejects.csv")
    assert rejects["Content-Disposition"] == f'attachment; filename="rejects-{batch.pk}.csv"'
    assert rejects.content.decode("utf-8-sig").splitlines()[1].startswith("4,Due,soonish,")


def test_the_page_follows_by_itself(greta: AtDesk) -> None:
    page = send(greta)["Location"]
    shown = greta.beside(page, "progress").content.decode()
    assert 'hx-trigger="every 2s"' in shown
    assert "<html" not in shown
    work()
    shown = greta.beside(page, "progress").content.decode()
    assert "every 2s" not in shown
    assert "Import it" in shown
    greta.post(f"{page}import/")
    work()
    assert "See what became of it" in greta.beside(page, "progress").content.decode()


def test_a_file_that_cannot_be_read_is_told(greta: AtDesk) -> None:
    page = send(greta, ROWS.replace("Due", "When"))["Location"]
    work()
    told = text(greta.get(page))
    assert "This file cannot be read. Nothing was imported." in told
    assert "Due" in told
    assert "Cannot be read" in text(greta.get(FORM))
    assert greta.post(f"{page}discard/")["Location"] == FORM
    assert greta.get(page).status_code == 404


def test_what_is_wrong_stands_at_its_field(greta: AtDesk) -> None:
    none = greta.post(FORM, feed_text=FEED)
    assert none.status_code == 422
    assert "Choose the file that is to be read." in text(none)
    assert "name: our-shop" in none.content.decode(), "what was typed is still there"
    unread = send(greta, feed_text="", feed="none-such")
    assert "Say how the file is read" in text(unread)
    broken = send(greta, feed_text="name: shop\nfields: {}")
    assert "time_zone" in text(broken)
    assert "<title>Error:" in broken.content.decode()


def test_a_feed_may_come_as_a_file(greta: AtDesk) -> None:
    send(greta, feed_text="", feed_file=SimpleUploadedFile("shop.yaml", FEED.replace("our-shop", "by-file").encode()))
    assert Upload.objects.get().feed == "by-file"


def test_a_shipped_feed_goes_by_its_name(greta: AtDesk) -> None:
    assert "northwind" in text(greta.get(FORM))
    send(greta, feed_text="", feed="northwind", cases="none")
    row = Upload.objects.get()
    assert (row.feed, row.feed_text, row.cases) == ("northwind", "", "none")


def test_a_file_beyond_the_limit_is_not_even_read(greta: AtDesk, monkeypatch: Any) -> None:
    monkeypatch.setattr(importing, "_MOST_BODY", 1000)
    answer = send(greta, "x" * 2000)
    assert answer.status_code == 413
    assert "at most 20 MB" in text(answer)
    assert "makegood import FEED FILE" in text(answer)
    assert not Upload.objects.exists()


def test_only_managers_and_administrators_bring_files(cast: Cast, greta: AtDesk) -> None:
    page = send(greta)["Location"]
    for person in (cast.mara, cast.lena, cast.anil):
        who = AtDesk(person)
        for path in (FORM, page, f"{page}rejects.csv", f"{FORM}1/", f"{FORM}1/rejects.csv"):
            assert who.get(path).status_code == 403, (person, path)
        who.post(f"{page}discard/")
        send(who)
        assert "/promises/import/" not in who.get("/promises/").content.decode()
    assert Upload.objects.count() == 1
    assert AtDesk(cast.ada).get(page).status_code == 200
    assert AtDesk(None).get(FORM).status_code == 303


def test_another_site_cannot_bring_a_file(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.greta, backend="django.contrib.auth.backends.ModelBackend")
    sent = client.post(FORM, {"file": SimpleUploadedFile("orders.csv", ROWS.encode()), "feed_text": FEED})
    assert sent.status_code == 403
    assert not Upload.objects.exists()


def test_a_flood_of_cases_is_foretold(cast: Cast, greta: AtDesk) -> None:
    rows = (f"{n},C{n},Ana Abel,2026-11-20 10:00," for n in range(200))
    many = "\n".join([ROWS.splitlines()[0], *rows])
    for cases, told in (("unkept", True), ("none", False)):
        page = send(greta, many, cases=cases)["Location"]
        work()
        shown = text(greta.get(page))
        assert ("Many cases at once." in shown) is told
        assert ("This opens up to" in shown) is told
