"""A file of promises brought to the desk: tried by the worker, looked at, imported; with script and without."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.axe import judged
from tests.browser.person import Person
from tests.browser.stage import Stage
from tests.installations import wait_until
from tests.rooms.test_imports import FEED, ROWS

pytestmark = pytest.mark.browser
Seat = Callable[..., Person]


def bring(person: Person, folder: Path, rows: str = ROWS) -> None:
    """Choose a file and a feed, and send them."""
    file = folder / "orders.csv"
    file.write_text(rows)
    person.open("/promises/import/")
    person.page.locator("#f-file").set_input_files(file)
    person.page.locator("#f-feed_text").fill(FEED)
    person.click("Try this file")
    expect(person.page).to_have_url(re.compile(r"/promises/import/files/\d+/$"))


def test_the_page_follows_while_a_file_is_tried_and_imported(stage: Stage, seat: Seat, tmp_path: Path) -> None:
    greta = seat("greta")
    bring(greta, tmp_path)
    greta.sees("Rows that are not taken")
    greta.sees("soonish", within="main")
    assert judged(greta.page) == []
    assert stage.api().get("/promises?source=our-shop")["items"] == []
    greta.click("Import it")
    greta.page.get_by_role("link", name="See what became of it").click()
    expect(greta.page).to_have_url(re.compile(r"/promises/import/\d+/$"))
    greta.sees("imported by Greta Moreau")
    assert judged(greta.page) == []
    with greta.page.expect_download() as rejects:
        greta.page.get_by_role("link", name="Download all as CSV").click()
    assert rejects.value.path().read_text(encoding="utf-8-sig").splitlines()[1].startswith("4,Due,soonish,")
    assert len(stage.api().get("/promises?source=our-shop")["items"]) == 3
    greta.open("/promises/import/")
    greta.sees("orders.csv", within="main")
    assert judged(greta.page) == []


def test_the_same_without_script(stage: Stage, seat: Seat, tmp_path: Path) -> None:
    greta = seat("greta", java_script_enabled=False, width=390)
    bring(greta, tmp_path, ROWS.replace("Due", "When"))
    again = greta.page.get_by_role("link", name="Look again")

    def tried() -> bool:
        expect(greta.page.locator("main .ph h1")).to_be_visible()
        if again.count():
            again.click()
            greta.page.wait_for_load_state()
        return not again.count()

    wait_until(tried, what="the file to be tried")
    greta.sees("This file cannot be read. Nothing was imported.")
    greta.click("Forget it")
    bring(greta, tmp_path)
    wait_until(tried, what="the file to be tried")
    greta.click("Import it")
    wait_until(tried, what="the file to be imported")
    greta.sees("imported by Greta Moreau")
