"""The bell: it rings on an open page, leads to the case, and is quiet when one has acted. Also without script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.axe import judged
from tests.browser.hiring import email
from tests.browser.person import LIVE, Person
from tests.browser.stage import Stage, at
from tests.installations import wait_until

pytestmark = pytest.mark.browser
Seat = Callable[..., Person]
DANA = {"key": "D-1", "name": "Dana Okafor"}


def a_case(stage: Stage) -> str:
    """A case of Mara's."""
    stage.api().tell(reference="1", customer=DANA, kind="callback", title="Ring Dana", due_at=at(seconds=-60))
    wait_until(lambda: stage.api().get("/cases")["items"], what="a case")
    (case,) = stage.api().get("/cases")["items"]
    return str(case["ref"])


def bell(person: Person) -> str:
    return person.page.locator('.nav [data-count="notices"]').inner_text().strip()


def test_the_bell_rings_on_an_open_page_and_leads_to_the_case(stage: Stage, seat: Seat) -> None:
    ref = a_case(stage)
    lena = seat("lena")
    lena.open("/today/")
    assert bell(lena) == ""
    stage.api("mara").post(f"/cases/{ref}/handover", {"to": email("lena"), "note": "Yours?"})
    expect(lena.page.locator('.nav [data-count="notices"]')).to_have_text("1", timeout=2 * LIVE)
    lena.press("g", "n")
    lena.sees(f"{ref} is offered to you by Mara")
    assert judged(lena.page) == []
    lena.click(f"{ref} is offered to you")
    expect(lena.page).to_have_url(f"{stage.url}/cases/{ref}/")
    assert bell(lena) == ""


def test_without_script_all_are_marked_read(stage: Stage, seat: Seat) -> None:
    ref = a_case(stage)
    mara = seat("mara", java_script_enabled=False, width=390)
    mara.open("/notices/")
    mara.sees(f"{ref} is new, and yours")
    mara.click("Mark all read")
    mara.sees("1 notice read.")
    mara.page.get_by_role("link", name="Unread").click()
    mara.sees("You have read everything")


def test_a_place_that_cannot_be_reached_says_so(stage: Stage, seat: Seat) -> None:
    mara = seat("mara")
    mara.open("/settings/you/")
    mara.page.locator("summary", has_text="Add a place").click()
    mara.page.get_by_label("Address").fill("json://10.0.0.9:9/s3cr3t")
    mara.page.get_by_label("What you call it").fill("My phone")
    mara.page.locator("#told").get_by_role("button", name="Add", exact=True).click()
    mara.sees("Added. Send a test")
    mara.click("Send a test")
    mara.sees("It leads to 10.0.0.9, inside your own network.")
    mara.misses("s3cr3t")
    assert judged(mara.page) == []
    mara.click("Remove")
    mara.sees("Removed.")
